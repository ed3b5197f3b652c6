"""How a workflow's definition changed, in words, and what that breaks in a payload."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from playground.jsontext import pointers
from playground.jsontext.parsing import NotJson, read
from playground.jsontext.printing import dump
from playground.rules.checking import check
from playground.rules.facts import Facts, InputKey, StepFacts
from playground.rules.problems import NOTE, WARNING, Fix, FixEdit, Problem

LONGEST = 60


@dataclass(frozen=True)
class Change:
    """One difference between two definitions; `sentence` is `code` filled with `params`."""

    code: str
    sentence: str
    params: Mapping[str, str] = field(default_factory=dict)


def compare(before: Facts, after: Facts) -> list[Change]:
    """What changed between two definitions of a workflow, steps first, then input keys."""
    return [*_compare_steps(before, after), *_compare_inputs(before, after)]


def find_drift(text: str, schema: Mapping[str, Any], before: Facts, after: Facts) -> list[Problem]:
    """What a payload that fitted `before` gets wrong `after`; each with a fix where the
    mapping is clear. What was wrong before is left out: no change of the workflow made it.
    """
    known = {(each.code, each.pointer) for each in check(text, dict(schema), before)}
    tree = _read(text)
    found = [
        _mend(each, tree, before, after)
        for each in check(text, dict(schema), after)
        if (each.code, each.pointer) not in known
    ]
    return [*found, *_find_additions(tree, before, after)]


def find_renamed(before: Facts, after: Facts) -> dict[str, str]:
    """Old input keys and their new names, where variations on either side tell them."""
    renamed: dict[str, str] = {}
    kept = {name for key in after.inputs for name in key.names}
    for old in before.inputs:
        now = next((new for new in after.inputs if not set(old.names).isdisjoint(new.names)), None)
        if now is not None:
            renamed |= {name: now.name for name in old.names if name not in kept}
    return renamed


def _compare_steps(before: Facts, after: Facts) -> Iterator[Change]:
    old = {step.uid: step for step in before.steps or ()}
    new = {step.uid: step for step in after.steps or ()}
    for uid, step in old.items():
        if uid not in new:
            twin = _same_name(step, after.steps or (), old)
            code = "step-new-uid" if twin else "step-gone"
            yield _say(code, name=step.name, uid=twin.uid if twin else "")
    for uid, step in new.items():
        if uid in old:
            yield from _compare_step(old[uid], step)
        elif not _same_name(step, before.steps or (), new):
            yield _say("step-new", name=step.name)
    if [uid for uid in old if uid in new] != [uid for uid in new if uid in old]:
        yield _say("steps-order")


def _same_name(
    step: StepFacts, among: tuple[StepFacts, ...], without: Mapping[str, StepFacts]
) -> StepFacts | None:
    return next(
        (each for each in among if each.name == step.name and each.uid not in without), None
    )


def _compare_step(old: StepFacts, new: StepFacts) -> Iterator[Change]:
    was, now = _properties(old), _properties(new)
    for name, schema in now.items():
        if name in was:
            yield from _compare_parameter(old, new, name)
        elif "default" in schema:
            yield _say("parameter-new", step=new.name, name=name, default=dump(schema["default"]))
        else:
            yield _say("parameter-new-bare", step=new.name, name=name)
    for name in was:
        if name not in now:
            yield _say("parameter-gone", step=new.name, name=name)
    if old.accounts != new.accounts:
        yield _say(f"accounts-{new.accounts}", step=new.name)
    if old.integrations != new.integrations:
        yield _say("integrations", step=new.name, names=", ".join(new.integrations) or "none")


def _compare_parameter(old: StepFacts, new: StepFacts, name: str) -> Iterator[Change]:
    was, now = _properties(old)[name], _properties(new)[name]
    if was.get("type") != now.get("type"):
        yield _say("parameter-type", step=new.name, name=name, type=_words(now.get("type")))
    if "default" in now and dump(was.get("default")) != dump(now["default"]):
        yield _say("parameter-default", step=new.name, name=name, default=dump(now["default"]))
    if was.get("enum") != now.get("enum"):
        yield _say("parameter-choices", step=new.name, name=name)
    if name in _required(new) and name not in _required(old):
        yield _say("parameter-required", step=new.name, name=name)
    if name in _required(old) and name not in _required(new):
        yield _say("parameter-optional", step=new.name, name=name)


def _compare_inputs(before: Facts, after: Facts) -> Iterator[Change]:
    old = {key.name: key for key in before.inputs}
    new = {key.name: key for key in after.inputs}
    partners = {key: _partner(key, new) for key in before.inputs if key.name not in new}
    for gone, now in partners.items():
        if now is not None and now.name not in old:
            yield _say("input-renamed", name=gone.name, new=now.name)
        else:
            yield _say("input-gone", name=gone.name)
    renamed = {now.name for now in partners.values() if now is not None}
    for name, key in new.items():
        if name in old:
            yield from _compare_key(old[name], key)
        elif name not in renamed:
            yield _say("input-new-required" if key.required else "input-new", name=name)


def _partner(old: InputKey, new: Mapping[str, InputKey]) -> InputKey | None:
    names = set(old.names)
    return next((key for key in new.values() if not names.isdisjoint(key.names)), None)


def _compare_key(old: InputKey, new: InputKey) -> Iterator[Change]:
    if old.required != new.required:
        yield _say("input-required" if new.required else "input-optional", name=new.name)
    if set(old.variations) != set(new.variations):
        names = ", ".join(new.variations) or "none"
        yield _say("input-variations", name=new.name, names=names)


# What a payload needs after a change


def _mend(found: Problem, tree: Any, before: Facts, after: Facts) -> Problem:
    """The same problem, with the fix that the history of the definition makes clear."""
    segments = pointers.split(found.pointer)
    if found.code == "input-unknown":
        new = find_renamed(before, after).get(segments[-1])
        row = _at(tree, segments[:-1])
        if new and isinstance(row, dict) and new not in row:
            rename = FixEdit("rename", found.pointer, new)
            return replace(found, fix=Fix(f"Rename to {new}", (rename,)))
    if found.code == "step-unknown":
        return replace(found, fix=_mend_step(segments, tree, before, after))
    return found


def _mend_step(segments: list[str], tree: Any, before: Facts, after: Facts) -> Fix | None:
    old = before.step(_at(tree, segments))
    if old is None:
        return None
    known = {step.uid: step for step in before.steps or ()}
    twin = _same_name(old, after.steps or (), known)
    if twin:
        pointer = pointers.join(segments)
        return Fix(f"Take the new UID of {twin.name}", (FixEdit("set", pointer, dump(twin.uid)),))
    return Fix("Remove this step", (FixEdit("remove", pointers.join(segments[:-1])),))


def _find_additions(tree: Any, before: Facts, after: Facts) -> Iterator[Problem]:
    """What is new in the definition and missing here; nothing breaks without it."""
    rows = tree.get("steps") if isinstance(tree, dict) else None
    rows = rows if isinstance(rows, list) else []
    there = [row.get("step_uid") if isinstance(row, dict) else None for row in rows]
    for step in after.steps or ():
        if step.uid in there:
            index = there.index(step.uid)
            yield from _find_new_parameters(rows[index], index, before.step(step.uid), step)
        elif before.step(step.uid) is None and not _same_name(step, before.steps or (), {}):
            value = {"accounts": [], "parameters": _defaults(step), "step_uid": step.uid}
            fix = Fix(f"Add {step.name}", (FixEdit("set", "/steps/-", dump(value)),))
            yield _note("drift-step-new", "/steps", f"Step {step.name} is new.", fix, WARNING)


def _find_new_parameters(
    row: Mapping[str, Any], index: int, old: StepFacts | None, new: StepFacts
) -> Iterator[Problem]:
    given = row.get("parameters")
    if old is None or not isinstance(given, dict):
        return
    for name, schema in _properties(new).items():
        if name in _properties(old) or name in given or name in _required(new):
            continue
        if "default" in schema:
            there = pointers.child(f"/steps/{index}/parameters", name)
            default = dump(schema["default"])
            fix = Fix(f"Add {_cut(default)}", (FixEdit("set", there, default),))
            sentence = f"{new.name}: parameter {name} is new, its default is {_cut(default)}."
            yield _note("drift-parameter-new", there, sentence, fix, NOTE)


def _note(code: str, pointer: str, sentence: str, fix: Fix, severity: Any) -> Problem:
    return Problem(code, pointer, 1, severity, sentence, {}, fix)


def _defaults(step: StepFacts) -> dict[str, Any]:
    return {n: s["default"] for n, s in _properties(step).items() if "default" in s}


def _properties(step: StepFacts) -> Mapping[str, Any]:
    found: Mapping[str, Any] = step.parameters.get("properties", {})
    return found


def _required(step: StepFacts) -> list[str]:
    return list(step.parameters.get("required") or ())


def _at(tree: Any, segments: list[str]) -> Any:
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
        return read(text)
    except NotJson:
        return None


def _words(kind: Any) -> str:
    kinds = kind if isinstance(kind, list) else [kind]
    return " or ".join(str(each) for each in kinds) if kind else "any type"


def _cut(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= LONGEST else line[: LONGEST - 1] + "…"


def _say(code: str, **params: str) -> Change:
    cut = {name: _cut(value) for name, value in params.items()}
    return Change(code, SENTENCES[code].format(**cut), cut)


SENTENCES = {
    "step-gone": "Step {name} is gone.",
    "step-new": "Step {name} is new.",
    "step-new-uid": "Step {name} has a new UID, {uid}.",
    "steps-order": "The steps stand in another order.",
    "parameter-new": "{step}: parameter {name} is new, its default is {default}.",
    "parameter-new-bare": "{step}: parameter {name} is new.",
    "parameter-gone": "{step}: parameter {name} is gone.",
    "parameter-type": "{step}: parameter {name} is now {type}.",
    "parameter-default": "{step}: the default of {name} is now {default}.",
    "parameter-choices": "{step}: {name} has other choices.",
    "parameter-required": "{step}: parameter {name} is now required.",
    "parameter-optional": "{step}: parameter {name} is no longer required.",
    "accounts-required": "{step} now needs an account.",
    "accounts-optional": "{step} may now have accounts.",
    "accounts-none": "{step} no longer takes accounts.",
    "accounts-unknown": "{step}: nobody says any more whether it needs an account.",
    "integrations": "{step} now uses: {names}.",
    "input-renamed": "Input key {name} is now called {new}.",
    "input-gone": "Input key {name} is gone.",
    "input-new": "Input key {name} is new.",
    "input-new-required": "Input key {name} is new, and required.",
    "input-required": "Input key {name} is now required.",
    "input-optional": "Input key {name} is no longer required.",
    "input-variations": "Input key {name} is also accepted as: {names}.",
}
