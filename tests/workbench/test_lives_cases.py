"""The demo's cases stand at every place of a case's life, and nothing old is news."""

from collections import Counter

import pytest

from lernet_xblock.models import Case, Contribution, Notice, Turn
from lernet_xblock.workbench.content import load_cases
from lernet_xblock.workbench.demo import load_demo

pytestmark = pytest.mark.django_db


@pytest.fixture
def loaded():
    load_demo()


def test_every_stage_and_every_kind_is_there(loaded):
    running = Case.objects.filter(cohort__name="Groep Schelde")
    stages = Counter(running.values_list("stage", flat=True))
    assert stages == {"outcome_told": 1, "discussed": 1, "in_discussion": 2, "scheduled": 1, "shared": 1}
    kinds = set(Contribution.objects.values_list("kind", flat=True))
    assert kinds == set(Contribution.Kind.values)


def test_each_turn_is_as_the_story_says(loaded):
    for story in load_cases():
        turns = Turn.objects.filter(case__title=story.title)
        assert turns.count() == (story.turn is not None), story.title
        if story.turn is not None and story.turn.chosen:
            turn = turns.get()
            assert (turn.phase, turn.first_step, turn.question_after) == (
                "done",
                story.turn.chosen.step,
                story.turn.chosen.question,
            )


def test_what_was_told_long_ago_is_no_news(loaded):
    assert not Notice.objects.filter(kind__startswith="turn_", seen_at=None).exclude(kind="turn_planned").exists()
