"""Gives fields standard names; labels of choices are for people and change nothing stored."""

from django.db import migrations, models

TEMPLATE_FIELDS = {'variants': 'variant_count', 'latest': 'latest_version'}
LINK_FIELDS = {
    'note': 'label',
    'open_fields': 'fillable_fields',
    'most_sends': 'max_sends',
    'per_hour': 'max_sends_per_hour',
    'opened': 'open_count',
    'opened_at': 'last_opened_at',
    'sent': 'send_count',
}
SHARING = [
    ('private', 'Only you'),
    ('view', 'Team can use it'),
    ('edit', 'Team can use and edit it'),
]
KINDS = [('view', 'View'), ('fill', 'Fill in and send'), ('fork', 'Fork')]


class Migration(migrations.Migration):

    dependencies = [
        ('payload_templates', '0002_standard_names'),
    ]

    operations = [
        *(migrations.RenameField('template', old, new) for old, new in TEMPLATE_FIELDS.items()),
        migrations.RenameField('version', 'made_at', 'created_at'),
        *(migrations.RenameField('sharelink', old, new) for old, new in LINK_FIELDS.items()),
        migrations.AlterModelOptions('linksend', options={}),
        migrations.RemoveIndex('linksend', 'sends_of_link'),
        migrations.RenameField('linksend', 'at', 'sent_at'),
        migrations.RenameField('linksend', 'press', 'submission'),
        migrations.AlterModelOptions('linksend', options={'ordering': ['-sent_at']}),
        migrations.AddIndex(
            'linksend', models.Index(fields=['link', '-sent_at'], name='sends_of_link')
        ),
        migrations.AlterField(
            'template',
            'sharing',
            models.CharField(choices=SHARING, default='private', max_length=7),
        ),
        migrations.AlterField('sharelink', 'kind', models.CharField(choices=KINDS, max_length=4)),
    ]
