"""Lists of people, held and applied. What an admin reads of them is tested with the panel."""

import pytest

from lernet_xblock.errors import RuleViolation
from lernet_xblock.host import Person
from lernet_xblock.models import PeopleImport
from lernet_xblock.rules.roster import read_roster
from lernet_xblock.services.people_import import Applied, apply_import, discard_import, hold
from tests.factories import NOW, ApplicationFactory, NetworkFactory, UserFactory
from tests.runtime import committed

pytestmark = pytest.mark.django_db


@pytest.fixture
def network():
    return NetworkFactory()


def held_list(network, users, *, extra=""):
    text = "username;function;language\n" + "".join(f"{user.username.upper()};boss;fr\n" for user in users) + extra
    roster = read_roster(text.encode())
    learners = {user.username: Person(user.pk, user.username, "", user.email) for user in users}
    return committed(
        lambda: hold(
            network,
            lines=roster.lines,
            notices=roster.notices,
            learners=learners,
            by=UserFactory().pk,
            now=NOW,
        )
    )


def apply(held, users, **values):
    return committed(
        lambda: apply_import(
            held,
            **{
                "agreed": False,
                "enrolled": {user.pk for user in users},
                "by": held.uploaded_by_id,
                "now": NOW,
                **values,
            },
        )
    )


def test_good_lines_are_rows_and_bad_lines_are_a_report(network):
    users = UserFactory.create_batch(2)
    held = held_list(network, users, extra="ghost;boss;xx\n")
    assert [row["user_id"] for row in held.rows] == [user.pk for user in users]
    assert held.report == [
        {"line": 4, "username": "ghost", "problems": [["language_unknown", "xx"], ["not_enrolled", "ghost"]]},
    ]


def test_applying_says_how_many_were_added_and_left_out(network):
    users = UserFactory.create_batch(4)
    held = held_list(network, users)
    ApplicationFactory(network=network, user=users[0])
    assert apply(held, users[:3]) == Applied(added=2, skipped=2)


def test_who_withdrew_is_asked_again_with_what_the_list_says(network):
    user = UserFactory()
    row = ApplicationFactory(network=network, user=user, state="withdrawn", function="old")
    apply(held_list(network, [user]), [user], agreed=True)
    row.refresh_from_db()
    assert (row.state, row.source, row.function, row.version, row.committed_at) == (
        "invited",
        "import",
        "boss",
        2,
        None,
    )


def test_a_list_can_be_put_aside_when_the_network_is_over(network):
    users = [UserFactory()]
    held = held_list(network, users)
    network.state = "closed"
    network.save()
    with pytest.raises(RuleViolation):
        apply(held, users)
    committed(lambda: discard_import(held, by=held.uploaded_by_id, now=NOW))
    assert PeopleImport.objects.get().rows == []


def test_one_list_waits_for_each_network(network):
    user, other = UserFactory(), NetworkFactory(usage_id="lernet.d9.u9")
    kept = held_list(other, [user])
    first = held_list(network, [user])
    held_list(network, [user])
    first.refresh_from_db()
    kept.refresh_from_db()
    assert (first.rows, len(kept.rows)) == ([], 1)


def test_thousands_of_people_are_applied_in_few_queries(network, django_assert_max_num_queries):
    users = UserFactory.create_batch(1200)
    held = held_list(network, users)
    with django_assert_max_num_queries(45):  # SQLite takes few rows at once
        assert apply(held, users).added == 1200
