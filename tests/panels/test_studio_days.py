"""Days without session as people type them."""

from datetime import date

import pytest
from django import forms
from hypothesis import given
from hypothesis import strategies as st

from lernet_xblock.panels.studio_days import MOST_DAYS, DaysField, with_holidays, written
from lernet_xblock.rules.holidays import Holiday

EASTER, LABOUR = date(2027, 3, 29), date(2027, 5, 1)


@pytest.mark.parametrize(
    ("text", "days"),
    [
        ("", ()),
        ("\n \n", ()),
        ("2027-05-01\n2027-03-29", (EASTER, LABOUR)),
        ("2027-03-29 Easter Monday\n2027-05-01 – Labour Day; closed", (EASTER, LABOUR)),
        ("2027-03-29: Easter\n2027-03-29", (EASTER,)),
        ("2027-03-29,2027-05-01", (EASTER, LABOUR)),
        ("2027-03-29 Easter; 2027-05-01 Labour", (EASTER, LABOUR)),
    ],
)
def test_each_line_is_a_date_with_a_name_if_you_like(text, days):
    assert DaysField().clean(text) == days


@pytest.mark.parametrize(
    "text",
    ["soon", "Easter 2027-03-29", "29/03/2027", "2027-3-29", "2027-13-01", "2027-03-29 2027-05-01", "20270329"],
)
def test_a_line_without_one_date_at_its_beginning_is_refused(text):
    with pytest.raises(forms.ValidationError):
        DaysField().clean(f"2027-01-01\n{text}")


def test_too_many_days_are_refused():
    many = [date.fromordinal(EASTER.toordinal() + number) for number in range(MOST_DAYS + 1)]
    assert len(DaysField().clean(written(many[1:]))) == MOST_DAYS
    with pytest.raises(forms.ValidationError, match="at most 400"):
        DaysField().clean(written(many))


@given(st.lists(st.dates()))
def test_what_is_written_is_read_back(days):
    if len(set(days)) <= MOST_DAYS:
        assert DaysField().clean(written(days)) == tuple(sorted(set(days)))


def test_holidays_come_between_what_was_typed_and_each_once():
    typed = "soon\n2027-04-30 Bridge\n2027-03-29 closed"
    found = (Holiday(EASTER, "easter_monday"), Holiday(LABOUR, "Fête du Travail"))
    assert with_holidays(typed, found) == (
        "soon\n2027-03-29 closed\n2027-04-30 Bridge\n2027-05-01 Fête du Travail",
        1,
    )
    assert with_holidays("", found[:1]) == ("2027-03-29 Easter Monday", 1)
