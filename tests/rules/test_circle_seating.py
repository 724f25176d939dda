from collections.abc import Iterable
from dataclasses import replace
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from lernet_xblock.rules.circle_seating import Seating, Service, roles, seat
from lernet_xblock.rules.circles import circle_sizes, met, repeats

PEOPLE = st.lists(st.integers(1, 40), unique=True, min_size=1, max_size=12)


def form(people: Iterable[int], **changes: Any) -> tuple[Seating, ...]:
    listed = list(people)
    given: dict[str, Any] = {"earlier": {}, "cases": {}, "service": {}, "seed": 5}
    return seat(listed, circle_sizes(len(listed)), **given | changes)


def test_twelve_people_in_the_second_session_sit_with_three_of_each_former_circle() -> None:
    former = (range(6), range(6, 12))
    for seed in range(10):
        made = form(range(12), earlier=met(former), seed=seed)
        assert [[len(set(circle.people) & set(old)) for old in former] for circle in made] == [[3, 3], [3, 3]]
        assert sum(repeats(circle.people, met(former)) for circle in made) == 12


@given(people=PEOPLE, data=st.data())
@settings(max_examples=80, deadline=None)
def test_cases_are_spread_as_evenly_as_can_be_and_then_meetings_are_fewest(people: list[int], data: Any) -> None:
    givers = data.draw(st.lists(st.sampled_from(people), unique=True))
    earlier = met(data.draw(st.lists(st.lists(st.sampled_from(people), unique=True), max_size=4)))
    cases = dict.fromkeys(givers, 1)

    made = form(people, earlier=earlier, cases=cases)

    spread = sorted(len(set(circle.people) & set(givers)) for circle in made)
    assert spread[-1] - spread[0] <= 1
    assert sorted(user for circle in made for user in circle.people) == sorted(people)
    assert tuple(len(circle.people) for circle in made) == circle_sizes(len(people))
    again = form(reversed(people), earlier=earlier, cases=cases)
    assert made == again


@given(people=PEOPLE, data=st.data())
@settings(max_examples=60, deadline=None)
def test_roles_are_two_people_who_bring_no_case(people: list[int], data: Any) -> None:
    givers = data.draw(st.lists(st.sampled_from(people), unique=True))

    for circle in form(people, cases=dict.fromkeys(givers, 1)):
        free = set(circle.people) - set(givers)
        taken = [user for user in (circle.moderator, circle.timekeeper) if user is not None]
        assert len(set(taken)) == len(taken) == min(2, len(free))
        assert set(taken) <= free


def test_roles_go_to_who_had_them_least_and_then_longest_ago() -> None:
    service = {1: Service(moderated=1, last=5), 2: Service(timed=1, last=1), 3: Service(timed=1, last=0), 4: Service()}

    assert roles([1, 2, 3], givers=(), service=service) == (3, 1)
    assert roles([1, 2, 3, 4], givers={4}, service=service) == (3, 1)
    assert roles([1, 2, 3, 4], givers=(), service=service) == (4, 1)


def test_who_has_a_role_keeps_it_unless_they_bring_a_case_or_have_gone() -> None:
    assert roles([1, 2, 3], givers=(), service={}, moderator=3, timekeeper=2) == (3, 2)
    assert roles([1, 2, 3], givers={3}, service={}, moderator=3, timekeeper=1) == (2, 1)
    assert roles([1, 2], givers=(), service={}, moderator=9, timekeeper=1) == (2, 1)
    assert roles([1, 2], givers={1}, service={}, timekeeper=2) == (None, 2)


def test_over_four_sessions_nobody_moderates_twice() -> None:
    service: dict[int, Service] = {}
    for session in range(4):
        for circle in form(range(12), service=service, seed=session):
            for user, what in ((circle.moderator, "moderated"), (circle.timekeeper, "timed")):
                assert user is not None
                own = service.get(user, Service())
                service[user] = replace(own, **{what: getattr(own, what) + 1, "last": session})
    assert max(own.moderated for own in service.values()) == 1
    assert max(own.timed for own in service.values()) == 1
    assert min(own.moderated + own.timed for own in (service.get(user, Service()) for user in range(12))) == 1
