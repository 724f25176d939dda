"""Names of files and addresses of links."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lernet_xblock.rules.attached import EXTENSIONS, LONGEST_NAME, PDF, host_of, is_pdf, plain_name


@pytest.mark.parametrize(
    ("name", "kept"),
    [
        ("Plan.pdf", "Plan.pdf"),
        ("C:\\Users\\mila\\Plan.PDF", "Plan.pdf"),
        ("../../etc/passwd", "passwd.pdf"),
        ("plan.exe", "plan.pdf"),
        ("a\x00b\r\nc.pdf", "ab c.pdf"),
        ("\u202efdp.exe", "fdp.pdf"),
        (".htaccess", "htaccess.pdf"),
        ("   .pdf", "pdf.pdf"),
        ("", "file.pdf"),
        ("/", "file.pdf"),
        ("x" * 300 + ".pdf", "x" * 116 + ".pdf"),
        ("Übergabe – Nacht.pdf", "Übergabe – Nacht.pdf"),
    ],
)
def test_a_name_loses_path_controls_and_a_false_ending(name, kept):
    assert plain_name(name, PDF) == kept


@given(st.text(max_size=400), st.sampled_from(sorted(EXTENSIONS)))
def test_every_name_is_one_short_line_without_a_path(name, kind):
    kept = plain_name(name, kind)
    assert 0 < len(kept) <= LONGEST_NAME
    assert kept.endswith(EXTENSIONS[kind])
    assert not set(kept) & set("/\\:\r\n\t\x00")
    assert plain_name(kept, kind) == kept


@pytest.mark.parametrize(
    ("url", "host"),
    [
        ("https://example.org/plan?a=1#b", "example.org"),
        ("http://EXAMPLE.org", "example.org"),
        ("https://example.org:8443/", "example.org"),
        ("javascript:alert(1)", ""),
        ("data:text/html,x", ""),
        ("ftp://example.org", ""),
        ("//example.org", ""),
        ("example.org", ""),
        ("https://", ""),
        ("https://user@example.org", ""),
        ("https://bank.example@evil.example", ""),
        ("https://exa mple.org", ""),
        ("https://example.org/\n", ""),
        ("https://[::1", ""),
        ("https://example.org:x/", ""),
        ("https:\\\\example.org", ""),
        ('https://example.org/"onclick="x', ""),
        ("https://example.org/" + "x" * 500, ""),
        ("", ""),
    ],
)
def test_only_addresses_of_the_web_lead_to_a_host(url, host):
    assert host_of(url) == host


@given(st.text(max_size=60))
def test_no_text_breaks_it(text):
    assert isinstance(host_of(text), str)
    assert isinstance(host_of(f"https://{text}"), str)


def test_a_pdf_is_known_by_its_first_bytes():
    assert is_pdf(b"%PDF-1.7 ...")
    assert not is_pdf(b" %PDF-1.7")
    assert not is_pdf(b"")
