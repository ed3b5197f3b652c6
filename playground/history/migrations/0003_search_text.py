"""Move the texts that exchanges are searched by into the exchanges' own rows.

Apart from 0002, since PostgreSQL changes no table with pending changes of its rows.
"""

from django.apps.registry import Apps
from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.models import OuterRef, Subquery, Value
from django.db.models.functions import Coalesce


def copy_texts(apps: Apps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    exchanges = apps.get_model("history", "Exchange").objects.using(schema_editor.connection.alias)
    mentions = apps.get_model("history", "Mention").objects.filter(exchange=OuterRef("pk"))
    exchanges.update(search_text=Coalesce(Subquery(mentions.values("text")[:1]), Value("")))


class Migration(migrations.Migration):
    dependencies = [("history", "0002_standard_names")]

    operations = [
        migrations.RunPython(copy_texts),
        migrations.DeleteModel("Mention"),
    ]
