"""The views and the door of both handlers."""

from datetime import timedelta

import pytest

from lernet_xblock.workbench.clock import moved
from tests.factories import NetworkFactory, UserFactory
from tests.runtime import get, make_block, post

pytestmark = pytest.mark.django_db


def test_learner_page_renders_without_any_service():
    user = UserFactory()
    html = make_block(user.username, display_name="Return to work").render("student_view").body_html()
    assert "Return to work" in html
    assert 'data-fragment="panel"' in html


def test_public_view_reads_nothing_and_names_nothing(django_assert_num_queries):
    NetworkFactory(title="Secret")
    with django_assert_num_queries(0):
        html = make_block("none").render("public_view").body_html()
    assert "Secret" not in html
    assert "Log in" in html


def test_anonymous_reader_of_a_panel_is_refused():
    assert get(make_block("none"), "home").status_int == 403


def test_unknown_panel_is_not_found():
    assert get(make_block(UserFactory().username), "treasure").status_int == 404


def test_unauthenticated_doors_of_the_platform_are_closed():
    block = make_block(UserFactory().username)
    response = post(block, "case.share", path="/courses/x/xblock/y/handler_noauth/action/case.share")
    assert response.status_int == 403


def test_unknown_action_is_not_found():
    assert post(make_block(UserFactory().username), "no.such").status_int == 404


def test_a_block_in_a_log_names_its_place_and_nothing_else(django_assert_num_queries):
    block = make_block("mila", goal="Secret goal")
    assert repr(block) == "<LernetXBlock lernet.d0.u0>"


def test_an_address_that_is_no_text_is_malformed():
    assert get(make_block(UserFactory().username), "home?case=%B2").status_int == 400


@pytest.mark.parametrize(("language", "direction"), [("ar", "rtl"), ("he-il", "rtl"), ("nl-be", "ltr")])
def test_the_page_has_the_direction_of_its_language(language, direction):
    """The pseudo-languages have no catalogue: English sentences on a page that runs the other way."""
    with moved(timedelta(), language=language):
        html = make_block(UserFactory().username).render("student_view").body_html()
    assert f'dir="{direction}"' in html.split('class="lnx"')[1].split(">")[0]
