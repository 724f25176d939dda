"""What the switcher may send."""

from datetime import UTC, datetime, timedelta
from typing import Any

from django import forms
from django.utils.http import url_has_allowed_host_and_scheme

from lernet_xblock.i18n import LANGUAGES
from lernet_xblock.workbench import clock
from lernet_xblock.workbench.overview import next_session_end
from lernet_xblock.workbench.scenarios import SLUGS

# The choice that takes a cookie away again: the person's own language, the real time.
OWN = "own"
STEPS = {"back": timedelta(days=-1), "on": timedelta(days=1)}
AFTER_SESSION = "session"


class SwitchForm(forms.Form):
    """One press on the switcher; each field but `next` is optional."""

    next = forms.CharField(max_length=500)
    network = forms.ChoiceField(choices=[(slug, slug) for slug in SLUGS], required=False)
    language = forms.ChoiceField(choices=[(code, code) for code in (*LANGUAGES, OWN)], required=False)
    clock = forms.ChoiceField(choices=[(word, word) for word in (*STEPS, AFTER_SESSION, OWN)], required=False)
    theme = forms.ChoiceField(choices=[("dark", "dark"), ("light", "light")], required=False)
    direction = forms.ChoiceField(choices=[("rtl", "rtl"), ("ltr", "ltr")], required=False)

    def clean_next(self) -> str:
        """Return an address of this site; anything else is refused."""
        address: str = self.cleaned_data["next"]
        if not (address.startswith("/") and url_has_allowed_host_and_scheme(address, allowed_hosts=None)):
            raise forms.ValidationError("not an address of this site")
        return address


def shift_after(press: dict[str, Any]) -> timedelta:
    """press: the form's cleaned data, with `clock` set. Returns the shift that the clock then has."""
    if press["clock"] == OWN:
        return timedelta()
    if press["clock"] == AFTER_SESSION:
        end = next_session_end(press["network"], clock.now()) if press["network"] else None
        return end + clock.MINUTE - datetime.now(UTC) if end else clock.shift()
    return clock.shift() + STEPS[press["clock"]]
