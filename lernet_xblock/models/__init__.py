"""Tables: constraints and querysets; no verbs."""

from lernet_xblock.models.application import Application, PeopleImport
from lernet_xblock.models.attendance import Attendance, AttendanceChange, Rsvp
from lernet_xblock.models.case import Case, Contribution
from lernet_xblock.models.change import Change, Notice, Offer, Substitution
from lernet_xblock.models.cohort import Charter, CharterConsent, Cohort, Facilitation, Membership
from lernet_xblock.models.feed import FeedToken
from lernet_xblock.models.message import Message
from lernet_xblock.models.network import AuditEntry, Network
from lernet_xblock.models.plan import Plan, Replan
from lernet_xblock.models.poll import Poll, PollAnswer, PollOption
from lernet_xblock.models.proposal import PairRule, Pin, Proposal, ProposalSeat
from lernet_xblock.models.pulse import Pulse, PulseAnswer, PulseComment, PulseReceipt, PulseRelease
from lernet_xblock.models.sent_form import SentForm
from lernet_xblock.models.session import Session

__all__ = [
    "Application",
    "Attendance",
    "AttendanceChange",
    "AuditEntry",
    "Case",
    "Change",
    "Charter",
    "CharterConsent",
    "Cohort",
    "Contribution",
    "Facilitation",
    "FeedToken",
    "Membership",
    "Message",
    "Network",
    "Notice",
    "Offer",
    "PairRule",
    "PeopleImport",
    "Pin",
    "Plan",
    "Poll",
    "PollAnswer",
    "PollOption",
    "Proposal",
    "ProposalSeat",
    "Pulse",
    "PulseAnswer",
    "PulseComment",
    "PulseReceipt",
    "PulseRelease",
    "Replan",
    "Rsvp",
    "SentForm",
    "Session",
    "Substitution",
]
