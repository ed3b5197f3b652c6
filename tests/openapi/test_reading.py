"""Parsing OpenAPI documents: the values, and the messages for invalid ones."""

import json
import time

import pytest

from playground.openapi import reading
from playground.openapi.reading import read_openapi
from playground.openapi.yaml_reading import InvalidDocument, resolve_scalar

HEAD = "openapi: 3.1.0\n"


def read(text: str):
    return read_openapi(text.encode()).raw


def refuse(text: str | bytes) -> tuple[str, int, int]:
    with pytest.raises(InvalidDocument) as caught:
        read_openapi(text.encode() if isinstance(text, str) else text)
    return str(caught.value), caught.value.line, caught.value.column


def test_json_and_yaml_give_the_same_values():
    raw = {"openapi": "3.0.3", "a": [1, 2.5, True, None, "x: y", {"b": {}}, -3, []]}
    assert read(json.dumps(raw)) == raw
    assert read("openapi: 3.0.3\na: [1, 2.5, true, null, 'x: y', {b: {}}, -3, []]") == raw


@pytest.mark.parametrize(
    ("written", "value"),
    [
        ("no", "no"),
        ("on", "on"),
        ("true", True),
        ("False", False),
        ("~", None),
        ("", None),
        ("null", None),
        ("12:30:45", "12:30:45"),
        ("2026-01-31", "2026-01-31"),
        ("2026-01-31T10:00:00Z", "2026-01-31T10:00:00Z"),
        ("1_000", "1_000"),
        ("0o17", 15),
        ("0x1F", 31),
        ("007", 7),
        ("+1", 1),
        (".5", 0.5),
        ("1.", 1.0),
        ("1e3", 1000.0),
        ("1e400", "1e400"),
        ("-", "-"),
        (".", "."),
        (".nan", ".nan"),
        (".inf", ".inf"),
        ("9223372036854775807", 9223372036854775807),
        ("9" * 5000, "9" * 5000),
        ("=", "="),
    ],
)
def test_yaml_has_the_values_of_json(written, value):
    assert resolve_scalar(written) == value
    assert type(resolve_scalar(written)) is type(value)


@pytest.mark.parametrize(
    ("written", "value"),
    [
        ("'1'", "1"),
        ('"true"', "true"),
        ("!!str 1", "1"),
        ("!!int '1'", 1),
        ("!custom x", "x"),
        ("!!binary aGk=", "aGk="),
        ("!!timestamp 2026-01-31", "2026-01-31"),
        ("|\n  a\n  b\n", "a\nb\n"),
        (">\n  a\n  b\n", "a b\n"),
        ("&a x", "x"),
    ],
)
def test_quotes_and_tags_decide_the_type(written, value):
    assert read(f"{HEAD}a: {written}")["a"] == value


def test_keys_are_text_as_written():
    raw = read(f"{HEAD}a: {{200: x, 1.10: x, true: x, null: x, no: x, 'q': x, 2026-01-31: x}}")
    assert list(raw["a"]) == ["200", "1.10", "true", "null", "no", "q", "2026-01-31"]


def test_anchors_and_merge_keys_insert_what_they_name():
    raw = read(f"{HEAD}a: &a {{x: 1, y: 2}}\nb: *a\nc: {{<<: *a, y: 3}}\nd: {{<<: [*a, {{x: 5}}]}}")
    assert raw["b"] == {"x": 1, "y": 2}
    assert raw["c"] == {"x": 1, "y": 3}
    assert raw["d"] == {"x": 1, "y": 2}


def test_a_merge_key_without_an_object_is_an_ordinary_key():
    assert read(f"{HEAD}a: {{<<: x}}")["a"] == {"<<": "x"}


def bomb(levels: int, inner: str, link: str) -> str:
    lines = [HEAD, f"a0: &a0 {inner}"]
    lines += [f"a{n + 1}: &a{n + 1} {link.replace('@', f'*a{n}')}" for n in range(levels)]
    return "\n".join(lines)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (bomb(9, "lol", "[@,@,@,@,@,@,@,@,@,@]"), "Its aliases expand it to more than 20 MB."),
        (bomb(30, "{a: 1}", "{x: @, y: @}"), "Its aliases expand it to more than 20 MB."),
        (bomb(12, "x" * 20_000, "[@, @, @, @, @]"), "Its aliases expand it to more than 20 MB."),
        (bomb(300, "x", "[@]"), "It is nested more than 200 levels deep."),
        (HEAD + "a: &a [*a]", 'The anchor "a" contains itself.'),
        (HEAD + "a: *b", 'There is no anchor "b".'),
        (HEAD + "a: " + "[" * 300, "It is nested more than 200 levels deep."),
    ],
)
def test_bombs_are_refused_at_once(text, message):
    started = time.process_time()
    assert refuse(text)[0] == message
    assert time.process_time() - started < 5


def test_a_chain_of_merge_keys_is_bounded():
    lines = [HEAD, "a0: &a0 {k: v}"]
    lines += [f"a{n + 1}: &a{n + 1} {{<<: *a{n}, key{n}: value}}" for n in range(8000)]
    assert refuse("\n".join(lines))[0] == "Its aliases expand it to more than 20 MB."


@pytest.mark.parametrize(
    ("text", "message", "line", "column"),
    [
        (f"{HEAD}a: b: c\n", "The YAML isn't valid: mapping values are not allowed in", 2, 5),
        (
            f"{HEAD}a:\n\t- b\n",
            "The YAML isn't valid: while scanning for the next token found",
            3,
            1,
        ),
        (f"{HEAD}a: [1, 2\n", "The YAML isn't valid: while parsing a flow sequence", 3, 1),
        (f"{HEAD}a: 'x\n", "The YAML isn't valid: while scanning a quoted scalar", 3, 1),
        (f"{HEAD}? [a]\n: b\n", "A key must be text, not an object or a list.", 2, 3),
        (f"{HEAD}a: &x [1]\n*x : b\n", "A key must be text.", 3, 1),
        (f"{HEAD}---\na: 1\n", "It contains several YAML documents.", 2, 1),
        ('{"openapi": "3.0.0",\n "a": tru}', "The JSON isn't valid: ", 2, 7),
        ('{"openapi": "3.0.0",\n "a": NaN}', "The JSON isn't valid: NaN isn't a JSON number", 2, 7),
        ('{"openapi": "3.0.0", "a": "\\ud800"}', "The JSON isn't valid: ", 1, 28),
        ('{"openapi": "3.0.0"', "The JSON isn't valid: ", 1, 20),
        ('{"a":' * 5000, "", 0, 0),
        ('{"a":' * 250 + "1" + "}" * 250, "It is nested more than 200 levels deep.", 0, 0),
        ("", "It is empty.", 0, 0),
        (" \n ", "It is empty.", 0, 0),
        ("swagger: '2.0'\ninfo: {}", "It is a Swagger 2.0 document. Convert it to OpenAPI 3", 1, 0),
        ('{"x": 1,\n"swagger": "2.0"}', "It is a Swagger 2.0 document. Convert it", 2, 0),
        ("openapi: 4.0.0", "OpenAPI 4.0.0 isn't supported; 3.0 and 3.1 are.", 1, 0),
        ("openapi: [1]", "OpenAPI [1] isn't supported", 1, 0),
        ("info: {}", "It isn't an OpenAPI document: its version (`openapi`) is missing.", 0, 0),
        ("just text", "It isn't an OpenAPI document: it has no `openapi` key.", 0, 0),
        ("[1]", "It isn't an OpenAPI document: it has no `openapi` key.", 0, 0),
        ("<html>\n<p>x", "It isn't an OpenAPI document: it has no `openapi` key.", 0, 0),
        (b"openapi: 3.0.0\na: \xff", "It isn't valid UTF-8 text.", 2, 0),
        (b"openapi: 3.0.0\na: \x00", "The YAML isn't valid: ", None, None),
        (b"\x89PNG\r\n\x1a\n", "It isn't valid UTF-8 text.", 1, 0),
        (b"PK\x03\x04rest", "It is an archive. Unpack it, and import the document in it.", 0, 0),
        (b"\x1f\x8brest", "It is an archive. Unpack it, and import the document in it.", 0, 0),
    ],
)
def test_other_documents_are_refused_with_a_reason(text, message, line, column):
    found = refuse(text)
    assert found[0].startswith(message)
    assert found[0].endswith(".")
    if line is not None and message:
        assert found[1:] == (line, column)


def test_a_document_of_more_than_20_mb_is_refused(monkeypatch):
    monkeypatch.setattr(reading, "MOST_BYTES", 100)
    assert refuse(HEAD + "a: " + "x" * 100)[0] == "It is larger than 20 MB."


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-32"])
def test_text_may_have_any_unicode_encoding_with_its_mark(encoding):
    data = "openapi: 3.0.0\na: grün 😀".encode(encoding)
    assert read_openapi(data).raw["a"] == "grün 😀"


def test_yaml_may_begin_with_a_bracket():
    assert read("{openapi: 3.0.0, a: [b]}") == {"openapi": "3.0.0", "a": ["b"]}


def test_an_unquoted_version_is_accepted():
    assert read("openapi: 3.1\n")["openapi"] == 3.1


@pytest.mark.parametrize(
    "text",
    [
        f"{HEAD}a:\n  x: 1\n  x: 2\nb: {{y: 1, y: 1}}\n",
        '{"openapi": "3.1.0",\n"a": {"x": 1,\n"x": 2},\n"b": {"y": 1, "y": 1}}',
    ],
)
def test_duplicate_keys_are_reported_and_the_last_one_counts(text):
    document = read_openapi(text.encode())
    assert document.raw["a"] == {"x": 2}
    assert [(each.line, each.message) for each in document.faults] == [
        (4 if text[0] == "o" else 3, 'Duplicate key "x". The last one counts.'),
        (5 if text[0] == "o" else 4, 'Duplicate key "y". The last one counts.'),
    ]


def test_a_million_duplicate_keys_are_reported_in_part():
    text = f"{HEAD}a: {{{'x: 1, ' * 20_000}}}"
    assert len(read_openapi(text.encode()).faults) == 300
    text = '{"openapi": "3.1.0"' + ', "x": 1' * 20_000 + "}"
    assert len(read_openapi(text.encode()).faults) == 300


@pytest.mark.parametrize(
    "text",
    [
        f"{HEAD}paths:\n  /a:\n    get:\n      parameters:\n        - name: x\n        - name: y\n",
        '{"openapi": "3.1.0",\n"paths":\n {"/a":\n  {"get": {\n"parameters": [{"name": "x"},\n'
        '{"name": "y"}]}}}}',
    ],
)
def test_places_have_lines(text):
    places = ["/paths/~1a/get/parameters/1", "/paths/~1a/get/parameters/1/name", "/paths/~1b", ""]
    lines = read_openapi(text.encode()).find_lines(places)
    assert list(map(lines.get, places)) == ([7, 7, 3, 1] if text[0] == "o" else [6, 6, 3, 1])
