"""A group of three with a charter in force, who guides it, and somebody of every other kind."""

from typing import Any

from lernet_xblock.models import CharterDraft, Cohort
from lernet_xblock.services import charter_draft
from tests.factories import (
    NOW,
    CharterFactory,
    CohortFactory,
    FacilitationFactory,
    MembershipFactory,
    NetworkFactory,
    SessionFactory,
    SubstitutionFactory,
    UserFactory,
)
from tests.runtime import committed, get, make_block, post

IN_FORCE = "What is said here stays here.\nWe come on time."
TEXT = "What is said here stays here.\nWe start at 13:15."


def chartered() -> Cohort:
    """Return a cohort of a running network, with its charter."""
    cohort = CohortFactory(network=NetworkFactory(state="running"), number=1)
    CharterFactory(cohort=cohort, text=IN_FORCE)
    return cohort


def people_of(cohort: Cohort) -> dict[str, Any]:
    """Return one person of every kind, by what they are; three of them are members of the cohort."""
    other = CohortFactory(network=cohort.network, number=2)
    CharterFactory(cohort=other)
    named = {
        name: MembershipFactory(cohort=cohort, user__first_name=name, user__last_name="").user
        for name in ("Anke", "Bo", "Cleo")
    }
    return {
        **named,
        "guide": FacilitationFactory(cohort=cohort, user__first_name="Filip", user__last_name="").user,
        "deputy": FacilitationFactory(cohort=cohort, role="deputy").user,
        "stand-in": SubstitutionFactory(session=SessionFactory(cohort=cohort)).user,
        "member of B": MembershipFactory(cohort=other).user,
        "guide of B": FacilitationFactory(cohort=other).user,
        "admin": UserFactory(is_staff=True),
        "outsider": UserFactory(),
        "unenrolled": MembershipFactory(cohort=cohort, user__is_active=False).user,
    }


def drafted(cohort: Cohort, by: Any, text: str = TEXT) -> CharterDraft:
    """Return an open draft."""
    draft: CharterDraft = committed(lambda: charter_draft.begin(cohort, text=text, by=by.pk, now=NOW))
    return draft


def show(user: Any, address: str = "charter") -> Any:
    """Return the panel as this person gets it."""
    return get(make_block(user.username), address)


def send(user: Any, action: str, about: str, **fields: Any) -> Any:
    """Send a form of the charter."""
    return post(make_block(user.username), action, {"about": about, **fields}, at="charter")
