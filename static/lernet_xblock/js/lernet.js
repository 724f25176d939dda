/* HTML over the wire for one XBlock: forms are sent as JSON to a handler, the reply replaces its fragments. */
(function () {
  'use strict';
  if (window.LernetXBlock) return;

  const SHOWN = [200, 409, 422];
  const SAVE_AFTER_MS = 2000;
  const CELL_AFTER_MS = 300;
  const AGAIN_AFTER_MS = 15000;
  const JSON_TYPE = 'application/json';

  function cookie(name) {
    const pair = document.cookie.split('; ').find((part) => part.startsWith(name + '='));
    return pair ? decodeURIComponent(pair.slice(name.length + 1)) : '';
  }

  /* Hosts end handler addresses differently, some with a query of their own: extend the path, keep the query. */
  function extended(base, name, query) {
    const url = new URL(base, location.href);
    url.pathname = url.pathname.replace(/\/$/, '') + '/' + name;
    for (const [key, value] of new URLSearchParams(query || '')) url.searchParams.set(key, value);
    return url;
  }

  /* A hash that is not ours need not be well-formed. */
  function decoded(text) {
    try {
      return decodeURIComponent(text);
    } catch {
      return text;
    }
  }

  function changed(field) {
    if (field.type === 'checkbox' || field.type === 'radio') return field.checked !== field.defaultChecked;
    if (field.options) return [...field.options].some((one) => one.selected !== one.defaultSelected);
    return field.value !== field.defaultValue;
  }

  function fieldsOf(form, submitter) {
    return [...new FormData(form, submitter)].filter(([, value]) => typeof value === 'string');
  }

  class Wire {
    constructor(root, runtime, host) {
      this.root = root;
      this.runtime = runtime;
      this.host = host;
      this.stash = new Map();
      this.turn = 0;
      root.addEventListener('submit', (event) => this.submit(event));
      root.addEventListener('click', (event) => this.click(event));
      root.addEventListener('change', (event) => {
        const {form} = event.target;
        if (event.target.matches('input[type="file"][data-upload]')) this.upload(event.target);
        else if (form?.dataset.cell) this.mark(form);
        else if (form?.matches('[data-submit="change"]')) form.requestSubmit();
        else if (form?.dataset.change) this.post(form, fieldsOf(form), this.panel, form.dataset.change);
      });
      root.addEventListener('keydown', (event) => this.key(event));
      for (const name of ['dragstart', 'dragover', 'dragleave', 'drop', 'dragend']) {
        root.addEventListener(name, (event) => this.drag(event));
      }
      root.addEventListener('input', (event) => this.typed(event.target));
      window.addEventListener('popstate', () => this.follow());
      window.addEventListener('online', () => this.flush());
      window.addEventListener('pagehide', () => this.flush());
      this.first = this.panel.dataset.address;
      // A template leaves spaces, and only what is empty stays out of sight.
      this.say('');
      this.follow();
      this.settle();
    }

    get panel() { return this.root.querySelector('[data-fragment="panel"]'); }

    /* The address of the page keeps the panel: #lernet-1a2b3c4d/cases?case=… The history keeps those of all blocks. */
    follow() {
      const [, inHash] = decoded(location.hash).split(this.root.id + '/');
      // An anchor within a panel leads to no other panel.
      if (!inHash && location.hash && !location.hash.includes('/')) return;
      const address = inHash || history.state?.[this.root.id] || this.first;
      if (address !== this.panel.dataset.address) this.open(address, false);
    }

    remember(before) {
      const {address} = this.panel.dataset;
      if (address !== before) history.pushState({...history.state, [this.root.id]: address}, '', '#' + this.root.id + '/' + address);
    }

    click(event) {
      const link = event.target.closest('[data-panel]');
      if (link) {
        event.preventDefault();
        this.open(link.dataset.panel, true);
      } else if (event.target.matches('[data-copy]')) {
        event.target.select();
        navigator.clipboard?.writeText(event.target.value).catch(() => {});
      } else if (event.target.closest('[data-print]')) {
        window.print();
      } else if (event.target.closest('[data-studio="cancel"]')) {
        this.runtime.notify?.('cancel', {});
      }
    }

    async open(address, remember) {
      await this.flush();
      const [name, query] = address.split('?');
      const before = this.panel.dataset.address;
      await this.send(extended(this.root.dataset.panelUrl, name, query), {}, this.panel);
      if (!remember) return;
      this.remember(before);
      this.panel.querySelector('h2, h3')?.focus({preventScroll: true});
      this.root.scrollIntoView({block: 'nearest'});
    }

    async submit(event) {
      const form = event.target;
      // Enter in a cell would send it as the browser does, and leave the page.
      if (form.dataset.cell) event.preventDefault();
      if (!form.matches('form[data-action]')) return;
      event.preventDefault();
      const {submitter} = event;
      clearTimeout(form.saving);
      await form.flight;
      form.saving = null;
      await Promise.all(this.cells());
      // What a cell brought back may have replaced this very form.
      const busy = form.closest('[data-fragment]') || this.panel;
      if (busy.getAttribute('aria-busy') !== 'true') this.post(form, fieldsOf(form, submitter), busy, submitter?.dataset.action);
    }

    request(body, type) {
      return {
        method: 'POST', body,
        headers: {
          'Content-Type': type, 'X-CSRFToken': cookie('csrftoken'), 'X-Requested-With': 'XMLHttpRequest', Accept: 'text/html',
        },
      };
    }

    async post(form, fields, busy, action = form.dataset.action) {
      const studio = form.dataset.studio === 'save' && action === form.dataset.action;
      if (studio) this.runtime.notify?.('save', {state: 'start'});
      const before = this.panel.dataset.address;
      const body = JSON.stringify({at: before, fields});
      const status = await this.send(extended(this.root.dataset.actionUrl, action), this.request(body, JSON_TYPE), busy, form);
      this.remember(before);
      if (studio) this.runtime.notify?.(status === 200 ? 'save' : 'error', status === 200 ? {state: 'end'} : {title: form.dataset.title, message: this.status.textContent});
    }

    upload(input) {
      const [file] = input.files;
      if (!file) return;
      const options = this.request(file, input.dataset.type || file.type);
      // Beside the file, in a header: web servers write addresses into their logs, and the name of a file can tell a lot.
      const form = {at: this.panel.dataset.address, fields: [...fieldsOf(input.form), ['name', file.name]]};
      if (input.form.elements.about) options.headers['X-Lernet-Form'] = encodeURIComponent(JSON.stringify(form));
      this.send(extended(this.root.dataset.actionUrl, input.dataset.upload), options, this.panel, input.form);
    }

    async send(url, options, busy, form) {
      busy.setAttribute('aria-busy', 'true');
      this.turn += 1;
      const {turn} = this;
      try {
        const response = await fetch(url, {credentials: 'same-origin', ...options});
        const text = await response.text();
        // A late reply must not take somebody away from the panel they opened meanwhile.
        if (turn !== this.turn) return response.status;
        if (SHOWN.includes(response.status)) this.swap(text, form);
        else this.blame(form, response.headers.get('Content-Type')?.startsWith('text/plain') ? text : this.status.dataset.failed);
        return response.status;
      } catch {
        this.blame(form, this.status.dataset.failed);
        return 0;
      } finally {
        busy.removeAttribute('aria-busy');
      }
    }

    /* Says it where the person looks: beside the button, and for those who listen. */
    blame(form, text) {
      this.say(text);
      if (!form) return;
      const place = form.querySelector('[data-problem]') || form.appendChild(document.createElement('p'));
      place.dataset.problem = '';
      place.className = 'lnx-error';
      place.textContent = text;
    }

    /* Each fragment of the reply replaces its namesake. What was typed in other forms stays typed. */
    swap(html, sent) {
      const focused = this.root.contains(document.activeElement) ? document.activeElement : null;
      const active = focused?.id || focused?.closest('[data-return]')?.dataset.return || '';
      const kept = [...this.panel.querySelectorAll('input, textarea, select')]
        .filter((field) => field.id && field.form !== sent && field.type !== 'hidden' && field.type !== 'file' && changed(field));
      const opened = [...this.panel.querySelectorAll('details[open][id]')].map((one) => one.id);
      const before = this.panel.dataset.address;
      const template = document.createElement('template');
      template.innerHTML = html;
      for (const next of [...template.content.children]) {
        const place = this.root.querySelector(`[data-fragment="${CSS.escape(next.dataset.fragment || '')}"]`);
        if (place) place.replaceWith(next);
      }
      const here = this.panel.dataset.address;
      if (before === here) for (const id of opened) this.find(id)?.setAttribute('open', '');
      else if (!sent) this.stash.set(before, kept.filter((field) => !field.form?.dataset.autosave || field.form.saving));
      for (const field of before === here ? kept : this.stash.get(here) || []) this.restore(field);
      this.stash.delete(here);
      const focus = this.panel.querySelector('[data-focus], [aria-invalid="true"]') || (active && this.find(active));
      if (focus) focus.focus();
      else if (active) this.panel.querySelector('h2')?.focus();
      this.say(this.panel.dataset.say || '');
      this.settle();
    }

    find(id) { return this.root.querySelector('#' + CSS.escape(id)); }

    restore(old) {
      const field = this.find(old.id);
      if (!field || field.type !== old.type) return;
      if (old.type === 'checkbox' || old.type === 'radio') field.checked = old.checked;
      else field.value = old.value;
      if (field.form?.dataset.cell) this.mark(field.form);
      // The form that was to be saved is gone; this one has its words now.
      this.typed(field);
      field.closest('details')?.setAttribute('open', '');
    }

    /* A form[data-auto] asks for something that is due; the first reader's browser sends it. */
    settle() {
      this.panel.querySelector('form[data-auto]')?.requestSubmit();
      clearTimeout(this.waiting);
      const news = this.panel.querySelector('[data-refresh]');
      if (news) this.waiting = setTimeout(() => this.refresh(), Number(news.dataset.refresh));
    }

    /* Only what goes on changes place, so that nobody loses theirs; the whole panel once there is nothing to wait for. */
    async refresh() {
      const {turn} = this;
      const [name, query] = this.panel.dataset.address.split('?');
      const url = extended(this.root.dataset.panelUrl, name, query);
      const response = document.hidden ? null : await fetch(url, {credentials: 'same-origin'}).catch(() => null);
      const text = response?.ok ? await response.text() : '';
      if (turn !== this.turn || !document.contains(this.root)) return;
      const template = document.createElement('template');
      template.innerHTML = text;
      const news = template.content.querySelector('[data-refresh]');
      if (text && !news) {
        this.swap(text);
        this.say(this.panel.querySelector('[data-news]')?.textContent.trim() || '');
        return;
      }
      const old = this.panel.querySelector('[data-refresh]');
      if (news && !news.isEqualNode(old)) {
        old.replaceWith(news);
        this.say(news.querySelector('[data-news]')?.textContent || '');
      }
      this.settle();
    }

    /* Somebody is carried to another place, by pointer or by Alt with an arrow key; the form[data-carry] says where. */
    drag(event) {
      const item = event.target.closest?.('[data-item]');
      if (event.type === 'dragstart') {
        this.carried = item;
        if (item) event.dataTransfer.effectAllowed = 'move';
        return;
      }
      const place = this.carried && event.target.closest?.('[data-drop]');
      for (const one of this.root.querySelectorAll('[data-over]')) delete one.dataset.over;
      if (place && event.type === 'dragover') {
        event.preventDefault();
        place.dataset.over = '';
      } else if (place && event.type === 'drop') {
        event.preventDefault();
        if (!place.contains(this.carried)) this.carry(this.carried, place.dataset.drop);
      }
      if (event.type === 'drop' || event.type === 'dragend') this.carried = null;
    }

    key(event) {
      const item = event.target.closest('[data-item]');
      const form = this.panel.querySelector('form[data-carry]');
      const step = {ArrowLeft: -1, ArrowRight: 1}[event.key];
      if (!item || !form || !step || !event.altKey) return;
      event.preventDefault();
      const to = Number(item.closest('[data-drop]').dataset.drop) + (this.root.dir === 'rtl' ? -step : step);
      if (to >= 1 && to <= Number(form.dataset.last)) this.carry(item, to);
    }

    carry(item, to) {
      const form = this.panel.querySelector('form[data-carry]');
      form.elements.person.value = item.dataset.item;
      form.elements.number.value = to;
      form.requestSubmit();
    }

    typed(field) {
      const form = field.form;
      const counter = field.maxLength > 0 && form?.querySelector(`[data-count="${CSS.escape(field.name)}"]`);
      if (counter) counter.textContent = `${field.value.length} / ${field.maxLength}`;
      if (!form?.dataset.autosave) return;
      clearTimeout(form.saving);
      form.saving = setTimeout(() => this.autosave(form), SAVE_AFTER_MS);
    }

    /* Whatever waits to be saved is saved now: the page is left, or the line is back. */
    flush() {
      const waiting = [...this.root.querySelectorAll('form[data-autosave]')].filter((form) => form.saving);
      return Promise.all([...this.cells(), ...waiting.map((form) => { clearTimeout(form.saving); return this.autosave(form); })]);
    }

    /* One at a time: a second one under way would carry the version of before the first. */
    async autosave(form) {
      await form.flight;
      if (!this.root.contains(form)) return;
      form.flight = this.keep(form);
      form.saving = await form.flight ? null : 'failed';
      form.flight = null;
    }

    /* Saves without touching what is being typed: only the hidden fields and the "saved" note are taken over. */
    async keep(form) {
      const note = form.querySelector('[data-saved]');
      const body = JSON.stringify({at: this.panel.dataset.address, fields: fieldsOf(form)});
      const url = extended(this.root.dataset.actionUrl, form.dataset.autosave);
      const response = await fetch(url, {...this.request(body, JSON_TYPE), keepalive: true}).catch(() => null);
      const text = response ? await response.text() : '';
      if (!this.root.contains(form)) return true;
      if (response?.status === 409) { this.swap(text, form); return true; }
      if (response?.status !== 200) { note.textContent = this.status.dataset.unsaved; return false; }
      this.take(form, text, note);
      return true;
    }

    take(form, text, note) {
      const template = document.createElement('template');
      template.innerHTML = text;
      const fresh = template.content.querySelector(`form[data-autosave="${CSS.escape(form.dataset.autosave)}"]`);
      if (!fresh) return;
      this.takeHidden(form, fresh);
      note.textContent = fresh.querySelector('[data-saved]').textContent;
      this.panel.dataset.address = template.content.querySelector('[data-fragment="panel"]').dataset.address;
    }

    takeHidden(form, fresh) {
      for (const hidden of form.querySelectorAll('input[type="hidden"]')) {
        const next = fresh.querySelector(`input[type="hidden"][name="${CSS.escape(hidden.name)}"]`);
        if (next) hidden.value = next.value;
      }
    }

    /* form[data-cell="action.name"] inside [data-cell-id]: one of many, saved at each change. The reply replaces that one
       and each [data-tally][id], so that nobody else's entry moves; [data-saved] says how it stands meanwhile. */
    mark(form) {
      clearTimeout(form.saving);
      const note = form.querySelector('[data-saved]');
      delete note.dataset.failed;
      note.textContent = '…';
      form.saving = setTimeout(() => this.cell(form), CELL_AFTER_MS);
    }

    /* What waits, failed or is under way, sent now. */
    cells() {
      return [...this.root.querySelectorAll('form[data-cell]')].filter((form) => form.saving || form.flight).map((form) => this.cell(form));
    }

    /* One at a time for a cell: what is chosen while one is under way goes out with the version that came back. */
    async cell(form) {
      clearTimeout(form.saving);
      if (!form.saving) return form.flight;
      form.saving = null;
      const before = form.flight;
      form.flight = (async () => { await before; await this.saveCell(form); })();
      const mine = form.flight;
      await mine;
      if (form.flight === mine) form.flight = null;
      return undefined;
    }

    async saveCell(form) {
      this.asked = (this.asked || 0) + 1;
      const turn = this.asked;
      const body = JSON.stringify({at: this.panel.dataset.address, fields: fieldsOf(form)});
      const url = extended(this.root.dataset.actionUrl, form.dataset.cell);
      const response = await fetch(url, {...this.request(body, JSON_TYPE), keepalive: true}).catch(() => null);
      const text = response ? await response.text() : '';
      if (!this.root.contains(form)) return;
      if (response && SHOWN.includes(response.status)) this.takeCell(form, text, turn);
      else {
        // What the course was too busy for goes again by itself, like what never reached it.
        const final = response?.status < 429 && response.headers.get('Content-Type')?.startsWith('text/plain');
        const note = form.querySelector('[data-saved]');
        note.dataset.failed = '';
        note.textContent = final ? text : this.status.dataset.unsaved;
        this.say(note.textContent, true);
        form.saving ||= 'failed';
        clearTimeout(this.again);
        this.again = setTimeout(() => this.cells(), AGAIN_AFTER_MS);
      }
    }

    takeCell(form, text, turn) {
      const template = document.createElement('template');
      template.innerHTML = text;
      const place = form.closest('[data-cell-id]');
      const fresh = template.content.querySelector(`[data-cell-id="${CSS.escape(place.dataset.cellId)}"]`);
      if (!fresh) { this.swap(text, form); return; }
      // A late reply counts less than one that was asked for after it.
      if (turn === this.asked) for (const next of template.content.querySelectorAll('[data-tally][id]')) this.find(next.id)?.replaceWith(next);
      if (form.saving) { this.takeHidden(form, fresh); return; }
      const active = place.contains(document.activeElement) ? document.activeElement.id : '';
      const opened = [...place.querySelectorAll('details[open][id]')].map((one) => one.id);
      place.replaceWith(fresh);
      for (const id of opened) this.find(id)?.setAttribute('open', '');
      if (active) this.find(active)?.focus();
      this.say(template.content.querySelector('[data-fragment="panel"]').dataset.say, true);
    }

    get status() { return this.root.querySelector('[data-status]'); }

    /* quiet: for those who listen only, since it stands beside what was changed; nothing on the page may jump. */
    say(text, quiet = false) {
      this.status.toggleAttribute('data-quiet', quiet);
      this.status.textContent = text;
    }
  }

  window.LernetXBlock = function (runtime, element) {
    const host = element.jquery ? element[0] : element;
    const root = host.matches('.lnx') ? host : host.querySelector('.lnx');
    if (!root || root.dataset.bound) return null;
    root.dataset.bound = 'true';
    return new Wire(root, runtime, host);
  };
}());
