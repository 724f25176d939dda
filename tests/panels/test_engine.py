"""Rendering our templates, and what Django says of it."""

import logging

import pytest

from lernet_xblock.panels.engine import engine, render, unheard


def line_about(template):
    return logging.LogRecord("django.template", logging.DEBUG, "", 1, "Exception in '%s' '%s'", ("x", template), None)


@pytest.mark.parametrize(("template", "heard"), [("lernet_xblock/home.html", False), ("courseware.html", True)])
def test_lines_about_our_templates_are_not_logged_and_those_about_others_are(template, heard):
    assert unheard(line_about(template)) is heard


def test_what_a_page_holds_is_not_logged_where_its_template_asks_for_what_is_not_there(caplog):
    engine()
    with caplog.at_level(logging.DEBUG, logger="django.template"):
        render("home_contact.html", {"secret": "canary"})
    assert caplog.records == []
