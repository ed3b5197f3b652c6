"""The steps of a launch: their UIDs, and which of them the workflow has."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from typing import Any
from urllib.parse import unquote

from playground.jsontext.printing import dump, quote
from playground.rules.context import Case, is_text
from playground.rules.facts import StepFacts
from playground.rules.labels import cut, name_place
from playground.rules.messages import problem
from playground.rules.problems import Fix, FixEdit, Problem
from playground.rules.suggestions import find_near

KEY = "steps"
Free = tuple[dict[str, StepFacts], int]
_address = re.compile(
    r"^\s*(?:[a-z][a-z0-9+.-]*://|www\.)|[?&#]step=|^\s*[\w-]+(?:\.[\w-]+)+/", re.I
)
_step_in_address = re.compile(r"[?&#]step=([^&#\s]+)", re.I)


def judge_steps(case: Case) -> Iterator[Problem]:
    """Addresses in place of UIDs, steps the workflow does not have, the same step twice."""
    if case.twin.get(KEY) == []:
        yield problem("no-step", f"/{KEY}", _add_all(case))
    seen: dict[str, list[int]] = {}
    free = _free_steps(case)
    for index, step in case.items(KEY):
        uid = step.get("step_uid")
        if not is_text(uid):
            continue
        if _address.search(uid):
            yield _blame_address(case, index, uid)
            continue
        if case.facts.steps is not None and case.facts.step(uid) is None:
            yield _blame_unknown(case, index, uid, free)
        seen.setdefault(uid, []).append(index)
    yield from _judge_twice(case, seen)


def place_of_step(case: Case, index: int) -> str:
    return name_place(case.schema, f"/{KEY}/{index}")


def step_facts(case: Case, step: dict[str, Any]) -> StepFacts | None:
    """What is known about a step of the document, found by its UID, never by its position."""
    uid = step.get("step_uid")
    return case.facts.step(uid) if isinstance(uid, str) else None


def _blame_address(case: Case, index: int, uid: str) -> Problem:
    pointer = f"/{KEY}/{index}/step_uid"
    found = _step_in_address.search(uid)
    fix = None
    if found:
        taken = unquote(found.group(1))
        fix = Fix(f"Take {cut(taken)}", (FixEdit("set", pointer, quote(taken)),))
    return problem("step-address", pointer, fix, place=place_of_step(case, index))


def _blame_unknown(case: Case, index: int, uid: str, free: Free) -> Problem:
    pointer = f"/{KEY}/{index}/step_uid"
    right = _meant_step(uid, free)
    hint, fix = "", None
    if right:
        hint = f" Did you mean {right.name}, {cut(right.uid)}?"
        fix = Fix(
            f"Take the UID of {cut(right.name)}", (FixEdit("set", pointer, quote(right.uid)),)
        )
    place = place_of_step(case, index)
    return problem("step-unknown", pointer, fix, place=place, found=cut(uid), hint=hint)


def _free_steps(case: Case) -> Free:
    """The steps of the workflow that the document does not have, and how many of the
    document's steps the workflow does not have."""
    uids = [step.get("step_uid") for _, step in case.items(KEY)]
    used = {uid for uid in uids if isinstance(uid, str)}
    free = {step.uid: step for step in case.facts.steps or () if step.uid not in used}
    return free, len(used - {step.uid for step in case.facts.steps or ()})


def _meant_step(uid: str, free: Free) -> StepFacts | None:
    """The step with nearly this UID, or the one that is left when one is unknown."""
    steps, unknown = free
    if len(steps) == 1 and unknown == 1:
        return next(iter(steps.values()))
    near = find_near(uid, steps)
    return steps[near] if near else None


def _judge_twice(case: Case, seen: dict[str, list[int]]) -> Iterator[Problem]:
    allowed = Counter(step.uid for step in case.facts.steps or ())
    code = "step-perhaps-twice" if case.facts.steps is None else "step-twice"
    for uid, places in seen.items():
        for index in places[max(1, allowed[uid]) :]:
            fix = Fix("Remove this step", (FixEdit("remove", f"/{KEY}/{index}"),))
            place, other = place_of_step(case, index), place_of_step(case, places[0]).lower()
            yield problem(code, f"/{KEY}/{index}/step_uid", fix, place=place, other=other)


def _add_all(case: Case) -> Fix | None:
    """Every step of the workflow, with its parameters at their defaults."""
    if not case.facts.steps:
        return None
    steps = [
        {"accounts": [], "parameters": _defaults(step), "step_uid": step.uid}
        for step in case.facts.steps
    ]
    return Fix("Add the workflow's steps", (FixEdit("set", f"/{KEY}", dump(steps)),))


def _defaults(step: StepFacts) -> dict[str, Any]:
    properties = step.parameters.get("properties", {}).items()
    return {name: schema["default"] for name, schema in properties if "default" in schema}
