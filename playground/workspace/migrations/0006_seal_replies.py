"""Seal columns that quote replies, row by row; resumes after an interruption."""

from django.apps.registry import Apps
from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor

from playground.vault.sealing import check_secrets, seal_columns

COLUMNS = {
    "SyncRun": ("failures", "changes"),
    "JobRecord": ("error_message",),
    "ChoiceList": ("choices", "message"),
}


def seal_replies(apps: Apps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    alias = schema_editor.connection.alias
    check_secrets(apps.get_model("vault", "Secret"), alias)
    for model, columns in COLUMNS.items():
        seal_columns(
            apps.get_model("workspace", model), {each: f"sealed_{each}" for each in columns}, alias
        )


class Migration(migrations.Migration):
    atomic = False
    dependencies = [
        ("workspace", "0005_sealed_columns"),
        ("vault", "0002_standard_names"),
    ]

    operations = [migrations.RunPython(seal_replies, migrations.RunPython.noop)]
