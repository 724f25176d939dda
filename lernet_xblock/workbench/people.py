"""Who can look at a demo network, and whom the home page offers."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from lernet_xblock.i18n import gettext as _
from lernet_xblock.i18n import pgettext
from lernet_xblock.workbench.content import DemoNetwork, Person, load_networks, load_people, load_staff
from lernet_xblock.workbench.scenarios import DRAFT

AUTHOR = "author_an"
NEWCOMER = "amina_benali"
# People do not depend on the day.
ANY_DAY = date(2000, 1, 1)


@dataclass(frozen=True)
class Look:
    """A way to look at a network: who, in which view (learner, studio, author), and what for."""

    person: Person
    view: str
    purpose: str


@dataclass(frozen=True)
class Circle:
    """A heading of the list of people, and who stands under it."""

    heading: str
    people: tuple[Person, ...]


def find_person(username: str) -> Person | None:
    """Return the demo's person with this username."""
    return next((person for person in load_people() if person.username == username), None)


def _named(usernames: Sequence[str]) -> tuple[Person, ...]:
    by_name = {person.username: person for person in load_people()}
    return tuple(by_name[username] for username in usernames)


def _network(slug: str) -> DemoNetwork | None:
    return next((network for network in load_networks(ANY_DAY) if network.slug == slug), None)


def looks(slug: str) -> tuple[Look, ...]:
    """Return the ways to look that the home page offers, author first."""
    author, karim, lies = _named((AUTHOR, "admin_karim", "admin_lies"))
    studio = Look(author, "studio", _("writes the settings in Studio"))
    admin = Look(lies if slug == "running" else karim, "learner", _("looks after the network as its admin"))
    return (studio, admin, *_guiding(slug), *_learning(slug))


def _guiding(slug: str) -> tuple[Look, ...]:
    network = _network(slug)
    if network is None or network.cohort is None:
        return ()
    guides = [network.cohort.facilitator, *filter(None, (network.cohort.deputy,))]
    purposes = (_("guides the group as its facilitator"), _("stands in for the facilitator"))
    pairs = zip(_named(guides), purposes, strict=False)
    return tuple(Look(person, "learner", purpose) for person, purpose in pairs)


def _learning(slug: str) -> tuple[Look, ...]:
    (newcomer,) = _named((NEWCOMER,))
    network = _network(slug)
    if slug == DRAFT or network is None:
        return (Look(newcomer, "learner", _("sees what learners see of an unfinished block")),)
    (shown,) = _named((network.show,))
    if network.cohort is None:
        (applicant,) = _named(network.applicants[:1])
        waiting = Look(applicant, "learner", _("has applied and waits for a group"))
        return (Look(shown, "learner", _("has not applied yet and can join")), waiting)
    return (Look(shown, "learner", _("takes part as a member")),)


def circles(slug: str) -> tuple[Circle, ...]:
    """Return everybody of the demo, those of this network first."""
    network = _network(slug)
    inside = _named(network.applicants) if network else ()
    heading = pgettext("people", "In this network")
    others = tuple(person for person in load_people() if person not in {*inside, *load_staff()})
    found = (
        Circle(heading, inside),
        Circle(pgettext("people", "Author, admins, facilitators"), load_staff()),
        Circle(pgettext("people", "Everybody else"), others),
    )
    return tuple(circle for circle in found if circle.people)
