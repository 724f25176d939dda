"""Forms are the only gate for input: what they do not name is refused, what they pass is typed."""

import secrets
from collections.abc import Mapping
from typing import Any

from django import forms
from django.utils.datastructures import MultiValueDict
from django.utils.html import format_html
from django.utils.safestring import mark_safe

from lernet_xblock.errors import Malformed, StaleVersion
from lernet_xblock.i18n import gettext as _
from lernet_xblock.viewer import Viewer

KEY_FIELD = "_key"


def own_words(field: forms.Field) -> dict[str, str]:
    """Return what a field says when it refuses, in place of Django's words."""
    tick = isinstance(field, forms.BooleanField)
    return {
        "required": _("Please tick this.") if tick else _("Please fill this in."),
        "max_length": _("This has %(show_value)d characters; %(limit_value)d is the most."),
        "min_value": _("The least is %(limit_value)s."),
        "max_value": _("The most is %(limit_value)s."),
        "invalid_choice": _("Please choose one of these."),
    }


def _hidden(row: Any) -> str:
    """Return a hidden field of a form as HTML; the widget renders what is more than one plain value."""
    widget = row.field.widget
    if type(widget) is not forms.HiddenInput or widget.attrs.keys() - {"class"}:
        return str(row)
    value = widget.format_value(row.value())
    stated = "" if value is None else format_html(' value="{}"', value)
    return format_html('<input type="hidden" name="{}"{} id="{}">', row.html_name, mark_safe(stated), row.auto_id)  # noqa: S308 - escaped in the line above


class ActionForm(forms.Form):
    """The form of one action. `about` is the key of the row it concerns, "" when there is none.

    `sentence`: why the whole form was refused; `theirs`: stored values that differ, by field, after a conflict.
    """

    about = forms.CharField(required=False, max_length=64, widget=forms.HiddenInput)
    data: Any

    def __init__(
        self,
        data: MultiValueDict[str, str] | None = None,
        *,
        viewer: Viewer,
        action: str,
        about: str = "",
        initial: Mapping[str, Any] | None = None,
        key: str = "",
    ) -> None:
        self.viewer = viewer
        self.action = action
        self.key = key or secrets.token_hex(12)
        self.sentence = ""
        self.theirs: dict[str, str] = {}
        # The id is a pattern, in which a per cent sign would be a placeholder.
        suffix = f"-{about}".replace("%", "%%") if about else ""
        super().__init__(
            data,
            initial={"about": about, **(initial or {})},
            use_required_attribute=False,
            auto_id=f"{viewer.html_id}-{action.replace('.', '-')}{suffix}-%s",
        )
        for field in self.fields.values():
            field.error_messages.update(own_words(field))
        self.prepare()
        for field in self.fields.values():
            if not isinstance(field.widget, forms.CheckboxInput | forms.RadioSelect | forms.CheckboxSelectMultiple):
                field.widget.attrs.setdefault("class", "lnx-input")

    def prepare(self) -> None:
        """Hook: choices and hints that depend on the viewer."""

    @property
    def hidden_inputs(self) -> str:
        """The hidden fields as HTML: a page of many small forms would take longer over Django's template for each."""
        return mark_safe("".join(map(_hidden, self.hidden_fields())))  # noqa: S308 - each one is escaped below

    @property
    def shown_fields(self) -> list[Any]:
        """Visible fields, with the stored value beside one that somebody else changed."""
        rows = list(self.visible_fields())
        for row in rows:
            row.theirs = self.theirs.get(row.name)
        return rows

    @property
    def problems(self) -> list[dict[str, str]]:
        """The summary above the form: where, and what to do."""
        return (
            [
                {"id": self._first_input(name), "label": str(self[name].label).rstrip("."), "text": " ".join(errors)}
                for name, errors in self.errors.items()
                if name in self.fields and not self[name].is_hidden
            ]
            if self.is_bound
            else []
        )

    def _first_input(self, name: str) -> str:
        """Return the id of what a link to the field leads to; a group of choices has none of its own."""
        return self[name].id_for_label or f"{self[name].auto_id}_0"

    def refuse_unknown(self) -> None:
        """Raise Malformed when a name came that the form does not have."""
        unknown = set(self.data) - set(self.fields)
        if unknown:
            raise Malformed(_("This form has no field “%(field)s”.") % {"field": min(unknown)[:40]})

    def take_conflict(self, stale: StaleVersion, sentence: str) -> None:
        """Keep what was typed, show what is stored, and let the next press of the button be on purpose."""
        data = self.data.copy()
        if "version" in self.fields:
            data["version"] = str(stale.version)
        self.data = data
        self.theirs = stale.theirs
        self.sentence = sentence


class VersionedForm(ActionForm):
    """A form over something two people can change: it carries the version it was opened with."""

    version = forms.IntegerField(min_value=0, widget=forms.HiddenInput)


class Forms:
    """The forms of one page. The one that was just refused comes back as it was typed."""

    def __init__(self, viewer: Viewer, failed: ActionForm | None = None) -> None:
        self._viewer = viewer
        self._failed = failed

    def __call__(
        self,
        form_class: type[ActionForm],
        action: str,
        *,
        about: str = "",
        initial: Mapping[str, Any] | None = None,
    ) -> ActionForm:
        """Return the form of an action, fresh or as it was refused."""
        failed = self._failed
        if failed is not None and failed.action == action and failed.data.get("about", "") == about:
            return failed
        return form_class(viewer=self._viewer, action=action, about=about, initial=initial)

    def refused(self, action: str) -> ActionForm | None:
        """Return the refused form of this action, so that a folded form can be shown open."""
        return self._failed if self._failed is not None and self._failed.action == action else None
