"""What a reader finds of what was said: by round and kind, and what nobody but two ever learn."""

from datetime import timedelta

import pytest
import time_machine

from lernet_xblock.errors import NotFound
from lernet_xblock.models import Contribution, PrivateNote
from lernet_xblock.panels.page import viewer_of
from lernet_xblock.queries import contribution as contributions
from lernet_xblock.queries.case_scene import case_scene
from tests.factories import (
    NOW,
    CaseFactory,
    ContributionFactory,
    FacilitationFactory,
    MembershipFactory,
    ReportFactory,
    TurnFactory,
    UserFactory,
    consent,
    shared_case,
)
from tests.runtime import make_block

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def later():
    with time_machine.travel(NOW + timedelta(days=4), tick=False):
        yield


@pytest.fixture
def case():
    shared = shared_case(FacilitationFactory().cohort)
    consent(shared.cohort, shared.owner)
    return shared


@pytest.fixture
def author(case):
    return joined(case)


def joined(case):
    person = MembershipFactory(cohort=case.cohort).user
    consent(case.cohort, person)
    return person


def viewer(user):
    return viewer_of(make_block(user.username), None)


def scene(user, case):
    return case_scene(viewer(user), case)


def said(user, case):
    """Return what the reader finds: for each round its number, and kinds with the words in order."""
    return [
        (one.number, [(kind, [voice.html for voice in voices]) for kind, voices in one.kinds])
        for one in contributions.rounds(scene(user, case))
    ]


def words(text):
    return f"<p>{text}</p>\n"


def test_words_stand_by_round_then_by_kind_in_the_order_of_the_method(case, author):
    first = TurnFactory(case=case, phase="done")
    second = TurnFactory(case=case, number=2, mode="days", phase="suggestions", questions_until=NOW)
    give = {"case": case, "author": author}
    ContributionFactory(kind="suggestion", text="b", turn=first, **give)
    ContributionFactory(kind="question", text="a", turn=first, posted_at=NOW + timedelta(days=3), **give)
    ContributionFactory(kind="experience", text="d", turn=second, **give)
    ContributionFactory(kind="suggestion", text="c", turn=second, **give)
    ContributionFactory(kind="question", text="before", turn=None, **give)
    assert said(author, case) == [
        (1, [("question", [words("before"), words("a")]), ("suggestion", [words("b")])]),
        (2, [("suggestion", [words("c")]), ("experience", [words("d")])]),
    ]
    assert [one.past for one in contributions.rounds(scene(author, case))] == [True, False]


def test_a_new_round_stands_there_before_anybody_said_anything(case, author):
    TurnFactory(case=case, phase="done")
    TurnFactory(case=case, number=2, mode="days")
    assert said(author, case) == [(2, [])]


def test_answers_stand_below_their_question(case, author):
    give = {"case": case, "author": author}
    first, second = ContributionFactory(text="one", **give), ContributionFactory(text="two", **give)
    ContributionFactory(case=case, author=case.owner, kind="answer", text="yes", answers=first)
    ((_kind, voices),) = contributions.rounds(scene(author, case))[0].kinds
    assert [(voice.key, [reply.html for reply in voice.answers]) for voice in voices] == [
        (first.key, [words("yes")]),
        (second.key, []),
    ]


def test_stored_html_is_shown_and_old_rows_are_rendered_on_reading(case, author):
    give = {"case": case, "author": author}
    ContributionFactory(text="*old* <b>", html="", **give)
    ContributionFactory(text="new", html="<p>as stored</p>", **give)
    ((_number, ((_kind, found),)),) = said(author, case)
    assert found == ["<p><em>old</em> &lt;b&gt;</p>\n", "<p>as stored</p>"]


def seen(user, case):
    """Return what the reader finds of one contribution, None for nothing at all."""
    (one,) = contributions.rounds(scene(user, case))
    if one.reported:
        return f"{one.reported} reported"
    found = [(voice.author, voice.html, voice.gone) for _kind, voices in one.kinds for voice in voices]
    return found[0] if found else None


def test_withdrawn_words_are_their_authors_and_leave_a_place(case, author):
    ContributionFactory(case=case, author=author, text="x", withdrawn_at=NOW)
    guide = case.cohort.facilitations.get().user
    assert seen(author, case) == (author.get_full_name(), words("x"), "withdrawn")
    for reader in (joined(case), guide, case.owner):
        assert seen(reader, case) == ("", "", "withdrawn")


def test_held_words_are_for_author_reporter_and_handler_and_others_learn_no_kind(case, author):
    reporter, other, handler = joined(case), joined(case), case.cohort.facilitations.get().user
    one = ContributionFactory(case=case, author=author, text="x")
    report = ReportFactory(case=case, contribution=one, handler=handler)
    report.voices.create(reporter=reporter, ground="hurts", at=NOW)
    for reader in (author, reporter, handler):
        assert seen(reader, case) == (author.get_full_name(), words("x"), "held")
    for reader in (other, case.owner):
        assert seen(reader, case) == "1 reported"


def test_a_held_question_that_was_answered_keeps_its_answers_readable(case, author):
    one = ContributionFactory(case=case, author=author, text="x", held_at=NOW)
    ContributionFactory(case=case, author=case.owner, kind="answer", text="yes", answers=one)
    ((_kind, (voice,)),) = contributions.rounds(scene(joined(case), case))[0].kinds
    assert (voice.author, voice.html, voice.gone, voice.answers[0].html) == ("", "", "held", words("yes"))


def test_a_held_answer_tells_neither_kind_nor_author(case, author):
    one = ContributionFactory(case=case, author=author, text="x")
    ContributionFactory(case=case, author=case.owner, kind="answer", text="y", answers=one, held_at=NOW)
    (found,) = contributions.rounds(scene(author, case))
    assert (found.reported, found.kinds[0][1][0].answers) == (1, ())


def test_who_was_never_addressed_finds_no_place_either(case, author):
    ContributionFactory(case=case, author=author, audience="facilitator", withdrawn_at=NOW)
    ContributionFactory(case=case, author=author, audience="facilitator", held_at=NOW)
    assert seen(joined(case), case) is None


def test_that_it_helped_is_between_the_two(case, author):
    one = ContributionFactory(case=case, author=author, helped=True)
    guide = case.cohort.facilitations.get().user
    helps = {
        reader: contributions.voice_of(scene(reader, case), one.key).helps
        for reader in (case.owner, author, joined(case), guide)
    }
    assert list(helps.values()) == [True, True, None, None]
    Contribution.objects.update(helped=False)
    assert contributions.voice_of(scene(author, case), one.key).helps is None
    assert contributions.voice_of(scene(case.owner, case), one.key).helps is False


def test_what_helped_changes_no_order(case, author):
    rows = [ContributionFactory(case=case, author=author, text=str(number)) for number in range(3)]
    before = said(joined(case), case)
    Contribution.objects.filter(pk=rows[2].pk).update(helped=True)
    assert said(joined(case), case) == before


def test_words_are_found_by_those_who_read_them_and_alike_missing_for_everybody_else(
    case, author, django_assert_num_queries
):
    one = ContributionFactory(case=case, author=author)
    assert contributions.find_contribution(viewer(author), one.key) == one
    person = joined_elsewhere(case)
    for key in (one.key, "0" * 20):
        stranger = viewer(person)
        with django_assert_num_queries(5), pytest.raises(NotFound):
            contributions.find_contribution(stranger, key)
    for key in ("", "' OR 1", "é" * 30):
        with pytest.raises(NotFound):
            contributions.find_contribution(stranger, key)


def joined_elsewhere(case):
    other = FacilitationFactory(cohort__network=case.cohort.network).cohort
    person = MembershipFactory(cohort=other).user
    consent(other, person)
    return person


def test_withdrawn_words_are_found_by_their_author_only(case, author):
    one = ContributionFactory(case=case, author=author, withdrawn_at=NOW)
    assert contributions.find_contribution(viewer(author), one.key) == one
    with pytest.raises(NotFound):
        contributions.find_contribution(viewer(joined(case)), one.key)


def test_a_question_of_another_case_is_not_the_owner_s_to_answer(case, author):
    own = CaseFactory(cohort=case.cohort, owner=author)
    mine, foreign = ContributionFactory(case=own), ContributionFactory(case=case)
    assert contributions.find_own_question(viewer(author), mine.key) == mine
    with pytest.raises(NotFound):
        contributions.find_own_question(viewer(author), foreign.key)


def test_notes_are_found_by_the_owner_only(case):
    note = PrivateNote.objects.create(case=case, user=case.owner, text="x", saved_at=NOW)
    assert contributions.private_note(viewer(case.owner), case) == note
    PrivateNote.objects.create(case=case, user=UserFactory(), text="y", saved_at=NOW)
    assert contributions.private_note(viewer(case.cohort.facilitations.get().user), case) is None


def test_a_scene_costs_the_same_for_few_and_many(case, author, django_assert_num_queries):
    for number in (3, 57):
        for _ in range(number):
            ContributionFactory(case=case, author=joined(case) if number == 3 else author)
        reader = viewer(author)
        with django_assert_num_queries(3):
            contributions.rounds(case_scene(reader, case))
