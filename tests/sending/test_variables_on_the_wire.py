"""What leaves has the values of variables, whole with their types; what is kept has the names."""

import json
import uuid

import pytest

from playground.drafts.models import Draft
from playground.sending.submission import submit_draft, wait_for_exchange
from playground.vault.encryption import unseal
from playground.vault.models import Secret
from tests.sending.conftest import LAUNCH

pytestmark = pytest.mark.django_db(transaction=True)
LONG = 15.0


def test_values_leave_and_names_stay(editor, draft_to, standin) -> None:
    draft = draft_to()
    text = LAUNCH.replace('"Night run"', '"Run of {{team}}"').replace("100", '"{{size}}"')
    draft.connection.variables = '{"team": "Ops \\"ü\\"", "size": 1E2}'
    draft.connection.save()
    Draft.objects.filter(id=draft.id).update(text=text)
    draft.refresh_from_db()
    exchange = wait_for_exchange(submit_draft(editor, draft, uuid.uuid4()), LONG)
    [(_method, _path, _headers, body)] = standin.seen
    assert b'"max_results": 1E2' in body
    assert json.loads(body)["job_name"] == 'Run of Ops "ü"'
    assert unseal(exchange.sent_document.document) == text


def test_a_credential_that_came_with_the_draft_wins_over_the_connections(
    editor, draft_to, standin
) -> None:
    draft = draft_to()
    hosts = draft.connection.secrets.get(name="key").hosts
    Secret.objects.create(draft=draft, name="key", value="pasted-with-the-command", hosts=hosts)
    wait_for_exchange(submit_draft(editor, draft, uuid.uuid4()), LONG)
    [(_method, _path, headers, _body)] = standin.seen
    assert headers["Authorization"] == "x-api-key pasted-with-the-command"
