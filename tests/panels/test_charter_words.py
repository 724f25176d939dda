"""Where the notices about a charter lead."""

import pytest

from lernet_xblock.panels.charter_words import PANEL_OF, charter_place
from lernet_xblock.panels.panel import PANELS
from lernet_xblock.queries.notice import Told
from lernet_xblock.sentences import NOTICES


@pytest.mark.parametrize("kind", sorted(kind for kind in NOTICES if kind.startswith("charter_")))
def test_every_notice_leads_to_a_page_of_its_group(kind):
    address = charter_place(Told("k", kind, "Group A", None, None, "0a1b"))
    assert address == f"{PANEL_OF[kind]}?cohort=0a1b"
    assert PANEL_OF[kind] in PANELS


def test_a_notice_about_something_else_leads_nowhere_here():
    assert charter_place(Told("k", "plan_changed", "Group A", None, None, "0a1b")) == ""
