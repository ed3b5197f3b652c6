"""Columns for what quotes replies, sealed; 0006 fills them, 0007 swaps them in."""

from django.db import migrations

from playground.vault.encryption import SealedJSONField, SealedMessageField


class Migration(migrations.Migration):
    dependencies = [("workspace", "0004_order_by_lower_name")]

    operations = [
        migrations.AddField("syncrun", "sealed_failures", SealedJSONField(null=True)),
        migrations.AddField("syncrun", "sealed_changes", SealedJSONField(null=True)),
        migrations.AddField("jobrecord", "sealed_error_message", SealedMessageField(null=True)),
        migrations.AddField("choicelist", "sealed_choices", SealedJSONField(null=True)),
        migrations.AddField("choicelist", "sealed_message", SealedMessageField(null=True)),
    ]
