"""Answering a date poll, one option at a time: each answer stands as soon as it is given, and the last one counts."""

from datetime import datetime

from django.db import IntegrityError, transaction

from lernet_xblock.errors import NotFound
from lernet_xblock.models import Facilitation, Membership, Poll, PollAnswer, PollOption
from lernet_xblock.services.poll import PollOver


def answer_poll(option: PollOption, *, user_id: int, answer: str, now: datetime) -> None:
    """Keep what the person says to one option, in place of what they said before. The same again changes nothing.

    answer: one of rules.date_poll.ANSWERS. Raises PollOver once a date was chosen, and NotFound for somebody who is
    neither member nor guide of the cohort.
    """
    _check_open(option.poll_id, user_id)
    mine = PollAnswer.objects.filter(option=option, user_id=user_id)
    if not mine.exists():
        try:
            with transaction.atomic():
                PollAnswer.objects.create(option=option, user_id=user_id, answer=answer, at=now)
        except IntegrityError:
            # The first of two clicks came in after this transaction had begun to read: the second one counts.
            pass
        else:
            return
    mine.exclude(answer=answer).update(answer=answer, at=now)


def answer_rest(poll: Poll, *, user_id: int, answer: str, now: datetime) -> int:
    """Give one answer to every option that the person has not answered; return how many there were, as far as seen.

    Raises as answer_poll does.
    """
    _check_open(poll.pk, user_id)
    rest = list(PollOption.objects.filter(poll=poll).exclude(answers__user_id=user_id))
    rows = (PollAnswer(option=option, user_id=user_id, answer=answer, at=now) for option in rest)
    # What was answered a moment ago in another window stays.
    PollAnswer.objects.bulk_create(rows, ignore_conflicts=True)
    return len(rest)


def _check_open(poll_id: int, user_id: int) -> None:
    """Hold the poll's row, so that no answer arrives behind its end."""
    row = Poll.objects.select_for_update().get(pk=poll_id)
    if not row.open:
        raise PollOver
    member = Membership.objects.filter(cohort=row.cohort_id, user_id=user_id, active=True)
    if not (member.exists() or Facilitation.objects.filter(cohort=row.cohort_id, user_id=user_id).exists()):
        raise NotFound
