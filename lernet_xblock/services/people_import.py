"""Lists of people: held after the upload, applied when an admin says so, emptied either way."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from lernet_xblock.errors import RuleViolation
from lernet_xblock.host import Person
from lernet_xblock.i18n import gettext as _
from lernet_xblock.models import Application, Facilitation, Membership, Network, PeopleImport
from lernet_xblock.rules.roster import Line, Problem
from lernet_xblock.services.audit import record

State = Application.State

# Whoever stands so has answered or is being asked; withdrawn and declined people can be put forward again.
STANDING = (State.INVITED, State.SUBMITTED, State.WAITLISTED, State.OFFERED, State.MEMBER)
# Who stands so took a yes back, or said no: only they themselves can say yes again.
SAID_NO = (State.WITHDRAWN, State.DECLINED)
TAKES_PEOPLE = (Network.State.OPEN, Network.State.FORMING, Network.State.RUNNING)
COPIED = ("function", "department", "organisation", "language", "experience_years", "availability")
IN_ONE_GO = 500


@dataclass(frozen=True)
class Applied:
    """How many people of a list were added, and how many were left as they were in the meantime.

    asked: of those added, how many are invited although the admin said that all agreed.
    """

    added: int
    skipped: int
    asked: int = 0


def hold(
    network: Network,
    *,
    lines: Iterable[Line],
    notices: Iterable[Problem],
    learners: Mapping[str, Person],
    by: int,
    now: datetime,
) -> PeopleImport:
    """Keep the good lines and the report until an admin decides; lists that still waited are put aside.

    learners: the enrolled people by lower-case username. Nobody is invited yet.
    """
    locked = _locked(network)
    _empty(locked.imports.filter(applied_at=None))
    standing = _standing(locked, [person.user_id for person in learners.values()])
    said_no = dict(locked.applications.filter(state__in=SAID_NO).values_list("user_id", "state"))
    rows = []
    report = [{"line": 0, "username": "", "problems": _written(notices)}] if notices else []
    for line in lines:
        name = line.values.get("username", "")
        person = learners.get(name.lower())
        problems = (*line.problems, *_against(line, person, standing))
        if problems or person is None:
            report.append({"line": line.number, "username": name[:150], "problems": _written(problems)})
        else:
            rows.append({**_row(line, person), "before": said_no.get(person.user_id, "")})
    held = PeopleImport.objects.create(network=locked, uploaded_by_id=by, uploaded_at=now, rows=rows, report=report)
    record(locked, "people.upload", by=by, now=now, subject=held.key)
    return held


def apply_import(
    held: PeopleImport,
    *,
    agreed: bool,
    enrolled: Collection[int],
    by: int,
    now: datetime,
) -> Applied:
    """Add the people of the list and empty it.

    agreed: the admin states that they said yes already, so they count as applied; else they are invited and
    answer for themselves (rule E2), as does in any case whoever withdrew or declined before.
    enrolled: users who are in the course now; the others are left out.
    Raises RuleViolation when the list was applied or put aside already.
    """
    network = _locked(held.network)
    row = _waiting(held)
    wanted = {entry["user_id"]: entry for entry in row.rows}
    standing = _standing(network, wanted)
    added = {one: entry for one, entry in wanted.items() if one in enrolled and one not in standing}
    again = _write(network, added, state=State.SUBMITTED if agreed else State.INVITED, now=now)
    skipped = len(wanted) - len(added)
    row.rows, row.report, row.applied_at = [], [], now
    row.save()
    verb = "people.import_agreed" if agreed else "people.import_invited"
    record(network, verb, by=by, now=now, subject=row.key)
    return Applied(len(added), skipped, again if agreed else 0)


def discard_import(held: PeopleImport, *, by: int, now: datetime) -> None:
    """Empty the list without applying it. Raises RuleViolation when that was done, or it was applied."""
    network = Network.objects.select_for_update().get(pk=held.network_id)
    row = _waiting(held)
    _empty(PeopleImport.objects.filter(pk=row.pk))
    record(network, "people.discard", by=by, now=now, subject=row.key)


def _locked(network: Network) -> Network:
    locked = Network.objects.select_for_update().get(pk=network.pk)
    if locked.state not in TAKES_PEOPLE:
        raise RuleViolation(_("This network takes nobody new any more."))
    return locked


def _waiting(held: PeopleImport) -> PeopleImport:
    row = PeopleImport.objects.select_for_update().get(pk=held.pk)
    if row.applied_at is not None or not (row.rows or row.report):
        raise RuleViolation(_("This list was applied or put aside already."))
    return row


def _empty(lists: Any) -> None:
    lists.update(rows=[], report=[])


def _standing(network: Network, user_ids: Iterable[int]) -> dict[int, str]:
    """Return the code of the reason against everybody who has a part in the network already."""
    wanted = set(user_ids)
    applied = network.applications.filter(state__in=STANDING).values_list("user_id", flat=True)
    guiding = Facilitation.objects.filter(cohort__network=network).values_list("user_id", flat=True)
    members = Membership.objects.filter(network=network, active=True).values_list("user_id", flat=True)
    reasons = (("already_applied", applied), ("guides_already", guiding), ("already_member", members))
    return {one: code for code, people in reasons for one in people if one in wanted}


def _against(line: Line, person: Person | None, standing: Mapping[int, str]) -> list[Problem]:
    """Return what speaks against the person, beside what speaks against the line."""
    name, email = line.values.get("username", ""), line.values.get("email", "")
    unclear = any(problem.value.split("/")[0] == "username" for problem in line.problems)
    if person is None:
        return [] if unclear or not name else [Problem("not_enrolled", name[:150])]
    found = []
    if email and email.casefold() != person.email.casefold():
        found.append(Problem("email_of_somebody_else", email[:254]))
    if person.user_id in standing:
        found.append(Problem(standing[person.user_id]))
    return found


def _row(line: Line, person: Person) -> dict[str, Any]:
    values = {name: line.values[name] for name in COPIED if name != "experience_years"}
    return {**values, "experience_years": line.years, "user_id": person.user_id, "username": person.username}


def _written(problems: Iterable[Problem]) -> list[list[str]]:
    return [[problem.code, problem.value] for problem in problems]


def _write(network: Network, people: Mapping[int, Mapping[str, Any]], *, state: str, now: datetime) -> int:
    """Add an application for each, and return how many there were before: of people who withdrew or declined.

    Their rows are used again, and they are asked again.
    """
    before = {row.user_id: row for row in network.applications.select_for_update() if row.user_id in people}
    fields = (
        *COPIED,
        "state",
        "source",
        "submitted_at",
        "queued_at",
        "commitment_version",
        "committed_at",
        "version",
    )
    new = []
    for user_id, entry in people.items():
        row = before.get(user_id) or Application(network=network, user_id=user_id, version=0)
        for name in COPIED:
            setattr(row, name, entry[name])
        row.state, row.source, row.submitted_at, row.version = (
            State.INVITED if user_id in before else state,
            Application.Source.IMPORT,
            now,
            row.version + 1,
        )
        row.queued_at = row.commitment_version = row.committed_at = None
        if user_id not in before:
            new.append(row)
    Application.objects.bulk_create(new, batch_size=IN_ONE_GO)
    Application.objects.bulk_update(before.values(), fields, batch_size=IN_ONE_GO)
    return len(before)
