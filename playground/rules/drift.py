"""What a changed workflow definition breaks in a payload, and how to bring it in line."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

from playground.jsontext import pointers
from playground.jsontext.edits import KeyExists, PointerNotFound, rename_key
from playground.jsontext.errors import JSONSyntaxError
from playground.jsontext.parsing import parse
from playground.jsontext.pointers import find_child
from playground.jsontext.printing import dump
from playground.jsontext.scanning import children
from playground.jsontext.splices import apply
from playground.rules.checking import check_document
from playground.rules.context import Schema
from playground.rules.definition_changes import find_renamed_step, shorten_line
from playground.rules.facts import Facts, StepFacts
from playground.rules.fixes import apply_fix, fix_by_removing, fix_by_setting
from playground.rules.problems import NOTE, WARNING, Fix, FixEdit, Problem
from playground.rules.steps import new_step

# Each fix is checked again from scratch, so a broken payload must not take forever.
MOST_FIXES = 200


def find_drift(text: str, schema: Schema, before: Facts, after: Facts) -> list[Problem]:
    """What is wrong `after` in a payload written for `before`, with a fix where it is clear.

    Problems that `before` has as well are left out: the workflow's change didn't cause them.
    """
    # Not by message, which may name what the new definition calls differently.
    known = {(each.code, each.pointer) for each in check_document(text, schema, before)}
    tree = _read(text)
    found = [
        _add_fix(each, tree, before, after)
        for each in check_document(text, schema, after)
        if (each.code, each.pointer) not in known
    ]
    return [*found, *_find_additions(tree, before, after)]


def realign(text: str, schema: Schema, before: Facts, after: Facts) -> str:
    """The text after every fix that `find_drift` offers; all other bytes stay."""
    # Input keys first and all at once: a payload may have thousands of rows.
    text = _rename_input_keys(text, find_renamed_inputs(before, after))
    for _ in range(MOST_FIXES):
        fixed = _apply_first_fix(text, schema, find_drift(text, schema, before, after))
        if fixed is None:
            return text
        text = fixed
    return text


def find_renamed_inputs(before: Facts, after: Facts) -> dict[str, str]:
    """Old input keys and their new names, as far as accepted names on either side show them."""
    renamed: dict[str, str] = {}
    accepted = {name for key in after.inputs for name in key.names}
    for old in before.inputs:
        now = next((new for new in after.inputs if not set(old.names).isdisjoint(new.names)), None)
        if now is not None:
            renamed |= {name: now.name for name in old.names if name not in accepted}
    return renamed


def _add_fix(found: Problem, tree: Any, before: Facts, after: Facts) -> Problem:
    """The problem with the fix that only the earlier definition reveals."""
    segments = pointers.split(found.pointer)
    if found.code == "input-unknown":
        new = find_renamed_inputs(before, after).get(segments[-1])
        row = _value_at(tree, segments[:-1])
        if new and isinstance(row, dict) and new not in row:
            edit = FixEdit("rename", found.pointer, new)
            return replace(found, fix=Fix(f"Rename to {new}", (edit,)))
    if found.code == "step-unknown":
        return replace(found, fix=_fix_step(segments, tree, before, after))
    return found


def _fix_step(segments: list[str], tree: Any, before: Facts, after: Facts) -> Fix | None:
    old = before.step(_value_at(tree, segments))
    if old is None:
        return None
    known = {step.uid: step for step in before.steps or ()}
    renamed = find_renamed_step(old, after.steps or (), known)
    if renamed:
        label = f"Use the new UID of {renamed.name}"
        return fix_by_setting(pointers.join(segments), dump(renamed.uid), label)
    return fix_by_removing(pointers.join(segments[:-1]), "Remove this step")


def _find_additions(tree: Any, before: Facts, after: Facts) -> Iterator[Problem]:
    """What the definition has gained and the payload lacks; nothing breaks without it."""
    rows = tree.get("steps") if isinstance(tree, dict) else None
    rows = rows if isinstance(rows, list) else []
    uids = [row.get("step_uid") if isinstance(row, dict) else None for row in rows]
    for step in after.steps or ():
        if step.uid in uids:
            index = uids.index(step.uid)
            yield from _find_new_parameters(rows[index], index, before.step(step.uid), step)
        elif before.step(step.uid) is None and not find_renamed_step(step, before.steps or (), {}):
            fix = fix_by_setting("/steps/-", dump(new_step(step)), f"Add {step.name}")
            message = f"Step {step.name} was added to the workflow."
            yield Problem("drift-step-new", "/steps", 1, WARNING, message, {}, fix)


def _find_new_parameters(
    row: Mapping[str, Any], index: int, old: StepFacts | None, new: StepFacts
) -> Iterator[Problem]:
    given = row.get("parameters")
    if old is None or not isinstance(given, dict):
        return
    for name, value in new.defaults.items():
        # A required one is reported as missing already.
        if name not in old.properties and name not in given and name not in new.required:
            pointer, default = pointers.child(f"/steps/{index}/parameters", name), dump(value)
            fix = fix_by_setting(pointer, default, f"Add {shorten_line(default)}")
            message = f"{new.name}: parameter {name} is new. Default: {shorten_line(default)}."
            yield Problem("drift-parameter-new", pointer, 1, NOTE, message, {}, fix)


def _value_at(tree: Any, segments: list[str]) -> Any:
    """The value at a pointer, or None; unlike in `context`, it need not exist."""
    for each in segments:
        if isinstance(tree, list) and each.isdecimal() and int(each) < len(tree):
            tree = tree[int(each)]
        elif isinstance(tree, dict):
            tree = tree.get(each)
        else:
            return None
    return tree


def _read(text: str) -> Any:
    try:
        return parse(text)
    except JSONSyntaxError:
        return None


def _rename_input_keys(text: str, renamed: Mapping[str, str]) -> str:
    """Rename keys of input rows in one pass over the rows."""
    array = find_child(text, "/inputs") if renamed else None
    if array is None or text[array.start] != "[":
        return text
    pieces, end = [], 0
    for row in children(text, array.start):
        pieces += [text[end : row.start], _rename_keys(text[row.start : row.end], renamed)]
        end = row.end
    return "".join([*pieces, text[end:]])


def _rename_keys(row: str, renamed: Mapping[str, str]) -> str:
    tree = parse(row) if row.startswith("{") else None
    for old, new in renamed.items():
        if isinstance(tree, dict) and old in tree and new not in tree:
            row = apply(row, rename_key(row, pointers.child("", old), new))
    return row


def _apply_first_fix(text: str, schema: Schema, problems: list[Problem]) -> str | None:
    """The text after the first fix that can be applied and changes it; None if none can."""
    for each in problems:
        if each.fix is None:
            continue
        try:
            fixed = apply_fix(text, each.fix, schema)
        except (PointerNotFound, KeyExists, JSONSyntaxError):
            continue  # another problem's fix has removed its place
        if fixed != text:
            return fixed
    return None
