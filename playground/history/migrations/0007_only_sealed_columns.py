"""Replace the plaintext columns with the sealed ones."""

from django.db import migrations

from playground.vault.encryption import SealedBytesField, SealedJSONField, SealedMessageField


class Migration(migrations.Migration):
    dependencies = [("history", "0006_seal_exchanges")]

    operations = [
        migrations.RemoveField("exchange", "message"),
        migrations.RenameField("exchange", "sealed_message", "message"),
        migrations.AlterField("exchange", "message", SealedMessageField(default="")),
        migrations.RemoveField("exchange", "params"),
        migrations.RenameField("exchange", "sealed_params", "params"),
        migrations.AlterField("exchange", "params", SealedJSONField(default=dict)),
        migrations.RemoveField("exchange", "reason"),
        migrations.RenameField("exchange", "sealed_reason", "reason"),
        migrations.AlterField("exchange", "reason", SealedMessageField(default="")),
        migrations.RemoveField("exchange", "content_type"),
        migrations.RenameField("exchange", "sealed_content_type", "content_type"),
        migrations.AlterField("exchange", "content_type", SealedMessageField(default="")),
        migrations.RemoveField("exchange", "redirects"),
        migrations.RenameField("exchange", "sealed_redirects", "redirects"),
        migrations.AlterField("exchange", "redirects", SealedJSONField(default=list)),
        migrations.AlterField("body", "packed", SealedBytesField()),
    ]
