"""Hidden fields are written without a template; the HTML is the one that Django would write."""

import pytest
from django import forms
from django.test.html import parse_html

from lernet_xblock.panels.forms import VersionedForm
from lernet_xblock.panels.page import viewer_of
from tests.runtime import make_block

LOOK = ' class="lnx-input"'

pytestmark = pytest.mark.django_db


class SeveralForm(VersionedForm):
    seen = forms.CharField(widget=forms.HiddenInput)
    chosen = forms.MultipleChoiceField(widget=forms.MultipleHiddenInput, choices=(("a", "a"), ("b", "b")))


@pytest.mark.parametrize("seen", ["", '"><script>', "x & y", "ü"])
def test_hidden_fields_are_as_django_writes_them(seen):
    initial = {"version": 3, "seen": seen, "chosen": ["a", "b"]}
    form = SeveralForm(viewer=viewer_of(make_block(), None), action="a.b", about="key", initial=initial)
    ours, theirs = form.hidden_inputs, "".join(map(str, form.hidden_fields()))
    # What nobody sees needs no look.
    assert parse_html(ours.replace(LOOK, "")) == parse_html(theirs.replace(LOOK, ""))
    assert "<script>" not in ours
