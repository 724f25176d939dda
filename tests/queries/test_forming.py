"""Applications and wishes as a problem of cohort formation."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from lernet_xblock.models import PairRule, Pin
from lernet_xblock.queries.forming import bounds_of, experience_band, frame, part_of
from lernet_xblock.rules.formation_availability import EVERY_SLOT, mask_of_half_days
from lernet_xblock.rules.refusals import Refused
from lernet_xblock.rules.wishes import ATTRIBUTES, BY_TIMES, Wishes
from tests.factories import NOW, ApplicationFactory, NetworkFactory, UserFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def network():
    return NetworkFactory()


def framed(network, **wishes):
    asked = Wishes(**wishes)
    bounds = bounds_of(network, network.applications.count(), asked.choice)
    assert bounds is not None
    return frame(network, asked, bounds)


def test_people_stand_in_the_order_of_application(network):
    people = ApplicationFactory.create_batch(12, network=network)
    ApplicationFactory(network=network, state="withdrawn")
    ApplicationFactory(network=NetworkFactory(usage_id="lernet.d9.u9"))
    assert framed(network).people == tuple(person.pk for person in people)


def test_letter_case_and_spaces_make_no_other_value(network):
    for text in ("Shift  Supervisor", "shift supervisor ", "planner"):
        ApplicationFactory(network=network, function=text)
    function = next(one for one in framed(network).problem.attributes if one.name == "function")
    assert function.codes.tolist() == [0, 0, 1]
    assert function.weight == pytest.approx(0.4)


def test_languages_do_not_share_a_group(network):
    for language in ("nl", "fr", "nl"):
        ApplicationFactory(network=network, language=language)
    assert framed(network).problem.stratum.tolist() == [0, 1, 0]


def test_without_any_wish_everybody_is_alike(network):
    for language in ("nl", "fr"):
        ApplicationFactory(network=network, language=language)
    problem = framed(network, kinds=dict.fromkeys(ATTRIBUTES, "")).problem
    assert (problem.attributes, problem.stratum.tolist()) == ((), [0, 0])


def test_free_times_count_only_when_a_common_one_is_wished_for(network):
    ApplicationFactory(network=network, availability="TU-am WE-pm")
    ApplicationFactory(network=network, availability="")
    assert framed(network).problem.masks is None
    problem = framed(network, attendance=80).problem
    assert problem.masks.tolist() == [mask_of_half_days(["TU-am", "WE-pm"]), EVERY_SLOT]
    assert problem.attendance == pytest.approx(0.8)


def test_pairs_and_pins_of_those_who_take_part_count(network):
    people = ApplicationFactory.create_batch(3, network=network)
    gone = ApplicationFactory(network=network, state="withdrawn")
    admin = UserFactory()
    for kind, one, other in (("apart", 0, 1), ("together", 1, 2)):
        PairRule.objects.create(
            network=network, kind=kind, first=people[one], second=people[other], made_by=admin, made_at=NOW
        )
    PairRule.objects.create(network=network, kind="apart", first=people[0], second=gone, made_by=admin, made_at=NOW)
    Pin.objects.create(network=network, application=people[0], number=2)
    problem = framed(network).problem
    assert problem.apart.tolist() == [[0, 1]]
    assert problem.unit[1] == problem.unit[2] != problem.unit[0]
    assert problem.pinned.tolist() == [1, -1, -1]


def test_what_contradicts_itself_is_refused(network):
    people = ApplicationFactory.create_batch(2, network=network)
    people[0].language = "fr"
    people[0].save()
    PairRule.objects.create(network=network, kind="together", first=people[0], second=people[1], made_at=NOW)
    with pytest.raises(Refused) as caught:
        framed(network)
    assert caught.value.code == "together_not_same"


@pytest.mark.parametrize(
    ("people", "choice", "expected"),
    [
        (27, "2", (10, 15, 2, 27)),
        (27, "1", None),
        (27, "3", None),
        (27, BY_TIMES, (10, 15, None, 30)),
        (17, "smaller_groups", (8, 9, 2, 17)),
        (17, "larger_group", (17, 17, 1, 17)),
        (17, "waiting_list", (10, 15, 1, 15)),
        (17, "wait_for_more", None),
        (27, "smaller_groups", None),
        (27, "x", None),
        (8, "start_small", (8, 8, 1, 8)),
    ],
)
def test_the_choice_bounds_the_sizes(network, people, choice, expected):
    bounds = bounds_of(network, people, choice)
    told = bounds and (bounds.minimum, bounds.maximum, bounds.cohorts, bounds.seats)
    assert told == expected


def test_the_last_to_apply_wait_when_the_seats_are_too_few(network):
    people = ApplicationFactory.create_batch(17, network=network)
    found = framed(network, choice="waiting_list")
    assert (len(found.people), found.rest) == (15, (people[15].pk, people[16].pk))


@pytest.mark.parametrize(
    ("years", "band"), [(None, ""), (0, "2"), (2, "2"), (3, "5"), (10, "10"), (20, "20"), (21, "21"), (60, "21")]
)
def test_years_fall_into_bands(years, band):
    assert experience_band(years) == band


@pytest.mark.parametrize("people", [3, 30])
def test_the_queries_do_not_grow_with_people(network, people):
    ApplicationFactory.create_batch(people, network=network)
    bounds = bounds_of(network, people, BY_TIMES)
    assert bounds is not None
    with CaptureQueriesContext(connection) as asked:
        frame(network, Wishes(), bounds)
    assert len(asked) == 3
    numbers = dict.fromkeys(network.applications.values_list("pk", flat=True), 1)
    with CaptureQueriesContext(connection) as asked:
        part_of(network, Wishes(), bounds, numbers=numbers)
    assert len(asked) == 3
