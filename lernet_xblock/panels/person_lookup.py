"""Finding a person by what somebody typed: a username, or the name this network knows them by."""

from lernet_xblock.errors import RuleViolation
from lernet_xblock.i18n import gettext as _
from lernet_xblock.models import Facilitation
from lernet_xblock.panels.organiser import own_network
from lernet_xblock.viewer import Viewer


def find_person(viewer: Viewer, text: str, before: int | None = None, *, field: str) -> int | None:
    """Return the person meant by a username, or by the full name of somebody this network knows; None for no text.

    before: who stood in the form as it was opened, whose name means them. Raises RuleViolation for nobody or several.
    """
    text = " ".join(text.split())
    if not text:
        return None
    if before and viewer.host.names([before]).get(before) == text:
        return before
    found = viewer.host.find_learners(own_network(viewer).course_id, [text]).get(text.lower())
    if found:
        return found.user_id
    guiding = Facilitation.objects.filter(cohort__network=own_network(viewer)).values_list("user_id", flat=True)
    known = {*guiding, *own_network(viewer).applications.values_list("user_id", flat=True)}
    same = [one for one, name in viewer.host.names(known).items() if name.casefold() == text.casefold()]
    if len(same) == 1:
        return same[0]
    if same:
        raise RuleViolation(_("Several people have this name. Please give the username."), field=field)
    raise RuleViolation(_("We find nobody of this course by this name. Please give the username."), field=field)
