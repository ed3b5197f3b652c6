"""Standard names for models and fields, and a column to search exchanges by."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("history", "0001_squashed")]

    operations = [
        migrations.RenameModel("Ignored", "IgnoredPointer"),
        migrations.RenameModel("Original", "SentDocument"),
        migrations.RenameField("exchange", "press", "submission"),
        migrations.RenameField("exchange", "holder", "process"),
        migrations.RemoveIndex("exchange", "exchanges_alike"),
        migrations.RenameField("exchange", "likeness", "fingerprint"),
        migrations.AddIndex(
            "exchange", models.Index(fields=["fingerprint", "-number"], name="exchanges_alike")
        ),
        migrations.RenameField("exchange", "sentence", "message"),
        migrations.RenameField("sentdocument", "aside", "metadata"),
        migrations.RenameField("sentdocument", "surroundings", "context"),
        migrations.AlterField(
            "sentdocument",
            "exchange",
            models.OneToOneField(
                on_delete=models.CASCADE, related_name="sent_document", to="history.exchange"
            ),
        ),
        migrations.AddField("exchange", "search_text", models.TextField(default="")),
    ]
