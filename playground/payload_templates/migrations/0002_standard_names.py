"""Renames a field and gives tables Django's names."""

from django.db import migrations


class Migration(migrations.Migration):

    dependencies = [
        ('payload_templates', '0001_squashed'),
    ]

    operations = [
        migrations.RenameField('version', 'aside', 'metadata'),
        migrations.AlterModelTable('favourite', table=None),
        migrations.AlterModelTable('linksend', table=None),
        migrations.AlterModelTable('sharelink', table=None),
        migrations.AlterModelTable('template', table=None),
        migrations.AlterModelTable('version', table=None),
    ]
