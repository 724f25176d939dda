"""Five members and a guide do anything in any order: nothing comes into force that the group did not agree on."""

from datetime import timedelta

import pytest
from django.db import transaction
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule, run_state_machine_as_test

from lernet_xblock.errors import RuleViolation, StaleVersion
from lernet_xblock.models import Charter, CharterDraft, Membership
from lernet_xblock.services import charter_draft, charter_voice
from lernet_xblock.services.charter_draft import NotAgreed
from tests.factories import NOW, CharterFactory, FacilitationFactory, MembershipFactory
from tests.runtime import committed

pytestmark = pytest.mark.django_db


def support(draft, user, version=1):
    return committed(lambda: charter_voice.support(draft, user_id=user.pk, opened_version=version, now=NOW))


def object_to(draft, user, objection="Too early.", version=1):
    values = {"objection": objection, "user_id": user.pk, "opened_version": version, "now": NOW}
    return committed(lambda: charter_voice.object_to(draft, **values))


def answer(voice, by, text="We try it.", version=1):
    values = {"text": text, "opened_version": version, "by": by.pk, "now": NOW}
    return committed(lambda: charter_voice.answer(voice, **values))


def take_back(draft, user):
    committed(lambda: charter_voice.take_back(draft, user_id=user.pk))


PEOPLE = 5
PERSON, VERSION = st.integers(0, PEOPLE - 1), st.sampled_from([0, 0, 0, 1])
# How each try to put a draft in force ended: the test would prove little if all ended the same way.
agreed: list[bool] = []


class Agreeing(RuleBasedStateMachine):
    """Five members and a guide do anything in any order; a model of a few dicts says what has to follow."""

    def __init__(self):
        super().__init__()
        self.cohort = CharterFactory().cohort
        self.guide = FacilitationFactory(cohort=self.cohort).user
        self.people = [MembershipFactory(cohort=self.cohort).user for _number in range(PEOPLE)]
        self.inside = set(range(PEOPLE))
        self.texts = 0
        self.draft, self.supports, self.objects = None, {}, {}

    def _new_text(self):
        self.texts += 1
        return f"Text {self.texts}."

    @rule()
    def begin(self):
        if self.draft is None:
            text = self._new_text()
            self.draft = committed(lambda: charter_draft.begin(self.cohort, text=text, by=self.guide.pk, now=NOW))
            self.supports, self.objects, self.version = {}, {}, 1

    @rule(behind=VERSION)
    def revise(self, behind):
        if self.draft is None:
            return
        values = {"text": self._new_text(), "opened_version": self.version - behind, "by": self.guide.pk, "now": NOW}
        if behind:
            with pytest.raises(StaleVersion):
                committed(lambda: charter_draft.revise(self.draft, **values))
        else:
            committed(lambda: charter_draft.revise(self.draft, **values))
            self.version += 1
            self.supports = {}

    @rule(who=PERSON, behind=VERSION, objects=st.booleans())
    def say(self, who, behind, objects):
        """Support or object, having read this text or the one before."""
        if self.draft is None:
            return
        user, version = self.people[who], self.version - behind
        expected = None if who in self.inside and not behind else StaleVersion if who in self.inside else RuleViolation
        words = f"Objection {self.texts}"

        def work():
            return object_to(self.draft, user, words, version) if objects else support(self.draft, user, version)

        if expected:
            with pytest.raises(expected):
                work()
            return
        voice = work()
        self.supports.pop(who, None)
        if not objects:
            self.objects.pop(who, None)
            self.supports[who] = True
        elif self.objects.get(who, (None, False, None))[2] != words:
            self.objects[who] = (voice, False, words)

    @rule(
        supporting=st.sets(PERSON, min_size=3),
        objecting=st.none() | PERSON,
        then=st.sampled_from(["", "", "answer", "revise"]),
    )
    def come_near(self, supporting, objecting, then):
        """Let most of them support the text, one perhaps object, and try to put it in force."""
        self.begin()
        for who in sorted(supporting & self.inside):
            self.say(who, 0, objects=False)
        if objecting in self.inside:
            self.say(objecting, 0, objects=True)
        if then == "answer" and objecting is not None:
            self.answer(objecting)
        if then == "revise":
            self.revise(0)
        self.put_in_force()

    @rule(who=PERSON)
    def answer(self, who):
        if self.draft is not None and who in self.objects:
            voice, _answered, words = self.objects[who]
            voice.refresh_from_db()
            answer(voice, self.guide, version=voice.version)
            self.objects[who] = (voice, True, words)

    @rule(who=PERSON)
    def take_back(self, who):
        if self.draft is not None and who in self.inside:
            take_back(self.draft, self.people[who])
            self.supports.pop(who, None)
            self.objects.pop(who, None)

    @rule(who=PERSON)
    def leave_or_come_back(self, who):
        own = Membership.objects.filter(cohort=self.cohort, user=self.people[who])
        if who in self.inside:
            own.update(active=None, left_at=NOW + timedelta(hours=1))
        else:
            own.update(active=True, left_at=None)
        self.inside ^= {who}

    @rule()
    def drop(self):
        if self.draft is not None:
            values = {"opened_version": self.version, "by": self.guide.pk, "now": NOW}
            committed(lambda: charter_draft.drop(self.draft, **values))
            self.draft = None

    @rule()
    def put_in_force(self):
        if self.draft is None:
            return
        support_here = len(self.supports.keys() & self.inside)
        unanswered = [who for who in self.objects.keys() & self.inside if not self.objects[who][1]]
        enough = bool(self.inside) and support_here * 3 >= len(self.inside) * 2 and not unanswered
        agreed.append(enough)
        values = {"opened_version": self.version, "by": self.guide.pk, "now": NOW}
        before = Charter.objects.filter(cohort=self.cohort).count()
        if not enough:
            with pytest.raises(NotAgreed):
                committed(lambda: charter_draft.put_in_force(self.draft, **values))
            assert Charter.objects.filter(cohort=self.cohort).count() == before
            return
        made = committed(lambda: charter_draft.put_in_force(self.draft, **values))
        assert (made.version, made.text) == (before + 1, CharterDraft.objects.get(pk=self.draft.pk).text)
        self.draft = None

    @invariant()
    def at_most_one_draft_is_open_and_it_is_ours(self):
        found = list(CharterDraft.objects.filter(cohort=self.cohort, open=True))
        assert found == ([self.draft] if self.draft else [])


class OneAtATime(Agreeing):
    """Each run leaves nothing behind."""

    def __init__(self):
        self.outer = transaction.atomic()
        self.outer.__enter__()
        super().__init__()

    def teardown(self):
        transaction.set_rollback(True)
        self.outer.__exit__(None, None, None)


@pytest.mark.once
def test_nothing_comes_into_force_without_two_thirds_or_with_an_objection_that_waits():
    agreed.clear()
    run_state_machine_as_test(
        OneAtATime,
        settings=settings(
            max_examples=20, stateful_step_count=20, deadline=None, suppress_health_check=list(HealthCheck)
        ),
    )
    assert set(agreed) == {True, False}
