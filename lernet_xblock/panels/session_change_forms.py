"""The forms that change a session: looking at a time first, then doing it as it was seen."""

from collections.abc import Mapping
from datetime import date, datetime, time
from typing import Any

from django import forms as fields

from lernet_xblock.i18n import gettext as _
from lernet_xblock.i18n import gettext_lazy
from lernet_xblock.models import Session
from lernet_xblock.panels.forms import ActionForm, Forms, VersionedForm
from lernet_xblock.panels.panel import Params
from lernet_xblock.rules.session_fit import LONGEST_MINUTES
from lernet_xblock.rules.zones import zone
from lernet_xblock.templatetags.lernet_show import zone_name

REASON_LENGTH, KEY_LENGTH = 300, 20
DAY, CLOCK = "%Y-%m-%d", "%H:%M"
CHOICE = ("date", "time", "minutes")
WITH_A_TIME = ("move", "replace", "instead")


def _minutes(**more: Any) -> fields.IntegerField:
    label = gettext_lazy("Length, in minutes")
    return fields.IntegerField(label=label, min_value=1, max_value=LONGEST_MINUTES, **more)


class TimeForm(ActionForm):
    """A time on the wall."""

    date = fields.DateField(
        label=gettext_lazy("Date"),
        input_formats=[DAY],
        widget=fields.DateInput(format=DAY, attrs={"type": "date"}),
    )
    time = fields.TimeField(
        label=gettext_lazy("Starts at"),
        input_formats=[CLOCK],
        widget=fields.TimeInput(format=CLOCK, attrs={"type": "time"}),
    )
    minutes = _minutes()

    def prepare(self) -> None:
        """Say in our own words what cannot be taken."""
        self.fields["date"].error_messages["invalid"] = _("Please give a date, such as 2027-02-02.")
        self.fields["time"].error_messages["invalid"] = _("Please give a time, such as 13:30.")
        self.fields["minutes"].error_messages["invalid"] = _("Please give a whole number of minutes.")


class TimeLookForm(TimeForm):
    """When a session would be held. Nothing is saved by it. do: the page that shows it."""

    do = fields.ChoiceField(choices=[(one, one) for one in WITH_A_TIME], widget=fields.HiddenInput)


class WhyForm(VersionedForm):
    """A change of a session as it was seen, with what the group reads of it."""

    known = fields.BooleanField(
        label=gettext_lazy("I know that this is less than 48 hours ahead, and that people may have set out already."),
        required=False,
    )
    reason = fields.CharField(
        label=gettext_lazy("Why"),
        max_length=REASON_LENGTH,
        required=False,
        help_text=gettext_lazy("The whole group reads it."),
    )


class TimeWhyForm(WhyForm):
    """A session at another time, as it was seen."""

    date = fields.DateField(input_formats=[DAY], widget=fields.HiddenInput)
    time = fields.TimeField(input_formats=[CLOCK], widget=fields.HiddenInput)
    minutes = _minutes(widget=fields.HiddenInput)


def look_form(forms: Forms, session: Session, *, do: str, params: Params) -> ActionForm:
    """Return the form that asks for a time: as it is in the address, else as the session has it."""
    stored = (session.local_date.strftime(DAY), session.local_time.strftime(CLOCK), str(session.duration_minutes))
    initial = {name: params.get(name) or now for name, now in zip(CHOICE, stored, strict=True)}
    form = forms(TimeLookForm, "session.look", about=session.key, initial={**initial, "do": do})
    there = zone_name(zone(session.time_zone))
    form.fields["time"].label = _("Starts at (%(zone)s time)") % {"zone": there}
    return form


def wanted_time(params: Params) -> tuple[datetime, int] | None:
    """Return the wall-clock time and the minutes in an address; None where it has none that make sense."""
    try:
        day, clock = date.fromisoformat(params.get("date", "")), time.fromisoformat(params.get("time", ""))
    except ValueError:
        return None
    minutes = wanted_minutes(params)
    if minutes is None or clock.tzinfo is not None:
        return None
    return datetime.combine(day, clock.replace(second=0, microsecond=0)), minutes


def wanted_minutes(params: Params) -> int | None:
    """Return the length in an address; None for one that no session has."""
    text = params.get("minutes", "")
    minutes = int(text) if text.isdecimal() and len(text) <= len(str(LONGEST_MINUTES)) else 0
    return minutes if 1 <= minutes <= LONGEST_MINUTES else None


def typed_time(values: Mapping[str, Any]) -> datetime:
    """Return the wall-clock time of a valid form."""
    return datetime.combine(values["date"], values["time"])


def choice_of(params: Params) -> dict[str, str]:
    """Return the time in an address as the fields that carry it on."""
    return {name: params.get(name, "") for name in CHOICE}


def confirming(
    forms: Forms,
    form_class: type[ActionForm],
    action: str,
    session: Session,
    *,
    sudden: bool,
    **choice: str,
) -> ActionForm:
    """Return the form that does what is previewed. choice: what it carries of it, as text.

    What was refused as a whole, or for another choice, goes with a fresh form that has the versions of now: pressing
    again is then on purpose, after a look at how it is now.
    """
    initial: dict[str, Any] = {"version": session.version, **choice}
    form = forms(form_class, action, about=session.key, initial=initial)
    if form.is_bound and (form.sentence or any(form.data.get(name) != value for name, value in choice.items())):
        refused = form
        typed = {name: refused.data.get(name, "") for name in ("reason", "known")}
        form = form_class(viewer=refused.viewer, action=action, about=session.key, initial={**initial, **typed})
        form.sentence = refused.sentence
    if not sudden:
        form.fields.pop("known", None)
    return form
