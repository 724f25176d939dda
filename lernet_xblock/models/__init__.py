"""Tables: constraints and querysets; no verbs."""

from lernet_xblock.models.application import Application, PeopleImport
from lernet_xblock.models.attachment import Attachment, AttachmentBody
from lernet_xblock.models.attendance import Attendance, AttendanceChange, Rsvp
from lernet_xblock.models.case import Case
from lernet_xblock.models.change import Change, Notice, Offer, Substitution
from lernet_xblock.models.charter import CharterDraft, CharterRefusal, CharterVoice
from lernet_xblock.models.circle import Circle, CircleSeat
from lernet_xblock.models.cohort import Charter, CharterConsent, Cohort, Facilitation, Membership
from lernet_xblock.models.contribution import Contribution, PrivateNote
from lernet_xblock.models.feed import FeedToken
from lernet_xblock.models.message import Message
from lernet_xblock.models.network import AuditEntry, Network
from lernet_xblock.models.plan import Plan, Replan
from lernet_xblock.models.poll import Poll, PollAnswer, PollOption
from lernet_xblock.models.proposal import PairRule, Pin, Proposal, ProposalSeat
from lernet_xblock.models.pulse import Pulse, PulseAnswer, PulseComment, PulseReceipt, PulseRelease
from lernet_xblock.models.report import CaseOpening, Report, ReportVoice
from lernet_xblock.models.sent_form import SentForm
from lernet_xblock.models.session import Session
from lernet_xblock.models.takeaway import Takeaway
from lernet_xblock.models.theme import Theme
from lernet_xblock.models.turn import PhaseChange, Turn

__all__ = [
    "Application",
    "Attachment",
    "AttachmentBody",
    "Attendance",
    "AttendanceChange",
    "AuditEntry",
    "Case",
    "CaseOpening",
    "Change",
    "Charter",
    "CharterConsent",
    "CharterDraft",
    "CharterRefusal",
    "CharterVoice",
    "Circle",
    "CircleSeat",
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
    "PhaseChange",
    "Pin",
    "Plan",
    "Poll",
    "PollAnswer",
    "PollOption",
    "PrivateNote",
    "Proposal",
    "ProposalSeat",
    "Pulse",
    "PulseAnswer",
    "PulseComment",
    "PulseReceipt",
    "PulseRelease",
    "Replan",
    "Report",
    "ReportVoice",
    "Rsvp",
    "SentForm",
    "Session",
    "Substitution",
    "Takeaway",
    "Theme",
    "Turn",
]
