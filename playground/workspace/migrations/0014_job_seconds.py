"""How long jobs ran, as a number: charts sort by it."""

from datetime import datetime, timedelta

from django.apps.registry import Apps
from django.db import migrations, models
from django.db.backends.base.schema import BaseDatabaseSchemaEditor

ENDED = ("completed", "finished", "shutdown", "warning", "stopped")
AT_ONCE = 500


def fill_seconds(apps: Apps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    records = apps.get_model("workspace", "JobRecord").objects.using(schema_editor.connection.alias)
    names = ("pk", "start_time", "finish_time", "launched_at", "ended_at")
    changed = []
    for record in records.filter(status__in=ENDED).only(*names).iterator(chunk_size=AT_ONCE):
        record.seconds = measure(record)
        changed.append(record)
        if len(changed) == AT_ONCE:
            records.bulk_update(changed, ["seconds"])
            changed = []
    records.bulk_update(changed, ["seconds"])


def measure(record: models.Model) -> float | None:
    try:
        # The API documents no format.
        reported = datetime.fromisoformat(record.finish_time) - datetime.fromisoformat(
            record.start_time
        )
    except (ValueError, TypeError, OverflowError):
        reported = None
    if reported is not None and reported >= timedelta():
        return reported.total_seconds()
    if record.launched_at is None or record.ended_at is None:
        return None
    seconds = (record.ended_at - record.launched_at).total_seconds()
    return seconds if seconds >= 0 else None


class Migration(migrations.Migration):
    dependencies = [("workspace", "0013_follow_unfinished_jobs")]

    operations = [
        migrations.AddField("jobrecord", "seconds", models.FloatField(null=True)),
        migrations.RunPython(fill_seconds, migrations.RunPython.noop),
    ]
