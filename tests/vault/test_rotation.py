"""Key rotation puts everything under a new key; a wrong key is reported at the start."""

import pytest
from cryptography.fernet import Fernet
from django.core.management import CommandError, call_command
from model_bakery import baker

from playground.drafts.models import Draft
from playground.vault.models import Secret
from playground.vault.rotation import check_key, find_sealed_fields, rotate_secrets

pytestmark = pytest.mark.django_db


@pytest.fixture
def own_keys(settings, tmp_path):
    """A key file of the test's own."""
    settings.DATA = tmp_path
    settings.MEDIA_ROOT = tmp_path / "files"
    key = Fernet.generate_key().decode()
    (tmp_path / "secrets.key").write_text(key)
    settings.SECRET_KEYS = [key]
    return tmp_path / "secrets.key"


def test_the_sealed_fields_of_every_package_are_found() -> None:
    found = {f"{model._meta.label}.{field.name}" for model, field in find_sealed_fields()}
    assert {"vault.Secret.value", "drafts.Draft.text", "history.SentDocument.document"} <= found


def test_after_a_rotation_the_new_key_alone_reads_everything(own_keys, settings, editor) -> None:
    baker.make(Secret, name="key", value="hush hush", draft=None, connection=None)
    Draft.objects.create(person=editor, operation="launch-workflow", text='{"a": 1}')
    exchange = baker.make("history.Exchange", person=None)
    baker.make("history.SentDocument", exchange=exchange, document="{}", metadata="{}")
    call_command("rotate_secrets", "--new-key", "--forget")
    settings.SECRET_KEYS = own_keys.read_text().split()
    assert len(settings.SECRET_KEYS) == 1
    assert Secret.objects.get().value == "hush hush"
    assert Draft.objects.get().text == '{"a": 1}'
    assert check_key() == ""


def test_rotating_twice_keeps_every_value(own_keys) -> None:
    baker.make(Secret, name="key", value="hush hush", draft=None, connection=None)
    assert rotate_secrets() == rotate_secrets() == 1
    assert Secret.objects.get().value == "hush hush"


def test_a_wrong_key_stops_with_a_message(own_keys, settings) -> None:
    baker.make(Secret, name="key", value="hush hush", draft=None, connection=None)
    settings.SECRET_KEYS = [Fernet.generate_key().decode()]
    assert "doesn't match the data" in check_key()
    with pytest.raises(CommandError, match="doesn't match the data"):
        call_command("rotate_secrets")


def test_keys_from_the_environment_are_not_replaced(settings, tmp_path) -> None:
    settings.DATA = tmp_path
    settings.MEDIA_ROOT = tmp_path / "files"
    with pytest.raises(CommandError, match="PLAYGROUND_SECRET_KEYS"):
        call_command("rotate_secrets", "--new-key")
