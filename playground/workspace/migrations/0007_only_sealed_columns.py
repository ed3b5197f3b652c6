"""Replace the plaintext columns with the sealed ones."""

from django.db import migrations

from playground.vault.encryption import SealedJSONField, SealedMessageField


class Migration(migrations.Migration):
    dependencies = [("workspace", "0006_seal_replies")]

    operations = [
        migrations.RemoveField("syncrun", "failures"),
        migrations.RenameField("syncrun", "sealed_failures", "failures"),
        migrations.AlterField("syncrun", "failures", SealedJSONField(default=list)),
        migrations.RemoveField("syncrun", "changes"),
        migrations.RenameField("syncrun", "sealed_changes", "changes"),
        migrations.AlterField("syncrun", "changes", SealedJSONField(default=list)),
        migrations.RemoveField("jobrecord", "error_message"),
        migrations.RenameField("jobrecord", "sealed_error_message", "error_message"),
        migrations.AlterField("jobrecord", "error_message", SealedMessageField(default="")),
        migrations.RemoveField("choicelist", "choices"),
        migrations.RenameField("choicelist", "sealed_choices", "choices"),
        migrations.AlterField("choicelist", "choices", SealedJSONField(default=list)),
        migrations.RemoveField("choicelist", "message"),
        migrations.RenameField("choicelist", "sealed_message", "message"),
        migrations.AlterField("choicelist", "message", SealedMessageField(default="")),
    ]
