"""The parameters of steps: each belongs to one step and has a type."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from playground.jsontext import pointers
from playground.rules.context import Case
from playground.rules.facts import StepFacts
from playground.rules.fields import rename_or_remove
from playground.rules.labels import cut
from playground.rules.messages import problem
from playground.rules.problems import Fix, FixEdit, Problem
from playground.rules.schema import judge_schema
from playground.rules.steps import KEY, place_of_step, step_facts
from playground.rules.suggestions import find_near, hint_at

MANY = 3


def judge_parameters(case: Case) -> Iterator[Problem]:
    """Parameters of known steps: their types, and names that this step does not have."""
    for index, step in case.items(KEY):
        facts = step_facts(case, step)
        given = step.get("parameters")
        if facts is None or not isinstance(given, dict):
            continue
        at = f"/{KEY}/{index}/parameters"
        yield from judge_schema(case, facts.parameters, given, at)
        known = _known(facts)
        for name in given:
            if name not in known:
                yield _blame_name(case, index, facts, given, name)


def _known(facts: StepFacts) -> dict[str, Any]:
    known: dict[str, Any] = facts.parameters.get("properties", {})
    return known


def _blame_name(
    case: Case, index: int, facts: StepFacts, given: dict[str, Any], name: str
) -> Problem:
    pointer = pointers.child(f"/{KEY}/{index}/parameters", name)
    place = place_of_step(case, index)
    owners = [each for each in case.facts.steps or () if name in _known(each)]
    if owners:
        places = _places_of(case, owners)
        other = " and ".join(_name_owner(case, each, places) for each in owners[:MANY])
        fix = _move(case, pointer, name, places)
        return problem(
            "parameter-elsewhere", pointer, fix, place=place, name=cut(name), other=other
        )
    near = find_near(name, _known(facts))
    return problem(
        "parameter-unknown",
        pointer,
        rename_or_remove(pointer, near, given),
        place=place,
        name=cut(name),
        hint=hint_at(near),
    )


def _places_of(case: Case, owners: list[StepFacts]) -> dict[str, int]:
    uids = {owner.uid for owner in owners}
    return {
        step["step_uid"]: index
        for index, step in case.items(KEY)
        if isinstance(step.get("step_uid"), str) and step["step_uid"] in uids
    }


def _name_owner(case: Case, owner: StepFacts, places: dict[str, int]) -> str:
    if owner.uid in places:
        return f"{place_of_step(case, places[owner.uid]).lower()}, {cut(owner.name)}"
    return f"the step {cut(owner.name)}, which is not here"


def _move(case: Case, pointer: str, name: str, places: dict[str, int]) -> Fix:
    """Move it to the step it belongs to; where that has it already, or is not clear, remove it."""
    remove = FixEdit("remove", pointer)
    if len(places) == 1:
        (index,) = places.values()
        right = case.twin[KEY][index].get("parameters", {})
        if isinstance(right, dict) and name not in right:
            there = pointers.child(f"/{KEY}/{index}/parameters", name)
            edits = (remove, FixEdit("set", there, case.source(pointer)))
            return Fix(f"Move to {place_of_step(case, index).lower()}", edits)
    return Fix("Remove it", (remove,))
