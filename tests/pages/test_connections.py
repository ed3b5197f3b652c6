"""Pages of connections: their secrets are never shown."""

import re
import uuid

import pytest
from django.test import Client

from playground.commands.practice import fill_practice
from playground.people.models import AuditEvent
from playground.workspace.models import Connection

pytestmark = pytest.mark.django_db
TYPED = {
    "name": "Live",
    "base_url": "https://api.example.com/v3",
    "colour": "red",
    "protected": "on",
    "secret_key": "top-secret-value",
    "setting_project_id": "workspace-1",
    "setting_way": "x-api-key",
    "variable_name": ["team", "", "size"],
    "variable_value": ["Ops", "", "1.10"],
}
NEW = "/connections/new/?api=captain-data"


def add(client: Client, **changes: object) -> Connection:
    assert client.post(NEW, {**TYPED, **changes}).status_code == 302
    return Connection.objects.get(name=changes.get("name", "Live"))


def test_an_empty_list_explains_itself(as_viewer) -> None:
    assert "your credential for it" in as_viewer.get("/connections/").content.decode()


def test_an_owner_chooses_the_api_then_fills_in(as_owner) -> None:
    page = as_owner.get("/connections/new/").content.decode()
    assert "?api=captain-data" in page
    assert "?api=altcraft" in page
    form = as_owner.get(NEW).content.decode()
    assert "https://api.captaindata.co/v3" in form
    assert "API key" in form


def test_a_saved_connection_shows_what_was_typed(as_owner) -> None:
    kept = add(as_owner)
    assert kept.protected
    assert kept.colour == "red"
    assert kept.settings == {"project_id": "workspace-1", "way": "x-api-key"}
    assert kept.variables == '{"team": "Ops", "size": 1.10}'
    assert kept.secrets.get().value == "top-secret-value"
    assert kept.secrets.get().hosts == "api.example.com"


@pytest.mark.parametrize(
    ("typed", "usual", "kept", "shown"),
    [("30", 0, 30, "30"), ("", 0, None, "No limit"), ("", 9, None, "9"), ("0", 9, 0, "No limit")],
)
def test_a_connection_can_have_a_limit_of_its_own(
    as_owner, settings, typed, usual, kept, shown
) -> None:
    settings.SENDS_PER_MINUTE_PER_CONNECTION = usual
    connection = add(as_owner, sends_per_minute=typed)
    assert connection.sends_per_minute == kept
    page = as_owner.get(f"/connections/{connection.id}/").content.decode()
    assert f"<dt>Sends per minute</dt><dd>{shown}</dd>" in page
    form = as_owner.get(f"/connections/{connection.id}/edit/").content.decode()
    [field] = re.findall(r'<input[^>]*name="sends_per_minute"[^>]*>', form)
    assert re.findall(r' value="(\d+)"', field) == ([typed] if typed else [])
    assert ("Empty: 9." in form) == bool(usual)


@pytest.mark.parametrize("typed", ["-1", "many", "1.5", "1000001"])
def test_a_limit_that_is_no_number_of_sends_is_rejected(as_owner, typed) -> None:
    assert as_owner.post(NEW, {**TYPED, "sends_per_minute": typed}).status_code == 422
    assert not Connection.objects.exists()


def test_no_page_shows_the_credential(as_owner) -> None:
    kept = add(as_owner)
    for address in ("", "edit/"):
        page = as_owner.get(f"/connections/{kept.id}/{address}").content.decode()
        assert "top-secret-value" not in page
    listed = as_owner.get("/connections/").content.decode()
    assert "top-secret-value" not in listed


def test_a_rejected_form_keeps_what_was_typed_except_the_credential(as_owner) -> None:
    answer = as_owner.post(NEW, {**TYPED, "base_url": "ftp://nowhere"})
    page = answer.content.decode()
    assert answer.status_code == 422
    assert "https://" in page
    assert 'value="Live"' in page
    assert 'value="1.10"' in page
    assert "top-secret-value" not in page


@pytest.mark.parametrize(
    "url",
    [
        "https://user:hush-hush@api.example.com/v3",
        "https://user:hu/hush-hush@api.example.com",
        "https://user:hush-hush @api.example.com",
        "https:user:hush-hush@api.example.com",
        "user:hush-hush@api.example.com",
        "ftp://user:hush-hush@api.example.com",
        "https://hush-hush@api.example.com/" + "x" * 2000,
    ],
)
def test_a_password_in_a_rejected_url_is_not_shown_again(as_owner, caplog, url) -> None:
    answer = as_owner.post(NEW, {**TYPED, "base_url": url})
    assert answer.status_code == 422
    assert "hush-hush" not in answer.content.decode() + caplog.text
    assert "api.example.com" in answer.content.decode()
    assert 'value="Live"' in answer.content.decode()


def test_a_form_without_a_url_is_shown_again(as_owner) -> None:
    without = {name: value for name, value in TYPED.items() if name != "base_url"}
    assert as_owner.post(NEW, without).status_code == 422


def test_an_empty_credential_field_changes_nothing(as_owner) -> None:
    kept = add(as_owner)
    as_owner.post(f"/connections/{kept.id}/edit/", {**TYPED, "secret_key": "", "colour": "blue"})
    kept.refresh_from_db()
    assert kept.colour == "blue"
    assert kept.secrets.get().value == "top-secret-value"


def test_a_new_host_requires_the_credential_again(as_owner) -> None:
    kept = add(as_owner)
    changed = {**TYPED, "secret_key": "", "base_url": "https://other.example.com/v3"}
    answer = as_owner.post(f"/connections/{kept.id}/edit/", changed)
    assert answer.status_code == 422
    assert "The host changed. Enter this again" in answer.content.decode()
    kept.refresh_from_db()
    assert kept.base_url == "https://api.example.com/v3"
    assert kept.secrets.get().hosts == "api.example.com"


def test_a_new_host_with_its_credential_is_saved(as_owner) -> None:
    kept = add(as_owner)
    changed = {**TYPED, "secret_key": "another-value", "base_url": "https://other.example.com"}
    as_owner.post(f"/connections/{kept.id}/edit/", changed)
    assert kept.secrets.get().hosts == "other.example.com"


def test_a_credential_is_removed(as_owner) -> None:
    kept = add(as_owner)
    as_owner.post(f"/connections/{kept.id}/secrets/key/remove/")
    assert not kept.secrets.exists()
    assert "Missing" in as_owner.get(f"/connections/{kept.id}/").content.decode()


def test_deleting_requires_the_name(as_owner) -> None:
    kept = add(as_owner)
    as_owner.post(f"/connections/{kept.id}/delete/", {"confirm": "live"})
    assert Connection.objects.filter(pk=kept.pk).exists()
    as_owner.post(f"/connections/{kept.id}/delete/", {"confirm": "Live"})
    assert not Connection.objects.filter(pk=kept.pk).exists()


def test_changes_are_in_the_audit_log_without_the_credential(as_owner) -> None:
    kept = add(as_owner)
    as_owner.post(f"/connections/{kept.id}/secrets/key/remove/")
    as_owner.post(f"/connections/{kept.id}/delete/", {"confirm": "Live"})
    actions = list(AuditEvent.objects.order_by("pk").values_list("action", flat=True))
    expected = ["connection-added", "secret-kept", "secret-removed", "connection-deleted"]
    assert actions == expected
    assert "top-secret-value" not in str(list(AuditEvent.objects.values()))


def test_a_protected_connection_marks_its_page(as_owner) -> None:
    kept = add(as_owner)
    assert "data-protected" in as_owner.get(f"/connections/{kept.id}/").content.decode()


def test_each_rendering_has_its_own_submission(as_editor) -> None:
    fill_practice()
    kept = Connection.objects.get(name="Practice")
    presses = set()
    for _ in range(2):
        page = as_editor.get(f"/connections/{kept.id}/").content.decode()
        presses.add(re.search(r'name="submission" value="([^"]+)"', page).group(1))
    assert len(presses) == 2
    assert all(uuid.UUID(press) for press in presses)


def test_viewers_can_read_but_not_change(as_viewer) -> None:
    fill_practice()
    kept = Connection.objects.get(name="Practice")
    page = as_viewer.get(f"/connections/{kept.id}/").content.decode()
    assert "Only editors can test connections." in page
    assert f"/connections/{kept.id}/edit/" not in page


def test_the_workspace_is_required_and_shown(as_owner) -> None:
    form = as_owner.post(NEW, {**TYPED, "setting_project_id": ""})
    assert form.status_code == 422
    assert "This field is required" in form.content.decode()
    kept = add(as_owner)
    page = as_owner.get(f"/connections/{kept.id}/").content.decode()
    assert "<dt>Workspace UID</dt><dd><code>workspace-1</code></dd>" in page
    kept.settings = {}
    kept.save()
    page = as_owner.get(f"/connections/{kept.id}/").content.decode()
    assert "Missing. Test, Sync and Send need it." in page


def test_saving_a_private_address_names_the_setting(as_owner) -> None:
    saved = as_owner.post(NEW, {**TYPED, "base_url": "http://10.1.2.3/v3"}, follow=True)
    page = saved.content.decode()
    assert "The address 10.1.2.3 is a private address, which isn&#x27;t allowed here." in page
    assert "PLAYGROUND_ALLOW_NETWORKS=10.1.2.3." in page
    public = as_owner.post(NEW, {**TYPED, "name": "B", "base_url": "http://93.184.216.34/v3"})
    assert "PLAYGROUND_ALLOW" not in as_owner.get(public["Location"]).content.decode()
