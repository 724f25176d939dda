"""What people write as safe HTML: a little Markdown, no HTML of their own, no pictures, links without referrer."""

import re
from functools import cache

import nh3
from markdown_it import MarkdownIt

TAGS = frozenset({"p", "br", "strong", "em", "ul", "ol", "li", "blockquote", "code", "pre", "a", "hr"})
SCHEMES = frozenset({"https", "http", "mailto"})
REL = "noopener noreferrer nofollow"
# A whole address: "https:x" would be one of the page's own, as every address without a scheme.
_WHOLE = re.compile(r"https?://[^/?#]|mailto:[^?]", re.IGNORECASE)


@cache
def _parser() -> MarkdownIt:
    parser = MarkdownIt("commonmark", {"html": False, "linkify": True, "breaks": True})
    # Its documented way to narrow which links it makes.
    vars(parser)["validateLink"] = lambda url: _WHOLE.match(url) is not None
    # Headings would stand in the outline of the page; a picture would tell its server who reads.
    return parser.enable("linkify").disable(["heading", "lheading", "image", "html_block", "html_inline"])


def to_html(text: str) -> str:
    """Return the text as HTML made of TAGS only; "" for nothing but spaces.

    Links have one of SCHEMES, open in a new tab and send no referrer. Never raises: what is no Markdown stays words.
    """
    if not text.strip():
        return ""
    return nh3.clean(
        _parser().render(text),
        tags=set(TAGS),
        # "*" is given to be empty: without it every tag may have a title and a language.
        attributes={"a": {"href"}, "*": set()},
        url_schemes=set(SCHEMES),
        link_rel=REL,
        set_tag_attribute_values={"a": {"target": "_blank"}},
        strip_comments=True,
    )
