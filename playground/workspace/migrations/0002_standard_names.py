"""Gives tables Django's names, and connections a version of what is known about them."""

import uuid

from django.db import migrations, models

# The version before let triggers write a stamp after each change of these tables. They exist
# only in SQLite databases that it made, and must go before the tables are renamed: SQLite
# would carry them over, writing into a table that is gone.
WATCHED = ('workflow', 'account', 'repeat', 'secret')


def drop_triggers(apps, schema_editor):
    if schema_editor.connection.vendor != 'sqlite':
        return
    for table in WATCHED:
        for event in ('insert', 'update', 'delete'):
            schema_editor.execute(f'DROP TRIGGER IF EXISTS stamp_library_{table}_{event}')


class Migration(migrations.Migration):

    dependencies = [
        ('workspace', '0001_squashed'),
    ]

    operations = [
        migrations.RunPython(drop_triggers, migrations.RunPython.noop),
        migrations.DeleteModel('Stamp'),
        migrations.AddField(
            'connection',
            'facts_version',
            models.UUIDField(default=uuid.uuid4, editable=False),
        ),
        migrations.AlterModelTable('account', table=None),
        migrations.AlterModelTable('connection', table=None),
        migrations.AlterModelTable('file', table=None),
        migrations.AlterModelTable('knownjob', table=None),
        migrations.AlterModelTable('listing', table=None),
        migrations.AlterModelTable('repeat', table=None),
        migrations.AlterModelTable('syncrun', table=None),
        migrations.AlterModelTable('workflow', table=None),
        migrations.AlterModelTable('workflowchange', table=None),
    ]
