"""Rows become lines and rows again without losing anything."""

from __future__ import annotations

import json
import uuid
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest
from django.db import connection, models
from django.db.migrations.loader import MigrationLoader

from playground.commands import archived_tables
from playground.commands.archived_tables import (
    CannotStore,
    Model,
    find_models,
    read_lines,
    store_lines,
)
from playground.drafts.models import Draft
from playground.history.models import Exchange
from playground.payload_templates.models import Template
from playground.people.models import Person
from playground.sandbox.models import SandboxJob
from playground.vault.models import Secret, StorageCheck

TEXT = 'Zürich ☂ 夜 🌱\u2028"\\ \r\n\t' + "x" * 100_000
AT = datetime(2026, 2, 28, 23, 59, 59, 999_999, tzinfo=UTC)
VALUES: dict[str, Any] = {"big": 12345678901234567890, "list": [1.5, None, True, {"é": []}], "": ""}


@pytest.fixture
def tables(db: None) -> dict[str, Model]:
    loader = MigrationLoader(connection)
    return find_models(loader, list(loader.graph.nodes))


def move(model: Model) -> None:
    """Read all rows, delete them, and store them from their lines."""
    lines = list(read_lines(model, "default"))
    models.QuerySet(model).delete()
    assert store_lines(model, lines) == len(lines)


def test_every_kind_of_value_is_the_same(editor: Person, tables: dict[str, Model]) -> None:
    draft = Draft.objects.create(person=editor, operation=TEXT[:20], path_values=VALUES, text=TEXT)
    # Saving would set them to now.
    Draft.objects.filter(pk=draft.pk).update(changed_at=AT, created_at=AT)
    Exchange.objects.create(
        number=2**40,
        operation="x",
        method="POST",
        started_at=AT,
        seconds=0.1 + 0.2,
        submission=uuid.uuid4(),
        params={"key": "vâlue"},
        message=TEXT,
        url=TEXT,
    )
    job = SandboxJob(uid="u", name=TEXT, sealed_steps=bytes(range(256)), sealed_inputs=b"")
    job.number_inputs = job.number_failed = job.number_rows = 0
    job.scheduled_at = job.started_at = AT
    job.save()
    kinds: list[type[models.Model]] = [Draft, Exchange, SandboxJob]
    before = [list(kind._base_manager.values()) for kind in kinds]
    for kind in kinds:
        move(tables[kind._meta.label])
    assert [list(kind._base_manager.values()) for kind in kinds] == before
    [read] = Draft.objects.all()
    assert (read.changed_at, read.path_values, read.text) == (AT, VALUES, TEXT)


def test_sealed_values_are_the_same_bytes(tables: dict[str, Model]) -> None:
    Secret.objects.create(name="key", value="hunter2")
    secrets = tables["vault.Secret"]
    [before] = read_lines(secrets, "default")
    assert b"hunter2" not in before
    move(secrets)
    assert list(read_lines(secrets, "default")) == [before]
    assert Secret.objects.get().value == "hunter2"


def test_rows_may_refer_to_later_ones(editor: Person, tables: dict[str, Model]) -> None:
    fork, parent = (Template.objects.create(person=editor, name=name) for name in ("a", "b"))
    Template.objects.filter(pk=fork.pk).update(parent=parent)
    lines = sorted(read_lines(tables["payload_templates.Template"], "default"), key=len)[::-1]
    assert str(fork.pk) in lines[0].decode()
    Template.objects.all().delete()
    store_lines(tables["payload_templates.Template"], lines)
    connection.check_constraints()
    assert Template.objects.get(name="a").parent == parent


def test_few_rows_are_held_at_a_time(
    editor: Person, tables: dict[str, Model], monkeypatch: pytest.MonkeyPatch
) -> None:
    Draft.objects.bulk_create(Draft(person=editor, operation="x", text="y") for _ in range(7))
    lines = list(read_lines(tables["drafts.Draft"], "default"))

    def count(number_at_once: int, size: int) -> list[int]:
        monkeypatch.setattr(archived_tables, "WRITE_AT_ONCE", number_at_once)
        monkeypatch.setattr(archived_tables, "WRITE_BYTES", size)
        Draft.objects.all().delete()
        told: list[int] = []
        store_lines(tables["drafts.Draft"], iter(lines), told.append)
        return told

    assert count(3, 10**9) == [3, 6, 7]
    assert count(500, 1) == [1, 2, 3, 4, 5, 6, 7]
    assert Draft.objects.count() == 7


def test_lines_are_read_as_they_are_stored(db: None) -> None:
    read = 0

    def write() -> Iterator[bytes]:
        nonlocal read
        for read in range(1, 1001):
            yield json.dumps({"id": read, "checked_at": AT.isoformat()}).encode()

    ahead: list[int] = []
    store_lines(StorageCheck, write(), lambda number: ahead.append(read - number))
    assert ahead == [0, 0]


def test_the_row_that_does_not_fit_is_named(editor: Person, tables: dict[str, Model]) -> None:
    lines = list(read_lines(tables["people.Person"], "default"))
    twin = json.loads(lines[0]) | {"id": editor.pk + 1}
    Person.objects.all().delete()
    with pytest.raises(CannotStore, match=f"The row {twin['id']} of people.Person doesn't fit"):
        store_lines(tables["people.Person"], [*lines, json.dumps(twin).encode()])


@pytest.mark.parametrize(
    "change", [{"surprise": 1}, {"id": "no number"}, {"date_joined": "yesterday"}]
)
def test_a_line_of_another_shape_is_rejected(
    editor: Person, tables: dict[str, Model], change: dict[str, Any]
) -> None:
    [line] = read_lines(tables["people.Person"], "default")
    with pytest.raises(ValueError, match=r"people\.Person"):
        store_lines(tables["people.Person"], [json.dumps(json.loads(line) | change).encode()])
