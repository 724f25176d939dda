"""Our catalogues and tags."""

import gettext as gettext_module
import re
from pathlib import Path

import pytest
from django.template import Context
from django.utils import translation

from lernet_xblock import i18n
from lernet_xblock.panels.engine import engine


class Reversed(gettext_module.NullTranslations):
    """A catalogue that can be told from English."""

    def gettext(self, message):
        return message.upper().replace("%(NAME)S", "%(name)s").replace("%(N)S", "%(n)s")

    def ngettext(self, singular, plural, number):
        return self.gettext(singular if number == 1 else plural)

    def pgettext(self, context, message):
        return f"{context}:{message}"


@pytest.fixture(autouse=True)
def pseudo(monkeypatch):
    monkeypatch.setattr(i18n, "catalogue", lambda language: Reversed())


def shown(source, **values):
    return engine().from_string(source).render(Context(values))


def test_translate_reads_our_catalogue():
    assert shown('{% translate "Save" %}') == "SAVE"
    assert shown('{% translate "May" context "month" as may %}[{{ may }}]') == "[month:May]"


def test_blocktranslate_fills_and_escapes():
    assert shown("{% blocktranslate %}Hello {{ name }}{% endblocktranslate %}", name="<b>") == "HELLO &lt;b&gt;"


def test_blocktranslate_counts():
    source = "{% blocktranslate count n=number %}{{ n }} person{% plural %}{{ n }} people{% endblocktranslate %}"
    assert (shown(source, number=1), shown(source, number=3)) == ("1 PERSON", "3 PEOPLE")


def test_blocktranslate_as_a_variable_is_escaped_once():
    source = "{% blocktranslate asvar x %}{{ name }}!{% endblocktranslate %}{{ x }}"
    assert shown(source, name="a&b") == "a&amp;b!"


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ("nl", "nl"),
        ("nl-be", "nl"),
        ("nl_BE", "nl"),
        ("FR", "fr"),
        ("pt-br", "en"),
        (None, "en"),
        ("", "en"),
        ("ar", "ar"),
    ],
)
def test_supported(given, expected):
    assert i18n.supported(given) == expected


@pytest.mark.parametrize(("language", "expected"), [("ar", "rtl"), ("he-il", "rtl"), ("de", "ltr"), ("en", "ltr")])
def test_direction(language, expected):
    assert i18n.direction(language) == expected


def test_days_follow_the_language():
    from datetime import date

    from lernet_xblock.templatetags.lernet_show import day

    found = {}
    for language in ("en", "fr", "nl", "de"):
        with translation.override(language):
            found[language] = day(date(2027, 3, 2))
    assert found == {
        "en": "Tuesday 2 March 2027",
        "fr": "mardi 2 mars 2027",
        "nl": "dinsdag 2 maart 2027",
        "de": "Dienstag, 2. März 2027",
    }


def test_a_literal_per_cent_sign_is_looked_up_as_it_was_extracted(monkeypatch):
    looked_up = []

    class Listening(gettext_module.NullTranslations):
        def gettext(self, message):
            looked_up.append(message)
            return message

    monkeypatch.setattr(i18n, "catalogue", lambda language: Listening())
    assert shown('{% translate "100% sure" %}') == "100% sure"
    assert looked_up == ["100%% sure"]


def test_sentences_are_marked_by_names_that_extraction_knows():
    """`gettext_lazy as lazily` once kept 39 sentences out of every catalogue."""
    aliases = {
        alias
        for path in Path(i18n.__file__).parent.rglob("*.py")
        for alias in re.findall(r"lernet_xblock\.i18n import \w*gettext\w* as (\w+)", path.read_text("utf-8"))
    }
    assert aliases == {"_"}
