"""The mapping that the arguments of `run_batch` describe."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any, get_args

from playground.batches.batches import read_state
from playground.batches.mapping import KINDS, ColumnMapping, Group, Mapping
from playground.batches.models import Batch
from playground.batches.proposals import find_items, propose_size
from playground.commands.scripts import InvalidArgument
from playground.openapi.operations import get_operation
from playground.rules.context import Schema
from playground.rules.wording import abbreviate

# Marks the entries of a list in the pointers of a mapping.
ENTRY = "/-"
MOST_NAMED = 20


def make_mapping(
    batch: Batch, pairs: Sequence[str], kinds: Sequence[str], group: str | None
) -> Mapping:
    """The mapping of `--map`, `--type` and `--group`; without `--map`, the one proposed.

    Raises InvalidArgument for what isn't spelled right; `set_mapping` judges the rest.
    """
    metadata = read_state(batch).metadata
    schema = get_operation(batch.operation).find_body_schema(metadata.media_type)
    mapping = Mapping.read(batch.mapping)
    if pairs:
        mapping = _map_columns(batch.columns, pairs, schema)
    for pair in kinds:
        mapping = _set_kind(mapping, batch.columns, pair)
    return _set_group(mapping, group, schema) if group else mapping


def explain_mapping(batch: Batch) -> list[str]:
    """Sentences about what each column fills and what a request is."""
    mapping = Mapping.read(batch.mapping)
    places = {each.column: each.pointer for each in mapping.columns}
    referred = f"{read_state(batch).text}{batch.path_values}"
    sentences = []
    for index, title in enumerate(batch.columns):
        place = places.get(index) or ""
        if not place and "{{row." in referred:
            place = "only the references to it, if there are any"
        sentences.append(f"{abbreviate(title)} fills {abbreviate(place, 80) or 'nothing'}.")
    if len(sentences) > MOST_NAMED:
        sentences[MOST_NAMED:] = [f"{len(sentences) - MOST_NAMED} more columns."]
    requests = {
        "each": "Each row is a request.",
        "all": f"All rows are entries of {mapping.items} in one request.",
        "chunks": f"A request has up to {mapping.size:,} rows in {mapping.items}.",
        "key": f"Neighbouring rows with the same {abbreviate(mapping.key)} share a request.",
    }
    return [*sentences, requests[mapping.group]]


def _map_columns(columns: Sequence[str], pairs: Sequence[str], schema: Schema | None) -> Mapping:
    found = tuple(_map_column(columns, pair) for pair in pairs)
    lists = [f"{each.pointer}/".split(f"{ENTRY}/")[0] for each in found if _is_entry(each)]
    items = lists[0] if lists else find_items(schema)
    # As proposed mappings do: what fills a list is usually meant for one request.
    group: Group = "all" if lists else "each"
    return Mapping(found, group, propose_size(schema, items), items=items)


def _map_column(columns: Sequence[str], pair: str) -> ColumnMapping:
    column, pointer = _split(columns, pair, "COLUMN=/POINTER")
    return ColumnMapping(column, pointer)


def _is_entry(column: ColumnMapping) -> bool:
    return f"{ENTRY}/" in f"{column.pointer}/"


def _set_kind(mapping: Mapping, columns: Sequence[str], pair: str) -> Mapping:
    column, kind = _split(columns, pair, "COLUMN=TYPE")
    if kind not in KINDS:
        raise InvalidArgument(f"{kind!r:.40} isn't a type. Use one of {', '.join(KINDS)}.")
    chosen: Any = kind
    entries = {each.column: each for each in mapping.columns}
    entries[column] = replace(entries.get(column, ColumnMapping(column)), kind=chosen)
    return replace(mapping, columns=tuple(entries.values()))


def _set_group(mapping: Mapping, text: str, schema: Schema | None) -> Mapping:
    name, colon, rest = text.partition(":")
    chosen: Any = name
    if name in ("each", "all") and not colon:
        return replace(mapping, group=chosen)
    if name == "chunks" and not colon:
        size = mapping.size or propose_size(schema, mapping.items)
        return replace(mapping, group=chosen, size=size)
    if name == "chunks" and rest.isascii() and rest.isdigit():
        return replace(mapping, group=chosen, size=int(rest[:9]))
    if name == "key" and rest:
        return replace(mapping, group=chosen, key=rest)
    forms = ", ".join(get_args(Group)[:2])
    raise InvalidArgument(f"Write --group {forms}, chunks:NUMBER or key:COLUMN, not {text!r:.80}.")


def _split(columns: Sequence[str], pair: str, form: str) -> tuple[int, str]:
    """The index of the column that a pair names, and what follows; titles may have an equals."""
    fitting = [title for title in columns if pair.startswith(f"{title}=")]
    if not fitting:
        if "=" not in pair:
            raise InvalidArgument(f"Write {form}, not {pair!r:.80}.")
        names = ", ".join(map(abbreviate, columns[:MOST_NAMED]))
        title = abbreviate(pair.partition("=")[0])
        raise InvalidArgument(f"The file has no column {title}. Its columns: {names}.")
    title = max(fitting, key=len)
    return list(columns).index(title), pair[len(title) + 1 :]
