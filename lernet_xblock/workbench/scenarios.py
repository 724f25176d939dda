"""The demo's blocks in the workbench: one scenario for each, with a usage id that outlives restarts.

The workbench makes ids by counting inside a scenario's name, and keeps them in memory only; fields go to its
own table under that id. So a scenario with a name of its own and an empty `<lernet/>` finds what was saved
before: attributes in the XML would overwrite it at every start.
"""

from collections.abc import Mapping
from threading import Lock
from typing import Any

from django.conf import settings
from workbench.runtime import ID_MANAGER, WorkbenchRuntime
from workbench.scenarios import SCENARIOS, add_xml_scenario, get_scenarios
from xblock.core import XBlock
from xblock.exceptions import NoSuchUsage

DRAFT = "draft"
SLUGS = (DRAFT, "open", "running", "closing")
XML = "<lernet/>"

_lock = Lock()


def scenario_name(slug: str) -> str:
    """Return the scenario's name, which is also its address: /scenario/lernet-open/."""
    return f"lernet-{slug}"


def demo_usage_id(slug: str) -> str:
    """Return the usage id of the demo's block: `lernet-open.lernet.d0.u0`."""
    return f"{scenario_name(slug)}.lernet.d0.u0"


def _is_known(usage_id: str) -> bool:
    try:
        ID_MANAGER.get_definition_id(usage_id)
    except NoSuchUsage:
        return False
    return True


def _register(slug: str) -> None:
    name = scenario_name(slug)
    SCENARIOS.pop(name, None)
    # The id is made from the description, not from the name.
    add_xml_scenario(name, name, XML)


def ensure_scenarios() -> None:
    """Make the demo's blocks known to this process; cheap when they are.

    Other blocks' scenarios are left out unless the setting LERNET_OTHER_BLOCKS asks for them: one installed
    block that cannot be loaded would take every page with it.
    """
    with _lock:
        if settings.LERNET_OTHER_BLOCKS and not get_scenarios.initialized:
            get_scenarios()
        for slug in SLUGS:
            if not _is_known(demo_usage_id(slug)):
                _register(slug)


def demo_block(slug: str, *, username: str) -> XBlock:
    """Return the demo's block as this person gets it."""
    ensure_scenarios()
    return WorkbenchRuntime(username).get_block(demo_usage_id(slug))


def write_fields(slug: str, values: Mapping[str, Any], *, username: str) -> None:
    """Save the block's fields (name → JSON value), as the Studio editor would."""
    block = demo_block(slug, username=username)
    for name, value in values.items():
        setattr(block, name, value)
    block.save()


def prepare_fields(slug: str, *, username: str) -> None:
    """Read each field once.

    The workbench makes a row at the first read, without a unique constraint: two threads at once would make
    two, and every later read would fail.
    """
    block = demo_block(slug, username=username)
    for name in block.fields:
        getattr(block, name)
