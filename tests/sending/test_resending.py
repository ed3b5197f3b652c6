"""Sending again: the same bytes, and every difference described."""

import json
import uuid

import pytest

from playground.calls.masking import format_masked
from playground.drafts.credentials import store_draft_secret
from playground.drafts.metadata import Metadata
from playground.drafts.models import Draft
from playground.history.bodies import read_request
from playground.people.models import Role
from playground.sending.resending import describe_differences, draft_from_exchange, read_sent_state
from playground.sending.submission import submit_draft, wait_for_exchange
from playground.workspace.files import store_file
from playground.workspace.models import Connection, Workflow
from playground.workspace.workflows import edit_workflow
from tests.conftest import make_person
from tests.history.exchanges import make_exchange
from tests.sending.conftest import LAUNCH
from tests.sending.stand_ins import Standin

ODD = LAUNCH.replace('"Night run"', '"{{today}} Nacht \\u00e4 😀"').replace(
    '"max_results": 100', '"max_results": 100, "odd": [1.10,-0,\t1e400]'
)


def send(draft: Draft):  # type: ignore[no-untyped-def]
    exchange = submit_draft(draft.person, draft, uuid.uuid4())
    assert not hasattr(exchange, "problems"), exchange
    return wait_for_exchange(exchange, 10)  # type: ignore[arg-type]


@pytest.fixture
def sent(draft_to, editor, standin: Standin):  # type: ignore[no-untyped-def]
    draft = draft_to()
    draft.metadata = Metadata(
        off={"/steps/0/accounts": '["x"]'}, notes={"/job_name": "why"}
    ).write()
    draft.save()
    return send(draft)


def test_the_new_draft_is_as_it_was_sent(sent, editor) -> None:
    former = Draft.objects.get()
    draft = draft_from_exchange(editor, sent)
    assert draft is not None
    assert (draft.text, draft.metadata) == (former.text, former.metadata)
    assert (draft.path_values, draft.connection) == (former.path_values, former.connection)
    assert (draft.name, draft.operation, draft.resend_of) == (
        former.name,
        former.operation,
        sent.id,
    )
    assert describe_differences(draft, sent).differences == ()


def test_an_unchanged_draft_sends_the_same_bytes_again(sent, editor, standin: Standin) -> None:
    draft = draft_from_exchange(editor, sent)
    assert draft is not None
    again = send(draft)
    (_, path, headers, body), (_, other_path, other_headers, other_body) = standin.seen
    assert (path, body) == (other_path, other_body)
    assert headers == other_headers
    assert again.request_id == sent.request_id


def test_the_document_keeps_its_text_and_references(editor, draft_to, standin) -> None:
    draft = draft_to()
    draft.text = ODD
    draft.save()
    exchange = send(draft)
    assert b"{{today}}" not in standin.seen[0][3]
    again = draft_from_exchange(editor, exchange)
    assert again is not None
    assert again.text == ODD


def test_calls_of_the_application_cannot_be_sent_again(editor) -> None:
    exchange = make_exchange(editor, document="")
    assert read_sent_state(exchange) is None
    assert draft_from_exchange(editor, exchange) is None


def test_every_difference_is_described(sent, editor) -> None:
    draft = draft_from_exchange(editor, sent)
    assert draft is not None
    draft.text = draft.text.replace('"max_results": 100', '"max_results": 100.0')
    draft.metadata = Metadata(
        notes={"/job_name": "because"},
        away={"/a": "1"},
        incomplete={"/b": "{"},
        media_type="text/csv",
        is_body_left_out=True,
    ).write()
    draft.path_values = {"workflow_uid": "another"}
    draft.connection = None
    found = {(d.pointer, d.kind) for d in describe_differences(draft, sent).differences}
    assert found == {
        ("/steps/0/parameters/max_results", "changed"),
        ("#path/workflow_uid", "changed"),
        ("#connect", "changed"),
        ("#media type", "added"),
        ("#body", "added"),
        ("#off/steps/0/accounts", "removed"),
        ("#note/job_name", "changed"),
        ("#away/a", "added"),
        ("#half/b", "added"),
    }
    shown = {d.pointer: d.before or d.after for d in describe_differences(draft, sent).differences}
    assert (shown["#off/steps/0/accounts"], shown["#half/b"]) == ('["x"]', '"{"')


def test_changes_of_workflow_and_connection_are_described(sent, editor) -> None:
    draft = draft_from_exchange(editor, sent)
    assert draft is not None
    assert describe_differences(draft, sent).notes == ()
    uid = draft.path_values["workflow_uid"]
    workflow = Workflow.objects.get(uid=uid, connection=draft.connection)
    details = json.loads(workflow.details)
    details["steps"].pop(0)
    edit_workflow(workflow, json.dumps(details | {"name": "Renamed"}), "Renamed")
    Connection.objects.filter(pk=draft.connection_id).update(base_url="http://127.0.0.1:9")
    notes = "\n".join(describe_differences(Draft.objects.get(pk=draft.pk), sent).notes)
    assert "now points to http://127.0.0.1:9" in notes
    assert "is now called “Renamed”" in notes
    assert "was removed" in notes
    draft.connection.delete()
    assert "was deleted" in describe_differences(Draft.objects.get(pk=draft.pk), sent).notes[0]


def test_changed_variables_are_described(draft_to, editor) -> None:
    draft = draft_to()
    Connection.objects.filter(pk=draft.connection_id).update(
        variables='{"a": 1.10, "b": "x", "unused": "y"}'
    )
    draft.text = draft.text.replace('"Night run"', '"{{a}} {{b}}"')
    draft.save()
    sent = send(Draft.objects.get(pk=draft.pk))
    Connection.objects.filter(pk=draft.connection_id).update(
        variables='{"a": 1.1, "unused": "z"}', settings={"way": "bearer"}
    )
    notes = describe_differences(Draft.objects.get(pk=draft.pk), sent).notes
    assert len(notes) == 3
    assert "authenticates in another way" in notes[0]
    assert "The variable a is now “1.1”. It was “1.10”." in notes[1]
    assert "The variable b no longer has a value. It was “x”." in notes[2]


def test_another_file_is_described_by_name_and_size(draft_to, editor, settings, tmp_path) -> None:
    settings.MEDIA_ROOT = tmp_path
    draft = draft_to()
    sent = send(draft)
    file = store_file([b"HELLO"], "日本.txt", "text/plain", editor)
    draft.text = draft.text.replace('"Night run"', f'"{{{{file:{file.id}}}}}"')
    [found] = describe_differences(draft, sent).differences
    assert found.after.endswith('}}" · 日本.txt, 5 bytes')


def test_a_pasted_secret_is_copied_for_its_own_person_only(draft_to, editor, standin) -> None:
    draft = draft_to()
    reference = store_draft_secret(draft, "hush", "a-secret-value", editor)
    draft.text = draft.text.replace('"Night run"', json.dumps(reference))
    draft.save()
    exchange = send(draft)
    assert b"a-secret-value" in standin.seen[0][3]
    again = draft_from_exchange(editor, exchange)
    assert again is not None
    assert reference in again.text
    assert again.secrets.get().value == "a-secret-value"
    assert again.secrets.get().hosts == draft.secrets.get().hosts
    send(again)
    assert standin.seen[1][3] == standin.seen[0][3]
    theirs = draft_from_exchange(make_person(Role.OWNER, "boss"), exchange)
    assert theirs is not None
    assert not theirs.secrets.exists()


def test_a_changed_reply_is_noticed_except_for_ids_and_times(draft_to, editor, standin) -> None:
    draft = draft_to()
    first = send(draft)
    standin.body = b'{"job_uid": "another", "message": "Bot successfully scheduled."}'
    second = send(draft)
    standin.body = b'{"job_uid": "third", "message": "Bot scheduled twice."}'
    third = send(draft)
    assert (first.changed_from, second.changed_from) == (None, None)
    assert third.changed_from == second.id
    draft.text = draft.text.replace("Night", "Day")
    draft.save()
    assert send(draft).changed_from is None


def test_an_unchanged_context_is_stored_once(draft_to, editor) -> None:
    draft = draft_to()
    one, other = send(draft), send(draft)
    assert one.sent_document.context_id == other.sent_document.context_id
    masked = read_request(one)
    assert format_masked(masked.body or ()) == draft.text
