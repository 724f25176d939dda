"""Our own catalogues, looked up for block, forms and messages alike.

The platform merges an app's `locale` folder into everything it shows and gives templates only its own
catalogue; so ours live in `translations/` and are read here, for the language that is active in Django.
"""

import gettext as gettext_module
from collections.abc import Callable
from functools import cache
from importlib import resources
from typing import Any

from django.utils.functional import lazy
from django.utils.translation import get_language, to_locale

LANGUAGES = {"en": "English", "fr": "Français", "nl": "Nederlands", "de": "Deutsch"}

# A pseudo-language for tests and for looking at a right-to-left page: no catalogue, `dir="rtl"`.
RIGHT_TO_LEFT = frozenset({"ar", "fa", "he", "ur"})


@cache
def catalogue(language: str) -> gettext_module.NullTranslations:
    """Return the catalogue of a language code ("nl", "nl-be"); English sentences where there is none."""
    locale = to_locale(language)
    folder = resources.files("lernet_xblock") / "translations"
    for name in (locale, locale.split("_")[0]):
        path = folder / name / "LC_MESSAGES" / "django.mo"
        if path.is_file():
            with path.open("rb") as file:
                return gettext_module.GNUTranslations(file)
    return gettext_module.NullTranslations()


def _current() -> gettext_module.NullTranslations:
    return catalogue(get_language() or "en")


def gettext(message: str) -> str:
    """Return the sentence in the active language."""
    return _current().gettext(message)


def ngettext(singular: str, plural: str, number: int) -> str:
    """Return the sentence for this number in the active language."""
    return _current().ngettext(singular, plural, number)


def pgettext(context: str, message: str) -> str:
    """Return the sentence in the active language, where the word alone would be ambiguous."""
    return _current().pgettext(context, message)


def npgettext(context: str, singular: str, plural: str, number: int) -> str:
    """Return the sentence for this number and context in the active language."""
    return _current().npgettext(context, singular, plural, number)


def _lazily(function: Callable[..., str]) -> Callable[..., Any]:
    return lazy(function, str)


gettext_lazy = _lazily(gettext)
pgettext_lazy = _lazily(pgettext)


def supported(language: str | None) -> str:
    """Return the code of ours that fits ("nl-be" → "nl"), "en" when none does; right-to-left codes stay."""
    base = (language or "en").lower().replace("_", "-").split("-")[0]
    return base if base in LANGUAGES or base in RIGHT_TO_LEFT else "en"


def direction(language: str) -> str:
    """Return "rtl" or "ltr", the value of the `dir` attribute for a language code."""
    return "rtl" if supported(language) in RIGHT_TO_LEFT else "ltr"
