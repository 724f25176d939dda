from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from lernet_xblock.rules.fair_turns import Balance, needs_reason, next_in_line, suggested

MONDAY = datetime(2027, 2, 1, tzinfo=UTC)
DAY = timedelta(days=1)

BALANCES = st.dictionaries(st.integers(1, 15), st.builds(Balance, st.integers(0, 3), st.integers(0, 2)))


def test_a_second_turn_needs_a_reason_while_somebody_has_none() -> None:
    balances = {1: Balance(had=1), 2: Balance(), 3: Balance(planned=1)}
    assert needs_reason(1, balances)
    assert needs_reason(3, balances)
    assert not needs_reason(2, balances)


def test_a_second_turn_needs_none_once_everybody_has_one_had_or_planned() -> None:
    balances = {1: Balance(had=1), 2: Balance(planned=1)}
    assert not needs_reason(1, balances)
    assert not needs_reason(2, balances)


def test_who_is_no_member_any_more_holds_nobody_up() -> None:
    assert not needs_reason(9, {1: Balance(had=1)})


def test_who_had_the_fewest_comes_first_and_then_who_waits_longest() -> None:
    balances = {1: Balance(had=1), 2: Balance(), 3: Balance(), 4: Balance(planned=1), 5: Balance()}
    ready = {1: MONDAY, 2: MONDAY + DAY, 3: MONDAY, 4: MONDAY - DAY, 9: MONDAY}
    assert next_in_line(balances, ready) == (3, 2, 4, 1)
    assert suggested(balances, ready) == 3


def test_nobody_is_suggested_when_all_who_have_a_case_had_a_turn() -> None:
    assert suggested({1: Balance(had=1), 2: Balance()}, {1: MONDAY}) is None
    assert suggested({}, {}) is None


@given(BALANCES, st.data())
def test_who_is_suggested_never_needs_a_reason(balances: dict[int, Balance], data: st.DataObject) -> None:
    ready = {user: MONDAY + DAY * (user % 3) for user in data.draw(st.sets(st.integers(1, 15)))}

    found = suggested(balances, ready)

    assert found is None or (found in ready and not needs_reason(found, balances))
    without = [user for user in ready if user in balances and balances[user].none]
    assert (found is None) == (not without)
