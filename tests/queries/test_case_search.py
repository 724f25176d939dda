"""Full-text search finds all that one may read, and nothing else."""

import random
from datetime import timedelta

import pytest
import time_machine

from lernet_xblock.models import Attachment, Case, Contribution
from lernet_xblock.panels.page import viewer_of
from lernet_xblock.permissions import may_read_contribution
from lernet_xblock.queries.case_scene import case_scene
from lernet_xblock.queries.case_search import MOST_FOUND, search
from lernet_xblock.rules.search import words_of
from tests.factories import (
    NOW,
    CaseFactory,
    CharterFactory,
    CircleFactory,
    CohortFactory,
    ContributionFactory,
    FacilitationFactory,
    MembershipFactory,
    ReportFactory,
    UserFactory,
    consent,
    seat,
    shared_case,
)
from tests.runtime import make_block

pytestmark = pytest.mark.django_db

LATER = NOW + timedelta(days=20)


@pytest.fixture(autouse=True)
def later():
    with time_machine.travel(LATER, tick=False):
        yield


@pytest.fixture
def cohort():
    return CharterFactory(cohort__network__state="running").cohort


@pytest.fixture
def reader(cohort):
    person = MembershipFactory(cohort=cohort).user
    consent(cohort, person)
    return person


def viewer(user):
    return viewer_of(make_block(user.username), None)


def found(user, typed):
    return [hit.line.title for hit in search(viewer(user), words_of(typed))]


@pytest.mark.parametrize("place", ["title", "situation", "question", "tried", "attachment", "contribution"])
def test_every_place_is_searched_without_letter_case_and_accents(place, cohort, reader):
    case = shared_case(cohort, title="One")
    shared_case(cohort, title="Two")
    if place == "attachment":
        Attachment.objects.create(case=case, name="Relève Équipe.pdf", url="https://example.org", added_at=NOW)
    elif place == "contribution":
        ContributionFactory(case=case, text="La relève de l'Équipe")
    else:
        Case.objects.filter(pk=case.pk).update(**{place: "La relève de l'Équipe"})
    case.refresh_from_db()
    assert found(reader, "ÉQUIPE releve") == [case.title]


def test_all_words_have_to_occur_wherever_in_the_case(cohort, reader):
    case = shared_case(cohort, title="Handover", question="At night?")
    ContributionFactory(case=case, text="Since when?")
    assert found(reader, "handover night since") == ["Handover"]
    assert found(reader, "handover night noon") == []
    assert found(reader, "  ?! ") == []


def test_title_before_question_before_text_before_contribution_and_then_the_newest(cohort, reader):
    other = {"situation": "s", "question": "q?"}
    shared_case(cohort, **{**other, "title": "D", "situation": "a needle"})
    shared_case(cohort, **{**other, "title": "C", "question": "needle?"})
    shared_case(cohort, **{**other, "title": "B needle"}, shared_at=NOW + timedelta(days=1))
    shared_case(cohort, **{**other, "title": "A needle"}, shared_at=NOW + timedelta(days=2))
    ContributionFactory(case=shared_case(cohort, **{**other, "title": "E"}), text="needle")
    assert found(reader, "needle") == ["A needle", "B needle", "C", "D", "E"]


def test_the_excerpt_shows_what_was_found(cohort, reader):
    case = shared_case(cohort, title="Needle", situation="before the needle after")
    (hit,) = search(viewer(reader), words_of("needle after"))
    assert [(piece.text, piece.hit) for piece in hit.title] == [("Needle", True)]
    assert [piece.text for piece in hit.excerpt if piece.hit] == ["needle", "after"]
    ContributionFactory(case=case, text="Only here: thread, needle, after")
    (hit,) = search(viewer(reader), words_of("needle after thread"))
    assert (hit.voiced, [piece.text for piece in hit.excerpt if piece.hit]) == (True, ["thread", "needle", "after"])


def test_own_drafts_and_withdrawn_cases_are_found_by_their_owner_alone(cohort, reader):
    for state in ("draft", "withdrawn"):
        CaseFactory(cohort=cohort, owner=reader, state=state, title=f"Needle {state}")
    other = MembershipFactory(cohort=cohort).user
    consent(cohort, other)
    assert sorted(found(reader, "needle")) == ["Needle draft", "Needle withdrawn"]
    assert found(other, "needle") == []


def test_before_a_yes_to_the_charter_only_own_words_are_found(cohort, reader):
    own = CaseFactory(cohort=cohort, owner=reader, title="Own")
    shared_case(cohort, title="Needle")
    ContributionFactory(case=own, text="needle")
    assert sorted(found(reader, "needle")) == ["Needle", "Own"]
    CharterFactory(cohort=cohort, version=2)
    assert (found(reader, "needle"), found(reader, "own")) == ([], ["Own"])


def test_at_most_fifty_are_shown(cohort, reader):
    for number in range(MOST_FOUND + 2):
        CaseFactory(cohort=cohort, owner=reader, state="draft", title=f"Needle {number}")
    assert len(found(reader, "needle")) == MOST_FOUND


def everybody(cohort):
    """Return people of every kind, and a circle with one of them in it."""
    people = {name: MembershipFactory(cohort=cohort).user for name in ("giver", "seated", "member")}
    people["late"] = MembershipFactory(cohort=cohort, joined_at=NOW + timedelta(days=5)).user
    ended = {"active": None, "left_at": NOW + timedelta(days=9), "end": "left"}
    people["left"] = MembershipFactory(cohort=cohort, **ended).user
    people["guide"] = FacilitationFactory(cohort=cohort).user
    people["late guide"] = FacilitationFactory(cohort=cohort, role="deputy", since=NOW + timedelta(days=5)).user
    people["other"] = MembershipFactory(cohort=CharterFactory(cohort=CohortFactory(network=cohort.network)).cohort).user
    people["admin"], people["stranger"] = UserFactory(is_staff=True), UserFactory()
    consent(cohort, *(person for name, person in people.items() if name != "other"))
    consent(MembershipFactory(cohort__network=cohort.network).cohort, people["other"])
    circle = CircleFactory(session__cohort=cohort, session__number=1)
    seat(circle, people["seated"])
    return people, circle


def fill(cohort, people, circle, dice):
    """Cases and contributions of every audience and state, each with one word of its own; held ones among them."""
    for number in range(24):
        audience = dice.choice(["cohort", "circle", "facilitator"])
        in_circle = {"circle": circle} if audience == "circle" else {}
        opened = {"open_to": cohort, "opened_at": NOW + timedelta(days=6)} if dice.random() < 0.4 else {}
        state = dice.choice(["shared", "shared", "shared", "draft", "withdrawn"])
        given = {"audience": audience, "state": state, "title": f"case{number:03d}", **in_circle, **opened}
        case = CaseFactory(cohort=cohort, owner=people["giver"], **given)
        for voice in range(6):
            said = dice.choice(["cohort", "circle", "facilitator"])
            words = ContributionFactory(
                case=case,
                author=dice.choice([people["seated"], people["member"], people["left"]]),
                text=f"voice{number:03d}{voice}",
                audience=said,
                circle=circle if said == "circle" else None,
                posted_at=NOW + timedelta(days=dice.randint(1, 12)),
                withdrawn_at=NOW if dice.random() < 0.2 else None,
            )
            if dice.random() < 0.2:
                ReportFactory(case=case, contribution=words)
        if dice.random() < 0.2:
            ReportFactory(case=case)


@pytest.mark.once
@pytest.mark.parametrize("seed", range(2))
def test_what_is_found_is_exactly_what_one_may_read(cohort, seed):
    people, circle = everybody(cohort)
    fill(cohort, people, circle, random.Random(seed))  # noqa: S311 - a die, not a secret
    for name, person in people.items():
        seen = viewer(person)
        readable = read_on_pages(seen)
        titles = {hit.line.title for hit in search(seen, words_of("case"))}
        assert titles == {case.title for case in readable}, name
        for case in Case.objects.all():
            heard = {one.text for one in readable.get(case, ())}
            for one in Contribution.objects.filter(case=case):
                expected = [case.title] if one.text in heard else []
                assert [hit.line.title for hit in search(seen, words_of(one.text))] == expected, name


def read_on_pages(seen):
    """Return the cases whose pages open for the viewer, each with the contributions that stand there."""
    from lernet_xblock.errors import NotFound
    from lernet_xblock.queries.case_access import find_case

    pages = {}
    for case in Case.objects.all():
        try:
            scene = case_scene(seen, find_case(seen, case.key))
        except NotFound:
            continue
        assert all(may_read_contribution(seen, case, one) for one in scene.voices)
        pages[case] = scene.voices
    return pages


@pytest.mark.parametrize("count", [1, 9])
def test_a_search_costs_the_same_however_much_there_is(cohort, reader, count, django_assert_num_queries):
    for _number in range(count):
        ContributionFactory.create_batch(count, case=shared_case(cohort), text="needle")
    seen = viewer(reader)
    with django_assert_num_queries(6):
        assert len(search(seen, words_of("needle"))) == count
