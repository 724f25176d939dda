"""A group becomes two."""

import pytest

from lernet_xblock.errors import NotFound, RuleViolation, StaleVersion
from lernet_xblock.models import Application, CharterDraft, Cohort, PairRule
from lernet_xblock.services.charter_draft import begin
from lernet_xblock.services.split import split
from lernet_xblock.services.undo import undo
from tests.factories import NOW, CharterFactory, FacilitationFactory, UserFactory
from tests.runtime import committed
from tests.services.regroup import LATER, fresh, group, people, running_network, states, told

pytestmark = pytest.mark.django_db


@pytest.fixture
def network():
    return running_network(cohort_limit=3)


@pytest.fixture
def cohort(network):
    return group(network, 1, 17, maximum_size=17, size_reason="All in one")


def part(cohort, number, *, now=LATER, **values):
    chosen = sorted(people(cohort))[:number]
    given = {"user_ids": chosen, "known": False, "reason": "Too many to talk"}
    given |= {"opened_version": fresh(cohort).version}
    by = UserFactory(is_staff=True).pk
    return committed(lambda: split(cohort, by=by, now=now, **{**given, **values}))


def made(cohort):
    return Cohort.objects.exclude(pk=cohort.pk).get()


def test_some_go_on_in_a_new_group_with_charter_and_sessions(cohort):
    everybody = people(cohort)
    change = part(cohort, 8)
    new = made(cohort)
    assert (new.number, new.working_language, new.minimum_size, new.maximum_size) == (2, "fr", 10, 17)
    assert new.size_reason == "Too many to talk"
    assert (len(people(cohort)), len(people(new)), people(cohort) | people(new)) == (9, 8, everybody)
    assert new.charters.get().text == cohort.charters.get().text
    assert not new.charters.get().consents.exists()
    assert set(cohort.memberships.exclude(end="").values_list("end", "left_at")) == {("split", LATER)}
    assert change.done["cohorts"] == [cohort.pk, new.pk]


def test_the_sessions_ahead_are_copied_each_with_its_evaluation_and_without_the_link(cohort):
    cohort.sessions.update(place="Gembloux", meeting_link="https://meet.example.org/a")
    part(cohort, 8)
    new = made(cohort)
    what = ("number", "kind", "local_date", "local_time", "starts_at", "ends_at", "place")
    assert list(new.sessions.values_list(*what)) == list(cohort.sessions.filter(number__gt=1).values_list(*what))
    assert states(new) == ["planned"] * 4
    assert set(new.sessions.values_list("meeting_link", flat=True)) == {""}
    assert all(session.pulse.opens_at == session.ends_at for session in new.sessions.all())
    assert not set(new.sessions.values_list("uid")) & set(cohort.sessions.values_list("uid"))


def test_those_concerned_are_told(cohort):
    guide = FacilitationFactory(cohort=cohort).user
    part(cohort, 8)
    assert told("split_you") == people(made(cohort))
    assert told("split_out") == people(cohort) | {guide.pk}


@pytest.mark.parametrize("number", [1, 16])
def test_each_of_the_two_has_at_least_two_people(cohort, number):
    with pytest.raises(RuleViolation) as refused:
        part(cohort, number)
    assert refused.value.field == "people"
    part(cohort, 2)
    assert len(people(made(cohort))) == 2


def test_a_reason_is_needed(cohort):
    with pytest.raises(RuleViolation) as refused:
        part(cohort, 8, reason="")
    assert refused.value.field == "reason"


def test_within_the_bounds_the_new_group_needs_no_word_on_its_size(network):
    part(group(network, 1, 20, maximum_size=20), 10)
    assert Cohort.objects.get(number=2).size_reason == ""


def test_the_network_has_no_more_groups_than_it_may(network, cohort):
    type(network).objects.filter(pk=network.pk).update(cohort_limit=2)
    over = group(network, 2, 0, state="merged")
    part(cohort, 8)
    assert Cohort.objects.exclude(pk__in=[cohort.pk, over.pk]).get().number == 3
    with pytest.raises(RuleViolation):
        part(cohort, 4)


def test_only_its_own_members_as_they_were_seen(network, cohort):
    other = group(network, 2, 3)
    with pytest.raises(NotFound):
        part(cohort, 0, user_ids=[*sorted(people(cohort))[:3], *sorted(people(other))[:1]])
    with pytest.raises(StaleVersion):
        part(cohort, 8, opened_version=0)
    assert not told("split_you")


def test_people_who_belong_together_need_an_admin_who_knows(network, cohort):
    ordered = sorted(people(cohort))
    users = [ordered[0], ordered[-1]]
    first, second = Application.objects.filter(user__in=users).order_by("pk")
    PairRule.objects.create(network=network, kind="together", first=first, second=second, made_at=NOW)
    with pytest.raises(RuleViolation):
        part(cohort, 8)
    part(cohort, 8, known=True)
    assert len(people(cohort)) == 9


def test_not_while_the_group_meets(cohort):
    with pytest.raises(RuleViolation):
        part(cohort, 8, now=cohort.sessions.get(number=2).starts_at)


def test_the_new_group_takes_the_charter_in_force_along_and_the_draft_stays_behind(cohort):
    CharterFactory(cohort=cohort, version=2, text="Ours by now.")
    by = FacilitationFactory(cohort=cohort).user.pk
    committed(lambda: begin(cohort, text="Not agreed yet.", by=by, now=NOW))
    change = part(cohort, 8)
    new = made(cohort)
    assert list(new.charters.values_list("version", "text")) == [(1, "Ours by now.")]
    assert [draft.cohort for draft in CharterDraft.objects.filter(open=True)] == [cohort]
    committed(lambda: begin(new, text="Of the new group.", by=by, now=LATER))
    committed(lambda: undo(change.network, key=change.key, by=by, now=LATER))
    assert [draft.cohort for draft in CharterDraft.objects.filter(open=True)] == [cohort]
