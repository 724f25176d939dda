"""The outbox under fire: workers are killed while they send, and two send at once."""

import multiprocessing
import os
import random
import signal
import time
import uuid
from collections import Counter
from datetime import timedelta
from email import message_from_bytes, policy
from pathlib import Path

import pytest
from django.db import connections, transaction
from django.test import override_settings
from django.utils import timezone

from lernet_xblock.host import get_host
from lernet_xblock.models import Membership, Message
from lernet_xblock.panels import delivery
from lernet_xblock.panels.attempt import attempt
from lernet_xblock.panels.letter import letter
from lernet_xblock.queries.message import notes_to_send
from lernet_xblock.rules.message_cap import MOST_IN_A_CYCLE
from lernet_xblock.services import outbox
from lernet_xblock.services.message import announce
from lernet_xblock.services.reminder import make_reminders
from tests.concurrency.crowd import all_at_once
from tests.factories import NOW, CohortFactory, MembershipFactory, NetworkFactory, SessionFactory, UserFactory

pytestmark = [pytest.mark.mariadb, pytest.mark.django_db(transaction=True)]

MESSAGES, KILLS = 300, 20
# A worker sends so many messages at most, then dies somewhere in the next moments: before, in, or after sending one.
LONGEST_LIFE, MOMENT_SECONDS = 10, 0.03
END_OF_MAIL = b"-" * 79 + b"\n"
FORK = multiprocessing.get_context("fork")


@pytest.fixture(autouse=True)
def mails(tmp_path):
    """Let mails be files."""
    backend = "django.core.mail.backends.filebased.EmailBackend"
    with override_settings(EMAIL_BACKEND=backend, EMAIL_FILE_PATH=str(tmp_path)):
        yield tmp_path


@pytest.fixture
def soon_over(monkeypatch):
    """Let dead workers be noticed soon."""
    monkeypatch.setattr(outbox, "LEASE", timedelta(seconds=2))


@pytest.fixture
def keys():
    """The keys of 300 urgent messages, of ten sessions to thirty people."""
    cohort = CohortFactory(network=NetworkFactory(state="running"))
    people = [MembershipFactory(cohort=cohort).user_id for _person in range(MESSAGES // 10)]
    for number in range(1, 11):
        starts_at = timezone.now() + timedelta(days=number)
        session = SessionFactory(cohort=cohort, number=number, kind="regular", starts_at=starts_at)
        announce(session, kind="session_moved", now=timezone.now(), urgent=True, to=people)
    return set(Message.objects.values_list("key", flat=True))


def sent(folder: Path) -> Counter[str]:
    """Return how often each message was written whole, by key; the last of a killed worker may be cut off."""
    found: Counter[str] = Counter()
    for file in folder.iterdir():
        for part in file.read_bytes().split(END_OF_MAIL)[:-1]:
            found[str(message_from_bytes(part, policy=policy.default)["X-Lernet-Message"])] += 1
    return found


def work(act):
    connections.close_all()
    act()
    os._exit(0)


def start(act):
    """Let a process work; a connection that both sides of a fork use would break for both."""
    connections.close_all()
    worker = FORK.Process(target=work, args=(act,))
    worker.start()
    return worker


def written(folder):
    return sum(file.read_bytes().count(END_OF_MAIL) for file in folder.iterdir())


def until_killed(act, folder, chance):
    """Let a process send some messages, kill it at a random moment, and return whether it was still at work."""
    enough = written(folder) + chance.randint(0, LONGEST_LIFE)
    worker = start(act)
    while worker.is_alive() and written(folder) < enough:
        time.sleep(0.002)
    worker.join(timeout=chance.random() * MOMENT_SECONDS)
    at_work = worker.is_alive()
    if at_work:
        os.kill(worker.pid, signal.SIGKILL)
    worker.join()
    return at_work


def deliver():
    delivery.deliver(get_host())


def deliver_naively():
    """Take what waits, send it, and mark it all in the end: what leases and marks one by one are for."""
    host = get_host()
    with transaction.atomic():
        rows = Message.objects.filter(state="waiting").values_list("pk", flat=True)
        notes = notes_to_send(rows, now=host.now())
        readers = host.readers({note.user_id for note in notes})
        for note in notes:
            host.send(letter(note, readers[note.user_id], name="Mila", url="https://example.org"))
        Message.objects.filter(pk__in=[note.pk for note in notes]).update(state="sent", sent_at=host.now())


def kill_many(act, folder):
    """Kill workers until twenty died at work."""
    chance, deaths = random.Random(4), 0  # noqa: S311 - moments, not secrets
    while deaths < KILLS and Message.objects.exclude(state="sent").exists():
        deaths += until_killed(act, folder, chance)
    assert deaths == KILLS


def test_twenty_kills_lose_nothing_and_double_at_most_one_each(keys, mails, soon_over):
    kill_many(deliver, mails)
    ends = time.monotonic() + 60
    while Message.objects.exclude(state="sent").exists() and time.monotonic() < ends:
        start(deliver).join()
    counts = sent(mails)
    assert set(counts) == keys
    assert Counter(Message.objects.values_list("state", flat=True)) == {"sent": MESSAGES}
    assert sum(count - 1 for count in counts.values()) <= KILLS


def test_without_marks_one_by_one_a_kill_doubles_many(keys, mails, soon_over):
    """Guards the test above: the same kills on the naive loop send many letters again and again."""
    kill_many(deliver_naively, mails)
    start(deliver_naively).join()
    counts = sent(mails)
    assert sum(count - 1 for count in counts.values()) > KILLS


def deliver_as(_worker):
    deliver()
    return "done"


def test_eight_workers_at_once_send_each_letter_once(keys, mails):
    assert {how for _worker, how in all_at_once(deliver_as, range(8))} == {"done"}
    assert sent(mails) == dict.fromkeys(keys, 1)


def naively_as(_worker):
    deliver_naively()
    return "done"


def test_without_leases_eight_workers_send_letters_many_times(keys, mails):
    """Guards the test above."""
    all_at_once(naively_as, range(8))
    assert max(sent(mails).values()) > 1


def remind_as(_worker):
    attempt(lambda: make_reminders(now=timezone.now()))
    return "done"


def test_eight_workers_at_once_make_each_reminder_once():
    network = NetworkFactory(state="running")
    starts_at = timezone.now() + timedelta(hours=20)
    for _cohort in range(20):
        cohort = CohortFactory(network=network)
        MembershipFactory.create_batch(5, cohort=cohort)
        changed = timezone.now() - timedelta(days=9)
        SessionFactory(cohort=cohort, starts_at=starts_at, local_date=starts_at.date(), changed_at=changed)
    outcomes = all_at_once(remind_as, range(8))
    assert {how for _worker, how in outcomes} == {"done"}
    assert Counter(Message.objects.values_list("kind", flat=True)) == {"reminder_1d": 100}


def remind_naively_as(_worker):
    """Look, then write: what the unique cause and ignoring it are for."""
    for person in list(Membership.objects.all()):
        if not Message.objects.filter(user=person.user_id).exists():
            time.sleep(0.05)
            Message.objects.create(
                network_id=person.network_id,
                cohort_id=person.cohort_id,
                user_id=person.user_id,
                kind="reminder_1d",
                cause=f"{uuid.uuid4()}",
                send_at=timezone.now(),
                made_at=timezone.now(),
            )
    return "done"


def test_without_a_cause_eight_workers_make_reminders_twice():
    """Guards the test above."""
    MembershipFactory.create_batch(20, cohort=CohortFactory(network=NetworkFactory(state="running")))
    all_at_once(remind_naively_as, range(8))
    assert Message.objects.count() > 20


KINDS = ("reminder_7d", "reminder_1d", "reminder_1h", "please_answer", "poll_asked", "plan_made", "x", "y")


@pytest.fixture
def busy_person():
    """Somebody for whom eight messages wait that can wait."""
    cohort, user = CohortFactory(network=NetworkFactory(state="running")), UserFactory()
    MembershipFactory(cohort=cohort, user=user)
    shared = {"network": cohort.network, "cohort": cohort, "user": user, "send_at": NOW, "made_at": NOW, "facts": {}}
    Message.objects.bulk_create(Message(kind=kind, cause=kind, **shared) for kind in KINDS)
    return user


def send_one(worker, may_send):
    """Take one message, ask whether it may be sent, and send it then."""
    name = f"{worker:032d}"
    (pk,) = attempt(lambda: outbox.lease_due(1, now=NOW, worker=name)) or [0]
    user_id = Message.objects.filter(pk=pk).values_list("user_id", flat=True).first()
    if user_id and may_send(user_id, name) and attempt(lambda: outbox.begin(pk, now=NOW, worker=name)):
        # As long as a slow mail server takes.
        time.sleep(1)
        attempt(lambda: outbox.mark_sent(pk, now=NOW))
    return "done"


def within_the_cap(user_id, name):
    attempt(lambda: outbox.keep_to_the_cap([user_id], now=NOW, worker=name))
    return True


def fewer_than_four(user_id, _name):
    """Count without the locks and without what others have in hand."""
    return Message.objects.filter(user=user_id, state="sent").count() < MOST_IN_A_CYCLE


def cap_as(worker):
    return send_one(worker, within_the_cap)


def count_as(worker):
    return send_one(worker, fewer_than_four)


def test_eight_workers_at_once_keep_to_the_cap_of_a_person(busy_person):
    assert {how for _worker, how in all_at_once(cap_as, range(8))} == {"done"}
    # Who finds every row locked by somebody who looks at the cap goes without; the next run takes what waits.
    for worker in range(Message.objects.filter(state="waiting").count()):
        cap_as(worker)
    assert Counter(Message.objects.values_list("state", "dropped_for")) == {("sent", ""): 4, ("dropped", "cap"): 4}


def test_who_only_counts_sends_too_many(busy_person):
    """Guards the test above."""
    all_at_once(count_as, range(8))
    assert Message.objects.filter(state="sent").count() > MOST_IN_A_CYCLE
