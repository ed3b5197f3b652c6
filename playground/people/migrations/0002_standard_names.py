"""Gives models names that say what they hold."""

from django.db import migrations


class Migration(migrations.Migration):

    dependencies = [
        ('people', '0001_squashed'),
    ]

    operations = [
        migrations.RenameModel('Attempt', 'SignInAttempt'),
        migrations.RenameModel('Event', 'AuditEvent'),
        migrations.RenameModel('Link', 'OneTimeLink'),
        migrations.RenameModel('Token', 'PersonalToken'),
        migrations.RenameField('auditevent', 'name', 'person_name'),
        migrations.RenameField('personaltoken', 'used_at', 'last_used_at'),
    ]
