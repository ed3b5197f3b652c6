"""Union branches: alternative ways to fill an object, of which a document takes one."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from playground.forms.schemas import Schema
from playground.jsontext import printing

Values = Mapping[str, Any]
NO_BRANCH = "None"  # the title of the choice to leave the object out


@dataclass(frozen=True)
class Branch:
    """One alternative. By `x-modes`, `value` is that of the mode property (None: the property
    is left out); by `x-one-of`, the fields that are present tell which branch is taken."""

    title: str
    fields: tuple[str, ...]
    value: Any = None
    is_chosen: bool = False


@dataclass(frozen=True)
class BranchEdit:
    """One part of switching branches: the kind of edit, the key, the JSON text if it needs one.

    `away` stores a value of another branch, `back` restores it, `set` and `remove` change the
    mode property.
    """

    kind: str
    key: str
    value: str = ""


def mode_property(schema: Schema) -> str:
    """The key whose value chooses the branch; empty where the fields themselves tell."""
    return str(schema.get("x-modes", {}).get("property", ""))


def read_branches(schema: Schema, values: Values) -> tuple[Branch, ...]:
    """The branches of an object; the one that its values take is marked as chosen."""
    if "x-modes" in schema:
        return _read_modes(schema, values)
    groups = schema.get("x-one-of", {})
    begun = [title for title, names in groups.items() if any(name in values for name in names)]
    # With fields of two groups none is chosen: the form must not hide either.
    return tuple(
        Branch(title, tuple(names), title, begun == [title]) for title, names in groups.items()
    )


def _read_modes(schema: Schema, values: Values) -> tuple[Branch, ...]:
    hints, key = schema["x-modes"], mode_property(schema)
    branches = [Branch(m["title"], tuple(m["fields"]), m["value"]) for m in hints["modes"]]
    if key in values:
        chosen = values[key]
        # null typed by a person isn't the branch that leaves the property out.
        if not isinstance(chosen, str):
            return tuple(branches)
    else:
        unnamed = next((each for each in branches if each.value is None), None)
        is_begun = unnamed is not None and any(name in values for name in unnamed.fields)
        chosen = None if is_begun else hints["default"]
    return tuple(Branch(b.title, b.fields, b.value, b.value == chosen) for b in branches)


def chosen_branch(branches: tuple[Branch, ...]) -> Branch | None:
    return next((each for each in branches if each.is_chosen), None)


def unused_keys(schema: Schema, branches: tuple[Branch, ...]) -> frozenset[str]:
    """The keys that the API doesn't read in the chosen branch."""
    if not branches:
        return frozenset()
    branch = chosen_branch(branches)
    keys = schema.get("properties", {})
    return frozenset(key for key in keys if not is_used(schema, branches, branch, key))


def is_used(schema: Schema, branches: tuple[Branch, ...], branch: Branch | None, key: str) -> bool:
    """Whether the API reads this key in the branch; `branch` is None if none is chosen."""
    if any(key in each.fields for each in branches):
        return branch is not None and key in branch.fields
    if branch is None:
        return True
    # A key of no branch may still be read in some modes only (`resource_id` in Altcraft).
    part, chooser = schema["properties"][key], mode_property(schema)
    wanted = part.get("x-used-when", {}).get(chooser) if chooser else None
    return (wanted is None or branch.value in wanted) and not ignores_part(schema, branch, key)


def ignores_part(schema: Schema, branch: Branch | None, key: str) -> bool:
    """Whether the branch makes the API ignore a whole part of the form, worth a message."""
    beside = schema.get("properties", {}).get(key, {}).get("x-unused-with", ())
    return branch is not None and not set(beside).isdisjoint(branch.fields)


def switch_branch(schema: Schema, values: Values, title: str) -> Iterator[BranchEdit]:
    """The edits that lead to the branch with this title: nothing typed is lost, and nothing of
    another branch is sent. Raises LookupError if there is no such branch."""
    branches = read_branches(schema, values)
    branch = next((each for each in branches if each.title == title), None)
    if branch is None:
        raise LookupError(title)
    chooser = mode_property(schema)
    for key in schema["properties"]:
        if key in values and key != chooser and not is_used(schema, branches, branch, key):
            yield BranchEdit("away", key)
    if chooser and branch.value is None:
        yield BranchEdit("remove", chooser)
    elif chooser:
        yield BranchEdit("set", chooser, printing.dump(branch.value))
    for key in schema["properties"]:
        if key != chooser and key not in values and is_used(schema, branches, branch, key):
            # A stored value wins over the initial one; without either the key stays absent.
            yield BranchEdit("back", key, initial_text(schema, branch, key))


def initial_text(schema: Schema, branch: Branch, key: str) -> str:
    """The JSON text that a field of the branch starts with; empty if it may stay absent.

    Where only the fields tell which branch is taken, they must be present from the start: the
    document itself has to show which branch it is.
    """
    part = schema.get("properties", {}).get(key, {})
    if part.get("x-explicit"):
        return printing.dump(part.get("default"))
    if key not in branch.fields or (mode_property(schema) and branch.value is not None):
        return ""
    return "{}" if part.get("type") == "object" else '""'
