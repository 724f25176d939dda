"""Sessions: when and where a group meets, what is over and what comes; who guides it says where."""

from collections.abc import Sequence
from typing import Any

from django import forms as fields

from lernet_xblock import permissions
from lernet_xblock.exports.addresses import session_url
from lernet_xblock.i18n import gettext as _
from lernet_xblock.i18n import gettext_lazy
from lernet_xblock.models import Cohort, Session
from lernet_xblock.panels.action import Reply, action, values
from lernet_xblock.panels.forms import ActionForm, Forms, VersionedForm
from lernet_xblock.panels.panel import Params, panel
from lernet_xblock.panels.rsvp import check_in_part, rsvp_part
from lernet_xblock.panels.run import guides_or_runs, has_groups
from lernet_xblock.queries.circle import own_circles
from lernet_xblock.queries.cohort import cohort_label
from lernet_xblock.queries.poll import open_poll
from lernet_xblock.queries.rsvp import rsvps
from lernet_xblock.queries.session import (
    NEXT,
    PAST,
    PLANNED,
    SessionLine,
    choose_cohort,
    cohorts_of,
    find_session,
    session_lines,
)
from lernet_xblock.rules.presence import recording
from lernet_xblock.sentences import sentence_of
from lernet_xblock.services.session import (
    EDITED,
    LINK_LENGTH,
    NOTES_LENGTH,
    PLACE_LENGTH,
    TITLE_LENGTH,
    edit_session,
)
from lernet_xblock.templatetags.lernet_show import day
from lernet_xblock.viewer import Viewer

# Groups in a row of links.
MOST_CHOICES = 24


class PlaceForm(VersionedForm):
    """What a session is about, and where it is held."""

    title = fields.CharField(label=gettext_lazy("What it is about"), max_length=TITLE_LENGTH, required=False)
    place = fields.CharField(label=gettext_lazy("Place"), max_length=PLACE_LENGTH, required=False)
    meeting_link = fields.CharField(
        label=gettext_lazy("Link to the online meeting"),
        max_length=LINK_LENGTH,
        required=False,
        widget=fields.URLInput(attrs={"placeholder": "https://", "autocomplete": "off"}),
        help_text=gettext_lazy("Only the group sees it, from 24 hours before the start until the end."),
    )

    notes = fields.CharField(
        label=gettext_lazy("What to prepare or bring along"),
        max_length=NOTES_LENGTH,
        required=False,
        widget=fields.Textarea(attrs={"rows": 3}),
        help_text=gettext_lazy("The whole group reads it, and it stands in their calendars."),
    )

    def prepare(self) -> None:
        """Say in our own words what cannot be taken."""
        for field in (self.fields[name] for name in EDITED):
            field.error_messages["max_length"] = sentence_of("too_long", {"maximum": field.max_length})


def choices(cohorts: Sequence[Cohort], chosen: Cohort | None) -> list[dict[str, Any]]:
    """Return the groups to choose from, at most 24 around the chosen one; none where there is no choice."""
    if len(cohorts) < 2 or chosen is None:  # noqa: PLR2004 - one is no choice
        return []
    start = max(0, min(cohorts.index(chosen) - MOST_CHOICES // 2, len(cohorts) - MOST_CHOICES))
    near = cohorts[start : start + MOST_CHOICES]
    return [{"key": one.key, "label": cohort_label(one), "current": one == chosen} for one in near]


@panel("sessions", title=gettext_lazy("Sessions"), visible=permissions.takes_part, in_menu=has_groups)
def sessions(viewer: Viewer, params: Params, forms: Forms) -> dict[str, Any]:
    """Return the sessions of one group. Raises NotFound for a group that does not concern the reader."""
    cohorts = cohorts_of(viewer)
    cohort = choose_cohort(viewer, cohorts, params.get("cohort", ""))
    return {
        "choices": choices(cohorts, cohort),
        "address_of": "sessions",
        "label": cohort_label(cohort) if cohort else "",
        "rows": _rows(viewer, cohort, forms) if cohort else [],
        "has_calendar": permissions.belongs(viewer),
        "poll": open_poll(cohort) if cohort else "",
    }


def _rows(viewer: Viewer, cohort: Cohort, forms: Forms) -> list[dict[str, Any]]:
    said = rsvps(viewer, cohort)
    lines = session_lines(viewer, [cohort])[cohort.pk]
    seated = own_circles(viewer, lines)
    records = permissions.may_plan(viewer, cohort) and viewer.may_write
    return [
        {
            "session": line,
            "is_next": line.state == NEXT,
            "is_past": line.state == PAST,
            "form": _place_form(line, forms) if line.may_edit else None,
            "rsvp": rsvp_part(viewer, line, forms, said[line.key]),
            "check_in": check_in_part(viewer, line, forms, said[line.key]),
            "attendance": records and _has_attendance(viewer, line),
            "event_url": _event_url(viewer, line),
            "own_circle": seated.get(line.key),
        }
        for line in lines
    ]


def _place_form(line: SessionLine, forms: Forms) -> ActionForm:
    initial = {"meeting_link": line.stored_link, **{name: getattr(line, name) for name in ("title", "place", "notes")}}
    return forms(PlaceForm, "session.edit", about=line.key, initial={**initial, "version": line.version})


def _has_attendance(viewer: Viewer, line: SessionLine) -> bool:
    """Tell whether there is somebody's presence to record or to read."""
    opened = viewer.now >= recording(line.starts_at, line.ends_at).opens_at
    return opened and bool(line.number) and line.state != Session.State.NOT_HELD


def _event_url(viewer: Viewer, line: SessionLine) -> str:
    """Return the address of a file for the own calendar, "" for what is over or cancelled, and for who has no part."""
    ahead = line.state in (NEXT, PLANNED) and viewer.may_write
    return session_url(viewer.host, viewer.user_id, line.key) if ahead and permissions.belongs(viewer) else ""


@action("session.edit", panel="sessions", permission=guides_or_runs, form=PlaceForm)
def edit(viewer: Viewer, form: PlaceForm) -> Reply:
    """Say where a session is held."""
    session = find_session(viewer, form.cleaned_data["about"])
    edit_session(
        session,
        words=values(form),
        opened_version=form.cleaned_data["version"],
        by=viewer.user_id,
        now=viewer.now,
    )
    return Reply(say=_("Saved: where the group meets on %(day)s.") % {"day": day(session.starts_at, viewer.zone)})
