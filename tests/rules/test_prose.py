"""Markdown as safe HTML: whatever is typed, only allowed tags and attributes come out."""

from html.parser import HTMLParser
from time import perf_counter
from urllib.parse import urlsplit

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lernet_xblock.rules.prose import REL, SCHEMES, TAGS, to_html

ATTRIBUTES = {"href", "rel", "target"}
ATTACKS = [
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    "<svg/onload=alert(1)>",
    "<iframe src=javascript:alert(1)>",
    '<a href="javascript:alert(1)" onclick="alert(1)">x</a>',
    "<style>@import 'https://evil.example/x.css'</style>",
    "<math><mi//xlink:href='data:x,<script>alert(1)</script>'>",
    "<form action=https://evil.example><input name=password>",
    "<base href=https://evil.example>",
    "<meta http-equiv=refresh content='0;url=https://evil.example'>",
    "<!--[if IE]><script>alert(1)</script><![endif]-->",
    "<noscript><p title='</noscript><img src=x onerror=alert(1)>'>",
    "[x](javascript:alert(1))",
    "[x](JaVaScRiPt:alert(1))",
    "[x](java\nscript:alert(1))",
    "[x](java\tscript:alert(1))",
    "[x](&#106;avascript:alert(1))",
    "[x](&#x6A&#x61&#x76&#x61&#x73&#x63&#x72&#x69&#x70&#x74&#x3A;alert(1))",
    "[x](javascript&colon;alert(1))",
    "[x](%6aavascript:alert(1))",
    "[x](  javascript:alert(1))",
    "[x](\x01javascript:alert(1))",
    "[x](vbscript:msgbox(1))",
    "[x](data:text/html;base64,PHNjcmlwdD5hbGVydCgxKTwvc2NyaXB0Pg==)",
    "[x](data:image/svg+xml,<svg/onload=alert(1)>)",
    "[x](file:///etc/passwd)",
    "[x](blob:https://evil.example/1)",
    '[x](https://example.org "onmouseover=alert(1)")',
    '[x](https://example.org" onmouseover="alert(1))',
    "[x]: javascript:alert(1)\n\n[x]",
    "<javascript:alert(1)>",
    "<data:text/html,<script>alert(1)</script>>",
    "![x](https://tracker.example/p.gif)",
    "![x](javascript:alert(1))",
    "[![x](javascript:alert(1))](javascript:alert(2))",
    "[a](https://example.org[b](javascript:alert(1)))",
    "[[[[[x](javascript:alert(1))",
    "`<script>alert(1)</script>`",
    "```<script>\nalert(1)\n```",
    '```"onclick="alert(1)\nx\n```',
    "    <script>alert(1)</script>",
    "&lt;script&gt;alert(1)&lt;/script&gt;",
    "&#60;script&#62;alert(1)&#60;/script&#62;",
    "# Heading\n\n<h1>x</h1>",
    "| a | b |\n|---|---|\n| <script> | x |",
    "\u202e[gpj.exe](https://example.org)\u202c",
    "[https://bank.example](https://evil.example)",
    "www.example.org and https://example.org/?a=1&b=2 and someone@example.org",
    "https://example.org/<script>alert(1)</script>",
    "https://example.org/\"onmouseover='alert(1)'",
    "http://[::1/x",
    "\x00<scr\x00ipt>alert(1)</scr\x00ipt>",
]
LONG = {
    "plain": "a" * 100_000,
    "brackets": "[" * 50_000,
    "links": "[x](y" * 15_000,
    "quotes": ">" * 50_000,
    "stars": "*a_ " * 25_000,
    "lists": "\n".join("  " * depth + "- x" for depth in range(300)),
    "ticks": "`" * 50_000 + "a",
    "html": "<b>" * 30_000,
    "autolinks": "http://a.b " * 9_000,
    "entities": "&#x26;" * 16_000,
}


class Tags(HTMLParser):
    """Gathers the tags of a text, with their attributes."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.found: list[tuple[str, dict[str, str | None]]] = []
        self.feed(html)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, dict(attrs)))


def check(html: str) -> None:
    """Assert that only what is allowed stands there."""
    for tag, attributes in Tags(html).found:
        assert tag in TAGS
        assert set(attributes) <= (ATTRIBUTES if tag == "a" else set())
        if tag == "a":
            assert (attributes["rel"], attributes["target"]) == (REL, "_blank")
            assert urlsplit(attributes.get("href") or "https:").scheme in SCHEMES


@pytest.mark.parametrize("text", ATTACKS)
def test_nothing_but_allowed_tags_comes_of_an_attack(text: str) -> None:
    check(to_html(text))


@pytest.mark.parametrize("attack", ATTACKS)
@pytest.mark.parametrize("around", ["> {}", "- {}", "**{}**", "[{}](https://example.org)", "`` {} ``", "a\n{}\nb"])
def test_nor_of_an_attack_within_other_markup(attack: str, around: str) -> None:
    check(to_html(around.format(attack)))


@given(st.text(max_size=400))
@settings(max_examples=200, deadline=None)
def test_nor_of_anything_else(text: str) -> None:
    check(to_html(text))


@given(
    st.lists(st.sampled_from([*ATTACKS, "[", "](", ")", "<", ">", "`", "\n\n", "&", '"', "javascript:"]), max_size=8)
)
@settings(max_examples=200, deadline=None)
def test_nor_of_attacks_put_together(parts: list[str]) -> None:
    check(to_html("".join(parts)))


@pytest.mark.parametrize("name", LONG)
def test_long_and_deep_texts_are_safe_and_take_no_time(name: str) -> None:
    before = perf_counter()
    html = to_html(LONG[name])
    assert perf_counter() - before < 10
    check(html)


@pytest.mark.parametrize(
    ("text", "html"),
    [
        ("", ""),
        (" \n ", ""),
        ("a\nb", "<p>a<br>\nb</p>\n"),
        ("**a** *b* `c`", "<p><strong>a</strong> <em>b</em> <code>c</code></p>\n"),
        ("- a\n- b", "<ul>\n<li>a</li>\n<li>b</li>\n</ul>\n"),
        ("> a", "<blockquote>\n<p>a</p>\n</blockquote>\n"),
        ("# a", "<p># a</p>\n"),
        ("1 < 2 & 3", "<p>1 &lt; 2 &amp; 3</p>\n"),
        (
            "see https://example.org",
            '<p>see <a href="https://example.org" target="_blank" rel="noopener noreferrer nofollow">\
https://example.org</a></p>\n',
        ),
        ("![x](https://tracker.example/p.gif)", None),
    ],
)
def test_a_little_markdown_works(text: str, html: str | None) -> None:
    assert to_html(text) == html if html is not None else "<img" not in to_html(text)
