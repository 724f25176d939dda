"""Operations on groups are taken back, as long as nothing was built on them."""

from datetime import timedelta

import pytest

from lernet_xblock.errors import NotFound
from lernet_xblock.models import AuditEntry, Case, Change, Cohort, Contribution, Membership, Notice
from lernet_xblock.services.change import keep_change
from lernet_xblock.services.merge import merge
from lernet_xblock.services.split import split
from lernet_xblock.services.transfer import transfer
from lernet_xblock.services.undo import CannotUndo, obstacles, undo
from tests.factories import ApplicationFactory, CaseFactory, NetworkFactory, UserFactory
from tests.runtime import committed
from tests.services.regroup import DAY, LATER, fresh, group, member, people, running_network, states, told

pytestmark = pytest.mark.django_db

HOUR = timedelta(hours=1)


@pytest.fixture
def network():
    return running_network(cohort_limit=4)


@pytest.fixture
def first(network):
    return group(network, 1, 8)


@pytest.fixture
def second(network):
    return group(network, 2, 7)


@pytest.fixture
def admin():
    return UserFactory(is_staff=True)


@pytest.fixture
def transferred(first, second, admin):
    mover = second.memberships.first()
    return committed(
        lambda: transfer(
            second,
            to=first,
            user_id=mover.user_id,
            known=False,
            reason="",
            opened_version=1,
            by=admin.pk,
            now=LATER,
        )
    )


def merged(first, second, admin, now=LATER):
    return committed(
        lambda: merge(
            second,
            to=first,
            both_agreed=True,
            known=False,
            reason="Few",
            opened_version=fresh(second).version,
            by=admin.pk,
            now=now,
        )
    )


def parted(first, admin, now=LATER):
    return committed(
        lambda: split(
            first,
            user_ids=sorted(people(first))[:4],
            known=False,
            reason="Many",
            opened_version=fresh(first).version,
            by=admin.pk,
            now=now,
        )
    )


def take_back(change, now=LATER + HOUR):
    return committed(lambda: undo(change.network, key=change.key, by=change.by_id, now=now))


def rows(*cohorts):
    """Return the memberships of the cohorts that were not undone, as they are."""
    kept = Membership.objects.filter(cohort__in=cohorts).exclude(end="undone").order_by("pk")
    return list(kept.values("pk", "cohort", "user", "active", "joined_at", "left_at", "end", "paused_until"))


def refusal(change, now=LATER + HOUR):
    with pytest.raises(CannotUndo):
        take_back(change, now)
    change.refresh_from_db()
    assert change.undone_at is None
    return obstacles(change.network, [change], now=now)[change.pk]


# As it was -----------------------------------------------------------------------------------------


def test_a_transfer_undone_leaves_everything_as_it_was(first, second, admin):
    before, mover = rows(first, second), second.memberships.first()
    draft = CaseFactory(cohort=second, owner=mover.user, state="draft", shared_at=None)
    change = committed(
        lambda: transfer(
            second,
            to=first,
            user_id=mover.user_id,
            known=False,
            reason="",
            opened_version=1,
            by=admin.pk,
            now=LATER,
        )
    )
    take_back(change)
    assert rows(first, second) == before
    assert Membership.objects.get(end="undone").left_at == LATER + HOUR
    assert Case.objects.get(pk=draft.pk).cohort == second
    change.refresh_from_db()
    assert (change.undone_at, change.undone_by) == (LATER + HOUR, admin)
    assert AuditEntry.objects.filter(verb="cohort.transfer.undo", subject=change.key).count() == 1


def test_a_merger_undone_brings_people_sessions_and_offers_back(network, first, second, admin):
    Membership.objects.filter(cohort=first).first().delete()
    before, planned = rows(first, second), states(second)
    asked = ApplicationFactory(network=network, state="offered")
    offer = second.offers.create(network=network, application=asked, made_at=LATER, expires_at=LATER + 3 * DAY)
    take_back(merged(first, second, admin))
    assert rows(first, second) == before
    assert states(second) == planned
    assert (fresh(second).state, fresh(second).merged_into) == ("confirmed", None)
    offer.refresh_from_db()
    assert offer.cohort == second


def test_a_split_undone_brings_everybody_together_and_ends_the_new_group(first, admin):
    before = rows(first)
    change = parted(first, admin)
    new = Cohort.objects.get(pk=change.done["cohorts"][1])
    take_back(change)
    assert rows(first) == before
    assert (fresh(new).state, fresh(new).merged_into, people(new)) == ("merged", first, set())
    assert set(states(new)) == {"cancelled"}


def test_whoever_read_of_it_reads_that_it_does_not_hold(first, second, transferred):
    mover = Membership.objects.get(pk=transferred.done["ended"][0]).user_id
    reader = min(people(first) - {mover})
    Notice.objects.filter(user=reader, kind="transfer_in").update(seen_at=LATER)
    take_back(transferred)
    assert told("undone_you") == {mover}
    assert told("undone_group") == {reader}
    assert set(Notice.objects.filter(seen_at=None).values_list("kind", flat=True)) == {"undone_you", "undone_group"}


# What stands in the way ----------------------------------------------------------------------------


def test_once_and_within_a_day(transferred):
    assert obstacles(transferred.network, [transferred], now=LATER + DAY) == {}
    assert refusal(transferred, LATER + DAY + HOUR) == "late"
    take_back(transferred, LATER + DAY)
    with pytest.raises(CannotUndo):
        take_back(transferred)
    transferred.refresh_from_db()
    assert obstacles(transferred.network, [transferred], now=LATER + HOUR) == {transferred.pk: "undone"}


def test_what_is_not_made_to_be_undone(network, admin):
    for kind, can in (("transfer", False), ("resume", True)):
        change = keep_change(network, kind, by=admin.pk, now=LATER, can_be_undone=can)
        assert refusal(change) == "never"


def test_somebody_who_moved_on_stays_there(network, first, second, admin, transferred):
    third = group(network, 3, 2)
    mover = Membership.objects.get(pk=transferred.done["made"][0]).user_id
    onward = committed(
        lambda: transfer(
            first,
            to=third,
            user_id=mover,
            known=False,
            reason="",
            opened_version=fresh(first).version,
            by=admin.pk,
            now=LATER + HOUR / 2,
        )
    )
    assert refusal(transferred) == "later"
    take_back(onward)
    take_back(transferred)
    assert mover in people(second)


def test_who_left_since_does_not_come_back(transferred):
    Membership.objects.filter(pk=transferred.done["made"][0]).update(active=None, left_at=LATER, end="left")
    assert refusal(transferred) == "later"


@pytest.mark.parametrize("where", ["first", "second"])
def test_a_session_that_has_begun_since_stands_in_the_way(first, second, transferred, where):
    cohort = {"first": first, "second": second}[where]
    cohort.sessions.filter(number=2).update(starts_at=LATER + HOUR / 2)
    assert refusal(transferred) == "begun"
    cohort.sessions.filter(number=2).update(state="not_held")
    take_back(transferred)


def test_a_session_that_the_merger_cancelled_cannot_be_brought_back_once_it_would_have_begun(first, second, admin):
    change = merged(first, second, admin)
    cancelled = second.sessions.filter(state="cancelled").order_by("starts_at").first()
    second.sessions.filter(pk=cancelled.pk).update(starts_at=LATER + HOUR / 2)
    assert refusal(change) == "begun"


def test_a_case_shared_where_people_left_keeps_its_readers(second, transferred):
    CaseFactory(cohort=second, owner_id=min(people(second)), shared_at=LATER + HOUR / 2)
    assert refusal(transferred) == "told"


def test_a_case_of_others_in_the_new_group_is_no_obstacle_and_the_own_one_is(first, transferred):
    mover = Membership.objects.get(pk=transferred.done["made"][0]).user_id
    other = CaseFactory(cohort=first, owner_id=min(people(first) - {mover}), shared_at=LATER + HOUR / 2)
    assert obstacles(transferred.network, [transferred], now=LATER + HOUR) == {}
    Contribution.objects.create(case=other, author_id=mover, kind="question", text="x", posted_at=LATER + HOUR / 2)
    assert refusal(transferred) == "told"


def test_words_on_an_old_case_reach_nobody_new(first, second, admin):
    """A contribution where people left: after a transfer they would read it anew, after a merger they did all along."""
    case = CaseFactory(cohort=second, owner_id=min(people(second)))
    author = sorted(people(second))[1]
    mover = sorted(people(second))[2]
    change = committed(
        lambda: transfer(
            second,
            to=first,
            user_id=mover,
            known=False,
            reason="",
            opened_version=1,
            by=admin.pk,
            now=LATER,
        )
    )
    said = Contribution.objects.create(
        case=case, author_id=author, kind="question", text="x", posted_at=LATER + HOUR / 2
    )
    assert refusal(change) == "told"
    said.delete()
    take_back(change)
    again = merged(first, second, admin, now=LATER + 2 * HOUR)
    Contribution.objects.create(
        case=case, author_id=author, kind="question", text="x", posted_at=LATER + 2 * HOUR + HOUR / 2
    )
    take_back(again, LATER + 3 * HOUR)


def test_seats_given_to_others_since_are_not_taken_away(network, admin):
    small, other = group(network, 3, 3, minimum_size=2, maximum_size=3), group(network, 4, 2)
    mover = small.memberships.first().user_id
    change = committed(
        lambda: transfer(
            small,
            to=other,
            user_id=mover,
            known=False,
            reason="",
            opened_version=1,
            by=admin.pk,
            now=LATER,
        )
    )
    late = member(small)
    Membership.objects.filter(pk=late.pk).update(joined_at=LATER + HOUR / 2)
    assert refusal(change) == "taken"
    late.delete()
    asked = ApplicationFactory(network=network, state="offered")
    small.offers.create(network=network, application=asked, made_at=LATER + HOUR / 2, expires_at=LATER + 3 * DAY)
    assert refusal(change) == "taken"
    small.offers.all().delete()
    take_back(change)


def test_nobody_goes_back_to_a_group_that_is_over(network, first, second, admin, transferred):
    merged_change = committed(
        lambda: merge(
            second,
            to=group(network, 3, 2),
            both_agreed=True,
            known=False,
            reason="Few",
            opened_version=fresh(second).version,
            by=admin.pk,
            now=LATER + HOUR / 2,
        )
    )
    assert refusal(transferred) == "gone"
    take_back(merged_change)
    take_back(transferred)
    assert len(people(second)) == 7


def test_a_split_stands_once_others_joined_the_new_group(network, first, second, admin):
    change = parted(first, admin)
    new = Cohort.objects.get(pk=change.done["cohorts"][1])
    late = member(new)
    assert refusal(change) == "joined"
    late.delete()
    asked = ApplicationFactory(network=network, state="offered")
    new.offers.create(network=network, application=asked, made_at=LATER, expires_at=LATER + 3 * DAY)
    assert refusal(change) == "joined"
    new.offers.all().delete()
    take_back(change)
    assert len(people(first)) == 8


def test_a_group_that_was_larger_than_it_should_be_gets_its_people_back(network, admin):
    large = group(network, 3, 17, maximum_size=15)
    take_back(parted(large, admin))
    assert len(people(large)) == 17


def test_changes_of_other_networks_are_not_found(transferred):
    other = NetworkFactory(usage_id="lernet.d9.u9")
    with pytest.raises(NotFound):
        committed(lambda: undo(other, key=transferred.key, by=transferred.by_id, now=LATER))
    assert Change.objects.get().undone_at is None


def test_obstacles_cost_the_same_for_few_and_many(network, first, second, admin, django_assert_num_queries):
    changes = []
    for number in range(3, 7):
        to = group(network, number, 1)
        changes.append(
            committed(
                lambda to=to: transfer(
                    second,
                    to=to,
                    user_id=min(people(second)),
                    known=False,
                    reason="",
                    opened_version=fresh(second).version,
                    by=admin.pk,
                    now=LATER,
                )
            )
        )
        with django_assert_num_queries(8):
            assert obstacles(network, changes, now=LATER + HOUR) == {}
