"""What stands in a cell of attendance, in words; the sign beside it is drawn by the template."""

from lernet_xblock.i18n import pgettext_lazy
from lernet_xblock.models import Attendance
from lernet_xblock.queries.attendance_grid import AHEAD, NOT_RECORDED
from lernet_xblock.rules.presence import LEFT, NOT_YET, PAUSED

State = Attendance.State

RECORDED = {
    State.PRESENT: pgettext_lazy("attendance of one person", "present"),
    State.LATE: pgettext_lazy("attendance of one person", "late"),
    State.EXCUSED: pgettext_lazy("attendance of one person", "excused"),
    State.ABSENT: pgettext_lazy("attendance of one person", "absent"),
}
NOT_THERE = {
    NOT_RECORDED: pgettext_lazy("attendance of one person", "not recorded"),
    NOT_YET: pgettext_lazy("attendance of one person", "not yet a member"),
    PAUSED: pgettext_lazy("attendance of one person", "pauses"),
    LEFT: pgettext_lazy("attendance of one person", "no longer a member"),
    AHEAD: pgettext_lazy("attendance of one person", "still ahead"),
}
WORDS = {**RECORDED, **NOT_THERE}


def said(state: str) -> str:
    """Return the word for a state, of Attendance.State or of a cell of the grid; "" is not recorded."""
    return str(WORDS[state or NOT_RECORDED])
