"""Rules about a launch outside its steps: input rows, repeats and updates of accounts."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import chain, islice
from operator import itemgetter
from typing import Any

from playground.jsontext import pointers
from playground.jsontext.printing import dump
from playground.rules.context import Context, is_blank, is_literal, schema_at
from playground.rules.facts import InputKey
from playground.rules.fixes import fix_by_renaming, fix_by_setting
from playground.rules.problems import Problem, make_problem
from playground.rules.steps import check_account_uid
from playground.rules.wording import (
    abbreviate,
    did_you_mean,
    find_similar,
    join_names,
    label_object,
)

KEY = "inputs"
# A fix travels to the browser at each edit: thousands of rows would be megabytes.
MOST_MERGED = 2000
Row = Mapping[str, Any]


def check_inputs(context: Context) -> Iterator[Problem]:
    """One-key rows that look like pieces of one row; else keys that are missing or unknown."""
    rows = context.plain.get(KEY)
    if not isinstance(rows, list):
        return
    pieces = _find_pieces(context, rows)
    if pieces:
        yield _report_pieces(context, rows, pieces)
    if context.facts.steps is None:
        return
    needed = [key for key in context.facts.inputs if key.required]
    if needed and not rows:
        names = join_names((key.name for key in needed), "and")
        yield make_problem("inputs-empty", f"/{KEY}", names=names)
    yield from _check_rows(context, rows, [] if pieces else needed)


def _check_rows(context: Context, rows: list[Any], needed: list[InputKey]) -> Iterator[Problem]:
    own = schema_at(context.schema, f"/{KEY}/0").get("properties", {})
    known = context.facts.input_names.union(own)
    objects = {dict}.issuperset(map(type, rows))
    # There may be thousands of rows at each edit, nearly all of them right: both questions
    # are asked without a Python statement per row before any row is looked at on its own.
    has_known_keys = objects and known.issuperset(chain.from_iterable(rows))
    if has_known_keys and (not needed or _are_filled(rows, needed)):
        return
    for index, row in enumerate(rows):
        if not isinstance(row, dict):
            continue
        for key in needed:
            if all(is_blank(row.get(name)) for name in key.names):
                yield _report_missing(context, index, row, key)
        if not row.keys() <= known:
            for name in row:
                if name not in known:
                    yield _report_unknown(context, index, row, name)


def _are_filled(rows: list[Row], needed: list[InputKey]) -> bool:
    """Whether each row has text under the first name of each needed key; quick."""
    try:
        return all(all(map(str.strip, map(itemgetter(key.name), rows))) for key in needed)
    except (KeyError, TypeError):
        return False  # a missing cell or a number: the rows are looked at one by one


def _report_missing(context: Context, index: int, row: Row, key: InputKey) -> Problem:
    given = next((name for name in key.names if name in row), key.name)
    place = label_object(context.schema, f"/{KEY}/{index}")
    also = f" Also accepted: {join_names(key.variations)}." if key.variations else ""
    pointer = pointers.child(f"/{KEY}/{index}", given)
    return make_problem("input-missing", pointer, place=place, name=abbreviate(key.name), hint=also)


def _report_unknown(context: Context, index: int, row: Row, name: str) -> Problem:
    pointer = pointers.child(f"/{KEY}/{index}", name)
    names = {other: key for key in context.facts.inputs for other in reversed(key.names)}
    similar = find_similar(name, names)
    others = [each for each in names[similar].names if each != similar] if similar else []
    return make_problem(
        "input-unknown",
        pointer,
        fix_by_renaming(pointer, similar, row),
        place=label_object(context.schema, f"/{KEY}/{index}"),
        name=abbreviate(name),
        hint=did_you_mean(similar, others),
    )


def _find_pieces(context: Context, rows: list[Any]) -> list[int]:
    """How many consecutive one-key rows each look like one row; empty unless all of them do.

    The example in Captain Data's guide has one object per key where one object with all keys
    is meant, and people copy it.
    """
    if len(rows) < 2 or any(not isinstance(row, dict) or len(row) != 1 for row in rows):
        return []
    main_names = {name: key.name for key in context.facts.inputs for name in key.names}
    groups: list[list[str]] = [[]]
    for row in rows:
        (name,) = row
        key = main_names.get(name, name)
        if key in groups[-1]:
            groups.append([])
        groups[-1].append(key)
    alike = all(set(group) == set(groups[0]) for group in groups)
    return [len(group) for group in groups] if alike and len(groups[0]) > 1 else []


def _report_pieces(context: Context, rows: list[Any], pieces: list[int]) -> Problem:
    merged_rows = "one row" if len(pieces) == 1 else f"{len(pieces)} rows"
    fix = None
    if len(rows) <= MOST_MERGED:
        tree: Iterator[Any] = iter(context.tree[KEY])
        merged = [
            {name: value for row in islice(tree, size) for name, value in row.items()}
            for size in pieces
        ]
        fix = fix_by_setting(f"/{KEY}", dump(merged), f"Merge into {merged_rows}")
    return make_problem("inputs-one-key", f"/{KEY}", fix, count=str(len(rows)), rows=merged_rows)


def check_repeat(context: Context) -> Iterator[Problem]:
    """A repeat without a job name, or with the name of another repeat."""
    # The API has no UID for a repeat: DELETE /jobs/NAME is the only way to end one.
    if not isinstance(context.plain.get("repeat_option"), dict):
        return
    name = context.plain.get("job_name")
    if is_blank(name):
        yield make_problem("repeat-nameless", "/job_name")
    elif isinstance(name, str) and name in context.facts.repeats:
        yield make_problem("repeat-twice", "/job_name", found=f'"{abbreviate(name)}"')


def check_account_update(context: Context) -> Iterator[Problem]:
    """Check the account to update: its UID must be known, and not a placeholder."""
    account = context.plain.get("account")
    uid = account.get("uid") if isinstance(account, dict) else None
    if is_literal(uid):
        place = label_object(context.schema, "/account")
        yield from check_account_uid(context, "/account/uid", uid, place)
