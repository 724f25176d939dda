"""The forms of turns: planning them, leading them, and what the case giver takes home."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

from django import forms as fields
from django.core.exceptions import ValidationError

from lernet_xblock.i18n import gettext as _
from lernet_xblock.i18n import gettext_lazy
from lernet_xblock.models import Turn
from lernet_xblock.panels.case_forms import area
from lernet_xblock.panels.forms import ActionForm, VersionedForm
from lernet_xblock.panels.turn_words import MODES, NAMES
from lernet_xblock.rules.case_turn import PHASES, WORKED
from lernet_xblock.rules.pause import today_in
from lernet_xblock.rules.zones import to_utc, zone
from lernet_xblock.services.turn_plan import DEADLINES, Override
from lernet_xblock.templatetags.lernet_show import zone_name
from lernet_xblock.viewer import FALLBACK_ZONE, Viewer

DAY, WALL = "%Y-%m-%d", "%Y-%m-%dT%H:%M"
KEY_LENGTH = 20
IN_SESSION = (Turn.Mode.LIVE, Turn.Mode.HYBRID)


def network_zone(viewer: Viewer) -> Any:
    """Return the zone of the network, in which deadlines are set."""
    return zone(viewer.plan.time_zone or FALLBACK_ZONE)


def today(viewer: Viewer) -> date:
    """Return the day it is where the network is."""
    return today_in(network_zone(viewer), viewer.now)


NO_WALL_TIME = gettext_lazy("Please give a day and a time, such as 2027-02-02 17:00.")
# Beyond, an instant cannot be told in every zone.
YEARS = range(1900, 9000)


class WallTimeField(fields.CharField):
    """A day and a time on the wall, without a zone."""

    def __init__(self, **more: Any) -> None:
        super().__init__(widget=fields.TextInput(attrs={"type": "datetime-local"}), **more)

    def to_python(self, value: Any) -> Any:
        """Return the naive time. Raises ValidationError."""
        text = super().to_python(value)
        if not text:
            return text
        try:
            typed = datetime.strptime(text[:16], WALL)  # noqa: DTZ007 - a time on the wall
        except ValueError as error:
            raise ValidationError(NO_WALL_TIME) from error
        if typed.year not in YEARS:
            raise ValidationError(NO_WALL_TIME)
        return typed


def _day_field(label: Any, **more: Any) -> fields.DateField:
    widget = fields.DateInput(format=DAY, attrs={"type": "date"})
    return fields.DateField(label=label, input_formats=[DAY], widget=widget, **more)


def _say_what_no_day_is(form: ActionForm) -> None:
    form.fields["step_on"].error_messages["invalid"] = _("Please give a date, such as 2027-02-02.")


class OverrideForm(ActionForm):
    """A second turn for somebody while others have had none needs a tick and a reason."""

    known = fields.BooleanField(
        label=gettext_lazy("I know that somebody has had no turn yet, and this case comes first all the same."),
        required=False,
    )
    reason = fields.CharField(
        label=gettext_lazy("Why"),
        max_length=300,
        required=False,
        help_text=gettext_lazy("Kept in the log of the group. Please write nothing of what the case is about."),
    )

    @property
    def override(self) -> Override:
        """What was typed of it in a valid form."""
        return Override(known=self.cleaned_data["known"], reason=self.cleaned_data["reason"])

    def leave_out_override(self) -> None:
        """Ask for no reason where nobody loses a turn."""
        for name in ("known", "reason"):
            self.fields.pop(name)


class PlanForm(OverrideForm):
    """A turn in a session; which ones there are is the page's to say."""

    session = fields.CharField(label=gettext_lazy("Session"), max_length=KEY_LENGTH, widget=fields.Select)
    mode = fields.ChoiceField(
        label=gettext_lazy("How do you meet?"),
        choices=[(mode, MODES[mode]) for mode in IN_SESSION],
        initial=Turn.Mode.LIVE,
        widget=fields.RadioSelect,
    )
    field_order = ("session", "mode", "known", "reason")


class Deadlines(fields.Form):
    """When each phase ends, on the wall clock of the network."""

    questions_until = WallTimeField(label=NAMES[WORKED[0]])
    reflections_until = WallTimeField(label=NAMES[WORKED[1]])
    suggestions_until = WallTimeField(label=NAMES[WORKED[2]])
    closing_until = WallTimeField(label=NAMES[WORKED[3]])
    viewer: Viewer

    def name_zone(self) -> None:
        """Say what each date means, and in which zone."""
        there = zone_name(network_zone(self.viewer))
        for name in DEADLINES:
            values = {"phase": self.fields[name].label, "zone": there}
            self.fields[name].label = _("%(phase)s: open until (%(zone)s time)") % values

    @property
    def deadlines(self) -> Sequence[datetime]:
        """The instants of a valid form, in the order of the phases."""
        there = network_zone(self.viewer)
        return [to_utc(self.cleaned_data[name], there) for name in DEADLINES]


class PlanDaysForm(Deadlines, OverrideForm):
    """A turn over several days."""

    field_order = (*DEADLINES, "known", "reason")

    def prepare(self) -> None:
        """Say what each date means."""
        self.name_zone()


class DeadlinesForm(Deadlines, VersionedForm):
    """Other deadlines for a turn over several days."""

    def prepare(self) -> None:
        """Say what each date means."""
        self.name_zone()


class MoveForm(VersionedForm):
    """Another session for a turn."""

    session = fields.CharField(label=gettext_lazy("Session"), max_length=KEY_LENGTH, widget=fields.Select)


class LeadForm(VersionedForm):
    """The next phase. seen: the one that was in force on the page."""

    seen = fields.ChoiceField(choices=[(one, one) for one in PHASES], widget=fields.HiddenInput)


class BackForm(LeadForm):
    """One step back."""

    note = fields.CharField(
        label=gettext_lazy("Why"),
        max_length=300,
        help_text=gettext_lazy("Everybody who works on this case reads it."),
    )


class ChooseForm(VersionedForm):
    """What the case giver takes home."""

    question = fields.CharField(label=gettext_lazy("My question now"), max_length=300, widget=area(3))
    first_step = fields.CharField(
        label=gettext_lazy("My first step"),
        max_length=280,
        required=False,
        widget=area(2),
        help_text=gettext_lazy("Something small that you can do yourself. You are asked what became of it."),
    )
    step_on = _day_field(gettext_lazy("By when"), required=False)
    no_step = fields.BooleanField(label=gettext_lazy("I take no step for now."), required=False)

    def prepare(self) -> None:
        """Ask for the step and its date, unless the tick says that there is none."""
        _say_what_no_day_is(self)
        without = bool(self.is_bound and self.data.get("no_step"))
        for name in ("first_step", "step_on"):
            self.fields[name].required = not without


class TellForm(VersionedForm):
    """What became of the first step."""

    outcome = fields.CharField(
        label=gettext_lazy("What happened since?"),
        max_length=1000,
        widget=area(4),
        help_text=gettext_lazy("What went wrong helps the others as much as what went well."),
    )


class PostponeForm(VersionedForm):
    """A later date for the first step."""

    step_on = _day_field(gettext_lazy("New date"))

    def prepare(self) -> None:
        """Say in our own words what is no date."""
        _say_what_no_day_is(self)
