"""Renames a field and gives the table Django's name; the triggers on it went with `workspace`."""

from django.db import migrations


class Migration(migrations.Migration):

    dependencies = [
        ('vault', '0001_squashed'),
        ('workspace', '0002_standard_names'),
    ]

    operations = [
        migrations.RenameField('secret', 'part', 'field'),
        migrations.AlterModelTable('secret', table=None),
    ]
