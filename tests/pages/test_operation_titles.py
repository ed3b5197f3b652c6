"""Lists name operations by their titles, never by their ids."""

import pytest
from django.test import Client

from playground.drafts.drafts import start_draft
from playground.people.audit import record_event
from playground.people.models import Person
from playground.workspace.models import Connection
from tests.conftest import signed_in
from tests.history.exchanges import make_exchange

pytestmark = pytest.mark.django_db
TITLE, ID = "Engage a profile in a scenario", "start-scenario"


@pytest.mark.parametrize(
    "address",
    ["/", "/drafts/", "/history/", "/find/?find=", "/compare/", "/audit/", "/paste/", "/jobs/"],
)
def test_every_list_shows_the_title(owner: Person, practice: Connection, address: str) -> None:
    over = Connection.objects.exclude(api=practice.api).get(practice=True)
    start_draft(owner, ID, '{"id": 12}', connection=over)
    make_exchange(owner, operation=ID)
    record_event(owner, "send", f"{ID} to 127.0.0.1 over {over.name}", "accepted")
    page = signed_in(owner).get(address)
    assert page.status_code == 200
    text = page.content.decode()
    assert f">{ID}" not in text
    assert f"{ID} ·" not in text
    assert f"{ID} to" not in text
    if address not in ("/paste/", "/jobs/"):
        assert TITLE in text


def test_discarding_names_the_operation(as_editor: Client, editor: Person) -> None:
    draft = start_draft(editor, ID, '{"id": 12}')
    reply = as_editor.post(f"/drafts/{draft.id}/discard/", headers={"HX-Request": "true"})
    assert f"Discarded {TITLE}" in reply["HX-Trigger"]
