"""Rules about the values that fill the path of an operation's address."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

from playground.jsontext.foreign import find_foreign
from playground.jsontext.references import find_references
from playground.openapi.parameters import Parameter
from playground.rules.facts import Facts
from playground.rules.problems import ERROR, Problem
from playground.rules.references import check_row_reference
from playground.rules.wording import abbreviate, stands_for_uid


def check_path_values(
    fields: Sequence[Parameter], values: Mapping[str, str], facts: Facts
) -> Iterator[Problem]:
    """Values that are missing, placeholders, or filled by a row that there isn't."""
    for each in fields:
        value, place = values.get(each.name, ""), f"#path/{each.name}"
        rows = [found for found in find_references(value) if found.kind == "row"]
        for found in rows:
            for problem in check_row_reference(found, facts, each.title, place):
                yield replace(problem, line=1)
        if each.required and not value.strip():
            yield _error("path-missing", each, f"{each.title} is missing.")
        elif not rows and (_is_placeholder(each.name, value) or any(find_foreign(value))):
            message = f"{each.title}: {abbreviate(value)} is a placeholder. Enter the real value."
            yield _error("path-placeholder", each, message)


def _is_placeholder(name: str, value: str) -> bool:
    return name.endswith("_uid") and stands_for_uid(value)


def _error(code: str, field: Parameter, message: str) -> Problem:
    # Pointers that begin with # name places of the page outside the document.
    return Problem(code, f"#path/{field.name}", 1, ERROR, message, {"name": field.name})
