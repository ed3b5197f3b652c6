"""The one door for edits: what goes in, what comes out, and every kind of bad input."""

import json
import uuid
from typing import Any

import pytest
from django.http import HttpResponse
from django.test import Client

from playground.drafts.drafts import start_draft
from playground.drafts.models import Draft
from playground.history.models import Exchange
from playground.people.models import Person

pytestmark = pytest.mark.django_db

TEXT = """{
  "inputs": [
    {
      "a": "1"
    },
    {
      "a": "2"
    }
  ],
  "job_name": "Night",
  "steps": []
}"""


@pytest.fixture
def draft(editor: Person) -> Draft:
    return start_draft(editor, "launch-workflow", TEXT, path_values={"workflow_uid": "W"})


def edit(client: Client, draft: Draft, **sent: Any) -> HttpResponse:
    body = json.dumps({"revision": 0, "tab": "one", **sent})
    address = f"/drafts/{draft.id}/edit/"
    return client.post(address, body, content_type="application/json")


def text_of(draft: Draft) -> str:
    return Draft.objects.get(id=draft.id).text


def test_an_edit_returns_only_the_changed_line(as_editor: Client, draft: Draft) -> None:
    first = edit(as_editor, draft, pointer="/job_name", typed="Nigh").json()
    reply = edit(as_editor, draft, pointer="/job_name", typed="Day", digest=first["digest"])
    answer = reply.json()
    assert answer == {"base": 1, "revision": 2, "lines": [9, 1, ['  "job_name": "Day",']]}
    assert len(reply.content) < 250
    assert text_of(draft) == TEXT.replace("Night", "Day")


@pytest.mark.parametrize(
    "sent",
    [
        {"kind": "all", "parts": True},
        {"kind": "all", "parts": {"kind": "set"}},
        {"kind": "all", "parts": [{"kind": "connect", "value": "x"}]},
        {"kind": "all", "parts": [{"parts": []}]},
        {"pointer": "/n", "typed": "1", "order": 5},
        {"pointer": "", "typed": "{", "as": "json"},
    ],
)
def test_a_malformed_edit_is_rejected_with_a_message(
    as_editor: Client, draft: Draft, sent: dict[str, Any]
) -> None:
    reply = edit(as_editor, draft, **sent)
    assert reply.status_code == 422
    assert reply.json()["sentence"]
    assert text_of(draft) == TEXT


def test_problems_are_returned_only_when_they_changed(as_editor: Client, draft: Draft) -> None:
    first = edit(as_editor, draft, pointer="/job_name", typed="").json()
    assert any(problem["pointer"] == "/job_name" for problem in first["problems"])
    again = edit(as_editor, draft, pointer="/x", typed="y", digest=first["digest"])
    assert "problems" in again.json()
    last = edit(as_editor, draft, pointer="/x", typed="z", digest=again.json()["digest"])
    assert "problems" not in last.json()


@pytest.mark.parametrize(
    ("sent", "holds"),
    [
        ({"pointer": "/n", "typed": "1E400", "as": "number"}, '"n": 1E400'),
        ({"pointer": "/n", "typed": "many", "as": "integer"}, '"n": "many"'),
        ({"pointer": "/n", "typed": "true", "as": "toggle"}, '"n": true'),
        ({"pointer": "/n", "typed": '[1.10, "x"]', "as": "json"}, "1.10"),
        ({"pointer": "/a~1b", "typed": "{{7*7}}<script>"}, '"a/b": "{{7*7}}<script>"'),
        ({"pointer": "/n", "typed": "\u202e\u0007\ud83d"}, '"n": "\u202e\\u0007?"'),
        ({"kind": "insert", "pointer": "/steps", "index": 0, "value": "{}"}, '"steps": [\n    {}'),
    ],
)
def test_each_kind_of_field_writes_its_own_type(
    as_editor: Client, draft: Draft, sent: dict[str, Any], holds: str
) -> None:
    assert edit(as_editor, draft, **sent).status_code == 200
    assert holds in text_of(draft)


def test_incomplete_json_is_kept_next_to_the_document(as_editor: Client, draft: Draft) -> None:
    answer = edit(as_editor, draft, pointer="/job_name", typed='{"a', **{"as": "json"})
    assert answer.status_code == 200
    assert text_of(draft) == TEXT
    assert "half" in Draft.objects.get(id=draft.id).metadata


def test_an_emptied_cell_is_absent(as_editor: Client, draft: Draft) -> None:
    edit(as_editor, draft, kind="remove", pointer="/inputs/0/a")
    assert json.loads(text_of(draft))["inputs"] == [{}, {"a": "2"}]


def test_a_megabyte_in_one_field_is_kept(as_editor: Client, draft: Draft) -> None:
    long = "x" * 1_000_000
    assert edit(as_editor, draft, pointer="/job_name", typed=long).status_code == 200
    assert json.loads(text_of(draft))["job_name"] == long


@pytest.mark.parametrize(
    ("sent", "status"),
    [
        ({"kind": "explode"}, 422),
        ({"kind": "move", "pointer": "/inputs", "index": 9, "to": 0}, 422),
        ({"kind": "insert", "pointer": "/job_name", "value": "1"}, 422),
        ({"kind": "set", "pointer": "/job_name", "value": "{"}, 422),
        ({"kind": "rename", "pointer": "/job_name", "value": "steps"}, 422),
        ({"kind": "duplicate", "pointer": "/inputs", "index": 7}, 422),
        ({"kind": "paste", "pointer": "/inputs", "value": "[]"}, 422),
        ({"kind": "add-step", "pointer": "/inputs", "value": "x"}, 422),
        ({"kind": 5}, 422),
        ({"pointer": "/a" * 5000, "typed": "x"}, 422),
        ({"pointer": "no slash", "typed": "x"}, 422),
        ({"kind": "connect", "value": "nonsense"}, 422),
        ({"revision": "5"}, 422),
    ],
)
def test_an_impossible_edit_is_a_message_and_loses_nothing(
    as_editor: Client, draft: Draft, sent: dict[str, Any], status: int
) -> None:
    answer = edit(as_editor, draft, **sent)
    assert answer.status_code == status
    assert answer.json()["sentence"].endswith(".")
    assert text_of(draft) == TEXT


@pytest.mark.parametrize("body", [b"", b"[]", b"{", b"\xff\xfe", b"[" * 100_000])
def test_a_body_that_is_not_an_edit_is_a_message(
    as_editor: Client, draft: Draft, body: bytes
) -> None:
    answer = as_editor.post(f"/drafts/{draft.id}/edit/", body, content_type="application/json")
    assert answer.status_code in (200, 422)
    assert text_of(draft) == TEXT


def test_a_stale_edit_of_another_tab_shows_both_values(as_editor: Client, draft: Draft) -> None:
    edit(as_editor, draft, pointer="/job_name", typed="Theirs", tab="one")
    answer = edit(as_editor, draft, pointer="/job_name", typed="Mine", tab="two")
    assert answer.status_code == 409
    assert answer.json()["theirs"] == '"Theirs"'
    assert answer.json()["yours"] == '"Mine"'
    assert json.loads(text_of(draft))["job_name"] == "Theirs"


def test_an_edit_whose_response_was_lost_is_made_once(as_editor: Client, draft: Draft) -> None:
    sent = {"kind": "insert", "pointer": "/steps", "value": "{}", "step": "one-s1"}
    edit(as_editor, draft, **sent)
    assert edit(as_editor, draft, **sent, again=True).json() == {"done": True}
    assert json.loads(text_of(draft))["steps"] == [{}]
    edit(as_editor, draft, **{**sent, "step": "one-s2"}, again=True)
    assert json.loads(text_of(draft))["steps"] == [{}, {}]


def test_somebody_elses_draft_is_not_found(as_owner: Client, draft: Draft) -> None:
    assert edit(as_owner, draft, pointer="/job_name", typed="x").status_code == 404
    for name in ("", "state/", "part/?part=form", "document.json", "dry-run/"):
        assert as_owner.get(f"/drafts/{draft.id}/{name}").status_code == 404
    assert text_of(draft) == TEXT


def test_a_viewer_gets_a_message(as_viewer: Client, draft: Draft) -> None:
    assert edit(as_viewer, draft, pointer="/job_name", typed="x").status_code == 403


def test_a_wrong_method_is_rejected(as_editor: Client, draft: Draft) -> None:
    assert as_editor.get(f"/drafts/{draft.id}/edit/").status_code == 405
    assert as_editor.post(f"/drafts/{draft.id}/").status_code == 405


def test_undo_and_redo_go_back_and_forth(as_editor: Client, draft: Draft) -> None:
    edit(as_editor, draft, pointer="/job_name", typed="Day")
    turn = f"/drafts/{draft.id}/turn/"
    back = as_editor.post(turn + "undo/", "{}", content_type="application/json").json()
    assert text_of(draft) == TEXT
    assert 'id="section-job"' in back["html"]
    as_editor.post(turn + "redo/", "{}", content_type="application/json")
    assert json.loads(text_of(draft))["job_name"] == "Day"
    again = as_editor.post(turn + "redo/", "{}", content_type="application/json").json()
    assert again["nothing"]
    assert as_editor.post(turn + "sideways/").status_code == 404


def test_a_missing_part_is_not_found(as_editor: Client, draft: Draft) -> None:
    for query in ("part=step&pointer=/steps/9", "part=rows&pointer=/job_name", "part=boom", ""):
        assert as_editor.get(f"/drafts/{draft.id}/part/?{query}").status_code == 404


def test_rows_are_drawn_a_block_at_a_time(as_editor: Client, draft: Draft) -> None:
    html = as_editor.get(
        f"/drafts/{draft.id}/part/?part=rows&pointer=/inputs&start=1&count=5"
    ).content.decode()
    assert html.count("data-row>") == 1
    assert 'value="2"' in html


def test_the_download_is_the_document_byte_for_byte(as_editor: Client, draft: Draft) -> None:
    answer = as_editor.get(f"/drafts/{draft.id}/document.json")
    assert answer.content.decode() == TEXT
    assert "attachment" in answer["Content-Disposition"]


def test_a_broken_document_still_opens(as_editor: Client, editor: Person) -> None:
    for text in ('{"inputs": 5, "steps": {"a": [1]}, "job_name": {"x": null}}', "[1]", '"x"'):
        odd = start_draft(editor, "launch-workflow", text)
        assert as_editor.get(f"/drafts/{odd.id}/").status_code == 200


def test_an_unknown_draft_is_not_found(as_editor: Client) -> None:
    assert as_editor.get(f"/drafts/{uuid.uuid4()}/").status_code == 404


def test_another_branch_is_chosen_by_its_title(as_editor: Client, editor: Person) -> None:
    draft = start_draft(editor, "start-scenario", '{\n  "id": 12,\n  "email": "a@example.com"\n}')
    answer = edit(as_editor, draft, kind="choose", pointer="/matching", value="Phone", part="form")
    assert answer.status_code == 200
    assert json.loads(text_of(draft)) == {"id": 12, "matching": "phone"}
    assert 'data-at="/phone"' in answer.json()["html"]
    assert 'data-at="/email"' not in answer.json()["html"]
    edit(as_editor, draft, kind="choose", pointer="/matching", value="Email", revision=1)
    assert json.loads(text_of(draft))["email"] == "a@example.com"


@pytest.mark.parametrize(
    ("pointer", "value"), [("/matching", "By magic"), ("/email", "Phone"), ("", "Phone")]
)
def test_an_unknown_branch_is_rejected(
    as_editor: Client, editor: Person, pointer: str, value: str
) -> None:
    draft = start_draft(editor, "start-scenario", '{"id": 12}')
    assert edit(as_editor, draft, kind="choose", pointer=pointer, value=value).status_code == 422


def test_incomplete_text_blocks_send_and_shows_where(as_editor: Client, draft: Draft) -> None:
    splice = {"kind": "splice", "index": 1, "removed": "", "value": "oops ", "revision": 0}
    answer = edit(as_editor, draft, **splice).json()
    assert answer["half"] == [1, 0, "oops "]
    assert "lines" not in answer
    [problem] = [p for p in answer["problems"] if p["code"] == "half-typed"]
    assert (problem["pointer"], problem["line"]) == ("#editor", 1)
    sent = as_editor.post(f"/drafts/{draft.id}/send/", {"submission": str(uuid.uuid4())})
    assert problem["message"].startswith("Line 1, column 2")
    assert "kind-not-sent" in sent.content.decode()
    assert not Exchange.objects.exists()
    wrong = edit(as_editor, draft, **{**splice, "removed": "zzz", "revision": 1})
    assert wrong.status_code == 422
    far = edit(as_editor, draft, **{**splice, "index": 10**9, "revision": 1})
    assert far.status_code in (200, 422)
