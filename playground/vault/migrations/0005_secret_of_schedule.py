import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('schedules', '0001_initial'),
        ('vault', '0004_access_token'),
    ]

    operations = [
        migrations.AddField(
            model_name='secret',
            name='schedule_version',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.CASCADE, related_name='secrets', to='schedules.scheduleversion'),
        ),
        migrations.AddConstraint(
            model_name='secret',
            constraint=models.UniqueConstraint(fields=('schedule_version', 'name'), name='secret_per_schedule_version'),
        ),
    ]
