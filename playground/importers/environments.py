"""Environments of other tools: their variables, some of which are credentials."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from playground.importers.credentials import Collector, is_placeholder, names_secret
from playground.importers.left_out import check_share, note_gaps
from playground.importers.literals import make_reference
from playground.importers.spans import TextSpan, account
from playground.importers.values import (
    Imported,
    Note,
    Pasted,
    Unreadable,
    note_ignored,
    note_repaired,
    note_understood,
)
from playground.jsontext.references import is_variable_name


@dataclass(frozen=True)
class PastedVariable:
    """A variable as the tool has it; one that is switched off, or has no value, is left out."""

    name: str
    value: str
    secret: bool = False
    off: bool = False


@dataclass(frozen=True)
class Environment:
    """The variables of a file, and the account of its text."""

    tool: str
    # Empty where the file doesn't say it.
    name: str
    variables: Sequence[PastedVariable]
    spans: Sequence[TextSpan]
    notes: Sequence[Note] = ()


def build_environment(pasted: Pasted, environment: Environment) -> Imported:
    """The variables, and the credentials among them. Raises Unreadable if there are none."""
    collector = Collector()
    variables: dict[str, str] = {}
    off, renamed = list[str](), list[Note]()
    for each in environment.variables:
        if each.off or not each.value:
            off.append(each.name)
            continue
        # The same name that a placeholder of a pasted request gets.
        name = each.name if is_variable_name(each.name) else make_reference(each.name)[2:-2]
        if name != each.name:
            message = "Renamed the variable {key} to {name}."
            renamed.append(note_repaired("variable-name", message, key=each.name, name=name))
        secret = each.secret or names_secret(each.name)
        if secret and not is_placeholder(each.value):
            variables[name] = collector.reference(name, f"variable:{name}", each.value)
        else:
            variables[name] = each.value
    if not variables:
        raise Unreadable("environment-empty", "This environment has no variables with a value.")
    spans, gaps = account(pasted.original, pasted.traced.trace(environment.spans))
    check_share(pasted.original, spans, gaps)
    named = f"{environment.tool}: {environment.name}" if environment.name else environment.tool
    notes = [
        note_understood("environment", "An environment from {name}.", name=named),
        *renamed,
        *environment.notes,
        *note_gaps(pasted.original, gaps),
    ]
    if off:
        message = "Left out variables that are switched off or have no value: {names}."
        notes.append(note_ignored("variables-off", message, names=", ".join(off)))
    return Imported(
        kind="environment",
        credentials=tuple(collector.found),
        notes=(*pasted.notes, *notes),
        spans=spans,
        variables=variables,
    )
