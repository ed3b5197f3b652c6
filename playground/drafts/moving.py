"""Moving a draft to another connection: its workflow and steps are found anew, by name."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from playground.drafts.editing import Edit, text_at
from playground.drafts.models import Draft
from playground.jsontext import parsing, pointers, printing
from playground.openapi.workflows import WorkflowDefinition
from playground.workspace.models import Connection, Workflow
from playground.workspace.workflows import find_definition, read_definition

WORKFLOW = "workflow_uid"


@dataclass(frozen=True)
class Move:
    """The one edit that moves a draft, and what people should know of it."""

    edit: Edit
    sentences: tuple[str, ...] = ()


def plan_move(draft: Draft, connection: Connection) -> Move:
    """Connect, and where the same workflow stands there under another UID, take the UIDs of
    its steps by name. A step without a namesake keeps its UID and is told of."""
    connect = Edit("connect", value=str(connection.id))
    here = find_definition(draft.connection, draft.path_values.get(WORKFLOW, ""))
    if here is None or find_definition(connection, here.uid) is not None:
        return Move(connect)
    there = _namesake(connection, here.name)
    if there is None:
        return Move(connect, (f"{connection.name} has no workflow called {here.name}.",))
    renamed, lost = _match_steps(draft.text, here, there)
    parts = [connect, Edit("path", WORKFLOW, there.uid), *renamed]
    sentences = [f"Taken from {connection.name} by name: {here.name}, {len(renamed)} steps."]
    sentences += [f"{there.name} has no step called {name} there." for name in lost]
    return Move(Edit("all", parts=parts), tuple(sentences))


def _namesake(connection: Connection, name: str) -> WorkflowDefinition | None:
    row = Workflow.objects.filter(connection=connection, name=name).first()
    return read_definition(row) if row else None


def _match_steps(
    text: str, here: WorkflowDefinition, there: WorkflowDefinition
) -> tuple[list[Edit], list[str]]:
    """Edits that give each step its UID over there; names of steps that are missing."""
    uids = {step.name: step.uid for step in there.steps}
    edits, lost = [], []
    for pointer, uid in _step_uids(text):
        step = here.step(uid)
        if step is None:
            continue
        if step.name in uids:
            edits.append(Edit("set", pointer, printing.quote(uids[step.name])))
        else:
            lost.append(step.name)
    return edits, lost


def _step_uids(text: str) -> Sequence[tuple[str, str]]:
    tree: Any = parsing.parse(text)
    steps = tree.get("steps") if isinstance(tree, Mapping) else None
    listed = steps if isinstance(steps, list) else []
    return [
        (pointers.join(["steps", str(index), "step_uid"]), step["step_uid"])
        for index, step in enumerate(listed)
        if isinstance(step, Mapping) and text_at(text, f"/steps/{index}/step_uid")[:1] == '"'
    ]
