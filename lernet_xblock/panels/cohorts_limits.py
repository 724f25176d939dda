"""What wishes would cost before anybody is put anywhere: who could have no place, said beside the sizes."""

from lernet_xblock.i18n import gettext as _
from lernet_xblock.models import Network
from lernet_xblock.panels.cohorts_words import attributes
from lernet_xblock.queries.forming_reach import Reach, reach_of, timed_reach
from lernet_xblock.rules.wishes import Wishes

EVERYBODY = 100
# Of so many values at most it is said how many people share them.
MOST_NAMED = 6


def limit_sentences(
    network: Network,
    wishes: Wishes,
    usual: Reach,
    sizes: tuple[int, int],
    *,
    eased: bool,
) -> list[str]:
    """Return what the wishes mean for who can have a place, [] where everybody can.

    usual: with the usual wishes; sizes: the least and the most of a group; eased: the language usually is, because
    of them.
    """
    said = []
    if eased and not wishes.same:
        text = _(
            "Too few for a group of their own language: %(small)s. So the language is alike where possible below;"
            " choose “the same for everybody” to insist."
        )
        said.append(text % {"small": _listed(usual)})
    reach = reach_of(network, wishes, minimum=sizes[0], maximum=sizes[1]) if wishes.same else usual
    if wishes.same and reach.seated < reach.at_most:
        text = _("With the same %(what)s for everybody, at most %(seated)d of %(people)d people have a place.")
        said.append(text % {"what": attributes(wishes.same), "seated": reach.seated, "people": reach.people})
        if reach.small:
            said.append(_("Too few for a group of their own: %(small)s.") % {"small": _listed(reach)})
    return [*said, *_timed(network, wishes, reach.people)]


def _timed(network: Network, wishes: Wishes, people: int) -> list[str]:
    meeting = timed_reach(network, wishes, people=people)
    if meeting is None:
        return []
    if wishes.attendance == EVERYBODY:
        text = _("When everybody of a group is free at one time, at most %(n)d of %(people)d people have a place.")
    else:
        text = _(
            "When %(percent)d %% of a group are free at one time, at most %(n)d of %(people)d people have a place."
        )
    return [text % {"percent": wishes.attendance, "n": meeting, "people": people}]


def _listed(reach: Reach) -> str:
    """Return "Nederlands 4, Deutsch 2"."""
    shown = [f"{label} {people}" for label, people in reach.small[:MOST_NAMED]]
    return ", ".join([*shown, "…"] if len(reach.small) > MOST_NAMED else shown)
