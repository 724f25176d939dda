"""Sessions: when and where a group meets, what is over and what comes; who guides it says where."""

from collections.abc import Sequence
from typing import Any

from django import forms as fields

from lernet_xblock import permissions
from lernet_xblock.i18n import gettext as _
from lernet_xblock.i18n import gettext_lazy
from lernet_xblock.models import Cohort, Network
from lernet_xblock.panels.action import Reply, action, values
from lernet_xblock.panels.forms import Forms, VersionedForm
from lernet_xblock.panels.panel import Params, panel
from lernet_xblock.queries.cohort import cohort_label
from lernet_xblock.queries.session import (
    NEXT,
    PAST,
    SessionLine,
    choose_cohort,
    cohorts_of,
    find_session,
    session_lines,
)
from lernet_xblock.sentences import sentence_of
from lernet_xblock.services.session import LINK_LENGTH, PLACE_LENGTH, edit_session
from lernet_xblock.templatetags.lernet_show import day
from lernet_xblock.viewer import Viewer

# Groups in a row of links.
MOST_CHOICES = 24


class PlaceForm(VersionedForm):
    """Where a session is held."""

    place = fields.CharField(label=gettext_lazy("Place"), max_length=PLACE_LENGTH, required=False)
    meeting_link = fields.CharField(
        label=gettext_lazy("Link to the online meeting"),
        max_length=LINK_LENGTH,
        required=False,
        widget=fields.URLInput(attrs={"placeholder": "https://", "autocomplete": "off"}),
        help_text=gettext_lazy("Only the group sees it, from 24 hours before the start until the end."),
    )

    def prepare(self) -> None:
        """Say in our own words what cannot be taken."""
        for field in (self.fields["place"], self.fields["meeting_link"]):
            field.error_messages["max_length"] = sentence_of("too_long", {"maximum": field.max_length})


def has_groups(viewer: Viewer) -> bool:
    """Whether there can be a group that concerns the person: before groups are formed, an admin has none to look at."""
    formed = viewer.network is not None and viewer.network.state not in (Network.State.OPEN, Network.State.FORMING)
    return permissions.belongs(viewer) or (permissions.takes_part(viewer) and formed)


def guides_or_runs(viewer: Viewer) -> bool:
    """Who guides a group of the network, and the admins: those who may change sessions."""
    return permissions.is_facilitator(viewer) or (permissions.is_admin(viewer) and viewer.network is not None)


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
    lines = session_lines(viewer, [cohort])[cohort.pk] if cohort else ()
    return {
        "choices": choices(cohorts, cohort),
        "address_of": "sessions",
        "label": cohort_label(cohort) if cohort else "",
        "rows": [_row(line, forms) for line in lines],
    }


def _row(line: SessionLine, forms: Forms) -> dict[str, Any]:
    initial = {"place": line.place, "meeting_link": line.stored_link, "version": line.version}
    return {
        "session": line,
        "is_next": line.state == NEXT,
        "is_past": line.state == PAST,
        "form": forms(PlaceForm, "session.edit", about=line.key, initial=initial) if line.may_edit else None,
    }


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
