"""Send, dry run and last reply in the builder: what the page shows is what is sent."""

import uuid
from collections.abc import Callable
from typing import Any

import pytest
from django.http import HttpResponse
from django.test import Client

from playground.drafts.models import Draft
from playground.history.models import Exchange
from playground.sending.submission import wait_for_exchange
from playground.workspace.models import Connection
from tests.pages.test_edits import edit
from tests.sending.conftest import LAUNCH, draft, practice, sandbox  # noqa: F401

pytestmark = pytest.mark.django_db(transaction=True)
Send = Callable[..., HttpResponse]


@pytest.fixture
def other(practice: Connection) -> Connection:  # noqa: F811
    return Connection.objects.create(name="Prod", api=practice.api, base_url=practice.base_url)


@pytest.fixture
def send(as_editor: Client, draft: Draft) -> Send:  # noqa: F811
    """Press Send on a page that shows the draft as it was when the test began."""
    shown = {
        "revision": draft.revision,
        "connection": draft.connection_id,
        "connection_name": "Practice",
    }

    def press(**more: Any) -> HttpResponse:
        form = {"submission": uuid.uuid4(), **shown, **more}
        return as_editor.post(f"/drafts/{draft.id}/send/", form)

    return press


def test_a_send_of_what_the_page_shows_is_sent(send: Send) -> None:
    assert send().status_code == 200
    assert Exchange.objects.count() == 1


def test_a_send_over_another_connection_than_shown_is_refused(
    send: Send,
    as_editor: Client,
    draft: Draft,  # noqa: F811
    other: Connection,
) -> None:
    edit(as_editor, draft, kind="connect", value=str(other.id))
    refused = send()
    assert refused.status_code == 409
    assert (
        "This page shows Practice, but the draft now uses Prod. Reload" in refused.content.decode()
    )
    assert not Exchange.objects.exists()
    shown = {"connection": draft.connection_id, "connection_name": "Practice", "revision": "1"}
    tried = as_editor.get(f"/drafts/{draft.id}/dry-run/", shown)
    assert tried.status_code == 409
    assert "the draft now uses Prod" in tried.content.decode()


def test_a_renamed_or_deleted_connection_is_another_one(
    send: Send,
    draft: Draft,  # noqa: F811
) -> None:
    Connection.objects.filter(id=draft.connection_id).update(name="Production")
    assert "the draft now uses Production" in send().content.decode()
    Draft.objects.update(connection=None)
    assert "the draft now uses no connection" in send().content.decode()
    assert not Exchange.objects.exists()


@pytest.mark.parametrize(
    "change",
    [
        {"pointer": "/job_name", "typed": "Day"},
        {"kind": "path", "pointer": "workflow_uid", "value": "00000000-0000-4782-8d20-0"},
        {"kind": "variable", "pointer": "who", "value": "Ada"},
    ],
)
def test_a_send_of_a_draft_that_was_edited_elsewhere_is_refused(
    send: Send,
    as_editor: Client,
    draft: Draft,  # noqa: F811
    change: dict[str, str],
) -> None:
    edit(as_editor, draft, **change)
    refused = send()
    assert refused.status_code == 409
    assert "edited elsewhere" in refused.content.decode()
    assert not Exchange.objects.exists()


def test_a_submission_that_was_sent_keeps_its_verdict_whatever_the_page_shows(
    send: Send,
) -> None:
    press = uuid.uuid4()
    send(submission=press)
    again = send(submission=press, revision=7)
    assert again.status_code == 200
    assert Exchange.objects.count() == 1


def test_a_submission_with_another_payload_is_refused(
    send: Send,
    as_editor: Client,
    draft: Draft,  # noqa: F811
) -> None:
    press = uuid.uuid4()
    send(submission=press)
    edit(as_editor, draft, pointer="/job_name", typed="Day")
    refused = send(submission=press, revision=1)
    assert refused.status_code == 409
    assert "this key was used for another request" in refused.content.decode()
    assert Exchange.objects.count() == 1


def test_a_draft_shows_its_last_reply_and_whether_it_is_still_that_of_its_payload(
    send: Send,
    as_editor: Client,
    draft: Draft,  # noqa: F811
) -> None:
    page = f"/drafts/{draft.id}/"
    assert "after you send" in as_editor.get(page).content.decode()
    send()
    wait_for_exchange(Exchange.objects.get(), 20)
    stale = 'role="status">This reply belongs to an earlier payload'
    shown = as_editor.get(page).content.decode()
    assert "Launched" in shown
    assert stale not in shown
    edit(as_editor, draft, kind="note", pointer="/job_name", value="a note is not sent")
    assert stale not in as_editor.get(page).content.decode()
    edit(as_editor, draft, pointer="/job_name", typed="Day")
    shown = as_editor.get(page).content.decode()
    assert "Launched" in shown
    assert stale in shown


def test_a_credential_that_became_a_secret_is_not_an_edit_from_elsewhere(
    send: Send,
    as_editor: Client,
    draft: Draft,  # noqa: F811
) -> None:
    Draft.objects.update(text=LAUNCH.replace('"Night run"', '"x", "api_key": "sk-12345678901234"'))
    reply = send()
    draft.refresh_from_db()
    assert "{{secret:" in draft.text
    assert "draft-changed" in reply["HX-Trigger"]
