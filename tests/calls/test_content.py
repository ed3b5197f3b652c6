"""The kind, the charset and the layout of a reply's body, whatever it claims to be."""

import csv
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from playground.calls.content import (
    LINES,
    choose_extension,
    decode_body,
    detect_delimiter,
    detect_kind,
    format_opening,
    indent_xml,
    read_csv_rows,
)
from playground.jsontext.printing import format_json

PNG = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR"


@pytest.mark.parametrize(
    ("data", "content_type", "kind", "ending"),
    [
        (b'{"a": 1}', "application/json", "json", "json"),
        (b" \n[1]", "text/plain", "json", "json"),
        (b'"text"', "application/problem+json", "json", "json"),
        (b"a,b\n1,2", "text/csv; charset=utf-8", "csv", "csv"),
        (b"<?xml version='1.0'?><a/>", "", "xml", "xml"),
        (b"<a/>", "application/soap+xml", "xml", "xml"),
        (b"<!DOCTYPE html><p>", "application/json", "html", "html"),
        (b"<p>hello", "text/html", "html", "html"),
        (b"plain", "", "text", "txt"),
        (b"plain", "image/png", "text", "txt"),
        (PNG, "image/png", "binary", "png"),
        (PNG, "application/json", "binary", "bin"),
        (b"%PDF-1.7 \xe2\xe3", "application/pdf", "binary", "pdf"),
        (b"", "application/json", "empty", "txt"),
        (b" \r\n ", "", "empty", "txt"),
        ('{"a": 1}'.encode("utf-16"), "application/json", "json", "json"),
        ("a,b".encode("utf-16-le"), "text/csv; charset=utf-16le", "csv", "csv"),
        (b"<svg/>", "image/svg+xml", "xml", "svg"),
    ],
)
def test_the_kind_follows_from_the_claim_and_the_bytes(data, content_type, kind, ending) -> None:
    assert detect_kind(data, content_type) == kind
    assert choose_extension(kind, content_type) == ending


@pytest.mark.parametrize(
    ("data", "content_type", "text", "charset", "claimed"),
    [
        ("Zürich".encode(), "text/plain", "Zürich", "utf-8", ""),
        ("Zürich".encode("latin-1"), "text/plain; charset=ISO-8859-1", "Zürich", "iso-8859-1", ""),
        (
            "Zürich".encode("latin-1"),
            "text/plain; charset=utf-8",
            "Zürich",
            "windows-1252",
            "utf-8",
        ),
        ("Zürich".encode("latin-1"), "text/plain", "Zürich", "windows-1252", "utf-8"),
        ("日本".encode("shift_jis"), 'text/plain; charset="Shift_JIS"', "日本", "shift_jis", ""),
        ("日本".encode(), "text/plain; charset=no-such", "日本", "utf-8", "no-such"),
        ("日本".encode(), "text/plain; charset=rot13", "日本", "utf-8", "rot13"),
        (b"\\ud800", "text/plain; charset=unicode_escape", "\\ud800", "utf-8", "unicode_escape"),
        (b"+2AA-", "text/plain; charset=utf-7", "+2AA-", "utf-8", "utf-7"),
        (b"abc", "text/plain; charset=zlib", "abc", "utf-8", "zlib"),
        ("日本".encode("utf-16"), "text/plain; charset=utf-8", "日本", "utf-16-le", ""),
        (b"\xef\xbb\xbf{}", "application/json", "{}", "utf-8", ""),
        (
            "<?xml encoding='latin-1'?>ü".encode("latin-1"),
            "",
            "<?xml encoding='latin-1'?>ü",
            "latin-1",
            "",
        ),
        ("日".encode()[:2], "text/plain", "", "utf-8", ""),
    ],
)
def test_a_wrong_charset_is_noticed_and_the_text_still_decoded(
    data, content_type, text, charset, claimed
) -> None:
    said = decode_body(data, content_type)
    assert (said.text, said.charset, said.claimed) == (text, charset, claimed)


@given(st.binary(max_size=200), st.text(max_size=40))
def test_any_bytes_under_any_claim_decode_to_some_text(data, claim) -> None:
    for content_type in (claim, f"text/plain; charset={claim}"):
        assert isinstance(decode_body(data, content_type).text, str)
        assert choose_extension(detect_kind(data, content_type), content_type)


def test_a_table_is_read_in_parts_whatever_its_delimiter() -> None:
    text = "name;n\n" + "".join(f'"A; B\n{n}";{n}\n' for n in range(500))
    first = read_csv_rows(text, 0, 200)
    assert first is not None
    assert (first.rows[0], first.rows[1], first.next) == (("name", "n"), ("A; B\n0", "0"), 200)
    last = read_csv_rows(text, 400, 200)
    assert last is not None
    assert (len(last.rows), last.next) == (101, None)
    assert [detect_delimiter(line) for line in ("a\tb", "a|b", "a,b", "a")] == ["\t", "|", ",", ","]


def test_odd_tables_are_cut_or_rejected() -> None:
    wide = read_csv_rows(",".join("x" * 1000 for _ in range(300)))
    assert wide is not None
    assert (len(wide.rows[0]), len(wide.rows[0][0]), wide.cut) == (100, 501, True)
    assert read_csv_rows('"' + "x" * (csv.field_size_limit() + 1)) is None


def test_xml_is_indented_as_text() -> None:
    xml = '<?xml version="1.0"?><a b="1>0"><c>text</c><d/><!-- <x> --><e><![CDATA[<f>]]></e></a>'
    assert indent_xml(xml).split("\n") == [
        '<?xml version="1.0"?>',
        '<a b="1>0">',
        "  <c>text</c>",
        "  <d/>",
        "  <!-- <x> -->",
        "  <e>",
        "    <![CDATA[<f>]]>",
        "  </e>",
        "</a>",
    ]


@pytest.mark.parametrize(
    "text",
    ["<a><b", "</a></a>", "<!DOCTYPE x [<!ENTITY e SYSTEM 'file:///etc/passwd'>]><x>&e;</x>", "<"],
)
def test_malformed_xml_stays_the_same(text) -> None:
    assert indent_xml(text) == text


@pytest.mark.parametrize(
    "text", ["<!--" * 100_000, '<a b="' * 100_000, "<a>" * 100_000, "<" * 500_000]
)
def test_hostile_xml_takes_no_time(text) -> None:
    assert indent_xml(text) == text


def test_json_in_another_charset_decodes_to_json() -> None:
    text = json.dumps({"stadt": "Zürich"}, ensure_ascii=False)
    assert json.loads(decode_body(text.encode("utf-16")).text) == {"stadt": "Zürich"}


TREES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=4), inner),
    max_leaves=25,
)


@given(TREES, st.booleans(), st.booleans())
def test_the_opening_of_json_is_that_of_its_full_layout(tree, escaped, spaced) -> None:
    text = json.dumps(tree, ensure_ascii=escaped, indent=3 if spaced else None)
    assert format_opening(text, "json") == format_json(text).split("\n")[:LINES]


@pytest.mark.parametrize("text", ['{"a', '{"a": "\\', "]]}}", "{{{", '"', "nul", ":", ",,", ""])
def test_broken_json_keeps_its_characters(text) -> None:
    opening = "".join(format_opening(text, "json"))
    assert opening.replace(" ", "") == text.replace(" ", "")


def test_the_opening_reads_the_first_part_only() -> None:
    assert len(format_opening("[" * 10_000_000, "json")) == LINES
    assert len("".join(format_opening("x" * 10_000_000, "plain"))) < 10_000
    assert format_opening("a\r\nb\rc\n", "plain") == ["a", "b", "c", ""]
