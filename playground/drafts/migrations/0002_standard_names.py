"""Renames fields, gives tables Django's names, and drafts a mark that they can redo."""

from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('drafts', '0001_squashed'),
    ]

    operations = [
        migrations.RenameField('draft', 'aside', 'metadata'),
        migrations.RenameField('draft', 'fits_since', 'payload_made_at'),
        migrations.RenameField('draft', 'origin', 'resend_of'),
        migrations.RenameField('change', 'place', 'pointer'),
        migrations.RenameField('change', 'step', 'undo_step'),
        migrations.AlterModelTable('change', table=None),
        migrations.AlterModelTable('draft', table=None),
        # What was undone before can be redone still.
        migrations.AddField('draft', 'can_redo', models.BooleanField(default=True)),
        migrations.AlterField('draft', 'can_redo', models.BooleanField(default=False)),
    ]
