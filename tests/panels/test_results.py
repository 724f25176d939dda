"""Results: what a release shows, to whom, and that pages read nothing else."""

from datetime import timedelta

import pytest
import time_machine
from django.core.cache import cache
from django.db import connection
from django.test.utils import CaptureQueriesContext

from lernet_xblock.models import PulseAnswer, PulseComment, PulseRelease
from lernet_xblock.services import pulse as pulses
from tests.factories import (
    CohortFactory,
    FacilitationFactory,
    MembershipFactory,
    NetworkFactory,
    PulseFactory,
    SessionFactory,
    UserFactory,
)
from tests.runtime import get, make_block

pytestmark = pytest.mark.django_db

NAMES = ("useful", "safety", "voice", "new_idea", "transfer")


@pytest.fixture
def network():
    return NetworkFactory(state="running")


@pytest.fixture
def cohort(network):
    return CohortFactory(network=network)


@pytest.fixture
def members(cohort):
    return [row.user for row in MembershipFactory.create_batch(13, cohort=cohort)]


@pytest.fixture
def pulse(cohort, members):
    return PulseFactory(session=SessionFactory(cohort=cohort))


@pytest.fixture(autouse=True)
def clock(pulse):
    cache.clear()
    with time_machine.travel(pulse.closes_at + timedelta(hours=1), tick=False) as moved:
        yield moved


def answered(pulse, people, value=None):
    """Let these people answer, with ratings from 3 to 5 or all the same value."""
    for place, person in enumerate(people):
        rating = value or 3 + place % 3
        ratings = {**dict.fromkeys(NAMES, rating), "pace": 1 + place % 3}
        pulses.answer(
            pulse,
            network=pulse.session.cohort.network,
            user_id=person.pk,
            ratings=ratings,
            comment=f"Comment {place:02d}",
            now=pulse.opens_at,
        )
        pulse.refresh_from_db()


def released(pulse):
    return pulses.release_due(pulse, now=pulse.closes_at + timedelta(hours=1))


def results(user):
    return get(make_block(user.username), "results").text


def test_members_facilitators_and_admins_read_the_same_release(cohort, members, pulse):
    answered(pulse, members[:11])
    released(pulse)
    for reader in (
        members[0],
        members[12],
        FacilitationFactory(cohort=cohort).user,
        UserFactory(is_staff=True),
    ):
        text = results(reader)
        assert "Answered: 11 of 13." in text
        assert "<title>11 answers. The middle answer is 4.</title>" in text
        assert "too slow: 4, right: 4, too fast: 3" in text
        assert "Comment 07" in text


def test_pages_read_the_release_and_nothing_else(members, pulse):
    answered(pulse, members[:4])
    released(pulse)
    before = results(members[0])
    assert PulseAnswer.objects.exists()
    PulseAnswer.objects.all().delete()
    PulseComment.objects.all().delete()
    assert results(members[0]) == before


def test_a_published_page_stays_as_it_is_whatever_happens_to_the_answers(members, pulse):
    answered(pulse, members[:9])
    released(pulse)
    before = results(members[0])
    PulseAnswer.objects.create(pulse=pulse, ratings=dict.fromkeys(NAMES, 1))
    PulseComment.objects.create(pulse=pulse, text="late")
    released(pulse)
    assert results(members[0]) == before


def test_the_table_holds_the_numbers_of_the_picture(members, pulse):
    answered(pulse, members[:11])
    released(pulse)
    row = results(members[0]).split('<th scope="row">Today helped me', 1)[1].split("</tr>", 1)[0]
    assert [cell.split("</td>")[0] for cell in row.split("<td>")[1:]] == ["0", "0", "4", "4", "3", "4"]


def test_each_answer_is_one_dot(members, pulse):
    answered(pulse, members[:11])
    released(pulse)
    picture = results(members[0]).split('<svg class="lnx-dots"', 1)[1].split("</svg>", 1)[0]
    assert picture.count("<circle") == 11


def test_five_to_seven_answers_are_shown_roughly(members, pulse):
    answered(pulse, members[:6])
    released(pulse)
    text = results(members[0])
    assert "6 answers, on average about 4." in text
    assert "<circle" not in text


def test_unanimous_answers_are_shown_as_a_band(members, pulse):
    answered(pulse, members[:9], value=3)
    released(pulse)
    text = results(members[0])
    assert "9 answers. Most lie between" in text
    assert "<circle" not in text.split("The pace was")[0]


def test_below_the_threshold_there_is_one_sentence_and_no_answer(members, pulse):
    answered(pulse, members[:4], value=2)
    released(pulse)
    text = results(members[0])
    assert "Answered: 4 of 13." in text
    assert "Answers are shown from 5 on" in text
    assert "Comment" not in text
    assert '<svg class="lnx-dots"' not in text


def test_an_open_evaluation_shows_no_number_to_anybody(cohort, members, pulse, clock):
    clock.move_to(pulse.opens_at + timedelta(hours=1))
    readers = [members[12], FacilitationFactory(cohort=cohort).user, UserFactory(is_staff=True)]
    before = [results(reader) for reader in readers]
    answered(pulse, members[:11])
    for reader, text in zip(readers, before, strict=True):
        now = results(reader)
        assert "open until Friday 5 February 2027, 16:30" in now
        assert without_keys(now) == without_keys(text)
        assert "Answered:" not in now


def without_keys(text):
    """Cut the random keys of forms."""
    return [part.split('"', 1)[1] if place else part for place, part in enumerate(text.split('name="_key" value="'))]


def test_a_session_that_has_not_ended_has_no_evaluation(members, pulse, clock):
    clock.move_to(pulse.opens_at - timedelta(seconds=1))
    assert "appears here" in results(members[0])


def test_other_groups_are_not_shown(network, pulse, members):
    answered(pulse, members[:11])
    released(pulse)
    stranger = MembershipFactory(cohort=CohortFactory(network=network)).user
    assert "Comment 07" in results(members[0])
    assert "Comment 07" not in results(stranger)
    assert "Answered" not in results(stranger)


def test_people_without_a_part_find_no_results(network):
    assert get(make_block(UserFactory().username), "results").status_int == 404


def test_comments_are_shown_as_text(members, pulse):
    answered(pulse, members[:9])
    PulseComment.objects.update(text="<img src=x onerror=alert(1)>")
    released(pulse)
    text = results(members[0])
    assert "<img" not in text
    assert "&lt;img" in text


def test_decimals_never_reach_the_drawing_in_the_reader_s_notation(members, pulse):
    answered(pulse, members[:10])
    released(pulse)
    drawing = results(members[0]).split('<svg class="lnx-dots"', 1)[1].split("</svg>", 1)[0]
    places = [
        part.split('"')[0] for name in ("cx", "cy", "x1", "x2", "y1", "y2") for part in drawing.split(f' {name}="')[1:]
    ]
    assert places
    assert all(place.isdigit() for place in places)


def test_every_key_in_the_address_but_the_own_finds_nothing(network, members, pulse):
    foreign = PulseFactory(session=SessionFactory(cohort=CohortFactory(network=network)))
    for key in (foreign.session.key, "0" * 20, "%00", "<b>"):
        response = get(make_block(members[0].username), f"results?pulse={key}")
        assert response.status_int == 404


def test_the_page_costs_the_same_for_few_and_many(network, cohort, members, pulse):
    reader, admin = members[0], UserFactory(is_staff=True)
    costs = []
    for number in range(2, 5):
        answered(pulse, members[:3] if number == 2 else members[3:11])
        MembershipFactory.create_batch(10, cohort=cohort)
        PulseFactory(session=SessionFactory(cohort=cohort, number=number))
        PulseFactory(session=SessionFactory(cohort=CohortFactory(network=network)))
        with CaptureQueriesContext(connection) as own:
            results(reader)
        with CaptureQueriesContext(connection) as all_groups:
            results(admin)
        costs.append((len(own), len(all_groups)))
    assert len(set(costs)) == 1
    assert max(costs[0]) <= 10
    assert not PulseRelease.objects.exists()
