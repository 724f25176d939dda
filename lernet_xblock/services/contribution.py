"""What colleagues add to a case: clarifying questions and suggestions, and the owner's answers."""

from datetime import datetime

from lernet_xblock.errors import NotFound, RuleViolation
from lernet_xblock.i18n import gettext as _
from lernet_xblock.models import Case, Contribution
from lernet_xblock.services.case import require_consent

MOST_CONTRIBUTIONS = 200
QUESTION_LENGTH = 300
LONGEST = 1000


def post(case: Case, *, kind: str, text: str, author_id: int, now: datetime) -> Contribution:
    """Add a colleague's question or suggestion. The owner of the case only answers."""
    shared = _open_case(case.pk)
    if author_id == shared.owner_id or kind == Contribution.Kind.ANSWER:
        raise NotFound
    if kind == Contribution.Kind.QUESTION and len(text) > QUESTION_LENGTH:
        raise RuleViolation(_("A question has at most %(n)d characters.") % {"n": QUESTION_LENGTH}, field="text")
    require_consent(shared.cohort_id, author_id, now=now)
    return Contribution.objects.create(case=shared, author_id=author_id, kind=kind, text=text, posted_at=now)


def answer(question: Contribution, *, text: str, now: datetime) -> Contribution:
    """Add the owner's answer below a question."""
    shared = _open_case(question.case_id)
    require_consent(shared.cohort_id, shared.owner_id, now=now)
    return Contribution.objects.create(
        case=shared,
        author_id=shared.owner_id,
        kind=Contribution.Kind.ANSWER,
        text=text,
        answers=question,
        posted_at=now,
    )


def _open_case(case_id: int) -> Case:
    """Return the shared case, locked, with room for one more contribution."""
    shared = Case.objects.select_for_update().filter(pk=case_id, state=Case.State.SHARED).first()
    if shared is None:
        raise NotFound
    if shared.contributions.count() >= MOST_CONTRIBUTIONS:
        raise RuleViolation(
            _("This case has %(n)d contributions, which is all it can hold.") % {"n": MOST_CONTRIBUTIONS},
            field="text",
        )
    return shared
