"""Setting how replies are judged and which operations continue with them, in the page."""

from html import unescape

import pytest
from django.test import Client

from playground.apis.importing import import_document
from playground.apis.models import ImportedApi
from playground.apis.rules import FollowUp, read_rules, set_follow_up, set_reply_rule
from playground.calls.values import Outcome
from playground.openapi.operations import get_operation
from playground.openapi.reply_rules import ReplyRule
from playground.people.models import Person, Role
from tests.apis.documents import as_bytes
from tests.apis.jobs import jobs
from tests.conftest import make_person
from tests.history.exchanges import end_exchange, start_exchange

pytestmark = pytest.mark.django_db
PAGE = "/apis/jobs/operations/startJob/"
RULE, NEXT = f"{PAGE}rule/", f"{PAGE}follow-up/"


@pytest.fixture
def api(editor: Person) -> ImportedApi:
    return import_document(editor, as_bytes(jobs())).api


def read(answer) -> str:
    return unescape(answer.content.decode())


def test_a_rule_is_saved_shown_and_removed(api: ImportedApi, as_editor: Client) -> None:
    assert "if it has what the document describes." in read(as_editor.get(PAGE))
    sent = {
        "comparison": "equals",
        "pointer": " /ok ",
        "value": "true",
        "reasons": "/error/text\n\n/why\n/why",
    }
    answer = as_editor.post(RULE, sent, follow=True)
    assert answer.redirect_chain == [(PAGE, 302)]
    page = read(answer)
    assert "Saved. Replies from now on are judged by this rule." in page
    assert "A 2xx reply is a success if <code>/ok</code> equals <code>true</code>." in page
    assert "is at <code>/error/text</code>, <code>/why</code>." in page
    expected = ReplyRule("equals", "/ok", "true", ("/error/text", "/why"))
    assert get_operation("jobs:startJob").verdict.own == expected
    # Values that the comparison doesn't need aren't stored.
    as_editor.post(RULE, sent | {"comparison": "present"})
    assert get_operation("jobs:startJob").verdict.own == ReplyRule(
        "present", "/ok", "", ("/error/text", "/why")
    )
    as_editor.post(RULE, {"comparison": "", "pointer": "not one", "reasons": ""})
    assert get_operation("jobs:startJob").verdict.own is None


@pytest.mark.parametrize(
    ("sent", "message"),
    [
        ({"comparison": "equals", "value": "1"}, "Enter the pointer to the value"),
        ({"comparison": "absent", "pointer": "$.data[0].id"}, "with a slash: /data/0/id"),
        ({"comparison": "absent", "pointer": "what now?"}, "with a slash, such as /status."),
        ({"comparison": "absent", "pointer": "/a~b"}, "Write ~ as ~0 in a pointer"),
        ({"comparison": "absent", "pointer": "/" + "a" * 500}, "at most 500 characters"),
        ({"comparison": "equals", "pointer": "/a"}, "Enter a value. For null"),
        ({"comparison": "differs", "pointer": "/a", "value": "null"}, "Enter a value. For null"),
        ({"comparison": "equals", "pointer": "/a", "value": "x" * 1001}, "at most 1000 characters"),
        ({"comparison": "like", "pointer": "/a"}, "Select a valid choice."),
        ({"reasons": "/a\nb"}, "with a slash: /b"),
        ({"reasons": "\n".join(f"/{n}" for n in range(6))}, "Enter at most 5 pointers."),
        ({"comparison": "absent", "pointer": "/a\0"}, "Null characters are not allowed."),
    ],
)
def test_a_bad_rule_gets_a_sentence_and_changes_nothing(
    api: ImportedApi, as_editor: Client, sent: dict[str, str], message: str
) -> None:
    answer = as_editor.post(RULE, sent)
    assert answer.status_code == 422
    assert message in read(answer)
    assert get_operation("jobs:startJob").verdict.own is None


def test_a_rule_is_tried_on_the_last_reply_before_it_is_saved(
    api: ImportedApi, as_editor: Client, editor: Person
) -> None:
    sent = {"comparison": "equals", "pointer": "/done", "value": "true", "try": "1"}
    assert "There is no reply to try the rule on." in read(as_editor.post(RULE, sent))
    end_exchange(start_exchange(editor, operation="jobs:startJob"), b'{"id": 1, "done": true}')
    last = end_exchange(
        start_exchange(editor, operation="jobs:startJob"), b'{"id": 1, "done": "no"}'
    )
    end_exchange(start_exchange(editor, operation="jobs:readJob"), b'{"done": true}')
    stranger = make_person(Role.EDITOR, "stranger")
    end_exchange(start_exchange(stranger, operation="jobs:startJob"), b'{"done": true}')
    start_exchange(editor, operation="jobs:startJob")
    answer = as_editor.post(RULE, sent)
    page = read(answer)
    assert answer.status_code == 200
    assert "Refused by Jobs: /done is no, and true means success (status 200)" in page
    assert f'href="/history/{last.id}/"' in page
    assert 'value="/done"' in page
    assert get_operation("jobs:startJob").verdict.own is None
    last.refresh_from_db()
    assert last.outcome == Outcome.ACCEPTED
    # The trial uses the typed rule, not the stored one.
    set_reply_rule(editor, api, "startJob", ReplyRule("equals", "/done", "true"))
    page = read(as_editor.post(RULE, {"comparison": "", "try": "1"}))
    assert "Jobs answered 200 OK" in page


def test_viewers_read_rules_and_change_none(
    api: ImportedApi, as_viewer: Client, editor: Person
) -> None:
    set_reply_rule(editor, api, "startJob", ReplyRule("absent", "/error"))
    set_follow_up(editor, api, "startJob", FollowUp("stopJob", {"id": "/id"}))
    page = read(as_viewer.get(PAGE))
    assert "<code>/error</code> is absent." in page
    assert "Try on the last reply" not in page
    assert "Add a next operation" not in page
    assert "Stop a job" in page
    for address in (RULE, NEXT, f"{NEXT}remove/"):
        sent = {"comparison": "", "operation": "stopJob"}
        assert as_viewer.post(address, sent).status_code == 403
    assert get_operation("jobs:startJob").verdict.own is not None


def test_a_next_operation_is_chosen_then_its_values(api: ImportedApi, as_editor: Client) -> None:
    page = read(as_editor.get(NEXT))
    assert '<option value="GET /jobs/{id}">Read a job</option>' in page
    for wanted in ("readJob", "get /jobs/{id}", "Read a job"):
        page = read(as_editor.get(NEXT, {"operation": wanted}))
        assert 'name="value-id"' in page, wanted
        assert 'name="value-query:fields"' in page
    # What the document says about a success is suggested.
    assert '<option value="/id">' in page
    assert '<option value="/state">' in page
    sent = {"operation": "readJob", "value-id": "/id", "value-query:fields": ""}
    answer = as_editor.post(NEXT, sent, follow=True)
    assert "Saved. Replies now offer Read a job." in read(answer)
    api.refresh_from_db()
    assert read_rules(api.rules, "startJob").follow_ups == (FollowUp("readJob", {"id": "/id"}),)
    assert 'value="/id"' in read(as_editor.get(NEXT, {"operation": "readJob"}))
    answer = as_editor.post(f"{NEXT}remove/", {"operation": "readJob"}, follow=True)
    assert "Removed." in read(answer)
    api.refresh_from_db()
    assert api.rules == {}


@pytest.mark.parametrize(
    ("sent", "message"),
    [
        ({"operation": "nothing"}, "This API has no such operation."),
        ({"operation": "x" * 5000}, "This API has no such operation."),
        ({"operation": "readJob"}, "Enter a source for at least one value."),
        ({"operation": "readJob", "value-id": "/a~"}, "Write ~ as ~0 in a pointer"),
        ({"operation": "readJob", "value-id": "$id"}, "This isn't a runtime expression."),
        ({"operation": "readJob", "value-id": "a {$id}"}, "This isn't a runtime expression."),
        ({"operation": "readJob", "value-id": "a" * 501}, "at most 500 characters"),
        ({"operation": "readJob", "value-id": "\0"}, "Null characters aren't allowed."),
    ],
)
def test_a_bad_next_operation_gets_a_sentence(
    api: ImportedApi, as_editor: Client, sent: dict[str, str], message: str
) -> None:
    answer = as_editor.post(NEXT, sent)
    assert answer.status_code == 422
    assert message in read(answer)
    api.refresh_from_db()
    assert api.rules == {}


def test_the_number_of_next_operations_is_limited(api: ImportedApi, as_editor: Client) -> None:
    many = [{"operation": f"o{n}", "values": {}} for n in range(20)]
    ImportedApi.objects.update(rules={"startJob": {"follow_ups": many}})
    answer = as_editor.post(NEXT, {"operation": "readJob", "value-id": "/id"})
    assert answer.status_code == 422
    assert "An operation can have at most 20 next operations." in read(answer)


def test_a_removed_operation_returns_404(api: ImportedApi, as_editor: Client) -> None:
    for address in ("/apis/jobs/operations/no/rule/", "/apis/gone/operations/startJob/rule/"):
        assert as_editor.post(address, {}).status_code == 404
    assert as_editor.get("/apis/jobs/operations/no/follow-up/").status_code == 404
    # The built-in APIs have rules of their own, in their documents.
    built_in = "/apis/altcraft/operations/start-scenario/"
    assert "Judging replies" not in read(as_editor.get(built_in))
    assert as_editor.post(f"{built_in}rule/", {}).status_code == 404
