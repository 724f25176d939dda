"""The page of a case at its fullest: 15 people, 60 contributions in two rounds, a circle of 7 that suggests now.

For bench_pages.py; imported once Django is set up.
"""

from datetime import timedelta

from django.utils import timezone

from lernet_xblock.models import (
    Case,
    CharterConsent,
    Circle,
    CircleSeat,
    Cohort,
    Contribution,
    Membership,
    Network,
    Turn,
)
from lernet_xblock.rules.prose import to_html

PEOPLE, CIRCLE, CONTRIBUTIONS = 15, 7, 60
TEXT = (
    "When did you last talk about it **without** the planning on the table? In our team it changed once:\n\n"
    "- we wrote down who waits for whom\n- we looked at it together, see https://example.org/handover"
)
ROUNDS = {
    1: ("question", "answer", "question", "reflection", "suggestion", "experience"),
    2: ("question", "answer", "reflection", "suggestion", "experience", "resource"),
}


def full_case(usage_id: str) -> tuple[str, str, str]:
    """Make the case in the network of this block; return its key, and usernames of a member and of a facilitator."""
    network = Network.objects.get(usage_id=usage_id)
    cohort = Cohort.objects.get(network=network)
    people = _fifteen(network, cohort)
    now = timezone.now()
    circle = Circle.objects.create(
        session=cohort.sessions.order_by("pk").last(), cohort=cohort, number=9, formed_at=now
    )
    for user_id in people[:CIRCLE]:
        CircleSeat.objects.create(circle=circle, session=circle.session, user_id=user_id, seated_at=now)
    case = Case.objects.create(
        cohort=cohort,
        owner_id=people[0],
        state="shared",
        stage="in_discussion",
        title="Handover after six months",
        situation="The night shift hears half of it. " * 30,
        question="How do I make a handover whole?",
        third_parties_checked=True,
        shared_at=now,
        saved_at=now,
    )
    _speak(case, _turns(case, circle), people)
    guide = cohort.facilitations.filter(role="facilitator").get().user
    member = Membership.objects.get(cohort=cohort, user_id=people[1]).user
    return case.key, member.username, guide.username


def _fifteen(network: Network, cohort: Cohort) -> list[int]:
    """Return the numbers of 15 members who accepted the charter; the cohort gets those it misses."""
    from django.contrib.auth import get_user_model

    people = list(cohort.memberships.filter(active=True).order_by("pk").values_list("user_id", flat=True))
    charter = cohort.charters.order_by("-version").first()
    now = timezone.now() - timedelta(days=60)
    for number in range(len(people), PEOPLE):
        user = get_user_model().objects.create(
            username=f"bench{number}", first_name="Mila", last_name=f"Peeters {number}"
        )
        Membership.objects.create(network=network, cohort=cohort, user=user, joined_at=now)
        CharterConsent.objects.create(charter=charter, user=user, at=now)
        people.append(user.pk)
    return people[:PEOPLE]


def _turns(case: Case, circle: Circle) -> dict[int, Turn]:
    now = timezone.now()
    begun = {"case": case, "cohort": case.cohort, "planned_at": now, "phase_since": now, "begun_at": now}
    first = {"session": circle.session, "phase": "done", "open": None, "ended_at": now}
    second = {"session": circle.session, "phase": "suggestions", "circle": circle}
    return {1: Turn.objects.create(number=1, **first, **begun), 2: Turn.objects.create(number=2, **second, **begun)}


def _speak(case: Case, turns: dict[int, Turn], people: list[int]) -> None:
    """Post the same number of each kind in each round; everybody of the circle speaks, in the first round all."""
    asked = None
    for number in range(CONTRIBUTIONS):
        which = 1 if number < CONTRIBUTIONS // 2 else 2
        kind = ROUNDS[which][number % len(ROUNDS[which])]
        author = people[0] if kind == "answer" else people[1 + number % (PEOPLE - 1 if which == 1 else CIRCLE - 1)]
        said = Contribution.objects.create(
            case=case,
            turn=turns[which],
            author_id=author,
            kind=kind,
            text=TEXT,
            html=to_html(TEXT),
            answers=asked if kind == "answer" else None,
            helped=number % 5 == 0,
            # The first round in the room, a month ago; the second over several days.
            posted_at=timezone.now()
            - timedelta(days=30 if which == 1 else 6 - number // 10, minutes=CONTRIBUTIONS - number),
        )
        asked = said if kind == "question" else asked
