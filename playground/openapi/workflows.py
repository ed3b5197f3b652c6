"""A workflow's definition: the API's `details` answer as it came, and what it yields."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from playground.openapi.operations import Operation, Schema

ACCOUNTS = ("required", "optional", "none")
ANY: Schema = {}


@dataclass(frozen=True)
class InputKey:
    """A key of the input rows; `variations` are other names the API accepts for it. Practice
    definitions give an `example` (`x-example`), so that a first launch has something to do."""

    name: str
    required: bool = False
    help: str = ""
    variations: tuple[str, ...] = ()
    example: str = ""

    @property
    def names(self) -> tuple[str, ...]:
        return (self.name, *self.variations)


@dataclass(frozen=True, eq=False)
class Step:
    """A step: what identifies it, what it takes and what it delivers.

    `parameters` is a JSON Schema of type object whose properties have defaults where the
    definition has them. `inputs` are the keys this step reads, `outputs` those it delivers.
    `accounts` is `required`, `optional`, `none`, or `unknown` (the API does not tell).
    """

    uid: str
    name: str
    position: int
    permalink: str = ""
    integrations: tuple[str, ...] = ()
    parameters: Schema = field(default_factory=dict)
    inputs: tuple[InputKey, ...] = ()
    outputs: tuple[str, ...] = ()
    accounts: str = "unknown"

    def defaults(self) -> dict[str, Any]:
        """The parameters that have a default, at that default."""
        properties = self.parameters["properties"].items()
        return {name: schema["default"] for name, schema in properties if "default" in schema}


@dataclass(frozen=True, eq=False)
class Workflow:
    """A definition read tolerantly: what is missing or odd is left out, never an error.

    `details` is the answer as it came. `inputs` are the keys a caller has to give: those of
    the first step, and those of later steps that no earlier step delivers. A definition made
    by hand has the same shape; its steps may carry `x-parameters` (a JSON Schema, wins over
    `parameters_schema`) and `x-accounts` (`required`, `optional`, `none`).
    """

    uid: str
    name: str
    steps: tuple[Step, ...]
    inputs: tuple[InputKey, ...]
    details: Mapping[str, Any] = field(repr=False)

    @classmethod
    def read(cls, details: Mapping[str, Any]) -> Workflow:
        """Read a `details` answer (apis.md 1.5: GET /workflows/{uid}/details)."""
        uid, name = _text(details.get("uid")), _text(details.get("name"))
        steps = tuple(_read_steps(details.get("steps")))
        return cls(uid, name, steps, _inputs_of(steps), details)

    def step(self, uid: str) -> Step | None:
        """The step of that UID, never found by position."""
        return next((step for step in self.steps if step.uid == uid), None)

    def as_facts(self) -> dict[str, Any]:
        """Plain data that `payload.facts.read_facts` takes one to one: `name`, `steps` (`uid,
        name, integrations, parameters, accounts`), `inputs` (`name, required, help,
        variations`) and `more_inputs` (names that only later steps know)."""
        return {
            "name": self.name,
            "steps": [_step_as_facts(step) for step in self.steps],
            "inputs": [_key_as_facts(key) for key in self.inputs],
            "more_inputs": {
                name for step in self.steps for key in step.inputs for name in key.names
            },
        }


def default_payload(operation: Operation, workflow: Workflow | None = None) -> str:
    """The complete default payload as JSON text, two spaces deep, in the order of the schema.

    Without a workflow it is the operation's sample. With one, each required property that the
    schema marks `x-from: workflow.…` or `x-from: step.…` comes from the definition.
    """
    if workflow is None or operation.body_schema is None:
        return operation.sample_text
    return json.dumps(_filled(operation.body_schema, workflow), indent=2, ensure_ascii=False)


def _filled(schema: Schema, workflow: Workflow, step: Step | None = None) -> dict[str, Any]:
    required = schema.get("required", ())
    properties = schema["properties"].items()
    return {key: _value_of(part, workflow, step) for key, part in properties if key in required}


def _value_of(schema: Schema, workflow: Workflow, step: Step | None) -> Any:
    match schema.get("x-from"):
        case "workflow.name":
            return workflow.name
        case "workflow.inputs":
            return [{key.name: key.example for key in workflow.inputs}] if workflow.inputs else []
        case "workflow.steps":
            return [_filled(schema["items"], workflow, each) for each in workflow.steps]
        case "step.parameters" if step:
            return step.defaults()
        case "step.uid" if step:
            return step.uid
    return schema.get("default")


def _read_steps(value: Any) -> list[Step]:
    found = [_read_step(index, each) for index, each in enumerate(_objects(value))]
    return sorted(found, key=lambda step: step.position)


def _read_step(index: int, step: Mapping[str, Any]) -> Step:
    position = step.get("position")
    permalink = _text(step.get("permalink"))
    name = _text(step.get("step_name")) or _text(step.get("name")) or permalink
    accounts = step.get("x-accounts")
    return Step(
        uid=_text(step.get("step_uid")) or _text(step.get("uid")),
        name=name or f"Step {index + 1}",
        position=position if type(position) is int else index,
        permalink=permalink,
        integrations=_texts(step.get("integrations")),
        parameters=_read_parameters(step),
        inputs=_read_keys(step.get("input_schema")),
        outputs=_texts(step.get("output_schema")),
        accounts=accounts if accounts in ACCOUNTS else "unknown",
    )


def _read_parameters(step: Mapping[str, Any]) -> Schema:
    by_hand = step.get("x-parameters")
    if isinstance(by_hand, Mapping) and isinstance(by_hand.get("properties"), Mapping):
        typed = {n: s for n, s in by_hand["properties"].items() if isinstance(s, Mapping)}
        return {"type": "object", **by_hand, "properties": typed}
    answer = step.get("parameters_schema")
    defaults = answer.get("properties") if isinstance(answer, Mapping) else None
    defaults = defaults if isinstance(defaults, Mapping) else {}
    properties = {name: {**type_of(value), "default": value} for name, value in defaults.items()}
    return {"type": "object", "properties": properties}


def type_of(default: Any) -> Schema:
    """The JSON Schema type that a default value shows; null shows nothing: any type."""
    if default is None:
        return ANY
    if isinstance(default, bool):
        return {"type": "boolean"}
    if isinstance(default, int):
        return {"type": "integer"}
    if isinstance(default, str):
        return {"type": "string"}
    if isinstance(default, list):
        return {"type": "array"}
    return {"type": "object" if isinstance(default, Mapping) else "number"}


def _read_keys(value: Any) -> tuple[InputKey, ...]:
    if not isinstance(value, Mapping):
        return ()
    return tuple(_read_key(name, about) for name, about in value.items() if name)


def _read_key(name: str, about: Any) -> InputKey:
    if not isinstance(about, Mapping):
        return InputKey(name)
    variations = _texts(about.get("variations")) + _texts(about.get("retro_variations"))
    others = tuple(each for each in dict.fromkeys(variations) if each != name)
    required = about.get("required") in (1, True, "1", "true")
    return InputKey(name, required, _text(about.get("help")), others, _text(about.get("x-example")))


def _inputs_of(steps: Iterable[Step]) -> tuple[InputKey, ...]:
    """Keys that a caller gives: what no earlier step delivers and no earlier key covers."""
    delivered: set[str] = set()
    keys: list[InputKey] = []
    for step in steps:
        for key in step.inputs:
            if delivered.isdisjoint(key.names):
                keys.append(key)
        delivered.update(step.outputs, *(key.names for key in step.inputs))
    return tuple(keys)


def _step_as_facts(step: Step) -> dict[str, Any]:
    return {
        "uid": step.uid,
        "name": step.name,
        "integrations": step.integrations,
        "parameters": step.parameters,
        "accounts": step.accounts,
    }


def _key_as_facts(key: InputKey) -> dict[str, Any]:
    return {
        "name": key.name,
        "required": key.required,
        "help": key.help,
        "variations": key.variations,
    }


def _text(value: Any) -> str:
    return value if isinstance(value, str) else ""


def _texts(value: Any) -> tuple[str, ...]:
    values = value if isinstance(value, list) else [value]
    return tuple(each for each in values if isinstance(each, str) and each)


def _objects(value: Any) -> list[Mapping[str, Any]]:
    values = value if isinstance(value, list) else []
    return [each for each in values if isinstance(each, Mapping)]
