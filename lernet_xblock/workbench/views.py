"""The demo's own pages: home, a unit with the switcher above the block, and the switch itself."""

from datetime import timedelta
from http import HTTPStatus
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBadRequest
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import get_language
from django.views.decorators.csrf import ensure_csrf_cookie
from django.views.decorators.http import require_GET, require_POST
from web_fragments.fragment import Fragment

from lernet_xblock.i18n import LANGUAGES, supported
from lernet_xblock.i18n import gettext as _
from lernet_xblock.workbench import clock
from lernet_xblock.workbench.content import Person
from lernet_xblock.workbench.forms import SwitchForm, shift_after
from lernet_xblock.workbench.middleware import CLOCK_COOKIE, LANGUAGE_COOKIE
from lernet_xblock.workbench.overview import describe, moment_text, next_session_end
from lernet_xblock.workbench.people import AUTHOR, NEWCOMER, circles, find_person, looks
from lernet_xblock.workbench.scenarios import DRAFT, SLUGS, demo_block

VIEWS = {"learner": "student_view", "author": "author_view", "studio": "studio_view"}
# A page with several blocks, as a unit of a course may have them.
SEVERAL = "several"
COOKIES = {"language": LANGUAGE_COOKIE, "clock": CLOCK_COOKIE, "theme": "lnx_theme", "direction": "lnx_dir"}
TEAM = ("author", "admin")
COOKIE_AGE = timedelta(days=30)


def unit_url(slug: str, view: str, username: str) -> str:
    """Return the address of a demo unit."""
    return f"{reverse('demo_unit', args=(slug, view))}?{urlencode({'student': username})}"


def _frame(request: HttpRequest) -> dict[str, Any]:
    """Return what every page needs: language, look and the clock."""
    return {
        "language": supported(get_language()),
        "languages": LANGUAGES,
        "chosen_language": request.COOKIES.get(LANGUAGE_COOKIE, ""),
        "dark": request.COOKIES.get(COOKIES["theme"]) == "dark",
        "rtl": request.COOKIES.get(COOKIES["direction"]) == "rtl",
        "clock": moment_text(clock.now()),
        "clock_moved": bool(clock.shift()),
        "here": request.get_full_path(),
    }


def _heading(slug: str) -> str:
    return {
        DRAFT: _("Not yet set up"),
        "open": _("Open for applications"),
        "running": _("On its way"),
        "closing": _("Drawing to a close"),
        SEVERAL: _("Three networks on one page"),
    }[slug]


@require_GET
@ensure_csrf_cookie
def home(request: HttpRequest) -> HttpResponse:
    """Show a card for each demo network: how it stands, and as whom to look."""
    cards = [
        {
            "heading": _heading(slug),
            "state": describe(slug, username=AUTHOR, now=clock.now()),
            "looks": [(look, unit_url(slug, look.view, look.person.username)) for look in looks(slug)],
        }
        for slug in (*SLUGS[1:], DRAFT)
    ]
    values = {**_frame(request), "cards": cards, "several": unit_url(SEVERAL, "learner", NEWCOMER)}
    return render(request, "lernet_workbench/home.html", values)


@require_GET
@ensure_csrf_cookie
def unit(request: HttpRequest, slug: str, view: str) -> HttpResponse:
    """Show a network's block as one person sees it. 404 where the demo has no such thing."""
    person = find_person(request.GET.get("student", NEWCOMER if view == "learner" else AUTHOR))
    if slug not in (*SLUGS, SEVERAL) or view not in VIEWS or person is None:
        raise Http404
    fragment = _blocks(SLUGS[1:] if slug == SEVERAL else (slug,), VIEWS[view], person.username)
    tabs = (("learner", _("Course")), ("author", _("Studio preview")), ("studio", _("Studio editor")))
    values = {
        **_frame(request),
        "slug": slug,
        "view": view,
        "person": person,
        "circles": circles(slug),
        "heading": _heading(slug),
        "tabs": [(name, label, unit_url(slug, name, _in_view(name, person))) for name, label in tabs],
        "preview_url": unit_url(slug, "author", person.username),
        "session_ahead": slug != SEVERAL and next_session_end(slug, clock.now()) is not None,
        "head": fragment.head_html(),
        "body": fragment.body_html(),
        "foot": fragment.foot_html(),
    }
    return render(request, "lernet_workbench/unit.html", values)


def _in_view(view: str, person: Person) -> str:
    """Return who to look as after a change of view: Studio is for the course team."""
    at_home = view == "learner" or person.role in TEAM
    return person.username if at_home else AUTHOR


def _blocks(slugs: tuple[str, ...], view_name: str, username: str) -> Fragment:
    page = Fragment()
    for slug in slugs:
        fragment = demo_block(slug, username=username).render(view_name, {})
        page.add_content(fragment.content)
        page.add_fragment_resources(fragment)
    return page


@require_POST
def switch(request: HttpRequest) -> HttpResponse:
    """Keep one choice of the switcher in a cookie and go back; 400 for what the switcher cannot send."""
    form = SwitchForm(request.POST)
    if not form.is_valid():
        return HttpResponseBadRequest()
    response = redirect(form.cleaned_data["next"])
    response.status_code = HTTPStatus.SEE_OTHER
    for field, value in _kept(form.cleaned_data).items():
        if value:
            response.set_cookie(COOKIES[field], value, max_age=COOKIE_AGE, samesite="Lax")
        else:
            response.delete_cookie(COOKIES[field], samesite="Lax")
    return response


def _kept(press: dict[str, Any]) -> dict[str, str]:
    """Return what each pressed field leaves in its cookie, "" where the cookie goes."""
    pressed = {field: press[field] for field in COOKIES if press[field]}
    if "clock" in pressed:
        pressed["clock"] = clock.write_shift(shift_after(press))
    return {field: "" if value in ("own", "light", "ltr") else value for field, value in pressed.items()}
