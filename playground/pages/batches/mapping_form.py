"""The mapping of a batch as a form: what each column fills, and which rows share a request."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from playground.batches.batches import read_state
from playground.batches.documents import list_row_columns
from playground.batches.mapping import MOST_ROWS, InvalidMapping
from playground.batches.mapping import Mapping as RowMapping
from playground.batches.models import Batch
from playground.batches.proposals import list_fields, propose_size
from playground.batches.row_texts import ColumnNumbers
from playground.drafts.assignments import PATH
from playground.importers.titles import TableColumn
from playground.openapi.operations import Operation
from playground.pages.parameters import read_optional_number
from playground.sending.plans import Plan, gather_facts

# The choice of a field that opens an input for any pointer.
OTHER = "other"
# With more columns, each has an input with suggestions: thousands of options would be too many.
MOST_SELECTS = 40
Choices = Sequence[tuple[str, str | Promise]]
KINDS: Choices = (
    ("auto", gettext_lazy("As the field")),
    ("text", gettext_lazy("Text")),
    ("number", gettext_lazy("Number")),
    ("boolean", gettext_lazy("Yes or no")),
    ("list", gettext_lazy("List")),
    ("json", gettext_lazy("JSON")),
)
EMPTIES: Choices = (
    ("omit", gettext_lazy("Leave out")),
    ("empty", gettext_lazy("Empty text")),
    ("null", gettext_lazy("null")),
)
GROUPS: Choices = (
    ("each", gettext_lazy("Each row is a request of its own")),
    ("all", gettext_lazy("All rows go in one request")),
    ("chunks", gettext_lazy("Up to so many rows go in one request")),
    ("key", gettext_lazy("Rows with the same value of a column go in one request")),
)
DUPLICATES: Choices = (
    ("warning", gettext_lazy("Only warn about them")),
    ("error", gettext_lazy("Don't send them")),
)


@dataclass(frozen=True)
class FieldTarget:
    """A field that a column can fill. Its `pointer` is what the mapping stores."""

    pointer: str
    title: str


@dataclass(frozen=True)
class TargetGroup:
    title: str
    targets: Sequence[FieldTarget]


@dataclass(frozen=True)
class ColumnRow:
    """A column with what it fills, and how it is written as a reference."""

    number: int
    title: str
    sample: str | None
    pointer: str
    kind: str
    empty: str
    is_unique: bool
    reference: str
    # Whether the payload has this reference: then it is used although it fills no field.
    is_referred: bool = False


@dataclass(frozen=True)
class MappingForm:
    """What `batch/_mapping.html` draws; `errors` are sentences by the name of their field."""

    rows: Sequence[ColumnRow]
    groups: Sequence[TargetGroup]
    mapping: RowMapping
    proposed_size: int
    size: str
    may_group: bool
    has_selects: bool
    errors: Mapping[str, str] = field(default_factory=dict)
    kinds: Choices = KINDS
    empties: Choices = EMPTIES
    ways: Choices = GROUPS
    duplicates: Choices = DUPLICATES
    other: str = OTHER


class InvalidMappingForm(ValueError):
    """What was sent can't be a mapping; `errors` are sentences by the name of their field."""

    def __init__(self, errors: dict[str, str]) -> None:
        super().__init__(" ".join(errors.values()))
        self.errors = errors


def describe_mapping(
    batch: Batch,
    operation: Operation,
    samples: Sequence[str | None],
    mapping: RowMapping,
    errors: Mapping[str, str] | None = None,
) -> MappingForm:
    groups = list_targets(batch, operation, mapping)
    has_selects = len(batch.columns) <= MOST_SELECTS
    state = read_state(batch)
    referred = list_row_columns(operation, state, batch.columns)
    schema = operation.find_body_schema(state.metadata.media_type)
    proposed_size = propose_size(schema, mapping.items)
    return MappingForm(
        rows=list(_list_rows(batch, samples, mapping, referred)),
        groups=groups,
        mapping=mapping,
        proposed_size=proposed_size,
        size=str(mapping.size or proposed_size),
        may_group=bool(mapping.items),
        has_selects=has_selects,
        errors=errors or {},
    )


def list_targets(batch: Batch, operation: Operation, mapping: RowMapping) -> list[TargetGroup]:
    """The fields that columns can fill: of each row's item, of the payload, of the address."""
    state, below = read_state(batch), f"{mapping.items}/-/"
    plan = Plan(
        operation=operation,
        connection=batch.connection,
        path_values=dict(batch.path_values),
        text=batch.text,
        metadata=batch.metadata,
        version=batch.version,
        person=batch.person,
    )
    fields = list_fields(operation, state, mapping.items, gather_facts(plan))
    # What nobody knows but the mapping fills, such as inputs of a workflow without a definition.
    known = {each.key for each in fields}
    own = dict.fromkeys(each.pointer for each in mapping.columns if each.pointer)
    fields += [TableColumn(pointer, (pointer,)) for pointer in own if pointer not in known]
    inside = [each for each in fields if mapping.items and each.key.startswith(below)]
    path = [each for each in fields if each.key.startswith("#")]
    body = [each for each in fields if each not in inside and each not in path]
    name = {"place": mapping.items.removeprefix("/")}
    groups = [
        TargetGroup(_("Each row, in %(place)s") % name, _make_targets(inside, below)),
        TargetGroup(_("The whole payload"), _make_targets(body, "/")),
        TargetGroup(_("The address"), _make_targets(path, PATH)),
    ]
    return [each for each in groups if each.targets]


def _make_targets(fields: Sequence[TableColumn], above: str) -> list[FieldTarget]:
    found = []
    for each in fields:
        place = each.key.removeprefix(above).removeprefix("#")
        # The title that people know it by, and its place, as titles repeat in steps.
        labels = (label for label in reversed(each.labels) if label not in ("", place, each.key))
        title = next(labels, "")
        found.append(FieldTarget(each.key, f"{title} · {place}" if title else place))
    return found


def _list_rows(
    batch: Batch,
    samples: Sequence[str | None],
    mapping: RowMapping,
    referred: Collection[int],
) -> Iterator[ColumnRow]:
    # A column may fill several fields by a script's mapping; the form shows the first.
    first = {each.column: each for each in reversed(mapping.columns)}
    titles = ColumnNumbers(batch.columns)
    for number, title in enumerate(batch.columns):
        entry = first.get(number)
        pointer = entry.pointer if entry else ""
        yield ColumnRow(
            number=number,
            title=title,
            sample=samples[number] if number < len(samples) else None,
            pointer=pointer,
            kind=entry.kind if entry else "auto",
            empty=entry.empty if entry else "omit",
            is_unique=title in mapping.unique,
            reference=_spell(title, number, titles),
            is_referred=number in referred,
        )


def _spell(title: str, number: int, titles: ColumnNumbers) -> str:
    """The reference to a column: by its title, or by its number where that can't be written."""
    reference = f"{{{{row.{title}}}}}"
    is_found = titles.find_all(reference) == [number]
    return reference if is_found else f"{{{{row.#{number + 1}}}}}"


def read_mapping_form(sent: Mapping[str, Any], batch: Batch) -> RowMapping:
    """The mapping of a sent form. Raises InvalidMappingForm."""
    former = batch.mapping if isinstance(batch.mapping, Mapping) else {}
    errors: dict[str, str] = {}
    columns = [_read_column(sent, number) for number in range(len(batch.columns))]
    # What only a script can set is kept.
    seen: set[object] = set()
    for each in former.get("columns", ()):
        if each.get("column") in seen:
            columns.append({key: value for key, value in each.items() if key != "title"})
        seen.add(each.get("column"))
    group = str(sent.get("group", "each"))
    size = read_optional_number(str(sent.get("size", "")).strip().replace(",", ""), digits=9)
    if group == "chunks" and not (size and size <= MOST_ROWS):
        text = _("Enter how many rows go in one request, from 1 to %(most)s.")
        errors["size"] = text % {"most": f"{MOST_ROWS:,}"}
    key = str(sent.get("key", ""))
    if group == "key" and key not in batch.columns:
        errors["key"] = _("Choose the column whose values say which rows go together.")
    unique = [title for number, title in enumerate(batch.columns) if f"unique-{number}" in sent]
    data = {
        "columns": columns,
        "group": group,
        "size": size or 0,
        "key": key if key in batch.columns else "",
        "items": str(former.get("items", "")),
        "unique": unique,
        "duplicates": str(sent.get("duplicates", "warning")),
        "json_cells": bool(former.get("json_cells", False)),
    }
    known = {name: value for name, value in data.items() if name in RowMapping.__dataclass_fields__}
    try:
        mapping = RowMapping.read(known)
    except InvalidMapping as error:
        raise InvalidMappingForm({"form": str(error)}) from None
    if errors:
        raise InvalidMappingForm(errors)
    return mapping


def _read_column(sent: Mapping[str, Any], number: int) -> dict[str, Any]:
    pointer = str(sent.get(f"pointer-{number}", "")).strip()
    if pointer == OTHER:
        pointer = str(sent.get(f"other-{number}", "")).strip()
    return {
        "column": number,
        "pointer": pointer,
        "kind": str(sent.get(f"kind-{number}", "auto")),
        "empty": str(sent.get(f"empty-{number}", "omit")),
    }
