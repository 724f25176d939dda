// Prints each event of a file as a line of JSON. Usage: node read.mjs <ical.js|node-ical> <file>
import {readFileSync} from 'node:fs';

const [library, path] = process.argv.slice(2);
const text = readFileSync(path, 'utf8');

const instant = (date) => date.toISOString().replace('.000Z', 'Z');
const day = (date) => [date.getFullYear(), date.getMonth() + 1, date.getDate()].map((part) => String(part).padStart(2, '0')).join('-');
const print = (told) => console.log(JSON.stringify(told));

async function withIcalJs() {
  const {default: ICAL} = await import('ical.js');
  const calendar = new ICAL.Component(ICAL.parse(text));
  const moment = (time) => {
    if (time.isDate) return time.toString();
    if (time.zone !== ICAL.Timezone.utcTimezone) throw new Error('not in UTC: ' + time);
    return instant(time.toJSDate());
  };
  for (const component of calendar.getAllSubcomponents('vevent')) {
    const event = new ICAL.Event(component);
    print({
      uid: event.uid, start: moment(event.startDate), end: moment(event.endDate), sequence: String(event.sequence),
      status: component.getFirstPropertyValue('status'), summary: event.summary ?? '',
      description: event.description ?? '', location: event.location ?? '',
      url: component.getFirstPropertyValue('url') ?? '',
    });
  }
}

async function withNodeIcal() {
  const {default: ical} = await import('node-ical');
  const events = Object.values(ical.sync.parseICS(text)).filter((one) => one.type === 'VEVENT');
  for (const event of events) {
    const moment = event.datetype === 'date' ? day : instant;
    print({
      uid: event.uid, start: moment(event.start), end: moment(event.end), sequence: String(event.sequence),
      status: event.status, summary: event.summary ?? '', description: event.description ?? '',
      location: event.location ?? '', url: event.url?.val ?? event.url ?? '',
    });
  }
}

await ({'ical.js': withIcalJs, 'node-ical': withNodeIcal})[library]();
