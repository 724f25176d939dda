"""A group agrees on its charter while somebody changes the text, and several put it in force at once."""

import time
from collections import Counter
from functools import partial

import pytest
from django.core.cache import cache
from django.db import transaction
from django.utils import timezone

from lernet_xblock.errors import StaleVersion
from lernet_xblock.models import Charter, CharterDraft, CharterVoice, Cohort
from lernet_xblock.panels.attempt import attempt
from lernet_xblock.services import charter_draft, charter_voice
from lernet_xblock.services.charter_draft import DraftOpen, DraftOver, NotAgreed
from tests.concurrency.crowd import PROCESSES, all_at_once
from tests.factories import CharterFactory, FacilitationFactory, MembershipFactory, NetworkFactory
from tests.runtime import committed

pytestmark = [pytest.mark.mariadb, pytest.mark.django_db(transaction=True)]

MEMBERS, CHANGES = 24, 16


@pytest.fixture
def cohort():
    cache.clear()
    return CharterFactory(cohort__network=NetworkFactory(state="running"), cohort__number=1, text="Text 0").cohort


@pytest.fixture
def guides(cohort):
    return [FacilitationFactory(cohort=cohort, role=role).user.pk for role in ("facilitator", "deputy")]


@pytest.fixture
def members(cohort):
    return [row.user_id for row in MembershipFactory.create_batch(MEMBERS, cohort=cohort)]


@pytest.fixture
def draft(cohort, guides):
    return committed(lambda: charter_draft.begin(cohort, text="Text 1", by=guides[0], now=timezone.now()))


def all_support(draft, members):
    for user in members:
        values = {"user_id": user, "opened_version": 1, "now": timezone.now()}
        committed(partial(charter_voice.support, draft, **values))


def crowd_of(members, guides):
    """Everybody clicks twice, with a change of the text in between again and again."""
    crowd = [("support", user, 0) for user in members for _click in "12"]
    for place in range(CHANGES):
        crowd.insert(place * 3, ("revise", guides[place % 2], place))
    return crowd


def version_read(draft):
    """Return the version of the text that a page shows at this moment; people take their time over it."""
    version = CharterDraft.objects.get(pk=draft.pk).version
    time.sleep(0.01)
    return version


def act(draft, one):
    """Read the text, then support it or change it as read. Return which version it was."""
    what, user, place = one
    version = version_read(draft)
    known = {"opened_version": version, "now": timezone.now()}
    try:
        if what == "support":
            attempt(partial(charter_voice.support, draft, user_id=user, **known))
        else:
            attempt(partial(charter_draft.revise, draft, text=f"Text of {place}", by=user, **known))
    except StaleVersion:
        return "stale"
    return version


def act_naively(draft, one):
    """Read the text, and write without a look at whether it is still the same."""
    what, user, place = one
    version = version_read(draft)
    with transaction.atomic():
        row = CharterDraft.objects.get(pk=draft.pk)
        if what == "support":
            said = {"supports": True, "about": row.version, "said_at": timezone.now()}
            CharterVoice.objects.update_or_create(draft=row, user_id=user, defaults=said)
        else:
            CharterDraft.objects.filter(pk=row.pk).update(text=f"Text of {place}", version=row.version + 1)
    return version


def supported_unread(draft, outcomes):
    """Return whose support counts, or counted, for a version that they had not read."""
    read = {(user, how) for (what, user, _place), how in outcomes if what == "support"}
    kept = CharterVoice.objects.filter(draft=draft, supports=True).values_list("user_id", "about")
    return {user for user, about in kept if (user, str(about)) not in read}


def test_support_never_counts_for_a_text_that_its_author_did_not_see(draft, members, guides):
    outcomes = all_at_once(partial(act, draft), crowd_of(members, guides))
    refused = sum(how == "stale" for _who, how in outcomes)
    assert 0 < refused < len(outcomes)
    assert all(how == "stale" or how.isdigit() for _who, how in outcomes), outcomes
    assert supported_unread(draft, outcomes) == set()
    changed = sum(what == "revise" and how != "stale" for (what, _user, _place), how in outcomes)
    assert CharterDraft.objects.get(pk=draft.pk).version == 1 + changed
    assert 0 < draft.voices.count() <= MEMBERS


def test_without_the_version_support_counts_for_texts_nobody_read(draft, members, guides):
    """Guards the test above."""
    outcomes = all_at_once(partial(act_naively, draft), crowd_of(members, guides))
    assert supported_unread(draft, outcomes)


def test_eight_who_put_it_in_force_at_once_make_one_version(draft, cohort, members, guides):
    all_support(draft, members)

    def enforce(number):
        values = {"opened_version": 1, "by": guides[number % 2], "now": timezone.now()}
        try:
            made = attempt(partial(charter_draft.put_in_force, draft, **values))
        except DraftOver:
            return "late"
        return f"version {made.version}"

    found = Counter(how for _who, how in all_at_once(enforce, range(PROCESSES)))
    assert found == {"version 2": 1, "late": PROCESSES - 1}
    assert Charter.objects.filter(cohort=cohort).count() == 2


def test_without_the_lock_several_versions_or_errors_come_of_it(draft, cohort, members):
    """Guards the test above: look whether the draft is open, then write the next version."""

    def enforce(_number):
        with transaction.atomic():
            row = CharterDraft.objects.get(pk=draft.pk)
            last = Charter.objects.filter(cohort=cohort).latest("version").version
            if not row.open:
                return "late"
            time.sleep(0.05)
            now = timezone.now()
            Charter.objects.create(cohort=cohort, version=last + 1, text=row.text, in_force_at=now)
            CharterDraft.objects.filter(pk=row.pk).update(open=None, closed_at=now)
        return "won"

    found = Counter(how for _who, how in all_at_once(enforce, range(PROCESSES)))
    assert found["won"] + found["IntegrityError"] + found["OperationalError"] > 1, found


def test_an_objection_and_its_putting_in_force_come_one_after_the_other(draft, cohort, members, guides):
    """Whoever comes first is right: never both an objection that was kept and a text in force above it."""
    all_support(draft, members[1:])

    def do(what):
        values = {"opened_version": 1, "now": timezone.now()}
        try:
            if what == "object":
                said = {"objection": "No.", "user_id": members[0]}
                attempt(partial(charter_voice.object_to, draft, **said, **values))
            else:
                attempt(partial(charter_draft.put_in_force, draft, by=guides[0], **values))
        except (DraftOver, NotAgreed) as refused:
            return type(refused).__name__
        return "done"

    found = Counter(all_at_once(do, ["object", *["enforce"] * (PROCESSES - 1)]))
    objected = found[("object", "done")]
    enforced = found[("enforce", "done")]
    assert objected + enforced == 1, found
    assert Charter.objects.filter(cohort=cohort).count() == 1 + enforced
    assert CharterVoice.objects.filter(supports=False).count() == objected


def test_without_the_lock_an_objection_is_passed_over(draft, cohort, members):
    """Guards the test above."""

    def do(what):
        with transaction.atomic():
            if what == "object":
                if not CharterDraft.objects.get(pk=draft.pk).open:
                    return "late"
                time.sleep(0.05)
                said = {"supports": False, "about": 1, "objection": "No.", "said_at": timezone.now()}
                CharterVoice.objects.create(draft=draft, user_id=members[0], **said)
            else:
                if CharterVoice.objects.filter(draft=draft, supports=False).exists():
                    return "waits"
                time.sleep(0.05)
                CharterDraft.objects.filter(pk=draft.pk).update(open=None, closed_at=timezone.now())
        return "done"

    found = Counter(all_at_once(do, ["object", "enforce"] * (PROCESSES // 2)))
    assert found[("object", "done")] > 0, found
    assert found[("enforce", "done")] > 0, found


def test_several_who_begin_at_once_begin_one_draft(cohort, guides, members):
    def begin(user):
        words = {"text": f"Of {user}", "by": user, "now": timezone.now()}
        try:
            attempt(partial(charter_draft.begin, Cohort.objects.get(pk=cohort.pk), **words))
        except DraftOpen:
            return "open already"
        return "begun"

    found = Counter(how for _who, how in all_at_once(begin, [*guides, *members[: PROCESSES - 2]]))
    assert found == {"begun": 1, "open already": PROCESSES - 1}
    assert CharterDraft.objects.count() == 1


def test_without_the_lock_beginning_at_once_ends_in_errors(cohort, guides, members):
    """Guards the test above: the constraint alone keeps one draft, and breaks the others' pages."""

    def begin(user):
        with transaction.atomic():
            if CharterDraft.objects.filter(cohort=cohort, open=True).exists():
                return "open already"
            time.sleep(0.05)
            now = timezone.now()
            CharterDraft.objects.create(cohort=cohort, text="x", made_by_id=user, made_at=now, saved_at=now)
        return "begun"

    found = Counter(how for _who, how in all_at_once(begin, [*guides, *members[: PROCESSES - 2]]))
    assert found["IntegrityError"] + found["OperationalError"] > 0, found
