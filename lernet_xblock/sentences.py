"""What rules say in codes, in whole translated sentences; and the settings of a network by name."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from django.utils.formats import date_format
from django.utils.translation import get_language

from lernet_xblock.i18n import gettext
from lernet_xblock.i18n import gettext_lazy as _
from lernet_xblock.rules.network_settings import Notice, Problem
from lernet_xblock.rules.refusals import Refused

SETTING_LABELS: dict[str, Any] = {
    "title": _("Title"),
    "goal": _("Goal"),
    "audience": _("For whom"),
    "tags": _("Topics"),
    "minimum_size": _("Smallest group"),
    "maximum_size": _("Largest group"),
    "target_size": _("Preferred group size"),
    "cohort_limit": _("Number of groups, at most"),
    "session_count": _("Number of sessions"),
    "frequency": _("Frequency"),
    "interval": _("Weeks or months between sessions"),
    "listed_dates": _("Dates of the sessions"),
    "free_days": _("Days without session"),
    "make_up": _("Make up at the end for sessions on these days"),
    "first_date": _("First session"),
    "session_time": _("Starts at"),
    "time_zone": _("Time zone"),
    "session_minutes": _("Length of a session, in minutes"),
    "preparation_minutes": _("Preparation for each session, in minutes"),
    "working_language": _("Working language"),
    "mode": _("Way of meeting"),
    "place": _("Place"),
    "meeting_link": _("Link to the online meeting"),
    "applications_open": _("Applications open on"),
    "applications_close": _("Applications close on"),
    "decision_date": _("Everybody hears by"),
    "end_date": _("The network ends on"),
    "threshold": _("Answers needed before an evaluation is shown"),
    "reminders": _("Reminders before a session"),
    "self_check_in": _("Members say themselves that they are there"),
    "cases_per_circle": _("Cases for each circle in a session"),
    "charter_text": _("Charter: the ground rules of a group"),
    "support_contact": _("Who to ask"),
}

HOLIDAYS: dict[str, Any] = {
    "new_year": _("New Year’s Day"),
    "labour_day": _("Labour Day"),
    "national_day": _("the Belgian National Day"),
    "assumption": _("Assumption Day"),
    "all_saints": _("All Saints’ Day"),
    "armistice": _("Armistice Day"),
    "christmas": _("Christmas Day"),
    "easter_sunday": _("Easter Sunday"),
    "easter_monday": _("Easter Monday"),
    "ascension": _("Ascension Day"),
    "whit_sunday": _("Whit Sunday"),
    "whit_monday": _("Whit Monday"),
}

SENTENCES: dict[str, Any] = {
    "required": _("Please fill this in."),
    "too_short": _("Please write at least %(minimum)s characters; there are %(length)s now."),
    "too_long": _("Please write at most %(maximum)s characters."),
    "too_many": _("Please give at most %(maximum)s."),
    "out_of_range": _("Please choose a number from %(minimum)s to %(maximum)s."),
    "unknown_choice": _("Please choose one from the list."),
    "below_minimum_size": _("The largest group cannot be smaller than the smallest one, which is %(minimum)s."),
    "outside_bounds": _("Please choose a size from %(minimum)s to %(maximum)s, as set for the groups."),
    "zone_unknown": _("We do not know this time zone. Please choose one from the list, such as Europe/Brussels."),
    "not_https": _("Please give a full address that begins with https://."),
    "close_before_open": _("Applications cannot close before they open, on %(date)s."),
    "decision_before_close": _("People are told after applications close, so not before %(date)s."),
    "start_not_after_decision": _("The first session comes after everybody was told, so after %(date)s."),
    "end_not_after_start": _("The network has to end after its first session, so after %(date)s."),
    "end_before_last_session": _("The network cannot end before its last session, on %(date)s."),
    "first_date_not_earliest": _("The first session is the earliest of the listed dates: %(earliest)s."),
    "first_date_not_last_weekday": _("%(date)s is not the last such weekday of its month, as the frequency asks."),
    "dates_repeated": _("A date is listed twice."),
    "dates_do_not_match_count": _("There are %(given)s dates for %(sessions)s sessions."),
    "schedule_invalid": _(
        "No dates follow from this. Please check the first date, the frequency and the number of sessions."
    ),
    "schedule_unsatisfiable": _("These sessions would take more than %(years)s years."),
    "schedule_holidays_unavailable": _(
        "Only the holidays of Belgium are known on this site. Please type those of other countries yourself, one date"
        " on each line.",
    ),
    "holidays_unknown": _("We do not know the holidays of “%(code)s”. Please give two letters, such as BE or FR."),
    "free_days_leave_too_few": _(
        "Without these days, %(sessions)s sessions would be left. A network needs at least %(minimum)s.",
    ),
    "too_few_sessions": _("A network has at least %(minimum)s sessions: the launch, one in between and the closing."),
    "session_past": _("The session on %(day)s would lie in the past. Please choose later dates."),
    "sessions_overlap": _(
        "The sessions on %(day)s and %(other)s would overlap. Please choose other dates or shorter sessions.",
    ),
    "size_outside_recommendation": _(
        "The recommendation is groups of %(minimum)s to %(maximum)s people. Another size is possible.",
    ),
    "maximum_below_threshold": _(
        "Evaluations are shown from %(threshold)s answers, more than this group will have people.",
    ),
    "many_groups": _("Up to %(groups)s groups: each of them needs somebody who guides it."),
    "place_missing": _("People meet in person, but there is no place yet."),
    "meeting_link_missing": _("People meet online, but there is no link yet."),
    "charter_missing": _("There is no charter yet. Each group would begin with five common ground rules."),
    "session_on_holiday": _("The session on %(date)s falls on %(holiday)s."),
    "session_day_after_holiday": _("The session on %(date)s is the day after %(holiday)s."),
    "session_in_clock_gap": _("The clock jumps over %(local)s, so that session starts an hour later."),
    "session_in_clock_overlap": _("The clock shows %(local)s twice; the session starts the first time."),
    "turns_short": _(
        "%(turns)s turns for %(members)s members: %(short)s short. Three ways out: a round in groups of three, where"
        " everybody gets a short turn; a further session, which makes %(more)s more; or a shorter format, such as"
        " respectful gossip (45 minutes instead of 60) or questions only (42 minutes).",
    ),
    "sessions_lost": _("Sessions that are lost because they fall on days without session: %(lost)s."),
    "first_date_past": _("The first session lies in the past."),
    "applications_close_past": _("The last day to apply lies in the past."),
    "first_session_past": _(
        "The first session, on %(day)s, would lie in the past. Ask the author for later dates and take them over"
        " under Settings; then form the groups."
    ),
    "threshold_only_upward": _(
        "People applied knowing that an evaluation is shown from %(current)s answers on."
        " You can raise that number, not lower it.",
    ),
}
# What an applicant agrees to (rule E1). A new wording gets a new number: rows say which one was agreed to.
COMMITMENT_VERSION = 1
COMMITMENTS: dict[int, tuple[Any, ...]] = {
    1: (
        _("I come to every session, from the launch to the closing, and say so in time when I cannot."),
        _("I bring a situation from my own work, and help others with theirs."),
        _("What colleagues tell here stays here."),
        _("I try something out between the sessions, and tell how it went."),
    ),
}

# What people read on their home when something happened to their place or their group, by `Notice.kind`.
NOTICES: dict[str, Any] = {
    "transfer_you": _(
        "You are in %(group)s now. Please read its charter. What you shared before stays with your former group;"
        " you read no other case of it any more."
    ),
    "transfer_in": _("Your group has grown: a member of %(group)s joined it."),
    "transfer_out": _("A member of your group goes on in %(group)s."),
    "merge_you": _(
        "Your group goes on as part of %(group)s. Please read its charter. Your former cases stay with those who"
        " could read them before."
    ),
    "merge_in": _(
        "Your group has grown: the members of %(group)s joined it. Your former cases are not theirs to read."
    ),
    "merge_guide": _("%(group)s, which you guide, goes on as part of another group. Its sessions ahead are cancelled."),
    "split_you": _(
        "Your group became two, and you are in %(group)s now. Please read its charter. You go on reading what was"
        " shared with you so far."
    ),
    "split_out": _("Your group became two: some of its members go on as %(group)s."),
    "undone_you": _("A change was taken back: you are in %(group)s, as before."),
    "undone_group": _("A change in %(group)s was taken back: the groups are as they were before."),
    "placed": _("You are in %(group)s now. Please read its charter."),
    "place_undone": _("A change was taken back: you are not in %(group)s, and wait for a place at your old place."),
    "offer_taken_back": _("The seat in %(group)s is not offered any more. You wait at your old place in the queue."),
    "offer_expired": _(
        "The time to answer our offer of a seat in %(group)s is over. You wait at your old place in the queue."
    ),
    "joined_late": _("Somebody joined %(group)s late."),
    "member_left": _("A member has left %(group)s."),
    "membership_ended": _(
        "Your membership of %(group)s has ended. What you told there stays yours: you can read your own cases and"
        " withdraw them."
    ),
    "leave_undone": _("A change was taken back: you are a member of %(group)s again."),
    "stands_in": _("You stand in for the session of %(group)s on %(day)s. You have access until 7 days after it."),
    "substitute_named": _("Somebody was named to stand in for the session of %(group)s on %(day)s."),
    "stands_in_no_longer": _("You do not stand in for the session of %(group)s on %(day)s any more."),
    "paused_for_you": _("You pause until %(day)s. Your seat in %(group)s stays yours."),
    "member_pauses": _("A member of %(group)s pauses until %(day)s."),
    "resumed_for_you": _("Your pause is over: %(group)s expects you again."),
    "member_resumes": _("A member of %(group)s is back from a pause."),
    "session_moved": _("The session of %(group)s was moved. It begins on %(day)s at %(time)s now."),
    "session_cancelled": _("The session of %(group)s on %(day)s is cancelled."),
    "session_replaced": _("A session of %(group)s is cancelled, and the group meets on %(day)s at %(time)s instead."),
    "session_merged": _(
        "A session of %(group)s is cancelled. What it was about becomes part of the session on %(day)s."
    ),
    "session_not_held": _("The session of %(group)s on %(day)s was not held. Nobody counts as absent."),
    "plan_changed": _("The dates of %(group)s have changed. Please look at your sessions."),
    "charter_drafted": _(
        "%(group)s looks at a new text for its charter. Please read it, and say whether you support it."
    ),
    "charter_revised": _("The draft of the charter of %(group)s was changed. Please say again whether you support it."),
    "charter_objection": _("A member of %(group)s objects to the draft of the charter, and waits for an answer."),
    "charter_answered": _("Your objection to the draft of the charter of %(group)s has an answer."),
    "charter_dropped": _("The draft for the charter of %(group)s was dropped. The charter in force stays."),
    "charter_in_force": _(
        "%(group)s agreed on a new charter. Members read it and accept it anew; until then they find only their own"
        " cases."
    ),
    "charter_refused": _(
        "A member of %(group)s does not accept the charter, and takes part in the sessions without cases. You find the"
        " name beside the charter."
    ),
    "turn_planned": _("Your case in %(group)s has its turn in the session on %(day)s at %(time)s."),
    "turn_planned_days": _(
        "Your case in %(group)s has its turn over several days. A message tells you when it begins."
    ),
    "turn_unplanned": _("The turn of your case in %(group)s was taken back. Your case waits for another one."),
    "turn_freed": _(
        "The session of %(group)s on %(day)s is not held. The cases that had their turn there wait for another session."
    ),
    "turn_freed_you": _(
        "The session of %(group)s on %(day)s, in which your case had its turn, is not held. Your case waits for another"
        " session."
    ),
    "network_paused": _("This learning network pauses until %(day)s."),
    "network_resumed": _("This learning network goes on."),
}
NOTICE_UNKNOWN = _("Something changed in your learning network. Please look at your group.")

# Why an operation on groups cannot be undone, by the code of services.undo.
UNDO_OBSTACLES: dict[str, Any] = {
    "undone": _("This was undone already."),
    "never": _("This cannot be undone."),
    "late": _("This cannot be undone any more: a day has passed."),
    "later": _("This cannot be undone any more: the same people were moved again since."),
    "begun": _("This cannot be undone any more: a session has begun since."),
    "told": _(
        "This cannot be undone any more: somebody has shared something since, for the people who were there then."
    ),
    "gone": _("This cannot be undone any more: the group they would go back to is over."),
    "joined": _("This cannot be undone any more: others have joined the new group since. Move them first."),
    "taken": _("This cannot be undone any more: the seats were given to others since."),
}

UNKNOWN = _("This does not fit. Please check it.")

DAY_PATTERNS = {"de": "l, j. F Y"}
DAY_PATTERN = "l j F Y"


def sentence(said: Problem | Notice | Refused) -> str:
    """Return the whole sentence of what a rule said; a general one for a code that has none of its own."""
    return sentence_of(said.code, said.values)


def sentence_of(code: str, values: Mapping[str, object]) -> str:
    """Return the sentence of a code. values: what the rule gave with it."""
    return str(SENTENCES.get(code, UNKNOWN)) % {name: _shown(value) for name, value in values.items()}


def named_sentence(said: Problem | Notice) -> str:
    """Return the sentence after the name of its setting: "Goal: Please fill this in."."""
    return labelled(said.field, sentence(said)) if said.field in SETTING_LABELS else sentence(said)


def labelled(field: str, text: str) -> str:
    """Return the text after the name of its setting; French sets the colon apart."""
    return gettext("%(label)s: %(text)s") % {"label": SETTING_LABELS[field], "text": text}


def _shown(value: object) -> str:
    if isinstance(value, datetime):
        return f"{shown_day(value)}, {date_format(value, 'H:i')}"
    if isinstance(value, date):
        return shown_day(value)
    return str(HOLIDAYS.get(value, value)) if isinstance(value, str) else str(value)


def shown_day(moment: date) -> str:
    """Return "Tuesday 2 March 2027" in the active language."""
    return date_format(moment, DAY_PATTERNS.get((get_language() or "en").split("-")[0], DAY_PATTERN))
