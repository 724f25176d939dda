"""Planning turns, by those who guide the group."""

import pytest
from django.core.cache import cache

from lernet_xblock.models import AuditEntry, Turn
from tests.factories import CaseFactory, FacilitationFactory, MembershipFactory, SessionFactory, SubstitutionFactory
from tests.panels.turning import press, read
from tests.runtime import get, hidden, make_block, words
from tests.services.turning import AT, DAY, begin, choose, closing, fresh, group, plan, plan_days

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def at():
    import time_machine

    cache.clear()
    with time_machine.travel(AT, tick=False):
        yield


@pytest.fixture
def here():
    return group()


def page(user, address, status=200):
    response = get(make_block(user.username), address)
    assert response.status_int == status, response.text
    return response.text


def where(case):
    return f"turn?case={case.key}"


DAYS = {
    "questions_until": "2026-12-04T17:00",
    "reflections_until": "2026-12-07T17:00",
    "suggestions_until": "2026-12-09T17:00",
    "closing_until": "2026-12-10T17:00",
}


def test_who_has_had_no_turn_comes_first_then_what_is_urgent(here):
    choose(closing(here))
    CaseFactory(cohort=here.cohort, owner=here.people[0], title="Mine again", horizon="urgent")
    CaseFactory(cohort=here.cohort, owner=here.people[1], title="Not urgent")
    CaseFactory(cohort=here.cohort, owner=here.people[2], title="Burning", horizon="urgent")
    shown = words(page(here.guide, "turn"))
    order = [shown.index(title) for title in ("Burning", "Not urgent", "Mine again", "Handover")]
    assert order == sorted(order)
    assert shown.count("No turn yet") == 2


def test_a_turn_is_planned_for_a_session_from_the_list(here):
    shown = page(here.guide, where(here.case))
    assert "Friday 11 December 2026, 10:00" in words(shown)
    assert "I know that somebody has had no turn yet" not in words(shown)
    response = press(
        here.guide, "turn.plan", here.case, page=where(here.case), session=here.sessions[1].key, mode="hybrid"
    )
    assert response.status_int == 200
    assert "Planned for the session on Monday 21 December 2026." in response.text
    turn = Turn.objects.get()
    assert (turn.session, turn.mode, turn.planned_by) == (here.sessions[1], "hybrid", here.guide)


def test_a_second_turn_while_somebody_had_none_asks_for_a_tick_and_a_reason(here):
    choose(closing(here))
    shown = words(page(here.guide, where(here.case)))
    assert "somebody else has had none" in shown
    given = {"page": where(here.case), "session": here.sessions[1].key, "mode": "live"}
    refused = press(here.guide, "turn.plan", here.case, **given)
    assert refused.status_int == 422
    assert "Tick that you know" in read(refused)
    assert press(here.guide, "turn.plan", here.case, known="on", reason="Urgent", **given).status_int == 200
    assert AuditEntry.objects.get(verb="turn.plan", reason="Urgent").actor == here.guide


def test_a_turn_over_several_days_has_deadlines_that_are_suggested(here):
    shown = page(here.guide, where(here.case))
    form = shown.split('data-action="turn.plan_days"', 1)[1]
    suggested = [form.split(f'name="{name}" value="', 1)[1][:16] for name in DAYS]
    # Thursday 3 December, and seven working days from then on.
    assert suggested == ["2026-12-07T17:00", "2026-12-09T17:00", "2026-12-10T17:00", "2026-12-14T17:00"]
    response = press(here.guide, "turn.plan_days", here.case, page=where(here.case), **DAYS)
    assert response.status_int == 200
    assert Turn.objects.get().questions_until.isoformat() == "2026-12-04T16:00:00+00:00"


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"questions_until": "2026-12-01T17:00"}, "This lies in the past."),
        ({"reflections_until": "2026-12-04T16:00"}, "Each phase ends after the one before it."),
        ({"closing_until": "0001-01-01T00:00"}, "Please give a day and a time, such as 2027-02-02 17:00."),
        ({"closing_until": "someday"}, "Please give a day and a time, such as 2027-02-02 17:00."),
        ({"closing_until": ""}, "Please fill this in."),
    ],
)
def test_deadlines_that_cannot_be_are_named(here, changes, sentence):
    response = press(here.guide, "turn.plan_days", here.case, page=where(here.case), **{**DAYS, **changes})
    assert response.status_int == 422
    assert sentence in read(response)


def test_of_two_who_plan_one_case_the_second_reads_how_it_is_planned(here):
    deputy = FacilitationFactory(cohort=here.cohort, role="deputy").user
    given = {"page": where(here.case), "mode": "live"}
    assert press(here.guide, "turn.plan", here.case, session=here.sessions[0].key, **given).status_int == 200
    second = press(deputy, "turn.plan", here.case, session=here.sessions[1].key, **given)
    assert second.status_int == 409
    assert "Somebody planned this case a moment before you. This is how it is planned now." in read(second)
    assert "This case has its turn in the session on Friday 11 December 2026 at 10:00." in read(second)


def test_a_planned_turn_is_moved_and_taken_back(here):
    turn = plan(here)
    shown = page(here.guide, where(here.case))
    version = hidden(shown, "turn.move", "version")
    moved = press(here.guide, "turn.move", turn, page=where(here.case), version=version, session=here.sessions[2].key)
    assert moved.status_int == 200
    assert fresh(turn).session == here.sessions[2]
    stale = press(here.guide, "turn.unplan", turn, page=where(here.case), version=version)
    assert stale.status_int == 409
    shown = page(here.guide, where(here.case))
    version = hidden(shown, "turn.unplan", "version")
    assert press(here.guide, "turn.unplan", turn, page=where(here.case), version=version).status_int == 200
    assert Turn.objects.count() == 0


def test_deadlines_are_changed_while_the_group_works(here):
    turn = begin(here, plan_days(here))
    shown = page(here.guide, where(here.case))
    version = hidden(shown, "turn.deadlines", "version")
    later = {name: value.replace("2026-12", "2027-01") for name, value in DAYS.items()}
    response = press(here.guide, "turn.deadlines", turn, page=where(here.case), version=version, **later)
    assert response.status_int == 200
    assert fresh(turn).closing_until.date().isoformat() == "2027-01-10"


def test_who_stands_in_plans_for_their_session_alone(here):
    stand_in = SubstitutionFactory(session=here.sessions[1], since=AT - DAY).user
    shown = page(stand_in, where(here.case))
    assert words(shown).count("10:00") == 1
    assert "turn.plan_days" not in shown
    given = {"page": where(here.case), "mode": "live"}
    assert press(stand_in, "turn.plan", here.case, session=here.sessions[0].key, **given).status_int == 404
    assert press(stand_in, "turn.plan_days", here.case, page=where(here.case), **DAYS).status_int == 404
    assert press(stand_in, "turn.plan", here.case, session=here.sessions[1].key, **given).status_int == 200


def test_who_came_later_plans_and_leads_without_reading(here):
    late = FacilitationFactory(cohort=here.cohort, role="deputy", since=AT).user
    shown = words(page(late, "turn"))
    assert here.case.title not in shown
    assert f"A case of {here.people[0].first_name}" in shown
    assert here.case.question not in page(late, where(here.case))
    given = {"page": where(here.case), "mode": "live", "session": here.sessions[0].key}
    assert press(late, "turn.plan", here.case, **given).status_int == 200
    turn = Turn.objects.get()
    shown = page(late, where(here.case))
    version = hidden(shown, "turn.begin", "version")
    assert press(late, "turn.begin", turn, page=where(here.case), version=version).status_int == 200
    assert "Open the reflections" in words(page(late, where(here.case)))


def test_a_case_for_those_who_guided_then_is_a_secret_to_who_guides_later(here):
    type(here.case).objects.update(audience="facilitator")
    late = FacilitationFactory(cohort=here.cohort, role="deputy", since=AT).user
    page(late, where(here.case), status=404)
    assert here.people[0].first_name not in words(page(late, "turn"))
    page(here.guide, where(here.case))


def test_members_strangers_and_other_facilitators_find_no_planning(here):
    other = FacilitationFactory(cohort__network=here.cohort.network).user
    page(here.people[1], "turn", status=404)
    page(other, where(here.case), status=404)
    page(other, f"turn?cohort={here.cohort.key}", status=404)
    turn = plan(here)
    for name, row, fields in (
        ("turn.plan", here.case, {"session": here.sessions[0].key, "mode": "live"}),
        ("turn.plan_days", here.case, DAYS),
        ("turn.move", turn, {"session": here.sessions[1].key, "version": 1}),
        ("turn.deadlines", turn, {"version": 1, **DAYS}),
        ("turn.unplan", turn, {"version": 1}),
        ("turn.back", turn, {"version": 1, "seen": "planned", "note": "Wait"}),
    ):
        assert press(here.people[1], name, row, **fields).status_int == 403
        assert press(other, name, row, **fields).status_int == 404
        assert press(here.guide, name, type(row)(key="0" * 20), **fields).status_int == 404


def test_a_session_of_another_group_is_not_there(here):
    other = SessionFactory(cohort=MembershipFactory(cohort__network=here.cohort.network).cohort, starts_at=AT + DAY)
    given = {"page": where(here.case), "mode": "live", "session": other.key}
    assert press(here.guide, "turn.plan", here.case, **given).status_int == 404
