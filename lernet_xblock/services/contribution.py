"""What people say to a case: by kind, in its phase, and what becomes of it later."""

from datetime import datetime, timedelta

from lernet_xblock.errors import NotFound, RuleViolation, StaleVersion
from lernet_xblock.i18n import gettext as _
from lernet_xblock.models import Case, Contribution, Turn
from lernet_xblock.rules.prose import to_html
from lernet_xblock.services.case import require_voice
from lernet_xblock.services.speaking import open_case, require_open

MOST_CONTRIBUTIONS = 200
QUESTION_LENGTH = 300
LONGEST = 1000
MAY_BE_CHANGED = timedelta(minutes=30)


def post(case: Case, *, kind: str, text: str, author_id: int, now: datetime) -> Contribution:
    """Say something of a kind that is open now, as a colleague; the case giver only thanks, and answers elsewhere."""
    shared = open_case(case.pk)
    if kind == Contribution.Kind.ANSWER:
        raise NotFound
    turn = require_open(shared, kind, author_id=author_id, now=now)
    return _say(shared, turn, kind=kind, text=text, author_id=author_id, now=now)


def answer(question: Contribution, *, text: str, now: datetime) -> Contribution:
    """Add the case giver's answer below a question, while questions are open."""
    shared = open_case(question.case_id)
    asked = Contribution.objects.select_for_update().get(pk=question.pk)
    if asked.withdrawn_at is not None or asked.held_at is not None:
        raise RuleViolation(_("This question is not open any more. What you typed is kept."))
    kind = Contribution.Kind.ANSWER
    turn = require_open(shared, kind, author_id=shared.owner_id, now=now)
    return _say(shared, turn, kind=kind, text=text, author_id=shared.owner_id, now=now, answers=asked)


def edit(said: Contribution, *, text: str, by: int, opened_version: int, now: datetime) -> Contribution:
    """Change the own words, within MAY_BE_CHANGED of posting, or while they are held and somebody looks at them.

    Raises NotFound, RuleViolation, and StaleVersion when another window saved other words.
    """
    open_case(said.case_id)
    own = _own(said, by=by)
    if own.withdrawn_at is not None:
        raise NotFound
    if own.text == text:
        return own
    if own.version != opened_version:
        at = own.edited_at or own.posted_at
        raise StaleVersion(version=own.version, theirs={"text": own.text}, by_id=own.author_id, at=at)
    if now >= own.posted_at + MAY_BE_CHANGED and own.held_at is None:
        raise RuleViolation(_("This can be changed for 30 minutes, which are over. You can still withdraw it."))
    _check_length(own.kind, text)
    own.text, own.html, own.edited_at = text, to_html(text), now
    own.version += 1
    own.save(update_fields=["text", "html", "edited_at", "version"])
    return own


def withdraw(said: Contribution, *, by: int, now: datetime) -> Contribution:
    """Take the own words back, at any time: from now on they are their author's alone. A second time changes nothing.

    What was answered below a question stays.
    """
    Case.objects.select_for_update().get(pk=said.case_id)
    own = _own(said, by=by)
    if own.withdrawn_at is None:
        own.withdrawn_at = now
        own.version += 1
        own.save(update_fields=["withdrawn_at", "version"])
    return own


def mark_helped(said: Contribution, *, helped: bool, by: int) -> Contribution:
    """Let the case giver say that these words helped, or take that back: between the two, so no log and no version."""
    shared = open_case(said.case_id)
    if by != shared.owner_id:
        raise NotFound
    one = Contribution.objects.select_for_update().get(pk=said.pk)
    if one.author_id == by or one.withdrawn_at is not None or one.held_at is not None:
        raise NotFound
    one.helped = helped
    one.save(update_fields=["helped"])
    return one


def _own(said: Contribution, *, by: int) -> Contribution:
    """Return the row, locked. Raises NotFound unless it is this person's."""
    own = Contribution.objects.select_for_update().filter(pk=said.pk, author_id=by).first()
    if own is None:
        raise NotFound
    return own


def _say(
    shared: Case,
    turn: Turn | None,
    *,
    kind: str,
    text: str,
    author_id: int,
    now: datetime,
    answers: Contribution | None = None,
) -> Contribution:
    require_voice(shared, author_id, now=now)
    _check_length(kind, text)
    if shared.contributions.count() >= MOST_CONTRIBUTIONS:
        raise RuleViolation(
            _("This case has %(n)d contributions, which is all it can hold.") % {"n": MOST_CONTRIBUTIONS},
            field="text",
        )
    return Contribution.objects.create(
        case=shared,
        turn=turn,
        author_id=author_id,
        kind=kind,
        text=text,
        html=to_html(text),
        answers=answers,
        # Copies: the words stay with those who hear them now.
        audience=shared.audience,
        circle_id=shared.circle_id,
        posted_at=now,
    )


def _check_length(kind: str, text: str) -> None:
    if kind == Contribution.Kind.QUESTION and len(text) > QUESTION_LENGTH:
        raise RuleViolation(_("A question has at most %(n)d characters.") % {"n": QUESTION_LENGTH}, field="text")
