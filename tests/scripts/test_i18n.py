from collections.abc import Callable
from pathlib import Path

import pytest

from scripts import i18n

PYTHON = """
from lernet_xblock.i18n import gettext as _
saved = _("Saved at %(time)s.")
dates = ngettext("%(number)s date", "%(number)s dates", 2)
may = pgettext_lazy("month", "May")
"""
TEMPLATE = """
{% load lernet_i18n %}
    <h2 title="{% translate "It's yours" %}">{% translate "May" context "verb" %}</h2>
  {% if a == b %}( [ " ' {% endif %}
 {% blocktranslate trimmed count n=n with place=place %}
     One session
     at {{ place }}
 {% plural %}
     {{ n }} sessions at {{ place }}
 {% endblocktranslate %}
"""


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """Return a small repository with sentences in Python and in a template, and no catalogues."""
    for name, text in {"lernet_xblock/a.py": PYTHON, "templates/lernet_xblock/a.html": TEMPLATE}.items():
        (tmp_path / name).parent.mkdir(parents=True)
        (tmp_path / name).write_text(text, encoding="utf-8")
    return tmp_path


@pytest.fixture
def complete(root: Path) -> Path:
    """Return the repository with every sentence translated: by itself."""
    for language in i18n.LANGUAGES:
        path = i18n.po_path(root, language)
        path.parent.mkdir(parents=True)
        catalogue = i18n.merged(i18n.new_catalogue("en"), "en", i18n.template(root))
        path.write_bytes(i18n.po_bytes(catalogue).replace(b"Language: en", f"Language: {language}".encode()))
    assert i18n.do_update(root) == 0
    return root


def edit(root: Path, before: str, after: str) -> None:
    """Change the French catalogue as a translator would."""
    path = i18n.po_path(root, "fr")
    text = path.read_text(encoding="utf-8")
    assert before in text
    path.write_text(text.replace(before, after), encoding="utf-8")


def everything(root: Path) -> dict[Path, bytes]:
    """Return the content of all catalogues."""
    return {path: path.read_bytes() for path in (root / "translations").rglob("*.*")}


def test_every_kind_of_sentence_is_extracted(root: Path) -> None:
    found = [(message.context, message.id) for message in i18n.template(root) if message.id]

    assert found == [
        (None, ("%(number)s date", "%(number)s dates")),
        ("month", "May"),
        (None, "Saved at %(time)s."),
        (None, "It's yours"),
        ("verb", "May"),
        (None, ("One session at %(place)s", "%(n)s sessions at %(place)s")),
    ]


def test_english_is_filled_in_and_other_languages_are_left_to_people(root: Path) -> None:
    i18n.do_update(root)

    strings = {
        language: [any(i18n.forms(message.string)) for message in i18n.read(root, language) if message.id]
        for language in i18n.LANGUAGES
    }
    assert strings == {"en": [True] * 6, "fr": [False] * 6, "nl": [False] * 6, "de": [False] * 6}


def test_update_twice_changes_nothing(complete: Path) -> None:
    before = everything(complete)

    i18n.do_update(complete)

    assert everything(complete) == before


def test_complete_catalogues_pass(complete: Path) -> None:
    assert i18n.do_check(complete) == 0


def test_platforms_names_and_locales_are_copies(complete: Path) -> None:
    folder = complete / "translations"

    for name in ("django.po", "django.mo"):
        content = (folder / "nl" / "LC_MESSAGES" / name).read_bytes()
        copies = [
            ("nl", name.replace("django", "text")),
            ("nl_NL", name),
            ("nl_NL", name.replace("django", "text")),
        ]
        for locale, copy in copies:
            assert (folder / locale / "LC_MESSAGES" / copy).read_bytes() == content


def test_new_sentence_is_empty_even_when_an_old_one_is_like_it(complete: Path) -> None:
    source = complete / "lernet_xblock" / "a.py"
    source.write_text(PYTHON.replace("Saved at %(time)s.", "Saved at %(time)s!"), encoding="utf-8")

    i18n.do_update(complete)

    french = i18n.read(complete, "fr")
    new = french.get("Saved at %(time)s!")
    assert new is not None
    assert (new.string, new.fuzzy) == ("", False)
    assert french.get("Saved at %(time)s.") is None
    assert not french.obsolete


def test_known_translation_is_kept_with_its_comment(complete: Path) -> None:
    edit(complete, 'msgctxt "month"\nmsgid "May"\nmsgstr "May"', 'msgctxt "month"\nmsgid "May"\nmsgstr "mai"')
    edit(complete, "#: lernet_xblock/a.py\nmsgctxt", "# Lower case.\n#: lernet_xblock/a.py\nmsgctxt")

    i18n.do_update(complete)

    message = i18n.read(complete, "fr").get("May", "month")
    assert message is not None
    assert (message.string, message.user_comments) == ("mai", ["Lower case."])


@pytest.mark.parametrize(
    ("before", "after", "words"),
    [
        ('msgstr "It\'s yours"', 'msgstr ""', "is not translated"),
        ('msgstr[1] "%(number)s dates"', 'msgstr[1] ""', "is not translated"),
        ('msgid "It\'s yours"', '#, fuzzy\nmsgid "It\'s yours"', "is fuzzy"),
        ('msgstr "Saved at %(time)s."', 'msgstr "Enregistré à %(heure)s."', "has other placeholders"),
        ('msgstr[1] "%(number)s dates"', 'msgstr[1] "dates"', "has other placeholders"),
        (
            "#: templates/lernet_xblock/a.html\nmsgid \"It's",
            '#~ msgid "Old"\n#~ msgstr "Vieux"\n\nmsgid "It\'s',
            "is obsolete",
        ),
    ],
)
def test_fault_of_a_translation_is_named(
    complete: Path, capsys: pytest.CaptureFixture[str], before: str, after: str, words: str
) -> None:
    edit(complete, before, after)
    i18n.do_compile(complete)

    assert i18n.do_check(complete) == 1
    assert words in capsys.readouterr().out


def test_singular_may_say_its_number_in_words(complete: Path) -> None:
    edit(complete, 'msgstr[0] "One session at %(place)s"', 'msgstr[0] "%(n)s séance à %(place)s"')
    i18n.do_compile(complete)

    assert i18n.do_check(complete) == 0


def remove(path: Path) -> None:
    path.unlink()


def spoil(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:-1] + b"?")


@pytest.mark.parametrize("harm", [remove, spoil])
@pytest.mark.parametrize("name", ["fr/LC_MESSAGES/django.mo", "fr/LC_MESSAGES/text.po", "de_DE/LC_MESSAGES/text.mo"])
def test_file_that_does_not_follow_from_its_catalogue_is_named(
    complete: Path, capsys: pytest.CaptureFixture[str], harm: Callable[[Path], None], name: str
) -> None:
    harm(complete / "translations" / name)

    assert i18n.do_check(complete) == 1
    assert name in capsys.readouterr().out


def test_sentence_that_no_catalogue_knows_yet_is_a_fault(complete: Path, capsys: pytest.CaptureFixture[str]) -> None:
    source = complete / "lernet_xblock" / "a.py"
    source.write_text(f'{PYTHON}\nnew = _("New")\n', encoding="utf-8")

    assert i18n.do_check(complete) == 1
    assert "fr/LC_MESSAGES/django.po: differs from its sources" in capsys.readouterr().out
