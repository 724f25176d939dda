"""Contributions as the pages read them."""

from datetime import timedelta

import pytest
import time_machine

from lernet_xblock.errors import NotFound
from lernet_xblock.models import CharterConsent, Contribution
from lernet_xblock.panels.page import viewer_of
from lernet_xblock.queries import case_scene
from lernet_xblock.queries import contribution as contributions
from tests.factories import NOW, CaseFactory, CharterFactory, MembershipFactory, shared_case
from tests.runtime import make_block

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def later():
    with time_machine.travel(NOW + timedelta(days=2), tick=False):
        yield


@pytest.fixture
def member():
    charter = CharterFactory()
    person = MembershipFactory(cohort=charter.cohort).user
    CharterConsent.objects.create(charter=charter, user=person, at=NOW)
    return person


@pytest.fixture
def cohort(member):
    return CharterConsent.objects.get(user=member).charter.cohort


def viewer(user):
    return viewer_of(make_block(user.username), None)


def test_answers_stand_below_their_question(member, cohort):
    case = shared_case(cohort)
    ask = {"case": case, "posted_at": NOW}
    first = Contribution.objects.create(author=member, kind="question", text="Since when?", **ask)
    Contribution.objects.create(author=member, kind="question", text="Who else?", **ask)
    Contribution.objects.create(author=case.owner, kind="answer", text="Since May.", answers=first, **ask)
    page = case_scene.case_page(viewer(member), case)
    assert [(voice.text, [reply.text for reply in voice.answers]) for voice in page.questions] == [
        ("Since when?", ["Since May."]),
        ("Who else?", []),
    ]


def test_a_question_of_another_case_is_not_the_owner_s_to_answer(member, cohort):
    own, foreign = CaseFactory(cohort=cohort, owner=member), shared_case(cohort)
    asked = [
        Contribution.objects.create(case=case, kind="question", text="x", posted_at=NOW) for case in (own, foreign)
    ]
    assert contributions.find_own_question(viewer(member), asked[0].key) == asked[0]
    with pytest.raises(NotFound):
        contributions.find_own_question(viewer(member), asked[1].key)
