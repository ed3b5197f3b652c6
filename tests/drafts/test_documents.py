"""Long documents are followed from edit to edit, and read as if they were parsed each time."""

import json
import uuid
from decimal import Decimal

import pytest

from playground.drafts import documents
from playground.drafts.documents import follow_value, read_document
from playground.jsontext import edits
from playground.jsontext.parsing import parse_plain
from playground.jsontext.splices import apply

ROWS = [{"name": f"Ada {n}", "age": n, "tags": ["a", "b"]} for n in range(1000)]
TEXT = json.dumps({"job_name": "Night run", "inputs": ROWS, "empty": None}, indent=2)


def change(text: str, pointer: str, value: str) -> str:
    return apply(text, edits.set_value(text, pointer, value))


@pytest.fixture
def draft_id():
    found = uuid.uuid4()
    yield found
    documents._kept.pop(found, None)


@pytest.mark.parametrize(
    ("pointer", "value"),
    [
        ("/inputs/500/name", '"Grace"'),
        ("/inputs/999/tags/1", "true"),
        ("/inputs/0/age", "1.10"),
        ("/inputs/0/age", "1e400"),
        ("/inputs/3", "null"),  # a whole row gives way
        ("/inputs/3/age", '{"years": 3}'),
        ("/inputs/3/new", "7"),
        ("/inputs/1000", '"one row more"'),
        ("/inputs/-", "1"),
        ("/empty/below", "1"),
        ("/job_name", '"a/b~c"'),
        ("", "[]"),
    ],
)
def test_a_followed_document_equals_the_parsed_one(draft_id, pointer, value):
    read_document(draft_id, TEXT)
    after = change(TEXT, pointer, value)
    follow_value(draft_id, TEXT, after, pointer, value)
    assert repr(read_document(draft_id, after)) == repr(parse_plain(after))
    # The earlier document hasn't changed.
    assert repr(read_document(draft_id, TEXT)) == repr(parse_plain(TEXT))


def test_a_typed_value_is_followed_without_parsing_and_other_rows_stay_the_same(draft_id):
    before = read_document(draft_id, TEXT).value
    after = change(TEXT, "/inputs/5/age", "2.50")
    follow_value(draft_id, TEXT, after, "/inputs/5/age", "2.50")
    changed = read_document(draft_id, after).value
    assert changed["inputs"][5] == {"name": "Ada 5", "age": Decimal("2.50"), "tags": ["a", "b"]}
    assert all(changed["inputs"][n] is before["inputs"][n] for n in range(1000) if n != 5)


def test_duplicate_keys_and_other_texts_are_parsed_again(draft_id):
    twice = TEXT.replace('"age": 7,', '"age": 7, "age": 8,', 1)
    assert read_document(draft_id, twice).has_duplicate_keys
    after = change(twice, "/inputs/7/age", "9")
    follow_value(draft_id, twice, after, "/inputs/7/age", "9")
    assert read_document(draft_id, after) == parse_plain(after)
    # Another tab's change came in between.
    follow_value(draft_id, TEXT, after, "/job_name", '"x"')
    assert read_document(draft_id, after) == parse_plain(after)


def test_memory_is_bounded_and_short_documents_are_not_kept(monkeypatch):
    monkeypatch.setattr(documents, "MOST_CHARACTERS", 3 * len(TEXT))
    ids = [uuid.uuid4() for _ in range(5)]
    for each in ids:
        read_document(each, TEXT)
    assert [each in documents._kept for each in ids] == [False, False, True, True, True]
    read_document(short := uuid.uuid4(), "{}")
    assert short not in documents._kept
    documents._kept.clear()
