"""Give models and fields standard names; all rows stay."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("sandbox", "0001_initial")]

    operations = [
        migrations.RenameModel("GivenAnswer", "AnsweredRequest"),
        migrations.RenameField("AnsweredRequest", "given_at", "answered_at"),
        migrations.RenameModel("Job", "SandboxJob"),
        migrations.RenameModel("Repeat", "SandboxRepeat"),
        migrations.RenameModel("RenewedAccount", "UpdatedAccount"),
        migrations.RenameField("UpdatedAccount", "renewed_at", "updated_at"),
    ]
