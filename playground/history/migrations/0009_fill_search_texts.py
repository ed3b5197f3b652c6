"""Copy what exchanges are searched by; after an interruption it starts again."""

from django.apps.registry import Apps
from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor

CHUNK = 1_000


def copy_texts(apps: Apps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    alias = schema_editor.connection.alias
    exchanges = apps.get_model("history", "Exchange").objects.using(alias).order_by("number")
    texts = apps.get_model("history", "SearchText")
    after = 0
    while chunk := list(exchanges.filter(number__gt=after).values("number", "search_text")[:CHUNK]):
        # Each call is a transaction. Rows of an interrupted run are in place already.
        texts.objects.using(alias).bulk_create(
            [texts(exchange_id=each["number"], text=each["search_text"]) for each in chunk],
            ignore_conflicts=True,
        )
        after = chunk[-1]["number"]


class Migration(migrations.Migration):
    # A long history must not need one transaction that holds it all.
    atomic = False
    dependencies = [("history", "0008_search_texts")]

    operations = [migrations.RunPython(copy_texts, migrations.RunPython.noop)]
