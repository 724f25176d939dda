"""The forms of the circles of a session. People are named by the numbers of their memberships."""

from collections.abc import Iterable
from typing import Any

from django import forms as fields

from lernet_xblock.errors import NotFound
from lernet_xblock.i18n import gettext as _
from lernet_xblock.i18n import gettext_lazy, ngettext
from lernet_xblock.panels.forms import ActionForm, VersionedForm
from lernet_xblock.queries.circle import CircleLine, CircleScene, Person
from lernet_xblock.rules.circles import SMALLEST_CIRCLE

HIGHEST_NUMBER = 2**31 - 1
MOST_CIRCLES = 9


class PeopleField(fields.MultipleChoiceField):
    """Numbers of memberships; whether they are those of the session is looked up."""

    def valid_value(self, value: str) -> bool:
        """Take every number that a row can have."""
        return value.isascii() and value.isdecimal() and len(value) <= len(str(HIGHEST_NUMBER))


class PersonField(fields.IntegerField):
    """The number of one membership, chosen from a list."""

    widget = fields.Select

    def __init__(self, **options: Any) -> None:
        super().__init__(min_value=1, max_value=HIGHEST_NUMBER, **options)


class LookForm(ActionForm):
    """Who is here, and how many circles. Nothing is saved by it. `about` is the key of the session, as everywhere."""

    here = PeopleField(label=gettext_lazy("Who is here?"), required=False, widget=fields.CheckboxSelectMultiple)
    count = fields.IntegerField(
        label=gettext_lazy("Number of circles"),
        min_value=1,
        max_value=MOST_CIRCLES,
        required=False,
        widget=fields.Select,
    )


class FormForm(VersionedForm):
    """Who is here, as it was looked at."""

    here = PeopleField(required=False, widget=fields.MultipleHiddenInput)
    count = fields.IntegerField(min_value=1, max_value=MOST_CIRCLES, required=False, widget=fields.HiddenInput)


class LateForm(ActionForm):
    """Who came late, and which circle they join; no number for the smallest."""

    person = PersonField(label=gettext_lazy("Who comes late?"))
    circle = fields.IntegerField(
        label=gettext_lazy("Circle"), min_value=1, max_value=MOST_CIRCLES, required=False, widget=fields.Select
    )


class MoveForm(VersionedForm):
    """Who sits elsewhere."""

    person = PersonField(label=gettext_lazy("Who changes places?"))
    circle = fields.IntegerField(
        label=gettext_lazy("Into circle"), min_value=1, max_value=MOST_CIRCLES, widget=fields.Select
    )


class RolesForm(VersionedForm):
    """Who moderates and who keeps the time. `about` is the key of the circle."""

    moderator = PersonField(label=gettext_lazy("Moderator"), required=False)
    timekeeper = PersonField(label=gettext_lazy("Timekeeper"), required=False)


def with_people(form: ActionForm, scene: CircleScene) -> ActionForm:
    """Let the form offer everybody who is expected, with what they said, and as many circles as there could be."""
    form.fields["here"].choices = [(one.number, _hint(one)) for one in scene.people]
    most = max(1, len(scene.people) // SMALLEST_CIRCLE)
    counts = [(n, ngettext("%(n)d circle", "%(n)d circles", n) % {"n": n}) for n in range(1, most + 1)]
    form.fields["count"].widget.choices = [("", _("As usual: about 6 people in each")), *counts]
    form.fields["count"].required = True
    return form


def ticked(scene: CircleScene) -> list[int]:
    """Return who is ticked at first: who sits in a circle or is recorded as there, else who said that they come.

    Where nobody said anything, everybody who did not say that they cannot come.
    """
    there = [one.number for one in scene.people if one.circle or one in scene.here]
    coming = [one.number for one in scene.people if one.rsvp == "coming" and not one.state]
    rest = [one.number for one in scene.people if one.rsvp != "not_coming" and not one.state]
    return there or coming or rest


def _hint(person: Person) -> str:
    if person.state:
        return person.name
    said = {"coming": _("said: I come"), "not_coming": _("said: cannot come")}.get(person.rsvp, "")
    return f"{person.name} ({said})" if said else person.name


def with_choices(form: ActionForm, people: Iterable[tuple[int, str]], circles: Iterable[tuple[object, str]]) -> Any:
    """Let the form offer these people and these circles, nobody chosen at first."""
    form.fields["person"].widget.choices = [("", _("Choose a person")), *people]
    form.fields["circle"].widget.choices = list(circles)
    return form


def with_roles(form: ActionForm, circle: CircleLine) -> ActionForm:
    """Let the form offer those in the circle who bring no case to it."""
    free = [("", _("Nobody")), *((seat.number, seat.name) for seat in circle.seats if not seat.case)]
    for name in ("moderator", "timekeeper"):
        form.fields[name].widget.choices = free
    return form


def users_of(scene: CircleScene, numbers: Iterable[object]) -> list[int]:
    """Return the people with these numbers. Raises NotFound for a number that is nobody's of this session."""
    known = {one.number: one.user_id for one in scene.people}
    wanted = [int(str(number)) for number in numbers]
    if not known.keys() >= set(wanted):
        raise NotFound
    return [known[number] for number in wanted]
