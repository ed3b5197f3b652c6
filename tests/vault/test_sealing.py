"""Migrations seal what earlier versions stored in the clear, on either database."""

import zlib

import pytest
from django.db import connection
from django.db.migrations.executor import MigrationExecutor
from django.utils import timezone

from playground.vault.encryption import NewerFormat, unseal_bytes

BEFORE = [("history", "0004_redirects_and_unreadable"), ("workspace", "0004_order_by_lower_name")]
ROWS = 450


@pytest.mark.django_db(transaction=True)
def test_plaintext_values_are_sealed() -> None:
    executor = MigrationExecutor(connection)
    latest = executor.loader.graph.leaf_nodes()
    executor.migrate(BEFORE)
    try:
        write_in_the_clear(executor.loader.project_state(BEFORE).apps)
    finally:
        executor = MigrationExecutor(connection)
        executor.migrate(latest)
    apps = executor.loader.project_state(latest).apps
    rows = apps.get_model("history", "Exchange").objects.order_by("number")
    texts = apps.get_model("history", "SearchText").objects.in_bulk()
    assert rows.count() == len(texts) == ROWS
    for number, row in enumerate(rows):
        assert (row.message, row.params) == (f"Refused: reply \\ {number}", {"number": str(number)})
        assert texts[row.pk].text == f"night run {number}\nhttps://api.example.com"
        assert zlib.decompress(row.reply_body.packed) == b"reply %d" % number
    run = apps.get_model("workspace", "SyncRun").objects.get()
    assert (run.failures, run.changes) == (["ü"], [])
    with connection.cursor() as cursor:
        cursor.execute("SELECT message, params FROM history_exchange")
        assert all(b"reply" not in bytes(each) for row in cursor.fetchall() for each in row)
    executor.loader.build_graph()


def write_in_the_clear(apps) -> None:
    body, exchange = apps.get_model("history", "Body"), apps.get_model("history", "Exchange")
    for number in range(ROWS):
        packed = zlib.compress(b"reply %d" % number)
        message = f"Refused: reply \\ {number}"
        exchange.objects.create(
            operation="launch-workflow", method="POST", started_at=timezone.now(),
            message=message, params={"number": str(number)},
            search_text=f"night run {number}\n{message.casefold()}\nhttps://api.example.com",
            reply_body=body.objects.create(digest=str(number), packed=packed, size=1),
        )  # fmt: skip
    connections = apps.get_model("workspace", "Connection")
    used = connections.objects.create(name="Old", api="altcraft", base_url="sandbox:/altcraft")
    apps.get_model("workspace", "SyncRun").objects.create(connection=used, failures=["ü"])


def test_data_of_a_newer_version_is_not_blamed_on_the_key() -> None:
    with pytest.raises(NewerFormat, match="newer version"):
        unseal_bytes(b"\x03" + b"x" * 40)
