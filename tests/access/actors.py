"""The thirteen people of the matrix, and the kinds of objects that handlers are asked about."""

from typing import Final

# In the order of the columns. The own cohort is group A, the other one is group B of the same network.
ACTORS: Final = {
    "anonymous": "somebody who is not logged in",
    "outsider": "somebody who is not enrolled in the course",
    "enrolled": "somebody enrolled, without a place",
    "member": "a member of the own cohort who accepted the charter",
    "unaccepted": "a member of the own cohort who has not accepted the charter",
    "owner": "the case giver: a member of the own cohort who owns what is asked about",
    "late": "a member of the own cohort who joined after the case was shared",
    "other": "a member of the other cohort",
    "former": "a former member of the own cohort, who left",
    "guide": "the facilitator of the own cohort",
    "other_guide": "the facilitator of the other cohort",
    "admin": "an admin: somebody of the course team",
    "masked": "staff who looks as the case giver",
}

# own, other: something of the actor's own cohort and of the other one; elsewhere: of another network.
# NETWORK rows are about what belongs to a network and to no cohort, PLAIN rows about nothing.
GROUP, NETWORK, PLAIN = "group", "network", "plain"
SIDES: Final = {
    GROUP: ("own", "other", "elsewhere"),
    NETWORK: ("own", "elsewhere"),
    PLAIN: ("own",),
}
# Who knows of the things of the other side, because they are of their own group.
AT_HOME: Final = {
    "own": frozenset(ACTORS),
    "other": frozenset({"other", "other_guide", "admin"}),
    "elsewhere": frozenset[str](),
}
