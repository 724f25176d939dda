"""The XBlock: what an author sets, four views and two handlers. It holds no rules."""

from typing import Any, ClassVar

from django.apps import apps
from web_fragments.fragment import Fragment
from xblock.core import XBlock
from xblock.fields import Boolean, Integer, List, Scope, String

from lernet_xblock.rules.authored import block_field, write
from lernet_xblock.rules.network_settings import Settings


def text(default: str = "") -> String:
    """An authored text. Dates and times are ISO text: they travel through export and import unchanged."""
    return String(default=default, scope=Scope.settings)


def number(default: int) -> Integer:
    """An authored whole number."""
    return Integer(default=default, scope=Scope.settings)


def texts(*default: str) -> List:
    """An authored list of texts."""
    return List(default=list(default), scope=Scope.settings)


def choice(default: bool) -> Boolean:  # noqa: FBT001 - the value of a field, not a switch
    """An authored yes or no."""
    return Boolean(default=default, scope=Scope.settings)


@XBlock.wants("user", "i18n", "studio_user_permissions")
class LernetXBlock(XBlock):
    """A learning network in a course unit.

    Fields hold only what the author sets; people, cases and answers are rows, keyed by the block's place, so that
    a copied, imported or re-run block starts empty. No field is named `start`, `due` or `end`: the platform reads
    those as dates of the course.
    """

    has_author_view = True
    resources_dir = "static"
    public_dir = "lernet_xblock"
    block_settings_key = "lernet"
    authored_fields: ClassVar[tuple[str, ...]] = tuple(Settings.__dataclass_fields__)

    display_name = text("Learning network")
    goal = text()
    audience = text()
    topics = texts()
    minimum_size = number(10)
    maximum_size = number(15)
    target_size = number(12)
    cohort_limit = number(2)
    session_count = number(5)
    frequency = text("weekly")
    interval = number(4)
    listed_dates = texts()
    free_days = texts()
    make_up = choice(True)  # noqa: FBT003 - as above
    first_date = text()
    session_time = text("13:30")
    time_zone = text("Europe/Brussels")
    session_minutes = number(180)
    preparation_minutes = number(30)
    working_language = text("en")
    mode = text("in_person")
    place = text()
    meeting_link = text()
    applications_open = text()
    applications_close = text()
    decision_date = text()
    end_date = text()
    threshold = number(5)
    reminders = texts("7d", "1d")
    self_check_in = choice(False)  # noqa: FBT003 - as above
    cases_per_circle = number(2)
    charter_text = text()
    support_contact = text()

    def __repr__(self) -> str:
        """Name the block and nothing of what stands in it: this goes into logs and error reports."""
        return f"<LernetXBlock {self.scope_ids.usage_id}>"

    def raw_settings(self) -> dict[str, Any]:
        """Return the authored values by setting name, as JSON."""
        return {name: getattr(self, block_field(name)) for name in self.authored_fields}

    def keep_settings(self, settings: Settings) -> None:
        """Write the settings into the fields; the runtime saves them after the handler."""
        for name, value in write(settings).items():
            if getattr(self, block_field(name)) != value:
                setattr(self, block_field(name), value)

    @XBlock.supports("multi_device")
    def student_view(self, context: dict[str, Any] | None = None) -> Fragment:  # noqa: ARG002 - the runtime's signature
        """What a learner, a facilitator or an admin sees in the course."""
        return self._view("learner_page")

    def author_view(self, context: dict[str, Any] | None = None) -> Fragment:  # noqa: ARG002 - the runtime's signature
        """What an author sees of the block in a unit in Studio: a preview with sample people."""
        return self._view("author_page")

    def studio_view(self, context: dict[str, Any] | None = None) -> Fragment:  # noqa: ARG002 - the runtime's signature
        """The editor in Studio."""
        return self._view("editor_page")

    def public_view(self, context: dict[str, Any] | None = None) -> Fragment:  # noqa: ARG002 - the runtime's signature
        """A fixed notice for people who are not logged in."""
        return self._view("public_page")

    @XBlock.handler
    def action(self, request: Any, suffix: str = "") -> Any:
        """POST one action, for example `case.share`; the reply is the panel as it is now."""
        return self._pages().act(self, request, suffix)

    @XBlock.handler
    def panel(self, request: Any, suffix: str = "") -> Any:
        """GET one panel as HTML."""
        return self._pages().show(self, request, suffix)

    def _view(self, name: str) -> Fragment:
        if not apps.is_installed("lernet_xblock"):
            return Fragment("<p>The learning network is not set up on this site: add lernet_xblock to its apps.</p>")
        return getattr(self._pages(), name)(self)

    @staticmethod
    def _pages() -> Any:
        # A runtime whose site has not installed our app must still be able to load this class, without tables.
        from lernet_xblock.panels import page  # noqa: PLC0415 - see above

        return page

    @staticmethod
    def workbench_scenarios() -> list[tuple[str, str]]:
        """Blocks for the xblock-sdk workbench: one, and three on a page."""
        return [
            ("Learning network", "<lernet/>"),
            ("Learning networks, three on a page", "<vertical_demo><lernet/><lernet/><lernet/></vertical_demo>"),
        ]
