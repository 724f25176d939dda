"""What may be attached to a case: names of files without paths, and addresses that only a browser opens."""

import re
from urllib.parse import urlsplit

from lernet_xblock.rules.text import clean

LONGEST_NAME = 120
LONGEST_URL = 500
SCHEMES = ("https", "http")
PDF = "application/pdf"
PDF_HEADER = b"%PDF-"
EXTENSIONS = {"image/jpeg": ".jpg", "image/png": ".png", PDF: ".pdf"}
_SEPARATORS = re.compile(r"[/\\:]")
_SPACES = re.compile(r"\s+")


def plain_name(name: str, content_type: str) -> str:
    """Return the name of a file as it is kept: no path, one line, at most 120 characters, an ending that is true.

    content_type: one of EXTENSIONS, found from the content. A name with nothing left is that of its kind: "file.pdf".
    """
    last = _SEPARATORS.split(clean(name))[-1]
    stem = _SPACES.sub(" ", last).strip(" .")
    if "." in stem:
        stem = stem.rpartition(".")[0].rstrip(" .") or stem
    ending = EXTENSIONS[content_type]
    return (stem[: LONGEST_NAME - len(ending)].rstrip(" .") or "file") + ending


def host_of(url: str) -> str:
    """Return the host that an http or https address leads to, "" for any other text.

    Neither spaces nor controls, nor a login before the host, which would make one host look like another.
    """
    if len(url) > LONGEST_URL or clean(url) != url or re.search(r"[\s\\<>\"]", url):
        return ""
    try:
        parts = urlsplit(url)
        _port = parts.port
    except ValueError:
        return ""
    if parts.scheme not in SCHEMES or parts.username is not None or parts.password is not None:
        return ""
    return parts.hostname or ""


def is_pdf(content: bytes) -> bool:
    """Tell whether the content begins as a PDF does; what it holds further is not looked into."""
    return content.startswith(PDF_HEADER)
