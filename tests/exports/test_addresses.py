"""Addresses that carry a permission: signed for one person, one session and a day."""

from datetime import UTC, datetime, timedelta
from types import SimpleNamespace

import pytest
import time_machine

from lernet_xblock.exports.addresses import feed_url, read_session, session_url, webcal_url

HOST = SimpleNamespace(site_url=lambda: "https://learn.example.org")
NOW = datetime(2026, 12, 1, 9, 0, tzinfo=UTC)


def signed(url):
    return url.removeprefix("https://learn.example.org/lernet/session/").removesuffix(".ics")


def test_the_feed_has_the_address_that_is_promised():
    assert feed_url(HOST, "abc") == "https://learn.example.org/lernet/ics/abc.ics"
    assert webcal_url(feed_url(HOST, "abc")) == "webcal://learn.example.org/lernet/ics/abc.ics"


def test_a_link_to_a_session_lasts_a_day():
    with time_machine.travel(NOW, tick=False):
        url = session_url(HOST, 7, "4f" * 10)
        assert read_session(signed(url)) == (7, "4f" * 10)
    with time_machine.travel(NOW + timedelta(hours=24), tick=False):
        assert read_session(signed(url)) == (7, "4f" * 10)
    with time_machine.travel(NOW + timedelta(hours=24, seconds=2), tick=False):
        assert read_session(signed(url)) is None


@pytest.mark.parametrize("text", ["", "a", "a:b:c", "WzcsImEiXQ:1tX:x", "\x00", "é", ":" * 500])
def test_what_we_did_not_sign_is_nothing(text):
    assert read_session(text) is None


def test_nobody_can_change_whom_a_link_was_made_for():
    mine, theirs = signed(session_url(HOST, 7, "a")), signed(session_url(HOST, 8, "a"))
    assert read_session(theirs.split(":")[0] + mine[mine.index(":") :]) is None
