"""References in strings: their syntax, and where a document has them."""

from typing import Any

import pytest

from playground.jsontext.references import (
    escape_references,
    find_document_references,
    find_references,
    find_unknown_variables,
    is_variable_name,
    substitute,
)


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
        ('{{row.First name}} {{row.a.b}} {{row.My "q"}} {{row.#2}}', 4),
        ("{{row.name}}", [("row", "name")]),
        ("{{row}} \\{{row.name}} {{row.a{b}}} {{row.a\nb}}", [("variable", "row")]),
    ],
)
def test_references_have_one_spelling(value: str, references: Any) -> None:
    if isinstance(references, int):
        assert len(find_references(value)) == references
    else:
        assert found(value) == references


def test_a_reference_has_its_offsets_and_whether_it_is_the_whole_string() -> None:
    (reference,) = find_references("Hi {{name}}!")
    assert (reference.start, reference.end, reference.whole) == (3, 11, False)
    assert reference.spelling == "{{name}}"
    assert find_references("{{secret:KEY}}")[0].whole
    assert find_references("{{secret:KEY}}")[0].spelling == "{{secret:KEY}}"


def test_a_reference_to_a_row_may_mean_a_variable_of_that_name() -> None:
    (reference,) = find_references("{{row.a b}}")
    assert (reference.spelling, reference.variable) == ("{{row.a b}}", "row.a b")
    assert find_references("{{name}}")[0].variable == "name"


@pytest.mark.parametrize("value", ["{{name}}", "\\{{{x}}", "{{{{secret:a}}", "a\\", "{{row.x}}"])
def test_an_escaped_value_has_no_references(value: str) -> None:
    escaped = escape_references(value)
    assert find_references(escaped) == []
    assert substitute(escaped, lambda _: "evaluated") == value


def test_substituted_values_are_not_read_as_references() -> None:
    answers = {"a": "{{b}}", "b": "B"}
    assert substitute("{{a}} \\{{b}} {{c}} {{7*7}}", lambda r: answers.get(r.name)) == (
        "{{b}} {{b}} {{c}} {{7*7}}"
    )


def test_references_are_found_with_their_pointers() -> None:
    text = '{"a": ["x", "{{one}} {{two}}"], "b/c": "\\u007b{three}}", "{{key}}": 1}'
    assert [(place, r.name) for place, r in find_document_references(text)] == [
        ("/a/1", "one"),
        ("/a/1", "two"),
        ("/b~1c", "three"),
    ]
    assert find_document_references("not json") == []


def test_unknown_variables_come_with_similar_names() -> None:
    text = '["{{Compny}}", "{{company}}", "{{secret:company}}", "{{uuid}}", "{{zzz}}"]'
    near = [
        (p, r.name, names) for p, r, names in find_unknown_variables(text, {"company", "Other"})
    ]
    assert near == [("/0", "Compny", ("company",)), ("/4", "zzz", ())]


def test_names_with_another_meaning_are_rejected() -> None:
    assert is_variable_name("client.name-1")
    assert is_variable_name("été")
    for name in ("uuid", "now", "today", "today-1w", "1a", "a b", "", "secret:a"):
        assert not is_variable_name(name)
