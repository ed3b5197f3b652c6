"""Columns for following jobs: when to read each one, and whom to notify of its end."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

from playground.vault.encryption import SealedMessageField


class Migration(migrations.Migration):
    dependencies = [
        ("workspace", "0011_follow_jobs"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="JobPolling",
            fields=[
                (
                    "connection",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        primary_key=True,
                        related_name="job_polling",
                        serialize=False,
                        to="workspace.connection",
                    ),
                ),
                ("spent_until", models.DateTimeField()),
            ],
        ),
        migrations.AddField("jobrecord", "refusal", SealedMessageField(default="")),
        migrations.AddField("jobrecord", "done", models.PositiveIntegerField(null=True)),
        migrations.AddField("jobrecord", "launched_at", models.DateTimeField(null=True)),
        migrations.AddField("jobrecord", "polled_at", models.DateTimeField(null=True)),
        migrations.RemoveField("jobrecord", "polls"),
        migrations.AddField("jobrecord", "ended_at", models.DateTimeField(null=True)),
        migrations.AddField("jobrecord", "announced_at", models.DateTimeField(null=True)),
        migrations.AddField(
            "jobrecord",
            "person",
            models.ForeignKey(
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.SET_NULL,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddIndex(
            "jobrecord", models.Index(fields=["person", "ended_at"], name="jobs_ended")
        ),
        migrations.AddIndex(
            "jobrecord", models.Index(fields=["person", "next_poll_at"], name="jobs_followed")
        ),
    ]
