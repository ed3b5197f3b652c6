"""Engaging a profile: the exact bytes on the wire, files in them, and what is stored."""

import json
import tracemalloc
import uuid
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from playground.calls.masking import format_masked, mask_call
from playground.calls.snippets import write_snippet
from playground.calls.values import Outcome
from playground.drafts.models import Draft
from playground.history.bodies import read_request
from playground.history.models import Exchange
from playground.people.models import Person
from playground.sandbox.practice import PRACTICE_TOKEN
from playground.sending.pipeline import assemble_plan
from playground.sending.plans import plan_draft
from playground.sending.resending import read_sent_state
from playground.sending.submission import Blocked, submit_again, submit_draft, wait_for_exchange
from playground.workspace.files import store_file
from playground.workspace.models import Connection
from tests.sending.conftest import lead_practice_to
from tests.sending.stand_ins import Standin

Make = Callable[[str], Draft]

WAYS = {
    "email left out": '"email": "john@example.com", "resource_id": 24',
    "email": '"matching": "email", "email": "john@example.com"',
    "phone": '"matching": "phone", "phone": "+79000000000", "resource_id": 24',
    "leading zeros": '"matching": "phone", "phone": "0079000000000"',
    "profile": '"matching": "profile_id", "profile_id": "5a74876369d42613b31947b8"',
    "text": '"matching": "custom", "field_name": "CRM_ID", "field_value": "123420"',
    "number": '"matching": "custom", "field_name": "CRM_ID", "field_value": 123420',
    "tags": '"matching": "custom", "field_name": "segments", "field_value": "tag-1, tag-2"',
    "query": '"custom_request": {"_city": "Paris"}',
    "push": '"email": "a@b", "subscription_filter": {"subscription_id": "CAREFULWITHTHATAXE",'
    ' "provider": "Chrome", "not_strict": true}',
    "content": '"email": "a@b", "content": {"data_lines": ["A", "B"], "n": 1.10}',
}


@pytest.fixture(autouse=True)
def folder(settings: Any, tmp_path: Path) -> None:
    settings.MEDIA_ROOT = tmp_path / "files"


@pytest.fixture
def engage_to(editor: Person, standin: Standin) -> Make:
    """Drafts whose sends arrive at the stand-in, which answers as Altcraft does."""
    connection = lead_practice_to(standin.origin, "Practice Altcraft")
    standin.body = b'{"data": null, "error": 0, "error_text": "Successful operation"}'

    def make(text: str) -> Draft:
        return Draft.objects.create(
            person=editor, operation="start-scenario", connection=connection, text=text
        )

    return make


@pytest.fixture
def practise(sandbox: str, editor: Person) -> Make:
    connection = Connection.objects.get(name="Practice Altcraft")
    return lambda text: Draft.objects.create(
        person=editor, operation="start-scenario", connection=connection, text=text
    )


def send(draft: Draft, **more: Any) -> Exchange:
    sent = submit_draft(draft.person, draft, uuid.uuid4(), **more)
    assert isinstance(sent, Exchange), sent
    return wait_for_exchange(sent, 10)


@pytest.mark.parametrize("way", WAYS)
def test_each_way_to_match_is_sent_as_written_after_the_token(
    engage_to: Make, standin: Standin, way: str
) -> None:
    assert send(engage_to(f'{{"id": 12, {WAYS[way]}}}')).outcome == Outcome.ACCEPTED
    [(method, path, headers, body)] = standin.seen
    assert (method, path) == ("POST", "/workflows/start")
    assert body.decode() == f'{{"token": "{PRACTICE_TOKEN}", "id": 12, {WAYS[way]}}}'
    assert headers["Content-Type"] == "application/json"


def test_the_vendors_second_example_is_sent_byte_for_byte(
    engage_to: Make, standin: Standin, editor: Person
) -> None:
    first = store_file(["今日は\n".encode()], "日本.txt", "text/csv", editor)
    second = store_file([b"HELLO\n"], "US.txt", "text/csv", editor)
    text = """{
"id": 12,
"matching": "profile_id",
"profile_id": "66102b984a5d12bd6cc0912f",
"attach": [
{
"data": "FIRST",
"name": "日本.txt"
},
{
"data": "SECOND",
"name": "US.txt"
}
],
"content": {
"data_lines": [
"Channel A",
"Channel B"
],
"email_title": "New videos on your favorite channels"
}
}"""
    kept = text.replace("FIRST", f"{{{{file:{first.id}}}}}")
    draft = engage_to(kept.replace("SECOND", f"{{{{file:{second.id}}}}}"))
    send(draft)
    expected = text.replace("FIRST", "data:text/csv;base64,5LuK5pel44GvCg==")
    expected = expected.replace("SECOND", "data:text/csv;base64,SEVMTE8K")
    expected = expected.replace('{\n"id"', f'{{\n"token": "{PRACTICE_TOKEN}",\n"id"', 1)
    assert standin.seen[0][3].decode() == expected


def test_the_token_is_a_header_if_the_connection_says_so(engage_to: Make, standin: Standin) -> None:
    draft = engage_to('{"id": 12, "email": "a@b"}')
    Connection.objects.filter(id=draft.connection_id).update(settings={"way": "bearer"})
    draft.refresh_from_db()
    send(draft)
    [(_, _, headers, body)] = standin.seen
    assert headers["Authorization"] == f"Bearer {PRACTICE_TOKEN}"
    assert body == b'{"id": 12, "email": "a@b"}'


def test_only_the_request_contains_the_files_base64(
    engage_to: Make, standin: Standin, editor: Person, attachments: str
) -> None:
    file = store_file([b"HELLO\n" * 1000], "US.txt", "text/plain", editor)
    reference = f"{{{{file:{file.id}}}}}"
    draft = engage_to(
        f'{{"id": 1, "email": "a@b", "attach": [{{"name": "US.txt", "data": "{reference}"}}]}}'
    )
    call = assemble_plan(plan_draft(draft)).call
    masked = mask_call(call)
    assert b"SEVMTE8K" in (call.body or b"")
    assert reference in format_masked(masked.body or ())
    assert reference in write_snippet("curl", masked)
    exchange = send(draft)
    assert b"SEVMTE8K" in standin.seen[0][3]
    kept = read_request(exchange)
    assert reference in format_masked(kept.body or ())
    assert "SEVMTE8K" not in format_masked(kept.body or ())


def test_seven_megabytes_add_less_than_150_megabytes_of_memory(
    engage_to: Make, standin: Standin, editor: Person, attachments: str
) -> None:
    piece = bytes(range(256)) * 256
    file = store_file((piece for _ in range(112)), "big.bin", "application/zip", editor)
    draft = engage_to(
        '{"id": 1, "email": "a@b", "attach": '
        f'[{{"name": "big.zip", "data": "{{{{file:{file.id}}}}}"}}]}}'
    )
    tracemalloc.start()
    try:
        assert send(draft).outcome == Outcome.ACCEPTED
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert peak < 150_000_000, peak
    assert len(standin.seen[0][3]) > 9_700_000


def test_a_missing_file_blocks_the_send(engage_to: Make, standin: Standin) -> None:
    draft = engage_to('{"id": 1, "email": "a@b", "content": {"x": "{{file:fgone}}"}}')
    assert not isinstance(submit_draft(draft.person, draft, uuid.uuid4()), Exchange)
    assert assemble_plan(plan_draft(draft)).failure is not None
    assert standin.seen == []


@pytest.mark.parametrize(
    ("text", "outcome", "says"),
    [
        ('{"id": 12, "email": "john@example.com"}', Outcome.ACCEPTED, "Engaged"),
        ('{"id": 99999, "email": "john@example.com"}', Outcome.REFUSED, "99999"),
        ('{"id": 12, "email": "nobody@nowhere.example"}', Outcome.REFUSED, "not found"),
    ],
)
def test_the_body_decides_the_outcome_whatever_the_status(
    practise: Make, text: str, outcome: Outcome, says: str
) -> None:
    exchange = send(practise(text))
    assert (exchange.status, exchange.outcome) == (200, outcome)
    assert says in exchange.message


@pytest.mark.parametrize("kind", ["csv", "xml"])
def test_csv_and_xml_replies_are_judged_too(practise: Make, kind: str) -> None:
    text = '{"id": 12, "format": "KIND", "email": "john@example.com"}'.replace("KIND", kind)
    exchange = send(practise(text))
    assert exchange.outcome == Outcome.ACCEPTED
    assert kind in exchange.content_type


def test_send_anyway_adds_a_new_request_id(practise: Make) -> None:
    text = json.dumps({"id": 12, "email": "john@example.com", "content": {"n": str(uuid.uuid4())}})
    draft = practise(text)
    assert send(draft).code == "accepted"
    again = send(draft)
    assert (again.code, again.outcome) == ("repeated", Outcome.ACCEPTED)
    assert "within the last day" in again.message
    typed = '{"id": 13, "email": "typed@since"}'
    Draft.objects.filter(id=draft.id).update(text=typed)
    draft.refresh_from_db()
    anyway = submit_again(draft.person, draft, again, uuid.uuid4(), "", 0)
    assert isinstance(anyway, Exchange)
    anyway = wait_for_exchange(anyway, 10)
    assert anyway.code == "accepted"
    sent = read_sent_state(anyway)
    assert sent
    assert sent.text == text
    draft.refresh_from_db()
    assert draft.text == typed
    headers = dict(read_request(anyway).headers)
    assert uuid.UUID(format_masked(headers["Request-ID"]))


def test_send_anyway_rejects_the_exchange_of_another_draft(
    practise: Make, standin: Standin
) -> None:
    text = '{"id": 12, "email": "john@example.com"}'
    sent, other = send(practise(text)), practise(text)
    refused = submit_again(other.person, other, sent, uuid.uuid4(), "", 0)
    assert isinstance(refused, Blocked)
    assert "another draft" in refused.message
