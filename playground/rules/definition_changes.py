"""Compare two definitions of a workflow and describe what changed."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from playground.jsontext.printing import dump
from playground.rules.facts import Facts, InputKey, StepFacts
from playground.rules.wording import join_words

LONGEST = 60


@dataclass(frozen=True)
class DefinitionChange:
    """One difference between two definitions; `message` is that of `code` with `params`."""

    code: str
    message: str
    params: Mapping[str, str] = field(default_factory=dict)


MESSAGES = {
    "step-gone": "Step {name} was removed.",
    "step-new": "Step {name} was added.",
    "step-new-uid": "Step {name} has a new UID, {uid}.",
    "steps-order": "The steps are in a different order.",
    "parameter-new": "{step}: parameter {name} was added, with the default {default}.",
    "parameter-new-bare": "{step}: parameter {name} was added.",
    "parameter-gone": "{step}: parameter {name} was removed.",
    "parameter-type": "{step}: the type of {name} is now {type}.",
    "parameter-default": "{step}: the default of {name} is now {default}.",
    "parameter-choices": "{step}: the allowed values of {name} changed.",
    "parameter-required": "{step}: {name} is now required.",
    "parameter-optional": "{step}: {name} is no longer required.",
    "accounts-required": "{step} now needs an account.",
    "accounts-optional": "{step} now accepts accounts.",
    "accounts-none": "{step} no longer uses accounts.",
    "accounts-unknown": "{step} no longer specifies whether it needs an account.",
    "integrations": "{step} now uses: {names}.",
    "input-renamed": "Input key {name} was renamed to {new}.",
    "input-gone": "Input key {name} was removed.",
    "input-new": "Input key {name} was added.",
    "input-new-required": "Input key {name} was added and is required.",
    "input-required": "Input key {name} is now required.",
    "input-optional": "Input key {name} is no longer required.",
    "input-variations": "Other names accepted for input key {name}: {names}.",
}


def compare_definitions(before: Facts, after: Facts) -> list[DefinitionChange]:
    """What changed between two definitions of a workflow: steps first, then input keys."""
    return [*_compare_steps(before, after), *_compare_inputs(before, after)]


def find_renamed_step(
    step: StepFacts, among: tuple[StepFacts, ...], known: Mapping[str, StepFacts]
) -> StepFacts | None:
    """The step with the same name and another UID that isn't `known`, or None.

    Replacing a step in the web app gives it a new UID; its name is all that stays.
    """
    alike = (each for each in among if each.name == step.name and each.uid not in known)
    return next(alike, None)


def shorten_line(text: str) -> str:
    """A text on one line, cut at the end: defaults may be whole objects."""
    line = " ".join(text.split())
    return line if len(line) <= LONGEST else line[: LONGEST - 1] + "…"


def _compare_steps(before: Facts, after: Facts) -> Iterator[DefinitionChange]:
    old = {step.uid: step for step in before.steps or ()}
    new = {step.uid: step for step in after.steps or ()}
    for uid, step in old.items():
        if uid not in new:
            renamed = find_renamed_step(step, after.steps or (), old)
            if renamed:
                yield _make_change("step-new-uid", name=step.name, uid=renamed.uid)
            else:
                yield _make_change("step-gone", name=step.name)
    for uid, step in new.items():
        if uid in old:
            yield from _compare_step(old[uid], step)
        # A step with a new UID is reported above, as one change instead of two.
        elif not find_renamed_step(step, before.steps or (), new):
            yield _make_change("step-new", name=step.name)
    # Only steps of both count: an added one doesn't reorder those after it.
    if [uid for uid in old if uid in new] != [uid for uid in new if uid in old]:
        yield _make_change("steps-order")


def _compare_step(old: StepFacts, new: StepFacts) -> Iterator[DefinitionChange]:
    for name, schema in new.properties.items():
        if name in old.properties:
            yield from _compare_parameter(old, new, name)
        elif "default" in schema:
            default = dump(schema["default"])
            yield _make_change("parameter-new", step=new.name, name=name, default=default)
        else:
            yield _make_change("parameter-new-bare", step=new.name, name=name)
    for name in old.properties:
        if name not in new.properties:
            yield _make_change("parameter-gone", step=new.name, name=name)
    # Never in definitions from the API; those written by hand may say it.
    if old.accounts != new.accounts:
        yield _make_change(f"accounts-{new.accounts}", step=new.name)
    if old.integrations != new.integrations:
        names = ", ".join(new.integrations) or "none"
        yield _make_change("integrations", step=new.name, names=names)


def _compare_parameter(old: StepFacts, new: StepFacts, name: str) -> Iterator[DefinitionChange]:
    was, now = old.properties[name], new.properties[name]
    if was.get("type") != now.get("type"):
        kind = _name_type(now.get("type"))
        yield _make_change("parameter-type", step=new.name, name=name, type=kind)
    # As text, since 1 and 1.0 and true are equal in Python but not in JSON.
    if "default" in now and dump(was.get("default")) != dump(now["default"]):
        default = dump(now["default"])
        yield _make_change("parameter-default", step=new.name, name=name, default=default)
    if was.get("enum") != now.get("enum"):
        yield _make_change("parameter-choices", step=new.name, name=name)
    if name in new.required and name not in old.required:
        yield _make_change("parameter-required", step=new.name, name=name)
    if name in old.required and name not in new.required:
        yield _make_change("parameter-optional", step=new.name, name=name)


def _compare_inputs(before: Facts, after: Facts) -> Iterator[DefinitionChange]:
    old = {key.name: key for key in before.inputs}
    new = {key.name: key for key in after.inputs}
    # A key counts as renamed if it shares any accepted name with a new one.
    partners = {key: _find_partner(key, new) for key in before.inputs if key.name not in new}
    for gone, now in partners.items():
        if now is not None and now.name not in old:
            yield _make_change("input-renamed", name=gone.name, new=now.name)
        else:
            yield _make_change("input-gone", name=gone.name)
    renamed = {now.name for now in partners.values() if now is not None}
    for name, key in new.items():
        if name in old:
            yield from _compare_key(old[name], key)
        elif name not in renamed:
            yield _make_change("input-new-required" if key.required else "input-new", name=name)


def _find_partner(old: InputKey, new: Mapping[str, InputKey]) -> InputKey | None:
    names = set(old.names)
    return next((key for key in new.values() if not names.isdisjoint(key.names)), None)


def _compare_key(old: InputKey, new: InputKey) -> Iterator[DefinitionChange]:
    if old.required != new.required:
        yield _make_change("input-required" if new.required else "input-optional", name=new.name)
    if set(old.variations) != set(new.variations):
        names = ", ".join(new.variations) or "none"
        yield _make_change("input-variations", name=new.name, names=names)


def _name_type(kind: Any) -> str:
    kinds = kind if isinstance(kind, list) else [kind]
    return join_words(map(str, kinds)) if kind else "any type"


def _make_change(code: str, **params: str) -> DefinitionChange:
    shown = {name: shorten_line(value) for name, value in params.items()}
    return DefinitionChange(code, MESSAGES[code].format(**shown), shown)
