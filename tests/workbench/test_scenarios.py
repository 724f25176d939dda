import pytest
from workbench.models import XBlockState
from workbench.runtime import ID_MANAGER
from workbench.runtime_util import reset_global_state
from workbench.scenarios import SCENARIOS

from lernet_xblock.workbench.scenarios import (
    SLUGS,
    demo_block,
    demo_usage_id,
    ensure_scenarios,
    prepare_fields,
    write_fields,
)

pytestmark = pytest.mark.django_db


def restart() -> None:
    """Forget what a process holds in memory; the tables stay."""
    ID_MANAGER.clear()
    SCENARIOS.clear()


def test_usage_ids_are_these_for_ever() -> None:
    assert {slug: demo_usage_id(slug) for slug in SLUGS} == {
        "draft": "lernet-draft.lernet.d0.u0",
        "open": "lernet-open.lernet.d0.u0",
        "running": "lernet-running.lernet.d0.u0",
        "closing": "lernet-closing.lernet.d0.u0",
    }


@pytest.mark.parametrize("slug", SLUGS)
def test_the_workbench_gives_the_promised_id(slug: str) -> None:
    restart()

    assert demo_block(slug, username="author_an").scope_ids.usage_id == demo_usage_id(slug)
    assert SCENARIOS[f"lernet-{slug}"].usage_id == demo_usage_id(slug)


def test_what_an_author_saved_survives_a_restart() -> None:
    write_fields("open", {"goal": "To be found again", "topics": ["a", "b"]}, username="author_an")
    restart()

    block = demo_block("open", username="amina_benali")

    assert (block.goal, block.topics) == ("To be found again", ["a", "b"])


def test_blocks_share_nothing() -> None:
    write_fields("open", {"goal": "Only here"}, username="author_an")

    assert demo_block("running", username="author_an").goal == ""


def test_ensuring_twice_changes_nothing() -> None:
    ensure_scenarios()
    before = dict(SCENARIOS)

    ensure_scenarios()

    assert before == SCENARIOS


def test_after_the_workbenchs_own_reset_the_blocks_come_back() -> None:
    reset_global_state()

    assert demo_block("draft", username="author_an").scope_ids.usage_id == demo_usage_id("draft")


def test_prepared_fields_are_there_before_anybody_reads_them() -> None:
    prepare_fields("open", username="author_an")
    rows = XBlockState.objects.filter(scope_id=demo_usage_id("open")).count()
    block = demo_block("open", username="amina_benali")

    for name in block.fields:
        getattr(block, name)

    assert rows > 0
    assert XBlockState.objects.filter(scope_id=demo_usage_id("open")).count() == rows
