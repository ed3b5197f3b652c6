"""Follow the jobs that were unfinished when they were last seen, if that isn't long ago."""

from datetime import timedelta

from django.apps.registry import Apps
from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.models import F
from django.utils import timezone

ENDED = ("completed", "finished", "shutdown", "warning", "stopped")
FOLLOWED = timedelta(days=1)


def follow_unfinished(apps: Apps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    records = apps.get_model("workspace", "JobRecord").objects.using(schema_editor.connection.alias)
    now = timezone.now()
    records.filter(status__in=ENDED).update(ended_at=F("checked_at"), announced_at=now)
    unfinished = records.exclude(status__in=ENDED)
    unfinished.update(launched_at=F("checked_at"))
    unfinished.filter(checked_at__gt=now - FOLLOWED).update(next_poll_at=now)


class Migration(migrations.Migration):
    dependencies = [("workspace", "0012_job_following")]

    operations = [migrations.RunPython(follow_unfinished, migrations.RunPython.noop)]
