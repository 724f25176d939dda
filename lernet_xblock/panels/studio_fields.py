"""The fields of settings, each under its name: what the author's form and the plan of a group have in common."""

from typing import Any

from django import forms

from lernet_xblock.i18n import gettext as _
from lernet_xblock.sentences import SETTING_LABELS


def text_field(name: str, most: int, *, lines: int = 0, **options: Any) -> forms.CharField:
    widget = forms.Textarea(attrs={"rows": lines}) if lines else forms.TextInput
    return forms.CharField(label=SETTING_LABELS[name], required=False, max_length=most, widget=widget, **options)


def number_field(name: str, **options: Any) -> forms.IntegerField:
    widget = forms.NumberInput(attrs={"inputmode": "numeric"})
    return forms.IntegerField(label=SETTING_LABELS[name], required=False, widget=widget, **options)


def day_field(name: str, **options: Any) -> forms.DateField:
    widget = forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"})
    return forms.DateField(
        label=SETTING_LABELS[name], required=False, widget=widget, input_formats=["%Y-%m-%d"], **options
    )


def choice_field(name: str, names: dict[str, Any], widget: Any = forms.Select) -> forms.ChoiceField:
    return forms.ChoiceField(label=SETTING_LABELS[name], required=False, choices=tuple(names.items()), widget=widget)


def time_field(name: str) -> forms.TimeField:
    """Return the field of a time of day."""
    return forms.TimeField(
        label=SETTING_LABELS[name],
        required=False,
        input_formats=["%H:%M", "%H:%M:%S"],
        widget=forms.TimeInput(format="%H:%M", attrs={"type": "time"}),
    )


def unreadable(field: forms.Field) -> str:
    """Return what a field says of a text that it cannot read."""
    if isinstance(field, forms.DateField):
        return _("Please give a date, such as 2027-02-02.")
    if isinstance(field, forms.TimeField):
        return _("Please give a time, such as 13:30.")
    return _("Please give a whole number.")
