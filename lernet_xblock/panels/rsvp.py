"""Whether one comes to a session, and saying that one is there: parts of the panel of sessions."""

from datetime import UTC, datetime, timedelta
from typing import Any

from django import forms as fields

from lernet_xblock.errors import NotFound
from lernet_xblock.i18n import gettext as _
from lernet_xblock.i18n import gettext_lazy, pgettext_lazy
from lernet_xblock.models import Attendance, Rsvp, Session
from lernet_xblock.panels.action import Reply, action
from lernet_xblock.panels.attendance_words import said
from lernet_xblock.panels.forms import ActionForm, Forms
from lernet_xblock.permissions import is_member
from lernet_xblock.queries.rsvp import SessionRsvps
from lernet_xblock.queries.session import SessionLine
from lernet_xblock.rules.pause import pauses_at
from lernet_xblock.rules.presence import STILL_IN_TIME, checking_in
from lernet_xblock.services.attendance import check_in
from lernet_xblock.services.rsvp import answer_rsvp
from lernet_xblock.templatetags.lernet_show import clock, day
from lernet_xblock.viewer import Viewer

REASON_LENGTH = 200
LATEST_SECOND = 2**40

Answer = Rsvp.Answer
ANSWERS = (
    (Answer.COMING, pgettext_lazy("answer to: will you come?", "I come")),
    (Answer.NOT_COMING, pgettext_lazy("answer to: will you come?", "I cannot come")),
)


class RsvpForm(ActionForm):
    """Whether one comes. starts: when the session begins as the person saw it, in seconds since 1970."""

    answer = fields.ChoiceField(label=gettext_lazy("Will you come?"), choices=ANSWERS)
    reason = fields.CharField(
        label=gettext_lazy("Why you cannot come"),
        max_length=REASON_LENGTH,
        required=False,
        help_text=gettext_lazy("Only those who guide your group and the admins read it."),
    )
    starts = fields.IntegerField(required=False, min_value=0, max_value=LATEST_SECOND, widget=fields.HiddenInput)


def rsvp_part(viewer: Viewer, line: SessionLine, forms: Forms, told: SessionRsvps) -> dict[str, Any]:
    """Return what a session says of who comes, for session_rsvp.html; {} where there is nothing to say or ask.

    told: what queries.rsvp found for the session.
    """
    held = bool(line.number) and line.state != Session.State.NOT_HELD
    ahead = held and viewer.now < line.starts_at
    asks = ahead and viewer.may_write and not told.state and _is_expected(viewer, line, told)
    own_word = said(told.state) if told.state else ""
    counts = ahead and bool(told.coming or told.not_coming)
    if not (asks or own_word or counts):
        return {}
    initial = {"starts": int(line.starts_at.timestamp()), "reason": told.own_reason}
    return {
        "told": told,
        "ahead": ahead,
        "counts": counts,
        "form": forms(RsvpForm, "rsvp.answer", about=line.key, initial=initial) if asks else None,
        "own_word": own_word,
        "over": viewer.now >= line.ends_at,
        "was_there": told.state in Attendance.THERE,
        "minutes": told.minutes,
    }


def check_in_part(viewer: Viewer, line: SessionLine, forms: Forms, told: SessionRsvps) -> dict[str, Any]:
    """Return the form with which a member says that they are there, for session_check_in.html; {} when it is not open.

    told: what queries.rsvp found for the session; who has a record already is not asked.
    """
    open_now = line.number and viewer.plan.self_check_in and checking_in(line.starts_at).holds(viewer.now)
    asks = open_now and viewer.may_write and line.state != Session.State.NOT_HELD and _is_expected(viewer, line, told)
    if not asks or told.state:
        return {}
    return {
        "form": forms(ActionForm, "attendance.check_in", about=line.key),
        "in_time_until": line.starts_at + STILL_IN_TIME,
        "closes_at": checking_in(line.starts_at).closes_at,
        "late": viewer.now > line.starts_at + STILL_IN_TIME,
    }


def _is_expected(viewer: Viewer, line: SessionLine, told: SessionRsvps) -> bool:
    """Tell whether the reader is a member of the session's group who does not pause then."""
    own = viewer.membership
    if own is None or not told.member:
        return False
    there = line.there or viewer.zone
    return not pauses_at(line.starts_at, since=own.paused_at, until=own.paused_until, zone=there)


def _own_session(viewer: Viewer, key: str) -> Session:
    """Return a session of the member's own group. Raises NotFound."""
    rows = Session.objects.filter(key=key, cohort=viewer.cohort).select_related("cohort__network")
    found = rows.first() if viewer.cohort is not None and key.isascii() and key.isalnum() else None
    if found is None:
        raise NotFound
    return found


@action("rsvp.answer", panel="sessions", permission=is_member, form=RsvpForm)
def answer(viewer: Viewer, form: RsvpForm) -> Reply:
    """Say whether one comes."""
    typed = form.cleaned_data
    session = _own_session(viewer, typed["about"])
    seen = typed["starts"]
    answer_rsvp(
        session,
        user_id=viewer.user_id,
        answer=typed["answer"],
        reason=typed["reason"],
        now=viewer.now,
        seen=None if seen is None else datetime(1970, 1, 1, tzinfo=UTC) + timedelta(seconds=seen),
    )
    on = {"day": day(session.starts_at, viewer.zone)}
    if typed["answer"] == Answer.COMING:
        return Reply(say=_("Saved: you come on %(day)s.") % on)
    return Reply(say=_("Saved: you cannot come on %(day)s. Thank you for saying so.") % on)


@action("attendance.check_in", panel="sessions", permission=is_member)
def say_there(viewer: Viewer, form: ActionForm) -> Reply:
    """Say that one is there."""
    session = _own_session(viewer, form.cleaned_data["about"])
    cell = check_in(session, user_id=viewer.user_id, now=viewer.now)
    if cell.self_checked:
        at = {"time": clock(cell.at, viewer.zone), "state": said(cell.state)}
        return Reply(say=_("You are checked in since %(time)s: %(state)s.") % at)
    return Reply(say=_("Your facilitator has recorded you already: %(state)s.") % {"state": said(cell.state)})
