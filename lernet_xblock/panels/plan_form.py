"""The form of dates: of one group, or of all of them where `about` names none."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import date, time
from typing import Any

from django import forms

from lernet_xblock.i18n import gettext as _
from lernet_xblock.i18n import gettext_lazy
from lernet_xblock.panels.forms import VersionedForm
from lernet_xblock.panels.settings_shown import FREQUENCY_NAMES
from lernet_xblock.panels.studio_days import CountryField, DaysField, dates_of_text, written, written_free
from lernet_xblock.panels.studio_fields import choice_field, day_field, number_field, text_field, time_field, unreadable
from lernet_xblock.panels.studio_holidays import lines_with_holidays
from lernet_xblock.queries.plan import PlanInForce
from lernet_xblock.rules.network_settings import DATES, Settings
from lernet_xblock.rules.plan_dates import DATE_SETTINGS, dates_of
from lernet_xblock.rules.planning_anew import slots_of
from lernet_xblock.rules.refusals import Refused
from lernet_xblock.rules.trajectory import check
from lernet_xblock.rules.trajectory_schedule import first_date_for
from lernet_xblock.rules.zones import zone
from lernet_xblock.sentences import sentence, sentence_of
from lernet_xblock.templatetags.lernet_show import zone_name

LOOK = "plan.look"
REASON_LENGTH = 300
MINUTES_PER_HOUR = 60
LONGEST_NUMBER = 9999
SHIFTS = ("shift_days", "shift_hours", "shift_minutes")
# What a list of dates says by itself.
OF_A_RHYTHM = ("interval", "session_count", "first_date")
CHECKED = tuple(name for name in DATE_SETTINGS if name != "time_zone")


def _shift_field(label: Any) -> forms.IntegerField:
    widget = forms.NumberInput(attrs={"inputmode": "numeric"})
    return forms.IntegerField(
        label=label, required=False, min_value=-LONGEST_NUMBER, max_value=LONGEST_NUMBER, widget=widget
    )


class PlanForm(VersionedForm):
    """Dates of a group, by the names of Settings, and how far the group is shifted against them. Nothing is saved."""

    frequency = choice_field("frequency", FREQUENCY_NAMES)
    interval = number_field("interval")
    first_date = day_field("first_date")
    session_count = number_field("session_count")
    listed_dates = text_field(
        "listed_dates", 3000, lines=4, help_text=gettext_lazy("One on each line, such as 2027-02-02.")
    )
    session_time = time_field("session_time")
    session_minutes = number_field("session_minutes", help_text=gettext_lazy("60 to 240."))
    free_days = DaysField(
        label=gettext_lazy("Days without session"),
        help_text=gettext_lazy("One date on each line, such as 2027-03-29 Easter Monday."),
    )
    country = CountryField()
    make_up = forms.BooleanField(
        label=gettext_lazy("Make up at the end for sessions on these days"),
        required=False,
        help_text=gettext_lazy("Without this tick, a session that would fall on such a day is lost."),
    )
    shift_days = _shift_field(gettext_lazy("Days later"))
    shift_hours = _shift_field(gettext_lazy("Hours later"))
    shift_minutes = _shift_field(gettext_lazy("Minutes later"))

    def prepare(self) -> None:
        """Say in our own words what cannot be read, and whose clock it is."""
        if not self.initial.get("about"):
            for name in SHIFTS:
                del self.fields[name]
        for name, field in self.fields.items():
            field.needed = name not in {"free_days", "country", "make_up", *SHIFTS}
            field.error_messages["invalid"] = unreadable(field)
            if isinstance(field, forms.CharField) and field.max_length:
                field.error_messages["max_length"] = sentence_of("too_long", {"maximum": field.max_length})
            if isinstance(field, forms.ChoiceField):
                field.error_messages["invalid_choice"] = sentence_of("unknown_choice", {})
        clock = _("On the clock of %(zone)s.") % {"zone": zone_name(zone(self.viewer.plan.time_zone or ""))}
        self.fields["session_time"].help_text = clock

    @property
    def shown_fields(self) -> list[Any]:
        """Nothing at once: the page shows the fields by group."""
        return []

    @property
    def settings(self) -> Settings:
        """The network's settings with the dates as typed; what could not be read counts as not filled in."""
        many = {"listed_dates", "free_days"}
        given = {name: self.cleaned_data.get(name, () if name in many else None) for name in CHECKED}
        if given["frequency"] == DATES and given["listed_dates"]:
            given |= {"first_date": given["listed_dates"][0], "session_count": len(given["listed_dates"])}
        return replace(self.viewer.plan, **given)

    @property
    def dates(self) -> dict[str, Any]:
        """The dates as rules.plan_dates keeps them."""
        return dates_of(self.settings)

    @property
    def shift(self) -> dict[str, int]:
        """How far the group is shifted: shift_days, and shift_minutes with the hours in them."""
        days, hours, minutes = (self.cleaned_data.get(name) or 0 for name in SHIFTS)
        return {"shift_days": days, "shift_minutes": MINUTES_PER_HOUR * hours + minutes}

    def clean_listed_dates(self) -> tuple[date, ...]:
        """Read ISO dates, in any order."""
        return dates_of_text(self.cleaned_data["listed_dates"])

    def clean(self) -> dict[str, Any]:
        """Refuse what gives no dates, beside its field."""
        for problem in check(self.settings):
            if problem.field in CHECKED:
                self._blame(problem.field, sentence(problem))
        if not self.errors:
            try:
                slots_of(self.settings, **self.shift)
            except Refused as refused:
                self._blame(refused.field or "first_date", sentence(refused))
        return self.cleaned_data

    def _blame(self, name: str, text: str) -> None:
        if self.cleaned_data.get("frequency") == DATES and name in OF_A_RHYTHM:
            name = "listed_dates"
        if name in self.fields and name not in self.errors:
            self.add_error(name, text)
        elif name not in self.fields:
            # All groups have no shift of their own: nothing else can be to blame for it.
            self.add_error("first_date", text)

    def typed(self) -> dict[str, Any]:
        """Return what stands in the fields, to be shown again by another form of the same dates."""
        return {name: self[name].value() for name in self.fields if name != "about"}


class PlanHolidaysForm(PlanForm):
    """The form half-way: nothing is refused but what the holidays depend on. It comes back as the form it was."""

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options | {"action": LOOK})

    def clean(self) -> dict[str, Any]:
        """Let everything stand as it is typed; looking at what happens checks it."""
        for name in set(self.errors) - {"first_date", "listed_dates", "free_days", "country"}:
            del self._errors[name]
        return self.cleaned_data

    def filled(self) -> tuple[PlanForm, str]:
        """Return the form as it was typed, holidays added, and a sentence. Raises RuleViolation."""
        typed, about = self.typed(), self.cleaned_data["about"]
        country = self.cleaned_data["country"] or "BE"
        typed["free_days"], said = lines_with_holidays(
            str(typed["free_days"] or ""), self.settings, country, language=self.viewer.language
        )
        return PlanForm(viewer=self.viewer, action=LOOK, about=about, initial=typed), said


class PlanConfirmForm(PlanForm):
    """The dates as they were looked at, and why."""

    country = None  # type: ignore[assignment]  # Django's way to leave out a field of the base
    reason = forms.CharField(
        label=gettext_lazy("Why"),
        max_length=REASON_LENGTH,
        required=False,
        help_text=gettext_lazy("The group reads it with the new dates."),
    )

    def prepare(self) -> None:
        """Carry the dates without showing them: they are told above."""
        super().prepare()
        for name, field in self.fields.items():
            if name != "reason":
                field.widget = forms.HiddenInput()
        self.fields["reason"].error_messages["max_length"] = sentence_of("too_long", {"maximum": REASON_LENGTH})

    @property
    def shown_fields(self) -> list[Any]:
        """The reason."""
        return [self["reason"]]

    def tell_hidden(self) -> None:
        """Say as a whole what a field is to blame for that nobody sees."""
        hidden = [errors[0] for name, errors in self.errors.items() if name in self.fields and self[name].is_hidden]
        if hidden and not self.sentence:
            self.sentence = str(hidden[0])


def initial_of(plan: PlanInForce) -> dict[str, Any]:
    """Return the dates in force as the form's inputs show them."""
    given = {name: getattr(plan.settings, name) for name in CHECKED}
    hours, minutes = divmod(abs(plan.shift_minutes), MINUTES_PER_HOUR)
    sign = -1 if plan.shift_minutes < 0 else 1
    return given | {
        "version": plan.version,
        "listed_dates": written(plan.settings.listed_dates),
        "free_days": written_free(plan.settings.free_days),
        "shift_days": plan.shift_days or None,
        "shift_hours": sign * hours or None,
        "shift_minutes": sign * minutes or None,
    }


def picked_day(params: Mapping[str, str]) -> date | None:
    """Return the date that an address carries for the next session, None where there is none."""
    try:
        return date.fromisoformat(params.get("first_date", ""))
    except ValueError:
        return None


def picked(plan: PlanInForce, params: Mapping[str, str], day: date, *, begun: int) -> dict[str, Any]:
    """Return the form's inputs for a plan whose next session is on this day; so many have begun and stay.

    What was picked is when this group meets, so its shift goes. The time is that of the address, where it has one.
    """
    found = initial_of(plan) | dict.fromkeys(SHIFTS)
    found["first_date"] = first_date_for(plan.settings, day, begun=begun)
    if found.get("frequency") == DATES:
        lines = str(found["listed_dates"]).splitlines()
        later = [line for line in lines[begun + 1 :] if line != day.isoformat()]
        found["listed_dates"] = "\n".join([*lines[:begun], day.isoformat(), *later])
    try:
        found["session_time"] = time.fromisoformat(params.get("session_time", ""))
    except ValueError:
        return found
    return found
