"""Moving a draft to another connection, where its workflow and steps have other UIDs."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from playground.drafts.models import Draft
from playground.drafts.states import Edit
from playground.jsontext import parsing, pointers, printing
from playground.openapi.workflows import WorkflowDefinition
from playground.workspace.models import Connection, Workflow
from playground.workspace.workflows import find_definition, read_definition

WORKFLOW = "workflow_uid"


@dataclass(frozen=True)
class Move:
    """The one edit that moves a draft, and messages about it for people."""

    edit: Edit
    messages: tuple[str, ...] = ()


def plan_move(draft: Draft, connection: Connection) -> Move:
    """Connect, and replace the UIDs of the workflow and its steps by those found by name.

    A step without a namesake keeps its UID and is reported.
    """
    connect = Edit("connect", value=str(connection.id))
    here = find_definition(draft.connection, draft.path_values.get(WORKFLOW, ""))
    # The same UID means the same workflow: a staging and a production connection, for example.
    if here is None or find_definition(connection, here.uid) is not None:
        return Move(connect)
    row = Workflow.objects.filter(connection=connection, name=here.name).first()
    if row is None:
        return Move(connect, (f"{connection.name} has no workflow called {here.name}.",))
    there = read_definition(row)
    replaced, missing = _match_steps(draft.text, here, there)
    parts = [connect, Edit("path", WORKFLOW, there.uid), *replaced]
    messages = [f"Matched with {connection.name} by name: {here.name}, {len(replaced)} steps."]
    messages += [f"{there.name} has no step called {name} there." for name in missing]
    return Move(Edit("all", parts=parts), tuple(messages))


def _match_steps(
    text: str, here: WorkflowDefinition, there: WorkflowDefinition
) -> tuple[list[Edit], list[str]]:
    """Edits that give each step its UID over there; names of steps that are missing."""
    # UIDs differ between workspaces. Copies of a workflow only share names.
    uids = {step.name: step.uid for step in there.steps}
    edits, missing = [], []
    for pointer, uid in _step_uids(text):
        step = here.step(uid)
        if step is None:
            continue
        if step.name in uids:
            edits.append(Edit("set", pointer, printing.quote(uids[step.name])))
        else:
            missing.append(step.name)
    return edits, missing


def _step_uids(text: str) -> Iterator[tuple[str, str]]:
    """The pointer of each step's UID in a document, and the UID."""
    tree: Any = parsing.parse(text)
    steps = tree.get("steps") if isinstance(tree, Mapping) else None
    for index, step in enumerate(steps if isinstance(steps, list) else ()):
        uid = step.get("step_uid") if isinstance(step, Mapping) else None
        if isinstance(uid, str) and not isinstance(uid, parsing.NumberToken):
            yield pointers.join(["steps", str(index), "step_uid"]), uid
