"""Rules of operations are stored with their API, separately, and survive newer documents."""

import pytest
from django.db import connection
from django.db.migrations.loader import MigrationLoader

from playground.apis.importing import import_document
from playground.apis.models import ImportedApi
from playground.apis.rules import (
    FollowUp,
    OperationRules,
    is_value,
    read_rules,
    remove_follow_up,
    set_follow_up,
    set_reply_rule,
)
from playground.commands.archived_tables import (
    NOT_COPIED,
    find_models,
    read_lines,
    store_lines,
)
from playground.openapi.operations import get_operation
from playground.openapi.reply_rules import ReplyRule
from playground.people.models import AuditEvent, Person
from tests.apis.documents import as_bytes
from tests.apis.jobs import jobs

pytestmark = pytest.mark.django_db
RULE = ReplyRule("equals", "/ok", "true", ("/why",))
STOP = FollowUp("stopJob", {"id": "/id"})


@pytest.fixture
def api(editor: Person) -> ImportedApi:
    return import_document(editor, as_bytes(jobs())).api


def test_a_rule_applies_to_its_operation_until_it_is_removed(
    api: ImportedApi, editor: Person
) -> None:
    before = get_operation("jobs:startJob")
    set_reply_rule(editor, api, "startJob", RULE)
    ruled = get_operation("jobs:startJob")
    assert (before.verdict.own, ruled.verdict.own) == (None, RULE)
    assert ruled.body_schema is before.body_schema
    # Each keystroke looks it up.
    assert get_operation("jobs:startJob") is ruled
    assert get_operation("jobs:readJob").verdict.own is None
    set_reply_rule(editor, api, "startJob", ReplyRule(reasons=("/why",)))
    assert get_operation("jobs:startJob").verdict.own == ReplyRule(reasons=("/why",))
    set_reply_rule(editor, api, "startJob", None)
    assert get_operation("jobs:startJob") is before
    api.refresh_from_db()
    assert api.rules == {}
    actions = AuditEvent.objects.filter(action="change-reply-rules")
    assert {each.target for each in actions} == {"Jobs: startJob"}


def test_rules_of_operations_are_kept_apart(api: ImportedApi, editor: Person) -> None:
    # Both had loaded the API before either set anything.
    stale = ImportedApi.objects.get(pk=api.pk)
    set_reply_rule(editor, api, "startJob", RULE)
    set_follow_up(editor, stale, "readJob", STOP)
    set_follow_up(editor, stale, "readJob", FollowUp("startJob", {}))
    set_follow_up(editor, api, "readJob", FollowUp("stopJob", {"id": "$request.path.id"}))
    api.refresh_from_db()
    assert read_rules(api.rules, "startJob") == OperationRules(RULE)
    links = get_operation("jobs:readJob").links
    assert [(each.operation, dict(each.parameters)) for each in links] == [
        ("jobs:startJob", {}),
        ("jobs:stopJob", {"id": "$request.path.id"}),
    ]
    remove_follow_up(editor, api, "readJob", "stopJob")
    remove_follow_up(editor, api, "readJob", "stopJob")
    assert [each.operation for each in get_operation("jobs:readJob").links] == ["jobs:startJob"]


def test_rules_survive_newer_documents_even_without_the_operation(
    api: ImportedApi, editor: Person
) -> None:
    set_reply_rule(editor, api, "startJob", RULE)
    set_follow_up(editor, api, "startJob", STOP)
    newer = jobs(info={"title": "Jobs", "version": "2"})
    imported = import_document(editor, as_bytes(newer), api=api)
    assert imported.api.version == "2"
    assert get_operation("jobs:startJob").verdict.own == RULE
    assert get_operation("jobs:startJob").links[-1].operation == "jobs:stopJob"
    without = jobs()
    del without["paths"]["/jobs"]
    import_document(editor, as_bytes(without), api=api)
    import_document(editor, as_bytes(newer), api=api)
    assert get_operation("jobs:startJob").verdict.own == RULE


def test_rules_that_cannot_be_read_are_left_out(api: ImportedApi) -> None:
    for broken in (None, [], 3, {"reply": 3, "follow_ups": 4}, {"follow_ups": [3, {"values": 1}]}):
        ImportedApi.objects.update(rules={"startJob": broken})
        operation = get_operation("jobs:startJob")
        assert operation.verdict.own is None
        assert len(operation.links) == 3
    ImportedApi.objects.update(
        rules={"startJob": {"follow_ups": [{"operation": "x", "values": {"a": 1, "b": "/b"}}]}}
    )
    assert get_operation("jobs:startJob").links[-1].parameters == {"b": "$response.body#/b"}


def test_a_backup_includes_the_rules(api: ImportedApi, editor: Person) -> None:
    set_reply_rule(editor, api, "startJob", RULE)
    set_follow_up(editor, api, "startJob", STOP)
    assert "apis.ImportedApi" not in NOT_COPIED
    loader = MigrationLoader(connection)
    model = find_models(loader, list(loader.graph.nodes))["apis.ImportedApi"]
    lines = list(read_lines(model, "default"))
    ImportedApi.objects.all().delete()
    store_lines(model, lines)
    restored = get_operation("jobs:startJob")
    assert restored.verdict.own == RULE
    assert restored.links[-1].operation == "jobs:stopJob"


def test_values_are_pointers_expressions_or_text() -> None:
    good = ("/id", "/", "$response.body#/id", "text", "a {$statusCode}", "")
    assert all(map(is_value, good))
    assert not any(map(is_value, ("/~", "$id", "{$id}", "$response.body#id")))
