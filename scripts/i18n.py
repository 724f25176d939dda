"""Catalogues: extract, merge, compile, check. Babel does the work, so that nobody needs the gettext programs.

    python scripts/i18n.py update    the sources' sentences into every django.po, then the compiled files
    python scripts/i18n.py check     fails when anything is missing, fuzzy, or not as `update` writes it
    python scripts/i18n.py extract   the sources' sentences as a template, on standard output
    python scripts/i18n.py merge     only the django.po files
    python scripts/i18n.py compile   only the compiled files and the copies

The files carry no dates and no line numbers, so that a run without new sentences changes nothing.
"""

import argparse
import io
import re
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

from babel.messages.catalog import Catalog, Message
from babel.messages.extract import extract
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po
from django.utils.translation.template import templatize

ROOT = Path(__file__).resolve().parent.parent
SOURCE_LANGUAGE = "en"
LANGUAGES = ("en", "fr", "nl", "de")
# The platform looks up exact locales, and these are the names it offers.
COPIES = {"nl": ("nl_NL",), "de": ("de_DE",)}

SINGULAR_PLURAL = (1, 2)
WITH_CONTEXT = ((1, "c"), 2)
PLURAL_WITH_CONTEXT = ((1, "c"), 2, 3)
KEYWORDS = {
    "_": None,
    "gettext": None,
    "gettext_lazy": None,
    "gettext_noop": None,
    "ngettext": SINGULAR_PLURAL,
    "ngettext_lazy": SINGULAR_PLURAL,
    "pgettext": WITH_CONTEXT,
    "pgettext_lazy": WITH_CONTEXT,
    "npgettext": PLURAL_WITH_CONTEXT,
    "npgettext_lazy": PLURAL_WITH_CONTEXT,
}
PLACEHOLDER = re.compile(r"%\(\w+\)[a-zA-Z]|%%|%[a-zA-Z]|\{\w*\}")


class Catalogue(Catalog):
    """A catalogue whose header says only what a program needs to read it."""

    @property
    def mime_headers(self) -> list[tuple[str, str]]:
        headers = [("Project-Id-Version", "lernet-xblock")]
        if self.locale is not None:
            headers += [("Language", str(self.locale)), ("Plural-Forms", self.plural_forms)]
        return [
            *headers,
            ("MIME-Version", "1.0"),
            ("Content-Type", "text/plain; charset=UTF-8"),
            ("Content-Transfer-Encoding", "8bit\n"),
        ]


def new_catalogue(language: str | None = None) -> Catalogue:
    """Return an empty one; language None makes a template."""
    return Catalogue(locale=language, header_comment="# Written by scripts/i18n.py.", fuzzy=False)


def sources(root: Path) -> Iterator[Path]:
    """Yield every file that may hold sentences: our Python, then the templates, each in order of path."""
    package = root / "lernet_xblock"
    # The first three are links to the folders at the top.
    left_out = tuple(package / folder for folder in ("static", "templates", "translations", "migrations"))
    ours = [path for path in sorted(package.rglob("*")) if not any(map(path.is_relative_to, left_out))]
    yield from (path for path in ours if path.suffix == ".py")
    templates = [*ours, *sorted((root / "templates").rglob("*"))]
    yield from (path for path in templates if path.suffix in {".html", ".txt"})


def as_python(path: Path) -> bytes:
    """Return what Babel's extractor for Python can read; a template becomes calls of gettext.

    The parenthesis around a template's calls keeps the tokenizer from minding its indentation.
    """
    text = path.read_text(encoding="utf-8")
    if path.suffix != ".py":
        text = f"({templatize(text, origin=str(path))}\n)"
    return text.encode()


def template(root: Path) -> Catalogue:
    """Return the sentences of all sources, located by file, ordered by file and then by sentence."""
    found: dict[tuple[str, str | tuple[str, ...]], Message] = {}
    for path in sources(root):
        place = (path.relative_to(root).as_posix(), 0)
        for _, identity, comments, context in extract(
            "python", io.BytesIO(as_python(path)), keywords=KEYWORDS, comment_tags=("Translators:",)
        ):
            message = found.setdefault((context or "", identity), Message(identity, context=context))
            message.locations = sorted({*message.locations, place})
            message.auto_comments = list(dict.fromkeys([*message.auto_comments, *comments]))
    catalogue = new_catalogue()
    for message in sorted(found.values(), key=order):
        put(catalogue, message)
    return catalogue


def order(message: Message) -> tuple[str, tuple[str, ...], str]:
    """Return the key by which messages stand in a file."""
    return message.locations[0][0], forms(message.id), message.context or ""


def put(catalogue: Catalog, message: Message) -> None:
    """Add a message as it is; two plural messages with one singular would overwrite each other in gettext."""
    known = catalogue.get(message.id, message.context)
    if known is not None and known.id != message.id:
        sys.exit(f"gettext cannot tell these apart; change one of them: {known.id!r} and {message.id!r}")
    catalogue[message.id] = message


def forms(text: str | tuple[str, ...] | list[str]) -> tuple[str, ...]:
    """Return a message's id or translation as a tuple: one form, or singular and plurals."""
    return (text,) if isinstance(text, str) else tuple(text)


def po_path(root: Path, language: str) -> Path:
    """Return the file translators edit."""
    return root / "translations" / language / "LC_MESSAGES" / "django.po"


def read(root: Path, language: str) -> Catalog:
    """Return the translators' file, an empty catalogue when there is none yet."""
    path = po_path(root, language)
    if not path.exists():
        return new_catalogue(language)
    with path.open("rb") as file:
        return read_po(file, locale=language)


def merged(known: Catalog, language: str, sentences: Catalogue) -> Catalogue:
    """Return the sentences with the translations known for exactly the same sentence, and no guesses."""
    result = new_catalogue(language)
    for source in sentences:
        if not source.id:
            continue
        message = source.clone()
        before = known.get(message.id, message.context)
        if before is not None and before.id == message.id:
            message.string = before.string
            message.flags |= before.flags & {"fuzzy"}
            message.user_comments = before.user_comments
        if language == SOURCE_LANGUAGE and not any(forms(message.string)):
            message.string = message.id
        put(result, message)
    return result


def po_bytes(catalogue: Catalog) -> bytes:
    """Return the file that translators edit."""
    written = io.BytesIO()
    write_po(written, catalogue, width=100, include_lineno=False)
    return written.getvalue().rstrip(b"\n") + b"\n"


def mo_bytes(catalogue: Catalog) -> bytes:
    """Return the compiled file; fuzzy and empty messages are left out."""
    stable = new_catalogue(str(catalogue.locale))
    for message in catalogue:
        if message.id:
            put(stable, message)
    written = io.BytesIO()
    write_mo(written, stable)
    return written.getvalue()


def compiled(root: Path, language: str) -> dict[Path, bytes]:
    """Return what is made of the translators' file: compiled, for each name and locale of the platform."""
    source = po_path(root, language).read_bytes()
    binary = mo_bytes(read(root, language))
    contents = {"django.po": source, "django.mo": binary, "text.po": source, "text.mo": binary}
    return {
        po_path(root, locale).with_name(name): content
        for locale in (language, *COPIES.get(language, ()))
        for name, content in contents.items()
    }


def write_all(files: dict[Path, bytes]) -> None:
    """Write each file whose content differs from the one on disk."""
    for path, content in files.items():
        if not path.exists() or path.read_bytes() != content:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content)


def do_extract(root: Path) -> int:
    """Print the template."""
    sys.stdout.write(po_bytes(template(root)).decode())
    return 0


def do_merge(root: Path) -> int:
    """Bring the sources' sentences into every translators' file."""
    sentences = template(root)
    for language in LANGUAGES:
        catalogue = merged(read(root, language), language, sentences)
        write_all({po_path(root, language): po_bytes(catalogue)})
        open_ones = sum(not all(forms(message.string)) for message in catalogue if message.id)
        print(f"{language}: {len(catalogue)} sentences, {open_ones} to translate")
    return 0


def do_compile(root: Path) -> int:
    """Write the compiled files and the copies."""
    for language in LANGUAGES:
        write_all(compiled(root, language))
    return 0


def do_update(root: Path) -> int:
    """Merge, then compile."""
    return do_merge(root) or do_compile(root)


def do_check(root: Path) -> int:
    """Print every fault; return 1 when there is one."""
    sentences = template(root)
    faults = [fault for language in LANGUAGES for fault in language_faults(root, language, sentences)]
    for fault in faults:
        print(fault)
    print(f"{len(faults)} faults in the catalogues." if faults else "The catalogues are complete.")
    return 1 if faults else 0


def language_faults(root: Path, language: str, sentences: Catalogue) -> Iterator[str]:
    """Yield what is wrong with the files of one language, a sentence each."""
    path = po_path(root, language)
    if not path.exists():
        yield f"{path.relative_to(root)}: there is none; run make i18n"
        return
    catalogue = read(root, language)
    for message in catalogue:
        if message.id:
            for words in message_faults(message, catalogue.num_plurals):
                yield f"{path.relative_to(root)}: {forms(message.id)[0]!r} {words}"
    for message in catalogue.obsolete.values():
        yield f"{path.relative_to(root)}: {forms(message.id)[0]!r} is obsolete; run make i18n"
    wanted = merged(catalogue, language, sentences)
    yield from stale_files(root, {**compiled(root, language), path: po_bytes(wanted)})


def message_faults(message: Message, plurals: int) -> Iterator[str]:
    """Yield what is wrong with one message. plurals: the number of forms that the language has."""
    strings = forms(message.string)
    if not all(strings) or len(strings) != (plurals if message.pluralizable else 1):
        yield "is not translated"
        return
    if message.fuzzy:
        yield "is fuzzy"
    ids = [placeholders(text) for text in forms(message.id)]
    # The form for one may say the number in words ("one session"), the others may not.
    allowed = [ids, *([ids[-1:]] * (len(strings) - 1))]
    for string, choices in zip(strings, allowed, strict=True):
        if placeholders(string) not in choices:
            yield f"has other placeholders in its translation {string!r}"


def placeholders(text: str) -> list[str]:
    """Return the placeholders of a sentence, sorted; their order in it is the language's affair."""
    return sorted(PLACEHOLDER.findall(text))


def stale_files(root: Path, files: dict[Path, bytes]) -> Iterator[str]:
    """Yield each file on disk that `update` would write differently."""
    for path, content in files.items():
        if not path.exists():
            yield f"{path.relative_to(root)}: there is none; run make i18n"
        elif path.read_bytes() != content:
            yield f"{path.relative_to(root)}: differs from its sources; run make i18n"


COMMANDS: dict[str, Callable[[Path], int]] = {
    "extract": do_extract,
    "merge": do_merge,
    "compile": do_compile,
    "update": do_update,
    "check": do_check,
}


def main() -> int:
    """Run one command on this repository, or on a copy of it."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("command", choices=COMMANDS)
    parser.add_argument("--root", type=Path, default=ROOT, help="the top of the repository")
    chosen = parser.parse_args()
    return COMMANDS[chosen.command](chosen.root.resolve())


if __name__ == "__main__":
    sys.exit(main())
