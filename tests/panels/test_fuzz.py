"""Whatever arrives, no handler breaks: nothing answers with a 5xx, and no foreign word leaks into the reply."""

import json

import pytest
from django.core.cache import cache
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from lernet_xblock import panels  # noqa: F401 - fills the registries
from lernet_xblock.panels.action import ACTIONS
from lernet_xblock.panels.panel import PANELS
from tests.factories import (
    CharterFactory,
    CohortFactory,
    FacilitationFactory,
    MembershipFactory,
    NetworkFactory,
    PulseFactory,
    SessionFactory,
    UserFactory,
    shared_case,
)
from tests.runtime import get, make_block, post

pytestmark = pytest.mark.django_db

CANARY = "canarysingsinthemine"
ODD = st.one_of(
    st.text(max_size=40),
    st.sampled_from(
        [
            "",
            "0",
            "-1",
            "1e9",
            "2027-02-30",
            "25:99",
            "NaN",
            "null",
            "true",
            "\x00",
            "\ud83d",
            "🧑‍🏭",
            "مرحبا",
            "<script>alert(1)</script>",
            "=1+1",
            "../..",
            "9" * 400,
            "'; DROP TABLE",
        ]
    ),
)


@pytest.fixture
def people():
    """A learner, a member, a facilitator and an admin of one network, and another cohort with something to leak."""
    network = NetworkFactory(state="running")
    own, other = CohortFactory(network=network, number=1), CohortFactory(network=network, number=2)
    for cohort in (own, other):
        CharterFactory(cohort=cohort)
        PulseFactory(session=SessionFactory(cohort=cohort))
    secret = shared_case(other, title=CANARY, situation=CANARY)
    roles = [
        UserFactory(),
        MembershipFactory(cohort=own).user,
        FacilitationFactory(cohort=own).user,
        UserFactory(is_staff=True),
        UserFactory(username="author_x"),
    ]
    keys = [secret.key, other.key, other.sessions.get().key, own.key, own.sessions.get().key, network.key]
    return [user.username for user in roles], keys


def names_of(action):
    return sorted({*action.form.base_fields, "_key", "extra"})


@pytest.mark.parametrize("name", sorted(ACTIONS))
@settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))
@given(data=st.data())
def test_odd_fields_are_refused_and_never_break(people, name, data):
    cache.clear()
    usernames, keys = people
    action = ACTIONS[name]
    value = st.one_of(ODD, st.sampled_from(keys))
    pairs = data.draw(st.lists(st.tuples(st.sampled_from(names_of(action)), value).map(list), max_size=12))
    body = json.dumps(
        {"at": data.draw(st.one_of(st.just(""), st.sampled_from(sorted(PANELS)), ODD)), "fields": pairs}
    ).encode()
    sent = data.draw(st.binary(max_size=300)) if action.takes_file else body
    for username in usernames:
        response = post(make_block(username), name, body=sent, content_type=action.content_types[0])
        assert response.status_int < 500, response.text
        if username == usernames[1]:
            assert CANARY not in response.text


@pytest.mark.parametrize("name", sorted(PANELS))
@settings(max_examples=15, deadline=None, suppress_health_check=list(HealthCheck))
@given(data=st.data())
def test_odd_addresses_find_nothing_and_never_break(people, name, data):
    usernames, keys = people
    value = st.one_of(ODD.filter(lambda text: text.isascii() and text.isprintable()), st.sampled_from(keys))
    params = data.draw(
        st.dictionaries(
            st.sampled_from(["case", "cohort", "session", "pulse", "page", "groups", "spread", "seed", "import", "x"]),
            value,
            max_size=4,
        )
    )
    from urllib.parse import urlencode

    for username in usernames:
        response = get(make_block(username), f"{name}?{urlencode(params)}")
        assert response.status_int in {200, 403, 404, 422}, response.text
        if username == usernames[1]:
            assert CANARY not in response.text
