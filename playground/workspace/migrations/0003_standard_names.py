"""Standard names for models and fields."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("workspace", "0002_standard_names")]

    operations = [
        migrations.RenameModel("KnownJob", "JobRecord"),
        migrations.RenameModel("Listing", "ChoiceList"),
        migrations.RenameField("workflow", "edited_over", "edit_base"),
        migrations.RenameField("workflowchange", "sentences", "messages"),
        migrations.RenameField("syncrun", "holder", "process"),
        migrations.RenameField("jobrecord", "asked_at", "checked_at"),
        migrations.RenameField("choicelist", "asked_at", "requested_at"),
        migrations.RenameField("choicelist", "sentence", "message"),
        migrations.AlterField(
            "choicelist",
            "connection",
            models.ForeignKey(
                on_delete=models.CASCADE, related_name="choice_lists", to="workspace.connection"
            ),
        ),
    ]
