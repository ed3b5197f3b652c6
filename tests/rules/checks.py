"""Short ways to check a document in tests."""

from __future__ import annotations

import json
from typing import Any

from playground.openapi.operations import get_operation
from playground.rules.checking import check_document
from playground.rules.facts import NO_FACTS, Facts
from playground.rules.fixes import apply_fix
from playground.rules.problems import Problem

LAUNCH = get_operation("launch-workflow").body_schema
START = get_operation("start-scenario").body_schema


def problems_of(document: Any, schema: Any, facts: Facts = NO_FACTS) -> list[Problem]:
    text = document if isinstance(document, str) else json.dumps(document, indent=2)
    return check_document(text, schema, facts)


def found(document: Any, schema: Any, facts: Facts = NO_FACTS) -> list[tuple[str, str, str]]:
    """Severity, code and pointer of each problem."""
    return [(p.severity, p.code, p.pointer) for p in problems_of(document, schema, facts)]


def errors(document: Any, schema: Any, facts: Facts = NO_FACTS) -> list[tuple[str, str]]:
    """Code and pointer of what blocks sending."""
    return [(c, p) for severity, c, p in found(document, schema, facts) if severity == "error"]


def warnings(document: Any, schema: Any, facts: Facts = NO_FACTS) -> list[tuple[str, str]]:
    return [(c, p) for severity, c, p in found(document, schema, facts) if severity == "warning"]


def the(code: str, document: Any, schema: Any, facts: Facts = NO_FACTS) -> Problem:
    """The only problem of that code."""
    (one,) = [p for p in problems_of(document, schema, facts) if p.code == code]
    return one


def fixed(code: str, document: Any, schema: Any, facts: Facts = NO_FACTS) -> Any:
    """The document after the fix of its only problem of that code."""
    text = document if isinstance(document, str) else json.dumps(document, indent=2)
    one = the(code, text, schema, facts)
    assert one.fix is not None
    return json.loads(apply_fix(text, one.fix, schema))
