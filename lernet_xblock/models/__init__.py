"""Tables: constraints and querysets; no verbs."""

from lernet_xblock.models.application import Application, PeopleImport
from lernet_xblock.models.case import Case, Contribution
from lernet_xblock.models.change import Change, Notice, Offer, Substitution
from lernet_xblock.models.cohort import Charter, CharterConsent, Cohort, Facilitation, Membership
from lernet_xblock.models.network import AuditEntry, Network
from lernet_xblock.models.proposal import PairRule, Pin, Proposal, ProposalSeat
from lernet_xblock.models.pulse import Pulse, PulseAnswer, PulseComment, PulseReceipt, PulseRelease
from lernet_xblock.models.sent_form import SentForm
from lernet_xblock.models.session import Session

__all__ = [
    "Application",
    "AuditEntry",
    "Case",
    "Change",
    "Charter",
    "CharterConsent",
    "Cohort",
    "Contribution",
    "Facilitation",
    "Membership",
    "Network",
    "Notice",
    "Offer",
    "PairRule",
    "PeopleImport",
    "Pin",
    "Proposal",
    "ProposalSeat",
    "Pulse",
    "PulseAnswer",
    "PulseComment",
    "PulseReceipt",
    "PulseRelease",
    "SentForm",
    "Session",
    "Substitution",
]
