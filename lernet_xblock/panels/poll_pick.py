"""What a date poll says to those who run the group: the best dates, who is missing, and choosing one."""

from typing import Any

from lernet_xblock.errors import NotFound
from lernet_xblock.i18n import gettext as _
from lernet_xblock.models import Poll, PollOption
from lernet_xblock.panels.action import Reply, action
from lernet_xblock.panels.forms import Forms, VersionedForm
from lernet_xblock.panels.operation_words import listed
from lernet_xblock.panels.panel import Address
from lernet_xblock.panels.poll_words import away, here, verdict, who_can, whole
from lernet_xblock.panels.run import guides_or_runs
from lernet_xblock.permissions import may_run
from lernet_xblock.queries.poll import OptionLine, PollPage, find_poll
from lernet_xblock.services.poll import end_poll, pick
from lernet_xblock.templatetags.lernet_show import day
from lernet_xblock.viewer import Viewer

SHOWN_AT_ONCE = 3


def result_parts(page: PollPage, forms: Forms) -> dict[str, Any]:
    """Return the dates from best to worst, each with the form that chooses it, and who has not answered."""
    cards = [_card(page, line, forms) for line in page.ranking]
    return {
        "verdict": verdict(page),
        "best": cards[:SHOWN_AT_ONCE],
        "others": cards[SHOWN_AT_ONCE:],
        "silent": listed(page.silent) if page.silent else "",
        "partly": listed(page.partly) if page.partly else "",
        "nobody_yet": len(page.silent) == page.members,
        "end": forms(VersionedForm, "poll.end", about=page.key, initial={"version": page.version}),
    }


def chosen_parts(viewer: Viewer, page: PollPage) -> dict[str, Any]:
    """Return what became of a poll that is over, and where those who run the group plan from it."""
    if page.picked is None:
        return {"chosen": ""}
    address = str(_plan_address(page.cohort_key, page.picked, page)) if page.may_run else ""
    return {
        "chosen": whole(page.picked, page.zone),
        "chosen_here": here(page.picked, viewer.zone),
        "chosen_by": who_can(page.picked, page.members),
        "plan": address,
    }


def _plan_address(cohort_key: str, line: OptionLine, page: PollPage) -> Address:
    begins = line.starts_at.astimezone(page.zone)
    return _to_plan(cohort_key, str(line.day), f"{begins:%H:%M}")


def _to_plan(cohort_key: str, first_date: str, session_time: str) -> Address:
    """Return where the schedule is planned from a date."""
    params = {"cohort": cohort_key, "change": "dates", "first_date": first_date, "session_time": session_time}
    return Address("plan", params)


def _card(page: PollPage, line: OptionLine, forms: Forms) -> dict[str, Any]:
    return {
        "line": line,
        "title": whole(line, page.zone),
        "text": who_can(line, page.members),
        "away": away(line),
        "form": forms(VersionedForm, "poll.pick", about=line.key, initial={"version": page.version}),
    }


def run_poll(viewer: Viewer, key: str) -> Poll:
    """Return a poll of a group that the reader runs. Raises NotFound for every other."""
    found = find_poll(viewer, key)
    if not may_run(viewer, found.cohort):
        raise NotFound
    return found


@action("poll.pick", panel="poll", permission=guides_or_runs, form=VersionedForm)
def choose(viewer: Viewer, form: VersionedForm) -> Reply:
    """End the poll with this date, and go on to plan the sessions from it."""
    key = form.cleaned_data["about"]
    options = PollOption.objects.filter(key=key, poll__cohort__network=viewer.network)
    option = options.select_related("poll__cohort__network").first()
    if option is None or not may_run(viewer, option.poll.cohort):
        raise NotFound
    poll = option.poll
    pick(poll, option, opened_version=form.cleaned_data["version"], by=viewer.user_id, now=viewer.now)
    to = _to_plan(poll.cohort.key, str(option.local_date), f"{option.local_time:%H:%M}")
    said = _("%(day)s is chosen, and the poll is over. Look at the dates that follow from it, and save them.")
    return Reply(say=said % {"day": day(option.local_date)}, panel=to.panel, params=to.params)


@action("poll.end", panel="poll", permission=guides_or_runs, form=VersionedForm)
def end(viewer: Viewer, form: VersionedForm) -> Reply:
    """End the poll without a date."""
    poll = run_poll(viewer, form.cleaned_data["about"])
    end_poll(poll, opened_version=form.cleaned_data["version"], by=viewer.user_id, now=viewer.now)
    return Reply(say=_("The poll is over. No date was chosen."))
