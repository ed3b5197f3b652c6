"""Columns for what quotes requests and replies, sealed; 0006 fills them, 0007 swaps them in."""

from django.db import migrations

from playground.vault.encryption import SealedJSONField, SealedMessageField


class Migration(migrations.Migration):
    dependencies = [("history", "0004_redirects_and_unreadable")]

    operations = [
        migrations.AddField("exchange", "sealed_message", SealedMessageField(null=True)),
        migrations.AddField("exchange", "sealed_params", SealedJSONField(null=True)),
        migrations.AddField("exchange", "sealed_reason", SealedMessageField(null=True)),
        migrations.AddField("exchange", "sealed_content_type", SealedMessageField(null=True)),
        migrations.AddField("exchange", "sealed_redirects", SealedJSONField(null=True)),
    ]
