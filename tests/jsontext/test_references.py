import json
from datetime import UTC, datetime
from itertools import count
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from playground.jsontext.parsing import NumberToken, parse
from playground.jsontext.printing import quote
from playground.jsontext.references import (
    find_document_references,
    find_references,
    find_unknown_variables,
    is_variable_name,
    substitute,
)
from playground.jsontext.resolving import resolve_document, resolve_pieces, split_deferred
from tests.jsontext.trees import documents

NOW = datetime(2026, 11, 22, 18, 5, 7, 999, tzinfo=UTC)


def resolve(text: str, **values: Any) -> str:
    numbers = count(1)
    return resolve_document(text, values, NOW, lambda: f"uuid-{next(numbers)}")


def found(value: str) -> list[tuple[str, str]]:
    return [(reference.kind, reference.name) for reference in find_references(value)]


@pytest.mark.parametrize(
    ("value", "references"),
    [
        ("{{name}}", [("variable", "name")]),
        ("a {{é.b-c_1}} {{secret:KEY}} {{file:7f}}", 3),
        ("{{uuid}}{{now}}{{today}}{{today+2d}}{{today-1w}}{{now+3h}}{{now-15m}}", 7),
        ("{{{name}}}", [("variable", "name")]),
        ("{{7*7}} {{ name }} {{1a}} {{}} {{a b}} {{a} } {{secret:}} {{file:}} {{today+2y}}", []),
        ("\\{{name}} \\{{secret:KEY}}", []),
        ("{{secret:a b}}", []),
    ],
)
def test_references_are_spelled_one_way(value: str, references: Any) -> None:
    if isinstance(references, int):
        assert len(find_references(value)) == references
    else:
        assert found(value) == references


def test_a_reference_knows_its_place_and_whether_it_is_all() -> None:
    (reference,) = find_references("Hi {{name}}!")
    assert (reference.start, reference.end, reference.whole) == (3, 11, False)
    assert reference.spelling == "{{name}}"
    assert find_references("{{secret:KEY}}")[0].whole
    assert find_references("{{secret:KEY}}")[0].spelling == "{{secret:KEY}}"


def test_substitution_is_one_pass() -> None:
    answers = {"a": "{{b}}", "b": "B"}
    assert substitute("{{a}} \\{{b}} {{c}} {{7*7}}", lambda r: answers.get(r.name)) == (
        "{{b}} {{b}} {{c}} {{7*7}}"
    )


def test_a_string_that_is_only_a_variable_takes_its_type() -> None:
    text = '{"a": "{{n}}", "b": "{{t}}", "c": "{{l}}", "d": "{{z}}", "e": "n = {{n}}, {{l}}"}'
    assert resolve(text, n=NumberToken("1.10"), t=True, l=["x", NumberToken("1E400")], z=None) == (
        '{"a": 1.10, "b": true, "c": ["x", 1E400], "d": null, "e": "n = 1.10, [\\"x\\", 1E400]"}'
    )


def test_a_value_of_several_lines_is_laid_out_at_its_place() -> None:
    assert resolve('{\n    "a": "{{l}}"\n}', l={"x": NumberToken("1")}) == (
        '{\n    "a": {\n        "x": 1\n    }\n}'
    )


def test_what_is_untouched_keeps_its_escapes() -> None:
    text = '{"{{n}}": 1.0, "\\u007b": "caf\\u00e9 \\ud83d\\ude00 {{n}} \\/", "x": "\\u00e9"}'
    assert resolve(text, n='"\u2028\n') == text.replace("{{n}} \\/", '\\"\u2028\\n \\/')
    assert resolve('["\\u007b{n}\\u007d"]', n="x") == '["x"]'


def test_dynamic_references_follow_the_clock_given() -> None:
    text = '["{{now}}", "{{today}}", "{{today+2d}}", "{{today-1w}}", "at {{now+3h}}"]'
    assert json.loads(resolve(text)) == [
        "2026-11-22T18:05:07Z",
        "2026-11-22",
        "2026-11-24",
        "2026-11-15",
        "at 2026-11-22T21:05:07Z",
    ]
    assert resolve('["{{uuid}}", "{{uuid}}"]') == '["uuid-1", "uuid-2"]'
    assert resolve('["{{now+99999w}}", "{{now-99999w}}"]')


def test_unknown_names_stay_as_written() -> None:
    text = '["{{x}} {{7*7}}", "{{x}}"]'
    assert resolve(text) == text


def test_an_escaped_reference_loses_its_backslash() -> None:
    assert resolve('["\\\\{{n}}", "\\\\{{7*7}}"]', n="x") == '["{{n}}", "{{7*7}}"]'


def joined(pieces: tuple[Any, ...]) -> str:
    return "".join("<deferred>" if piece.reference else piece.text for piece in pieces)


@pytest.mark.parametrize(
    "value",
    [
        "{{secret:KEY}}",
        "\\{{secret:KEY}}",
        "\\\\{{file:1}} {{{secret:KEY}}}",
        {"x": ["{{secret:KEY}}"]},
        "{{secret:",
        "{",
        "KEY}}",
    ],
)
@pytest.mark.parametrize(
    "text",
    [
        '["{{v}}", "{{secret:KEY}}"]',
        '["a {{v}}KEY}} \\\\{{secret:KEY}}", "\\u007b{secret:KEY}} {{v}}{secret:KEY}}{{file:1}}"]',
    ],
)
def test_a_value_never_becomes_a_secret(text: str, value: Any) -> None:
    exact = resolve_pieces(text, {"v": value}, NOW, lambda: "")
    assert sum(1 for piece in exact if piece.reference) == len(
        [1 for _, r in find_document_references(text) if r.deferred]
    )
    shown = resolve(text, v=value)
    assert parse(shown) is not None
    assert joined(split_deferred(shown)) == joined(exact)


@given(documents(), st.text("{}sectr:file\\ KEY", max_size=20), st.text("{}v:\\ a", max_size=12))
def test_both_ways_to_the_wire_agree(document: tuple[object, str], value: str, around: str) -> None:
    text = f"[{document[1]}, {quote(around + '{{v}}' + around)}, {quote(value)}]"
    if value.endswith("\\"):
        return  # a backslash before a deferred reference cannot be shown as a document
    exact = resolve_pieces(text, {"v": value}, NOW, lambda: "")
    shown = resolve_document(text, {"v": value}, NOW, lambda: "")
    assert joined(split_deferred(shown)) == joined(exact)


def test_references_are_found_with_their_pointers() -> None:
    text = '{"a": ["x", "{{one}} {{two}}"], "b/c": "\\u007b{three}}", "{{key}}": 1}'
    assert [(place, r.name) for place, r in find_document_references(text)] == [
        ("/a/1", "one"),
        ("/a/1", "two"),
        ("/b~1c", "three"),
    ]
    assert find_document_references("not json") == []


def test_unknown_names_come_with_near_ones() -> None:
    text = '["{{Compny}}", "{{company}}", "{{secret:company}}", "{{uuid}}", "{{zzz}}"]'
    near = [
        (p, r.name, names) for p, r, names in find_unknown_variables(text, {"company", "Other"})
    ]
    assert near == [("/0", "Compny", ("company",)), ("/4", "zzz", ())]


def test_names_that_mean_something_else_are_refused() -> None:
    assert is_variable_name("client.name-1")
    assert is_variable_name("été")
    for name in ("uuid", "now", "today", "today-1w", "1a", "a b", "", "secret:a"):
        assert not is_variable_name(name)


@pytest.mark.parametrize("piece", ["{{", "{{a", '\\"{{', "{{a}}", "\\u007b"])
def test_long_strings_take_one_pass(piece: str) -> None:
    text = '["' + piece * 30_000 + '", "' + piece * 10 + '"]'
    assert resolve(text, a="x").startswith('["')
    find_document_references(text)
