"""The documents that are measured, and the workflows they belong to."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

KEYS = ("first_name", "last_name", "company_name")


@dataclass(frozen=True)
class Sample:
    """A payload of the workflow launch. `parameters` says how many each step has."""

    name: str
    steps: int
    parameters: int
    inputs: int

    @property
    def workflow_uid(self) -> str:
        return f"00000000-0000-4000-8000-{self.steps:06d}{self.inputs:06d}"

    @property
    def pointer(self) -> str:
        """A text in the last step, which the edits change."""
        return f"/steps/{self.steps - 1}/parameters/parameter_2"

    @property
    def number_pointer(self) -> str:
        """A whole number in the last step; a word in its place is a problem."""
        return f"/steps/{self.steps - 1}/parameters/parameter_1"

    @property
    def cells(self) -> list[str]:
        """The pointers of the first input cells, for clients that edit side by side."""
        return [f"/inputs/{row}/{key}" for row in range(3) for key in KEYS]

    def details(self) -> dict[str, Any]:
        """The definition, as the API's `details` answer has it."""
        return {
            "uid": self.workflow_uid,
            "name": f"Bench {self.name}",
            "steps": [self._describe_step(index) for index in range(self.steps)],
        }

    def text(self) -> str:
        document = {
            "job_name": f"Bench {self.name}",
            "inputs": [self._make_input(index) for index in range(self.inputs)],
            "steps": [self._make_step(index) for index in range(self.steps)],
        }
        return json.dumps(document, indent=2, ensure_ascii=False)

    def _describe_step(self, index: int) -> dict[str, Any]:
        keys = {key: {"required": 0, "help": f"The {key}"} for key in KEYS}
        return {
            "step_uid": self._step_uid(index),
            "step_name": f"Step {index + 1}",
            "position": index,
            "integrations": [],
            "x-accounts": "none",
            "input_schema": keys if index == 0 else {},
            "output_schema": [],
            "parameters_schema": {"properties": self._defaults()},
        }

    def _make_step(self, index: int) -> dict[str, Any]:
        return {
            "accounts": [],
            "accounts_rotation_enabled": False,
            "parameters": self._defaults(),
            "step_uid": self._step_uid(index),
        }

    def _step_uid(self, index: int) -> str:
        return f"00000000-0000-4000-9000-{index:012d}"

    def _defaults(self) -> dict[str, Any]:
        """Whole numbers, texts and switches in turn."""
        kinds: tuple[Any, ...] = (False, 100, "a text of some words")
        return {f"parameter_{n}": kinds[n % 3] for n in range(self.parameters)}

    def _make_input(self, index: int) -> dict[str, str]:
        values = (f"Ada {index}", f"Lovelace {index}", "Analytical Engines")
        return dict(zip(KEYS, values, strict=True))


SMALL = Sample("small", steps=2, parameters=3, inputs=3)
STEPS50 = Sample("steps50", steps=50, parameters=10, inputs=3)
INPUTS1000 = Sample("inputs1000", steps=2, parameters=3, inputs=1000)
INPUTS10000 = Sample("inputs10000", steps=2, parameters=3, inputs=10_000)
STEPS500 = Sample("steps500", steps=500, parameters=10, inputs=3)
SAMPLES = (SMALL, STEPS50, INPUTS1000)
