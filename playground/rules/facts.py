"""What is known about a document's world: the workflow, accounts, variables, files."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from types import MappingProxyType
from typing import Any, Literal

AccountsRule = Literal["required", "optional", "none", "unknown"]
ACCOUNTS_RULES: tuple[AccountsRule, ...] = ("required", "optional", "none", "unknown")
# Shared by all steps without a definition, and therefore read-only.
NO_PARAMETERS: Mapping[str, Any] = MappingProxyType({"type": "object", "properties": {}})


@dataclass(frozen=True)
class StepFacts:
    """One step of the workflow. `parameters` is a JSON Schema of type object, with defaults."""

    uid: str
    name: str = ""
    integrations: tuple[str, ...] = ()
    parameters: Mapping[str, Any] = field(default_factory=lambda: NO_PARAMETERS)
    # Definitions from the API don't include it; those written by hand may.
    accounts: AccountsRule = "unknown"

    # Each edit asks each step for these two.
    @cached_property
    def properties(self) -> Mapping[str, Any]:
        """The schemas of the parameters by name."""
        found: Mapping[str, Any] = self.parameters.get("properties", {})
        return found

    @cached_property
    def required(self) -> Sequence[str]:
        """The names of the parameters that a payload must have."""
        return tuple(self.parameters.get("required") or ())

    @property
    def defaults(self) -> dict[str, Any]:
        """The values of the parameters that have a default."""
        known = self.properties.items()
        return {name: schema["default"] for name, schema in known if "default" in schema}


@dataclass(frozen=True)
class InputKey:
    """A key that each input row may or must have, and the other names it is accepted under."""

    name: str
    required: bool = False
    help: str = ""
    variations: tuple[str, ...] = ()

    @property
    def names(self) -> tuple[str, ...]:
        return (self.name, *self.variations)


@dataclass(frozen=True)
class AccountFacts:
    """An account of the connection; `integration` is the slug (`linkedin`)."""

    uid: str
    name: str = ""
    integration: str = ""
    valid: bool = True


@dataclass(frozen=True)
class FileFacts:
    """A stored file that `{{file:ID}}` refers to; `size` in bytes."""

    name: str
    media_type: str = ""
    size: int = 0


@dataclass(frozen=True)
class Facts:
    """Everything known outside the document. `None` means "not known": nothing is checked.

    `steps` and `inputs` come from the workflow's definition; `more_inputs` are further input
    keys that some step accepts (because an earlier step delivers them). `accounts` and `files`
    by UID and id, `variables` by name, `secrets` the names that `{{secret:NAME}}` may have,
    `repeats` the job names that are already repeating. `columns` are the titles of a batch's
    columns, None outside a batch.
    """

    workflow: str = ""
    steps: tuple[StepFacts, ...] | None = None
    inputs: tuple[InputKey, ...] = ()
    more_inputs: frozenset[str] = frozenset()
    accounts: Mapping[str, AccountFacts] | None = None
    variables: Mapping[str, str] | None = None
    secrets: frozenset[str] | None = None
    files: Mapping[str, FileFacts] | None = None
    repeats: frozenset[str] = frozenset()
    columns: tuple[str, ...] | None = None

    def step(self, uid: object) -> StepFacts | None:
        """The step with that UID, or None."""
        return self._steps_by_uid.get(uid) if isinstance(uid, str) else None

    @cached_property
    def _steps_by_uid(self) -> dict[str, StepFacts]:
        # Reversed, so that the first of two steps with one UID wins.
        return {step.uid: step for step in reversed(self.steps or ())}

    @cached_property
    def input_names(self) -> frozenset[str]:
        """Every name under which a row may give an input."""
        return self.more_inputs.union(*(key.names for key in self.inputs))


NO_FACTS = Facts()


def read_facts(
    workflow: Mapping[str, Any] | None = None,
    accounts: Iterable[Mapping[str, Any]] | None = None,
    **known: Any,
) -> Facts:
    """Facts from plain data: `Workflow.as_facts()` and account rows, each a mapping whose keys
    are the fields of AccountFacts. `known` are other fields of Facts, passed on unchanged.
    """
    if workflow is not None:
        known["workflow"] = workflow["name"]
        known["steps"] = tuple(StepFacts(**step) for step in workflow["steps"])
        known["inputs"] = tuple(InputKey(**key) for key in workflow["inputs"])
        known["more_inputs"] = frozenset(workflow["more_inputs"])
    if accounts is not None:
        known["accounts"] = {row["uid"]: AccountFacts(**row) for row in accounts}
    return Facts(**known)
