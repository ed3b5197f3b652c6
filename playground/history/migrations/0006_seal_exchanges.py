"""Seal what exchanges stored in the clear, row by row; resumes after an interruption."""

from django.apps.registry import Apps
from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor

from playground.vault.sealing import check_secrets, seal_columns, seal_in_place, update_rows

COLUMNS = ("message", "params", "reason", "content_type", "redirects")


def seal_exchanges(apps: Apps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    alias = schema_editor.connection.alias
    exchange = apps.get_model("history", "Exchange")
    check_secrets(apps.get_model("vault", "Secret"), alias)
    seal_in_place(apps.get_model("history", "Body"), "packed", alias)
    update_rows(exchange.objects.using(alias), drop_message)
    seal_columns(exchange, {name: f"sealed_{name}" for name in COLUMNS}, alias)


def drop_message(exchange: object) -> dict[str, object]:
    """The search text, which used to include the message."""
    lines = exchange.search_text.split("\n")  # type: ignore[attr-defined]
    message = exchange.message.casefold().split("\n")  # type: ignore[attr-defined]
    return {"search_text": "\n".join(line for line in lines if line not in message)}


class Migration(migrations.Migration):
    # Each chunk has its own transaction: a long history must not need a single huge one.
    atomic = False
    dependencies = [
        ("history", "0005_sealed_columns"),
        ("vault", "0002_standard_names"),
    ]

    operations = [migrations.RunPython(seal_exchanges, migrations.RunPython.noop)]
