"""Store sessions under digests of their keys; people stay signed in."""

from django.apps.registry import Apps
from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor

from playground.people.sessions import hash_session_key

# Django's keys have 32 characters, digests have 40.
DIGEST_LENGTH = 40


def hash_keys(apps: Apps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    sessions = apps.get_model("sessions", "Session").objects.using(schema_editor.connection.alias)
    for key in list(sessions.values_list("session_key", flat=True)):
        if len(key) < DIGEST_LENGTH:
            sessions.filter(session_key=key).update(session_key=hash_session_key(key))


class Migration(migrations.Migration):
    dependencies = [("people", "0002_standard_names"), ("sessions", "0001_initial")]

    operations = [migrations.RunPython(hash_keys, migrations.RunPython.noop)]
