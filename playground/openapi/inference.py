"""A definition supposed from a payload that worked."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from playground.openapi.custom_workflows import HandStep, Key, Parameter, read_parameter
from playground.openapi.workflows import type_of

META = "meta"


def infer_steps(
    payload: Any, integrations: Mapping[str, str], names: Mapping[str, str]
) -> tuple[HandStep, ...]:
    """The steps that a payload that worked lets one suppose. `integrations` by account UID,
    `names` of steps by UID. Input keys belong to the first step, as a caller gives them."""
    body = payload if isinstance(payload, Mapping) else {}
    rows = body.get("steps")
    steps = [row for row in rows if isinstance(row, Mapping)] if isinstance(rows, list) else []
    keys = tuple(_infer_keys(body.get("inputs")))
    return tuple(
        _infer_step(row, place, integrations, names, keys if place == 0 else ())
        for place, row in enumerate(steps)
    )


def _infer_step(
    row: Mapping[str, Any],
    place: int,
    integrations: Mapping[str, str],
    names: Mapping[str, str],
    keys: tuple[Key, ...],
) -> HandStep:
    uid = row.get("step_uid")
    uid = uid if isinstance(uid, str) else ""
    given = row.get("accounts")
    accounts = [each for each in given if isinstance(each, str)] if isinstance(given, list) else []
    slugs = dict.fromkeys(integrations[each] for each in accounts if integrations.get(each))
    values = row.get("parameters")
    parameters = values.items() if isinstance(values, Mapping) else ()
    return HandStep(
        uid=uid,
        name=names.get(uid) or f"Step {place + 1}",
        integrations=tuple(slugs),
        accounts="required" if accounts else "optional",
        parameters=tuple(_infer_parameter(name, value) for name, value in parameters),
        inputs=keys,
    )


def _infer_parameter(name: str, value: Any) -> Parameter:
    schema = {**type_of(value), "default": value}
    return read_parameter(name, schema, required=False)


def _infer_keys(rows: Any) -> Iterator[Key]:
    """Keys of the rows in order of appearance; required where every row has them."""
    found = [row for row in rows if isinstance(row, Mapping)] if isinstance(rows, list) else []
    for name in dict.fromkeys(name for row in found for name in row if name != META):
        yield Key(str(name), all(name in row for row in found))
