"""Renames fields, gives tables Django's names, and indexes changes that can be redone."""

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
        migrations.AddIndex(
            'change',
            models.Index(
                fields=['draft'], condition=models.Q(state='undone'), name='undone_changes'
            ),
        ),
    ]
