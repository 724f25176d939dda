"""A new text for the charter: begun, changed, put in force, dropped."""

from datetime import timedelta

import pytest

from lernet_xblock.errors import RuleViolation, StaleVersion
from lernet_xblock.models import Charter, CharterDraft, CharterVoice, Cohort, Membership, Message, Network, Notice
from lernet_xblock.services import charter_draft, charter_voice
from lernet_xblock.services.charter import accept
from lernet_xblock.services.charter_draft import DraftOpen, DraftOver, NotAgreed
from tests.factories import NOW, CharterFactory, CohortFactory, FacilitationFactory, MembershipFactory
from tests.runtime import committed

pytestmark = pytest.mark.django_db

TEXT = "What is said here stays here.\nWe start at 13:15."


@pytest.fixture
def cohort():
    return CharterFactory(cohort__number=1).cohort


@pytest.fixture
def guide(cohort):
    return FacilitationFactory(cohort=cohort).user


@pytest.fixture
def members(cohort):
    return [MembershipFactory(cohort=cohort).user for _number in range(3)]


def begin(cohort, by, text=TEXT):
    return committed(lambda: charter_draft.begin(cohort, text=text, by=by.pk, now=NOW))


def revise(draft, by, text, version=1):
    values = {"text": text, "opened_version": version, "by": by.pk, "now": NOW + timedelta(hours=1)}
    return committed(lambda: charter_draft.revise(draft, **values))


def enforce(draft, by, version=1):
    return committed(lambda: charter_draft.put_in_force(draft, opened_version=version, by=by.pk, now=NOW))


def drop(draft, by, version=1):
    return committed(lambda: charter_draft.drop(draft, opened_version=version, by=by.pk, now=NOW))


def support(draft, *users, version=1):
    for user in users:
        committed(lambda user=user: charter_voice.support(draft, user_id=user.pk, opened_version=version, now=NOW))


def told(kind):
    return set(Notice.objects.filter(kind=kind).values_list("user_id", flat=True))


def mailed(kind):
    return set(Message.objects.filter(kind=kind).values_list("user_id", flat=True))


def pks(*users):
    return {user.pk for user in users}


def test_a_draft_is_begun_once_and_everybody_else_is_told(cohort, guide, members):
    draft = begin(cohort, members[0])
    assert (draft.text, draft.base, draft.version, draft.open) == (TEXT, 1, 1, True)
    assert told("charter_drafted") == mailed("charter_drafted") == pks(guide, *members[1:])
    with pytest.raises(DraftOpen):
        begin(cohort, guide, "Another.")
    assert CharterDraft.objects.count() == 1


def test_a_draft_of_the_very_text_in_force_changes_nothing(cohort, guide):
    with pytest.raises(RuleViolation) as refused:
        begin(cohort, guide, "What is said here stays here. \n")
    assert refused.value.field == "text"
    draft = begin(cohort, guide)
    with pytest.raises(RuleViolation):
        revise(draft, guide, "What is said here stays here.")


def test_without_a_charter_any_text_is_a_draft():
    cohort = CohortFactory()
    guide = FacilitationFactory(cohort=cohort).user
    draft = begin(cohort, guide, "Ours.")
    assert draft.base == 0
    support(draft, MembershipFactory(cohort=cohort).user)
    assert enforce(draft, guide).version == 1


@pytest.mark.parametrize("over", ["cohort", "network"])
def test_a_group_that_is_over_keeps_its_charter(cohort, guide, members, over):
    draft = begin(cohort, guide)
    support(draft, *members)
    if over == "cohort":
        Cohort.objects.filter(pk=cohort.pk).update(state="closed")
    else:
        Network.objects.filter(pk=cohort.network_id).update(state="closed")
    with pytest.raises(RuleViolation):
        enforce(draft, guide)
    drafts = CharterDraft.objects.filter(pk=draft.pk)
    drafts.update(open=None, closed_at=NOW)
    with pytest.raises(RuleViolation):
        begin(cohort, guide)


def test_a_changed_text_asks_again_and_tells_those_who_supported_the_old_one(cohort, guide, members):
    draft = begin(cohort, guide)
    support(draft, *members[:2])
    cohort.memberships.filter(user=members[1]).update(active=None, left_at=NOW)
    changed = revise(draft, guide, TEXT + "\nNo phones.")
    assert (changed.version, changed.text) == (2, TEXT + "\nNo phones.")
    assert told("charter_revised") == pks(members[0])
    support(draft, members[2], version=2)
    with pytest.raises(NotAgreed):
        enforce(draft, guide, version=2)
    support(draft, members[0], version=2)
    assert enforce(draft, guide, version=2).text == TEXT + "\nNo phones."


def test_the_same_words_once_more_ask_nobody_again(cohort, guide, members):
    draft = begin(cohort, guide)
    support(draft, *members)
    assert revise(draft, guide, TEXT, version=7).version == 1
    assert told("charter_revised") == set()


def test_who_changes_what_somebody_else_changed_sees_both(cohort, guide):
    draft = begin(cohort, guide)
    revise(draft, guide, "Theirs.")
    with pytest.raises(StaleVersion) as stale:
        revise(draft, guide, "Mine.")
    assert (stale.value.theirs, stale.value.version) == ({"text": "Theirs."}, 2)
    assert CharterDraft.objects.get().text == "Theirs."


def test_two_thirds_put_it_in_force_and_everybody_is_asked_to_accept_it(cohort, guide, members):
    committed(lambda: accept(cohort.charters.get(), user_id=members[0].pk, now=NOW))
    draft = begin(cohort, guide)
    support(draft, members[0])
    with pytest.raises(NotAgreed):
        enforce(draft, guide)
    support(draft, members[1])
    made = enforce(draft, guide)
    assert (made.version, made.text, made.consents.count()) == (2, TEXT, 0)
    draft.refresh_from_db()
    assert (draft.open, draft.closed_at, draft.became) == (None, NOW, made)
    assert told("charter_in_force") == mailed("charter_in_force") == pks(*members)
    with pytest.raises(DraftOver):
        enforce(draft, guide)
    assert Charter.objects.filter(cohort=cohort).count() == 2


def test_an_objection_waits_for_an_answer_even_when_all_the_others_support(cohort, guide, members):
    draft = begin(cohort, guide)
    support(draft, *members[:2])
    voice = committed(
        lambda: charter_voice.object_to(draft, objection="Too early.", user_id=members[2].pk, opened_version=1, now=NOW)
    )
    with pytest.raises(NotAgreed):
        enforce(draft, guide)
    committed(lambda: charter_voice.answer(voice, text="We try it.", opened_version=1, by=guide.pk, now=NOW))
    assert enforce(draft, guide).version == 2


def test_who_left_counts_neither_for_nor_against(cohort, guide, members):
    draft = begin(cohort, guide)
    support(draft, members[0], members[1])
    values = {"objection": "No.", "user_id": members[2].pk, "opened_version": 1, "now": NOW}
    committed(lambda: charter_voice.object_to(draft, **values))
    Membership.objects.filter(user=members[0]).update(active=None, left_at=NOW)
    with pytest.raises(NotAgreed):
        enforce(draft, guide)
    Membership.objects.filter(user=members[2]).update(active=None, left_at=NOW)
    assert enforce(draft, guide).version == 2


def test_members_who_pause_count(cohort, guide, members):
    for user in members[1:]:
        Membership.objects.filter(user=user).update(paused_at=NOW, paused_until=NOW.date() + timedelta(days=30))
    draft = begin(cohort, guide)
    support(draft, members[0])
    with pytest.raises(NotAgreed):
        enforce(draft, guide)


def test_a_text_that_was_changed_since_it_was_read_is_not_put_in_force_or_dropped(cohort, guide, members):
    draft = begin(cohort, guide)
    revise(draft, guide, "Theirs.")
    support(draft, *members, version=2)
    for work in (enforce, drop):
        with pytest.raises(StaleVersion):
            work(draft, guide)
    assert CharterDraft.objects.get().open


def test_a_dropped_draft_leaves_the_charter_and_room_for_another(cohort, guide, members):
    draft = begin(cohort, guide)
    drop(draft, guide)
    assert told("charter_dropped") == pks(*members)
    assert Charter.objects.filter(cohort=cohort).count() == 1
    for work in (enforce, drop):
        with pytest.raises(DraftOver):
            work(draft, guide)
    assert begin(cohort, guide).pk != draft.pk


def test_a_letter_about_a_draft_that_is_closed_is_not_sent_any_more(cohort, guide, members):
    draft = begin(cohort, guide)
    other = begin(CharterFactory(cohort=CohortFactory(network=cohort.network)).cohort, guide)
    MembershipFactory(cohort=other.cohort)
    Message.objects.filter(user=members[0]).update(state="sent", sent_at=NOW)
    drop(draft, guide)
    states = Message.objects.filter(kind="charter_drafted", cohort=cohort)
    assert set(states.values_list("user_id", "state", "dropped_for")) == {
        (members[0].pk, "sent", ""),
        (members[1].pk, "dropped", "changed"),
        (members[2].pk, "dropped", "changed"),
    }


def test_what_a_draft_asked_for_need_not_be_read_once_it_is_closed(cohort, guide, members):
    draft = begin(cohort, guide)
    support(draft, *members)
    enforce(draft, guide)
    unread = set(Notice.objects.filter(seen_at=None).values_list("kind", flat=True))
    assert unread == {"charter_in_force"}


def test_no_word_of_the_draft_is_in_the_outbox_the_notices_or_the_log(cohort, guide, members):
    draft = begin(cohort, guide, "Canary text.")
    values = {"objection": "Canary objection.", "user_id": members[2].pk, "opened_version": 1, "now": NOW}
    voice = committed(lambda: charter_voice.object_to(draft, **values))
    committed(lambda: charter_voice.answer(voice, text="Canary answer.", opened_version=1, by=guide.pk, now=NOW))
    support(draft, *members[:2])
    enforce(draft, guide)
    rows = [
        *Message.objects.values_list("kind", "cause", "facts"),
        *Notice.objects.values_list("kind", "key"),
        *cohort.network.audit.values_list("verb", "subject", "reason"),
    ]
    assert len(rows) > 10
    assert "canary" not in str(rows).lower()
    assert "canary" not in f"{draft!r} {voice!r} {draft} {voice}".lower()
    assert CharterVoice.objects.count() == 3
