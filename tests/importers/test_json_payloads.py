"""JSON payloads: valid ones stay as typed, broken ones are repaired token by token."""

import json

import pytest

from playground.importers import Imported, Rejected, import_text
from tests.importers import OPERATIONS, paste

GUIDE = """{
    "inputs": []
    "job_name": "New job to launch",
    "steps": [{
        "accounts": [],
        "parameters": {},
        "step_uid": "",
    }]"""


def test_the_broken_payload_of_the_guide_is_repaired():
    found = paste(GUIDE + "\nWe strongly encourage you to use the API Playground.")
    assert found.operation == "launch"
    assert json.loads(found.document)["steps"][0]["step_uid"] == ""
    assert found.changes[0].before == '    "inputs": []'
    assert found.changes[0].after == '    "inputs": [],'
    assert {note.code for note in found.notes if note.kind == "repaired"} == {
        "missing-comma",
        "trailing-comma",
        "brackets",
    }


@pytest.mark.parametrize(
    ("text", "document"),
    [
        ('"accounts": ["X"]', {"accounts": ["X"]}),
        (
            '"account": {"uid": "U", "api_key": "" // or\n ...\n}',
            {"account": {"uid": "U", "api_key": ""}},
        ),
        ("{'a': True, b: None, /* c */ \"d\": 'it\\'s'}", {"a": True, "b": None, "d": "it's"}),
        ('{"a": 1 "b": [1 2, 3,], }', {"a": 1, "b": [1, 2, 3]}),
        ('{"phone": +79000000000, "code": 007}', {"phone": "+79000000000", "code": "007"}),
        ('{\\"a\\": \\"b\\"}', {"a": "b"}),
        ('"{\\"a\\": 1}"', {"a": 1}),
        ("{“a”: “b”}", {"a": "b"}),
        ('{"a": "x\ny"}', {"a": "x\ny"}),
        ('{"a": {{name}}, "b": "{{c}}"}', {"a": "{{name}}", "b": "{{c}}"}),
        ('{"a": [1, {"b": 2}', {"a": [1, {"b": 2}]}),
        ('```json\n{"a": 1}\n```', {"a": 1}),
        ('{"a": undefined; "b" = 2}', {"a": None, "b": 2}),
        # Python joins adjacent strings; JSON lacks a comma.
        ("{'a': 'b' 'c', 'd': 1}", {"a": "bc", "d": 1}),
        ("{'a': ('b '\n  'c\\n'\n  \"it's\"), 'd': 1}", {"a": "b c\nit's", "d": 1}),
        ('{"a": ("b"\n  "c"), "d": ("e", "f" "g")}', {"a": "bc", "d": ["e", "fg"]}),
        ("{'a': ['b' 'c', \"d\" 'e',\n 'f'\n 'g'], 'h' 'i': u'j' r'k'}",
         {"a": ["bc", "de", "fg"], "hi": "jk"}),
        ('{"a": "b" "c", "d": 1}', {"a": "bc", "d": 1}),
        ('{"a": "b" "c": ["d" "e"\n"f"]}', {"a": "b", "c": ["d", "e", "f"]}),
        ("{'a': 'b'\n 'c': 'd'}", {"a": "b", "c": "d"}),
        ("{'a': 'it is 'so' called'}", {"a": "it is 'so' called"}),
    ],
)  # fmt: skip
def test_broken_json_is_repaired(text, document):
    assert json.loads(paste(text).document) == document


def test_a_repair_keeps_every_digit():
    found = paste('{"a": 1.10, "b": 12345678901234567890123, "c": 1E400, "d": -0,}')
    assert found.document.split() == [
        "{",
        '"a":',
        "1.10,",
        '"b":',
        "12345678901234567890123,",
        '"c":',
        "1E400,",
        '"d":',
        "-0",
        "}",
    ]


def test_valid_json_stays_as_typed():
    text = '{\n "z": 1E400,\n   "a": "\\u00e9"}'
    assert paste(text).document == text


def test_what_is_valid_inside_broken_json_stays_as_typed():
    row = '{"n": 1.10, "big": 123456789012345678901234567890, "e": 1E400, "z": -0, "s": "\\u00e9"}'
    found = paste('{"inputs": [' + f"{row},\n{row}\n{row}, NaN, {{{{row}}}}" + "]")
    assert found.document.count(row) == 3
    assert '"{{row}}"' in found.document


@pytest.mark.parametrize(
    "broken",
    [
        "[" + "{a:1},\n" * 30_000,
        '{"a":' * 90 + "[" + "1," * 100_000 + "]x",
        ("[" * 90 + "1," * 3000) * 20,
        '[{"a":1}{"b":2}' * 20_000,
        "{'a':" + "'b' " * 100_000,
        '["a" ' + '"b" ' * 100_000,
        "{" + "'b' " * 100_000,
    ],
    ids=[
        "every row",
        "far inside",
        "deep again and again",
        "no commas",
        "adjacent",
        "in a list",
        "keys",
    ],
)
def test_repairing_faults_in_every_row_or_deep_inside_ends(broken):
    assert isinstance(import_text(broken, OPERATIONS), Imported | Rejected)
