"""The forms of a draft, and what becomes of words whose form is gone."""

import pytest
from django.utils.datastructures import MultiValueDict

from lernet_xblock.panels.action import ACTIONS
from lernet_xblock.panels.charter_forms import ACTIONS as OURS
from lernet_xblock.panels.charter_forms import TYPED, ObjectForm, refused_here
from lernet_xblock.panels.forms import Forms
from lernet_xblock.panels.page import viewer_of
from tests.factories import UserFactory
from tests.runtime import make_block

pytestmark = pytest.mark.django_db


@pytest.fixture
def reader():
    return viewer_of(make_block(UserFactory().username), None)


def refused(reader, **fields):
    data = MultiValueDict({name: [value] for name, value in fields.items()})
    return ObjectForm(data, viewer=reader, action="charter.object", about="k")


def test_every_action_on_a_draft_is_looked_after():
    assert set(OURS) == {name for name in ACTIONS if name.startswith("charter.")} - {"charter.accept", "charter.refuse"}
    fields = {name for action in OURS for name in ACTIONS[action].form.base_fields}
    assert fields == {"about", "version", *TYPED}


def test_words_without_a_form_on_the_page_are_kept_with_the_reason(reader):
    form = refused(reader, version="1", objection="Mine.")
    form.sentence = "Closed."
    lost = refused_here(Forms(reader, failed=form), but=())
    assert (lost.sentence, lost.typed) == ("Closed.", "Mine.")
    assert refused_here(Forms(reader, failed=form), but=("charter.object",)) is None
    assert refused_here(Forms(reader), but=()) is None


def test_a_problem_of_a_field_is_the_reason_where_there_is_no_other(reader):
    form = refused(reader, version="1", objection="x" * 501)
    assert not form.is_valid()
    assert "500 is the most" in refused_here(Forms(reader, failed=form), but=()).sentence
