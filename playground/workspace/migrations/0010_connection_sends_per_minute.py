from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("workspace", "0009_hold_files")]

    operations = [
        migrations.AddField("connection", "sends_per_minute", models.PositiveIntegerField(null=True)),
    ]
