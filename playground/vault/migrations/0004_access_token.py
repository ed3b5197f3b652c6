from django.db import migrations, models
import django.db.models.deletion
import playground.vault.encryption


class Migration(migrations.Migration):

    dependencies = [
        ('vault', '0003_storage_check'),
        ('workspace', '0001_squashed'),
    ]

    operations = [
        migrations.CreateModel(
            name='AccessToken',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('field', models.CharField(max_length=100)),
                ('value', playground.vault.encryption.SealedTextField(default='')),
                ('hosts', models.TextField(default='')),
                ('expires_at', models.DateTimeField()),
                ('renew_at', models.DateTimeField()),
                ('claimed_until', models.DateTimeField()),
                ('failed_at', models.DateTimeField(null=True)),
                ('failure', models.TextField(default='')),
                ('connection', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='access_tokens', to='workspace.connection')),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('connection', 'field'), name='token_per_connection')],
            },
        ),
    ]
