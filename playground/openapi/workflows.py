"""The definition of a workflow: the API's `details` reply, and what is read from it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from playground.openapi.operations import Schema

ACCOUNTS = ("required", "optional", "none")
STEP_FACTS = ("uid", "name", "integrations", "parameters", "accounts")
INPUT_FACTS = ("name", "required", "help", "variations")


@dataclass(frozen=True)
class WorkflowInput:
    """A key of the input rows; `variations` are other names that the API accepts for it.

    `example` is set in the sandbox's definitions (`x-example`) for a first launch.
    """

    name: str
    required: bool = False
    help: str = ""
    variations: tuple[str, ...] = ()
    example: str = ""

    @property
    def names(self) -> tuple[str, ...]:
        return (self.name, *self.variations)


@dataclass(frozen=True, eq=False)
class WorkflowStep:
    """A step of a workflow.

    `parameters` is a JSON Schema of type object whose properties have defaults where the
    definition has them. `inputs` are the keys this step reads, `outputs` those it writes.
    `accounts` is `required`, `optional`, `none`, or `unknown` (the API doesn't say).
    """

    uid: str
    name: str
    position: int
    permalink: str = ""
    integrations: tuple[str, ...] = ()
    parameters: Schema = field(default_factory=dict)
    inputs: tuple[WorkflowInput, ...] = ()
    outputs: tuple[str, ...] = ()
    accounts: str = "unknown"

    def defaults(self) -> dict[str, Any]:
        """The parameters that have a default, at that default."""
        properties = self.parameters["properties"].items()
        return {name: schema["default"] for name, schema in properties if "default" in schema}


@dataclass(frozen=True, eq=False)
class WorkflowDefinition:
    """A definition, read tolerantly: missing and invalid values are left out, never an error.

    `details` is the unchanged reply. `inputs` are the keys that callers provide: those of the
    first step, and those of later steps that no earlier step writes. A custom definition has
    the same shape; its steps may have `x-parameters` (a JSON Schema that overrides
    `parameters_schema`) and `x-accounts` (`required`, `optional`, `none`).
    """

    uid: str
    name: str
    steps: tuple[WorkflowStep, ...]
    inputs: tuple[WorkflowInput, ...]
    details: Mapping[str, Any] = field(repr=False)

    @classmethod
    def read(cls, details: Mapping[str, Any]) -> WorkflowDefinition:
        """Read the reply to `GET /workflows/{uid}/details`."""
        uid, name = _text(details.get("uid")), _text(details.get("name"))
        steps = tuple(_read_steps(details.get("steps")))
        return cls(uid, name, steps, _inputs_of(steps), details)

    def step(self, uid: str) -> WorkflowStep | None:
        """The step with that UID."""
        # Never by position: a step that was inserted would take the values of another.
        return next((step for step in self.steps if step.uid == uid), None)

    def as_facts(self) -> dict[str, Any]:
        """The plain data that `rules.facts.read_facts` takes.

        `more_inputs` are all names of keys that any step reads.
        """
        # Plain, because rules and this package don't share classes.
        return {
            "name": self.name,
            "steps": [{name: getattr(step, name) for name in STEP_FACTS} for step in self.steps],
            "inputs": [{name: getattr(key, name) for name in INPUT_FACTS} for key in self.inputs],
            "more_inputs": {
                name for step in self.steps for key in step.inputs for name in key.names
            },
        }


def _read_steps(value: Any) -> list[WorkflowStep]:
    found = [_read_step(index, each) for index, each in enumerate(_objects(value))]
    return sorted(found, key=lambda step: step.position)


def _read_step(index: int, step: Mapping[str, Any]) -> WorkflowStep:
    position = step.get("position")
    permalink = _text(step.get("permalink"))
    # `details` has step_uid and step_name, the list of workflows uid and name.
    name = _text(step.get("step_name")) or _text(step.get("name")) or permalink
    accounts = step.get("x-accounts")
    return WorkflowStep(
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
    custom = step.get("x-parameters")
    if isinstance(custom, Mapping) and isinstance(custom.get("properties"), Mapping):
        schemas = {n: s for n, s in custom["properties"].items() if isinstance(s, Mapping)}
        return {"type": "object", **custom, "properties": schemas}
    # Not a JSON Schema, in spite of its name: the API maps each parameter to its default.
    schema = step.get("parameters_schema")
    defaults = schema.get("properties") if isinstance(schema, Mapping) else None
    defaults = defaults if isinstance(defaults, Mapping) else {}
    properties = {name: {**infer_type(value), "default": value} for name, value in defaults.items()}
    return {"type": "object", "properties": properties}


def infer_type(default: Any) -> Schema:
    """The JSON Schema of a value's type; null is allowed for any type."""
    if default is None:
        return {}
    # bool comes first, as it is a subclass of int.
    if isinstance(default, bool):
        return {"type": "boolean"}
    if isinstance(default, int):
        return {"type": "integer"}
    if isinstance(default, str):
        return {"type": "string"}
    if isinstance(default, list):
        return {"type": "array"}
    return {"type": "object" if isinstance(default, Mapping) else "number"}


def _read_keys(value: Any) -> tuple[WorkflowInput, ...]:
    if not isinstance(value, Mapping):
        return ()
    return tuple(_read_key(name, about) for name, about in value.items() if name)


def _read_key(name: str, about: Any) -> WorkflowInput:
    if not isinstance(about, Mapping):
        return WorkflowInput(name)
    # Two keys, one meaning: the older replies have `retro_variations`.
    variations = _texts(about.get("variations")) + _texts(about.get("retro_variations"))
    others = tuple(each for each in dict.fromkeys(variations) if each != name)
    # The API sends 1 or 0; imported files have the other spellings.
    required = about.get("required") in (1, True, "1", "true")
    return WorkflowInput(
        name, required, _text(about.get("help")), others, _text(about.get("x-example"))
    )


def _inputs_of(steps: Iterable[WorkflowStep]) -> tuple[WorkflowInput, ...]:
    """The keys that callers provide: those that no earlier step reads or writes."""
    available: set[str] = set()
    keys: list[WorkflowInput] = []
    for step in steps:
        for key in step.inputs:
            # A row may use any variation, so one that is available is enough.
            if available.isdisjoint(key.names):
                keys.append(key)
        available.update(step.outputs, *(key.names for key in step.inputs))
    return tuple(keys)


def _text(value: Any) -> str:
    return value if isinstance(value, str) else ""


def _texts(value: Any) -> tuple[str, ...]:
    values = value if isinstance(value, list) else [value]
    return tuple(each for each in values if isinstance(each, str) and each)


def _objects(value: Any) -> list[Mapping[str, Any]]:
    values = value if isinstance(value, list) else []
    return [each for each in values if isinstance(each, Mapping)]
