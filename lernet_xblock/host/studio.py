"""Studio: authors write settings here; nothing of a learner is read or written."""

from lernet_xblock.host import Place
from lernet_xblock.host.lms import LmsHost


class StudioHost(LmsHost):
    """The platform as Studio's process sees it."""

    place_of_blocks = Place.STUDIO
