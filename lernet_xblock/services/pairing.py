"""What an admin fixes before groups are formed: who is kept apart or together, and who is in which group."""

from datetime import datetime

import numpy as np
from django.db import IntegrityError, transaction

from lernet_xblock.errors import NotFound, RuleViolation
from lernet_xblock.i18n import gettext as _
from lernet_xblock.models import Application, Network, PairRule, Pin
from lernet_xblock.rules.formation_ties import Ties, tie
from lernet_xblock.services.audit import record
from lernet_xblock.services.forming import BEFORE_GROUPS

# Each is chosen by hand; a longer list comes from somewhere else.
MOST_PAIRS = 2000


def keep_pair(
    network: Network,
    *,
    kind: str,
    first_key: str,
    second_key: str,
    by: int,
    now: datetime,
) -> PairRule:
    """Keep two people apart or together, whatever is proposed.

    Raises RuleViolation for one person twice and for a pair that is written down already, NotFound, and Refused for
    what contradicts other pairs and pins; the people in it are named by the row numbers of their applications.
    """
    locked = _locked(network)
    first, second = (_application(locked, key) for key in (first_key, second_key))
    if first.pk == second.pk:
        raise RuleViolation(_("Choose two different people."), field="second")
    if locked.pair_rules.count() >= MOST_PAIRS:
        raise RuleViolation(_("There are %(n)d pairs already; no more can be kept.") % {"n": MOST_PAIRS})
    lower, higher = sorted((first.pk, second.pk))
    try:
        with transaction.atomic():
            rule = PairRule.objects.create(
                network=locked, kind=kind, first_id=lower, second_id=higher, made_by_id=by, made_at=now
            )
    except IntegrityError:
        text = _("There is a rule for these two already. Remove it first, if you want the other one.")
        raise RuleViolation(text, field="second") from None
    _refuse_contradiction(locked)
    record(locked, f"pair.{kind}", by=by, now=now, subject=rule.key)
    return rule


def drop_pair(network: Network, *, key: str, by: int, now: datetime) -> None:
    """Forget the rule about two people; one that is gone already is no fault."""
    locked = _locked(network)
    if locked.pair_rules.filter(key=key).delete()[0]:
        record(locked, "pair.drop", by=by, now=now, subject=key)


def pin(network: Network, *, application_key: str, number: int | None, by: int, now: datetime) -> None:
    """Keep a person in the group of this number (from 1) in every proposal to come; None leaves it open again.

    Raises RuleViolation for a number beyond the groups the network may have, NotFound, and Refused as keep_pair does.
    """
    locked = _locked(network)
    application = _application(locked, application_key)
    if number is None:
        Pin.objects.filter(application=application).delete()
    elif not 1 <= number <= locked.cohort_limit:
        raise RuleViolation(_("This network cannot have so many groups."), field="number")
    else:
        Pin.objects.update_or_create(application=application, defaults={"network": locked, "number": number})
    _refuse_contradiction(locked)
    record(locked, "pin" if number else "unpin", by=by, now=now, subject=application.key)


def _refuse_contradiction(network: Network) -> None:
    """Raise Refused where pairs and pins contradict one another, whoever takes part and whatever is wished for."""
    pairs = [(rule.kind, (str(rule.first_id), str(rule.second_id))) for rule in network.pair_rules.all()]
    pins = {str(pk): number - 1 for pk, number in network.pins.values_list("application_id", "number")}
    ids = list(dict.fromkeys([*(one for _kind, pair in pairs for one in pair), *pins]))
    ties = Ties(
        ids=ids,
        rows={one: row for row, one in enumerate(ids)},
        apart=[pair for kind, pair in pairs if kind == PairRule.Kind.APART],
        together=[pair for kind, pair in pairs if kind == PairRule.Kind.TOGETHER],
        pins=pins,
    )
    tie(
        ties,
        stratum=np.zeros(len(ids), np.int32),
        masks=None,
        maximum=network.maximum_size,
        attendance=1.0,
        cohorts=network.cohort_limit,
    )


def _application(network: Network, key: str) -> Application:
    found = network.applications.filter(key=key, state=Application.State.SUBMITTED).first()
    if found is None:
        raise NotFound
    return found


def _locked(network: Network) -> Network:
    locked = Network.objects.select_for_update().get(pk=network.pk)
    if locked.state not in BEFORE_GROUPS:
        raise RuleViolation(_("The groups of this network were formed already."))
    return locked
