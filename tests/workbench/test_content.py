from datetime import date, timedelta
from zoneinfo import ZoneInfo

import pytest

from lernet_xblock.models import Case, Contribution
from lernet_xblock.rules.authored import read
from lernet_xblock.rules.evaluation import PACE, PACE_SCALE, RATING_SCALE, RATINGS
from lernet_xblock.rules.network_settings import Settings
from lernet_xblock.rules.text import is_question
from lernet_xblock.rules.trajectory import check, session_kinds, spread_dates
from lernet_xblock.workbench.content import (
    DemoNetwork,
    load_cases,
    load_learners,
    load_networks,
    load_people,
    load_pulses,
    load_staff,
    resolve,
)

MONDAY = date(2026, 11, 23)
A_WEEK = [MONDAY + timedelta(days=number) for number in range(7)]
LONGEST = {
    "function": 80, "department": 80, "organisation": 120, "learning_question": 300, "why": 500,
    "first_name": 30, "last_name": 150, "username": 30,
}  # fmt: skip


def networks(today: date = MONDAY) -> dict[str, DemoNetwork]:
    return {network.slug: network for network in load_networks(today)}


def held_on(network: DemoNetwork) -> list[date]:
    return [session.local.date() for session in spread_dates(read(network.settings))]


def test_there_are_sixty_learners_and_six_of_staff_with_names_of_their_own() -> None:
    usernames = [person.username for person in load_people()]

    assert (len(load_learners()), len(load_staff())) == (60, 6)
    assert len(set(usernames)) == 66
    assert {person.role for person in load_learners()} == {"learner"}
    assert sorted(person.role for person in load_staff()) == sorted(
        ["author", "admin", "admin", "facilitator", "facilitator", "facilitator"],
    )


def test_people_fit_the_fields_of_an_application() -> None:
    for person in load_people():
        for name, longest in LONGEST.items():
            assert len(getattr(person, name)) <= longest, (person.username, name)
        assert len(" ".join(person.availability)) <= 90
        assert ZoneInfo(person.time_zone)


def test_every_learner_asks_a_question() -> None:
    for person in load_learners():
        assert is_question(person.learning_question), person.username
        assert person.why
        assert person.experience_years is not None
        assert person.availability


def test_all_four_languages_and_three_zones_are_there() -> None:
    assert {person.language for person in load_learners()} == {"en", "fr", "nl", "de"}
    assert {person.time_zone for person in load_people()} == {
        "Europe/Brussels", "Europe/London", "America/Toronto",
    }  # fmt: skip


@pytest.mark.parametrize("today", A_WEEK)
def test_nothing_keeps_a_network_from_opening_on_any_day(today: date) -> None:
    for network in load_networks(today):
        assert check(read(network.settings)) == (), network.slug


def test_settings_are_named_as_the_authors() -> None:
    for network in load_networks(MONDAY):
        assert set(network.settings) == set(Settings.__dataclass_fields__), network.slug


@pytest.mark.parametrize("today", A_WEEK)
def test_the_running_network_met_the_second_time_yesterday(today: date) -> None:
    dates = held_on(networks(today)["running"])

    assert dates[1] == today - timedelta(days=1)


@pytest.mark.parametrize("today", A_WEEK)
def test_the_closing_network_has_one_session_to_come_within_a_week(today: date) -> None:
    network = networks(today)["closing"]
    dates = held_on(network)

    assert session_kinds(read(network.settings).session_count or 0)[-1] == "closing"
    assert dates[3] < today
    assert today + timedelta(days=5) <= dates[4] <= today + timedelta(days=7)
    assert dates[4].weekday() < 5


def test_the_open_network_has_27_applicants_and_takes_applications_today() -> None:
    network = networks()["open"]

    assert len(network.applicants) == 27
    assert network.day("applications_open") < MONDAY < network.day("applications_close")
    assert network.show not in network.applicants


def test_cohorts_fit_their_bounds_and_are_led_by_facilitators() -> None:
    facilitators = {person.username for person in load_staff() if person.role == "facilitator"}
    sizes = {}
    for network in load_networks(MONDAY):
        if network.cohort:
            sizes[network.slug] = len(set(network.cohort.members))
            assert network.cohort.facilitator in facilitators
            assert network.cohort.deputy in {*facilitators, None}
            assert network.show in network.cohort.members

    assert sizes == {"running": 13, "closing": 12}


def test_everybody_named_is_somebody() -> None:
    learners = {person.username for person in load_learners()}
    for network in load_networks(MONDAY):
        members = network.cohort.members if network.cohort else ()
        assert {*network.applicants, *members, network.show} <= learners


def test_charters_have_eight_to_ten_lines() -> None:
    for network in load_networks(MONDAY):
        assert 8 <= len(network.settings["charter_text"].splitlines()) <= 10


def test_cases_fit_their_fields_and_end_in_a_question() -> None:
    for case in load_cases():
        for name in ("title", "situation", "question", "tried"):
            assert 0 < len(getattr(case, name)) <= Case._meta.get_field(name).max_length, case.title
        assert is_question(case.question)
        assert 150 <= len(case.situation.split()) <= 250, case.title
        assert case.kind in Case.Kind.values
        assert case.horizon in Case.Horizon.values


def test_cases_are_told_and_answered_inside_one_cohort() -> None:
    by_slug = networks()
    for case in load_cases():
        cohort = by_slug[case.slug].cohort
        assert cohort is not None
        assert {case.owner, *(item.author for item in case.contributions)} <= set(cohort.members)


def test_each_cohort_has_five_or_six_cases() -> None:
    slugs = [case.slug for case in load_cases()]

    assert {slug: slugs.count(slug) for slug in slugs} == {"running": 6, "closing": 6}


def test_contributions_follow_the_case_in_time_and_answers_follow_their_question() -> None:
    for case in load_cases():
        assert 2 <= len(case.contributions) <= 9
        days = [case.days_ago, *(item.days_ago for item in case.contributions)]
        assert days == sorted(days, reverse=True), case.title
        for place, item in enumerate(case.contributions):
            assert item.kind in Contribution.Kind.values
            assert len(item.text) <= (300 if item.kind == "question" else 1000)
            assert (item.author == case.owner) == (item.kind == "answer")
            if item.kind == "answer":
                assert item.answers is not None
                assert item.answers < place
                assert case.contributions[item.answers].kind == "question"


def test_cases_were_shared_after_the_first_session() -> None:
    by_slug = networks()
    for case in load_cases():
        first = held_on(by_slug[case.slug])[0]
        assert MONDAY - timedelta(days=case.days_ago) > first, case.title


def test_released_evaluations_have_eleven_answers_and_the_open_one_four() -> None:
    counts = {(pulse.slug, pulse.session): (pulse.released, len(pulse.answers)) for pulse in load_pulses()}

    assert counts == {
        ("running", 1): (True, 11),
        ("running", 2): (False, 4),
        ("closing", 1): (True, 11),
        ("closing", 2): (True, 11),
        ("closing", 3): (True, 11),
        ("closing", 4): (True, 11),
    }


def test_answers_keep_to_their_scales() -> None:
    for pulse in load_pulses():
        for answer in pulse.answers:
            assert set(answer) == {*RATINGS, PACE, "comment"}
            assert all(answer[item] in {None, *range(1, RATING_SCALE + 1)} for item in RATINGS)
            assert answer[PACE] in {None, *range(1, PACE_SCALE + 1)}
            assert len(answer["comment"]) <= 280


def test_receipts_are_of_members_in_the_alphabet_and_as_many_as_the_answers() -> None:
    by_slug = networks()
    for pulse in load_pulses():
        cohort = by_slug[pulse.slug].cohort
        assert cohort is not None
        assert set(pulse.receipts) <= set(cohort.members)
        assert list(pulse.receipts) == sorted(set(pulse.receipts))
        assert len(pulse.receipts) == len(pulse.answers)


def test_the_member_on_show_has_the_open_evaluation_still_to_answer() -> None:
    (open_one,) = [pulse for pulse in load_pulses() if not pulse.released]

    assert networks()["running"].show not in open_one.receipts


@pytest.mark.parametrize(
    ("rule", "expected"),
    [
        ({"days": 0}, date(2026, 11, 23)),
        ({"days": -1, "weeks": -4}, date(2026, 10, 25)),
        ({"days": 1, "on": ["MO"]}, date(2026, 11, 30)),
        ({"days": 0, "on": ["MO"], "weeks": 1}, date(2026, 11, 30)),
    ],
)
def test_a_date_is_counted_then_moved_to_its_weekday_then_by_weeks(rule: dict[str, object], expected: date) -> None:
    assert resolve(rule, MONDAY) == expected
