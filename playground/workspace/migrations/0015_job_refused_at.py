"""Since when a job can't be read: a run of a schedule doesn't wait for it for ever."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("workspace", "0014_job_seconds")]

    operations = [
        migrations.AddField("jobrecord", "refused_at", models.DateTimeField(null=True)),
    ]
