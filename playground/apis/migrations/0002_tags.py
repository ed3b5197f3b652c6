from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("apis", "0001_initial")]

    operations = [
        migrations.AddField(
            model_name="importedoperation",
            name="tag_lines",
            field=models.TextField(default=""),
        ),
        migrations.AddField(
            model_name="importedoperation",
            name="tag_position",
            field=models.PositiveIntegerField(default=0),
        ),
    ]
