"""A narrow table for what exchanges are searched by; 0009 fills it, 0010 drops the column."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("history", "0007_only_sealed_columns")]

    operations = [
        migrations.CreateModel(
            name="SearchText",
            fields=[
                (
                    "exchange",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        primary_key=True,
                        related_name="+",
                        serialize=False,
                        to="history.exchange",
                    ),
                ),
                ("text", models.TextField()),
            ],
        ),
    ]
