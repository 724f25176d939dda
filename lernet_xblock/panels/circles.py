"""Circles: who guides a session says who is here, looks at the circles that follow from it, and forms them."""

from typing import Any

from lernet_xblock.errors import NotFound
from lernet_xblock.i18n import gettext as _
from lernet_xblock.i18n import gettext_lazy, ngettext
from lernet_xblock.models import Circle
from lernet_xblock.panels.action import Reply, action
from lernet_xblock.panels.circle_forms import (
    FormForm,
    LateForm,
    LookForm,
    MoveForm,
    RolesForm,
    ticked,
    users_of,
    with_choices,
    with_people,
    with_roles,
)
from lernet_xblock.panels.forms import ActionForm, Forms
from lernet_xblock.panels.operation_words import listed
from lernet_xblock.panels.panel import Params, panel
from lernet_xblock.panels.run import guides_or_runs
from lernet_xblock.permissions import may_change_session
from lernet_xblock.queries.circle import CircleLine, CircleScene, circle_lines, circle_scene, drawn_lines
from lernet_xblock.queries.cohort import cohort_label
from lernet_xblock.queries.session import find_session
from lernet_xblock.rules.presence import recording
from lernet_xblock.services.circle import form_circles, refuse_sizes
from lernet_xblock.services.circle_history import draw_circles, earlier_meetings
from lernet_xblock.services.circle_seat import move_seat, seat_late, set_roles
from lernet_xblock.viewer import Viewer


@panel("circles", title=gettext_lazy("Circles"), visible=guides_or_runs, in_menu=lambda _viewer: False)
def circles(viewer: Viewer, params: Params, forms: Forms) -> dict[str, Any]:
    """Return the session that the address names: who sits where, else who is here."""
    session = find_session(viewer, params.get("session", ""))
    scene = circle_scene(viewer, session)
    seated = [one.user_id for one in scene.people if one.circle]
    lines = circle_lines(scene, earlier_meetings(session, seated)) if scene.rows else []
    window = recording(session.starts_at, session.ends_at)
    return {
        "session": session,
        "label": cohort_label(session.cohort),
        "scene": scene,
        "opens_at": window.opens_at if viewer.now < window.opens_at else None,
        "away": listed([one.name for one in scene.away]) if scene.away and scene.rows else "",
        "circles": [_card(scene, line, forms) for line in lines],
        "look": _look(scene, forms) if scene.open and not scene.begun else None,
        "late": _late(scene, forms) if scene.open and scene.rows and scene.unseated else None,
        "move": _move(scene, forms) if scene.open and not scene.begun and len(lines) > 1 else None,
        "refused": _refusal(forms),
    }


def _refusal(forms: Forms) -> str:
    """Return why circles were not formed: the page then shows those that stand."""
    refused = forms.refused("circles.form")
    return refused.sentence or " ".join(text for texts in refused.errors.values() for text in texts) if refused else ""


def _card(scene: CircleScene, line: CircleLine, forms: Forms) -> dict[str, Any]:
    card: dict[str, Any] = {"circle": line, "size": _size(line)}
    if scene.open and line.key:
        role = {seat.role: seat.number for seat in line.seats if seat.role}
        initial = {**role, "version": scene.version}
        card["roles"] = with_roles(forms(RolesForm, "circles.roles", about=line.key, initial=initial), line)
    return card


def _size(line: CircleLine) -> str:
    people = len(line.seats)
    return ngettext("%(n)d person", "%(n)d people", people) % {"n": people}


def _look(scene: CircleScene, forms: Forms) -> ActionForm:
    initial = {"here": ticked(scene), "count": ""}
    return with_people(forms(LookForm, "circles.look", about=scene.session.key, initial=initial), scene)


def _late(scene: CircleScene, forms: Forms) -> ActionForm:
    form = forms(LateForm, "circles.late", about=scene.session.key)
    suggested = _("Suggested: circle %(n)d") % {"n": scene.late_to}
    others = [(row.number, _circle(row.number)) for row in scene.rows if row.number != scene.late_to]
    form.fields["circle"].required = True
    return with_choices(form, [(one.number, one.name) for one in scene.unseated], [("", suggested), *others])


def _move(scene: CircleScene, forms: Forms) -> ActionForm:
    form = forms(MoveForm, "circles.move", about=scene.session.key, initial={"version": scene.version})
    people = [(one.number, f"{one.name} ({_circle(one.circle)})") for one in scene.people if one.circle]
    return with_choices(
        form, people, [("", _("Choose a circle")), *((row.number, _circle(row.number)) for row in scene.rows)]
    )


def _circle(number: int) -> str:
    return _("Circle %(n)d") % {"n": number}


@action("circles.look", panel="circles", permission=guides_or_runs, form=LookForm)
def look(viewer: Viewer, form: LookForm) -> Reply:
    """Show the circles that follow from who is here; nothing is saved."""
    session = find_session(viewer, form.cleaned_data["about"])
    scene = circle_scene(viewer, session)
    here, count = form.cleaned_data["here"], form.cleaned_data["count"]
    users = users_of(scene, here)
    refuse_sizes(len(users), count)
    drawn = [(one.people, one.moderator, one.timekeeper) for one in draw_circles(session, present=users, count=count)]
    typed = {"here": here, "count": count or ""}
    lines = drawn_lines(scene, drawn, earlier_meetings(session, users))
    again = LookForm(viewer=viewer, action="circles.look", about=session.key, initial=typed)
    confirm = FormForm(
        viewer=viewer, action="circles.form", about=session.key, initial={**typed, "version": scene.version}
    )
    total = _said([len(line.seats) for line in lines])
    drawn_cards = [{"circle": line, "size": _size(line)} for line in lines]
    once = {"drawn": drawn_cards, "confirm": confirm, "total": total, "look": with_people(again, scene)}
    return Reply(say=total, once=once)


@action("circles.form", panel="circles", permission=guides_or_runs, form=FormForm)
def form_them(viewer: Viewer, form: FormForm) -> Reply:
    """Record who is here and form the circles."""
    typed = form.cleaned_data
    session = find_session(viewer, typed["about"])
    # The same box twice is one person.
    users = users_of(circle_scene(viewer, session), dict.fromkeys(typed["here"]))
    made = form_circles(
        session,
        present=users,
        count=typed["count"],
        opened_version=typed["version"],
        by=viewer.user_id,
        now=viewer.now,
    )
    return Reply(say=_("Formed: %(circles)s") % {"circles": _said([circle.seats.count() for circle in made])})


def _said(sizes: list[int]) -> str:
    """Return "13 people in 2 circles: 7 and 6."."""
    people = ngettext("%(n)d person", "%(n)d people", sum(sizes)) % {"n": sum(sizes)}
    text = ngettext("%(people)s in one circle.", "%(people)s in %(n)d circles: %(sizes)s.", len(sizes))
    return text % {"people": people, "n": len(sizes), "sizes": listed([str(size) for size in sizes])}


@action("circles.late", panel="circles", permission=guides_or_runs, form=LateForm)
def late(viewer: Viewer, form: LateForm) -> Reply:
    """Let somebody who comes late join a circle."""
    typed = form.cleaned_data
    session = find_session(viewer, typed["about"])
    [user] = users_of(circle_scene(viewer, session), [typed["person"]])
    circle = seat_late(session, user_id=user, number=typed["circle"], by=viewer.user_id, now=viewer.now)
    return Reply(say=_sits(viewer, user, circle), panel="circles", params={"session": session.key})


@action("circles.move", panel="circles", permission=guides_or_runs, form=MoveForm)
def move(viewer: Viewer, form: MoveForm) -> Reply:
    """Let somebody sit in another circle."""
    typed = form.cleaned_data
    session = find_session(viewer, typed["about"])
    [user] = users_of(circle_scene(viewer, session), [typed["person"]])
    circle = move_seat(
        session,
        user_id=user,
        number=typed["circle"],
        opened_version=typed["version"],
        by=viewer.user_id,
        now=viewer.now,
    )
    return Reply(say=_sits(viewer, user, circle), panel="circles", params={"session": session.key})


def _sits(viewer: Viewer, user: int, circle: Circle) -> str:
    values = {"name": viewer.host.names([user]).get(user, "—"), "n": circle.number}
    return _("%(name)s sits in circle %(n)d.") % values


@action("circles.roles", panel="circles", permission=guides_or_runs, form=RolesForm)
def say_roles(viewer: Viewer, form: RolesForm) -> Reply:
    """Say who moderates a circle and who keeps its time."""
    typed = form.cleaned_data
    key = typed["about"]
    rows = Circle.objects.filter(key=key, cohort__network=viewer.network)
    row = rows.select_related("session__cohort__network").first()
    if row is None or not may_change_session(viewer, row.session):
        raise NotFound
    scene = circle_scene(viewer, row.session)
    chosen = {name: typed[name] and users_of(scene, [typed[name]])[0] for name in ("moderator", "timekeeper")}
    set_roles(row, **chosen, opened_version=typed["version"], by=viewer.user_id, now=viewer.now)
    said = _("Saved: who has which role in circle %(n)d.") % {"n": row.number}
    return Reply(say=said, panel="circles", params={"session": row.session.key})
