"""Of a value that fits no branch of a union: the branch that was probably meant."""

from __future__ import annotations

from collections.abc import Sequence

from jsonschema_rs import ValidationError, ValidationErrorKind

# What each error says about a branch being another one than meant. A constant tells branches
# apart, and so do the names of the properties; wrong values inside say little.
CONSTANT, NAMES, CHOICE = 3, 2, 1


def find_meant_branch(error: ValidationError) -> Sequence[ValidationError]:
    """The errors of the branch that fits best; none if several fit equally well."""
    kind = error.kind
    if not isinstance(kind, ValidationErrorKind.AnyOf | ValidationErrorKind.OneOfNotValid):
        return ()
    # "Null or an object" is common: for an object only the second branch's errors help.
    fitting = [each for each in kind.context if not any(_is_own_type(error, e) for e in each)]
    if len(fitting) < 2:
        return fitting[0] if fitting else ()
    weighed = sorted((_weigh_branch(error, each), index) for index, each in enumerate(fitting))
    best, index = weighed[0]
    # Where `a` or numbers above 3 are allowed, "must be above 3" would be half of the truth.
    is_about_value = any(not _depth(error, e) and not _weigh(error, e) for e in fitting[index])
    return () if is_about_value or weighed[1][0] == best else fitting[index]


def _is_own_type(error: ValidationError, part: ValidationError) -> bool:
    return part.kind.name == "type" and not _depth(error, part)


def _depth(error: ValidationError, part: ValidationError) -> int:
    """How far below the value of the union a part's error is."""
    return len(part.instance_path) - len(error.instance_path)


def _weigh_branch(error: ValidationError, branch: Sequence[ValidationError]) -> tuple[int, int]:
    """How little a branch fits: errors of what tells branches apart, and others."""
    weights = [_weigh(error, each) for each in branch]
    return sum(weights), weights.count(0)


def _weigh(error: ValidationError, part: ValidationError) -> int:
    name, depth = part.kind.name, _depth(error, part)
    if depth == 1 and name in ("const", "enum"):
        return CONSTANT if name == "const" or len(part.kind.value) == 1 else CHOICE
    is_name = name in ("required", "additionalProperties", "unevaluatedProperties")
    return NAMES if is_name and not depth else 0
