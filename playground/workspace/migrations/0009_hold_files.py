"""Record which drafts, templates and exchanges have which files.

Until now a reference opened a file for everybody. Everything that already refers to a file keeps
it, except drafts that came neither from a template nor from an exchange: their references were
typed or point to files of the draft's own person.
"""

from collections.abc import Iterator
from typing import Any

from django.apps.registry import Apps
from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.models import Q

from playground.jsontext.references import FILE_REFERENCE
from playground.vault.encryption import WrongKey


def hold_files(apps: Apps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    alias = schema_editor.connection.alias
    files = set(apps.get_model("workspace", "File").objects.using(alias).values_list("id", flat=True))
    if not files:
        return
    holders = apps.get_model("workspace", "FileHolder")
    for holder, text in _read_texts(apps, alias):
        rows = [
            holders(file_id=id, holder=holder)
            for id in set(FILE_REFERENCE.findall(text)) & files
        ]
        if rows:
            holders.objects.using(alias).bulk_create(rows, ignore_conflicts=True)


def _read_texts(apps: Apps, alias: str) -> Iterator[tuple[Any, str]]:
    versions = apps.get_model("payload_templates", "Version").objects.using(alias)
    sent = apps.get_model("history", "SentDocument").objects.using(alias)
    drafts = apps.get_model("drafts", "Draft").objects.using(alias)
    # Keys first, rows one by one: a text that no key matches must not stop the upgrade.
    for key, template in list(versions.values_list("pk", "template_id")):
        try:
            row = versions.get(pk=key)
        except WrongKey:
            continue
        yield template, row.text + row.metadata + row.variants
    came_from_elsewhere = Q(template__isnull=False) | Q(resend_of__isnull=False)
    for key in list(drafts.filter(came_from_elsewhere).values_list("pk", flat=True)):
        try:
            row = drafts.get(pk=key)
        except WrongKey:
            continue
        yield key, row.text + row.metadata
    for key, exchange in list(sent.values_list("pk", "exchange__id")):
        try:
            row = sent.get(pk=key)
        except WrongKey:
            continue
        yield exchange, row.document + row.metadata


class Migration(migrations.Migration):
    dependencies = [
        ("workspace", "0008_file_holders"),
        ("drafts", "0002_standard_names"),
        ("payload_templates", "0003_standard_names"),
        ("history", "0007_only_sealed_columns"),
    ]

    operations = [migrations.RunPython(hold_files, migrations.RunPython.noop)]
