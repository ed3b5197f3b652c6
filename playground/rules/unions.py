"""Find the branch of a union that was probably meant by a value that matches none."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from jsonschema_rs import ValidationError, ValidationErrorKind

# How strongly each error suggests that another branch was meant. Constants and property names
# tell branches apart; invalid values inside say little.
CONSTANT, NAMES, CHOICE = 3, 2, 1


def find_wrong_choice(error: ValidationError) -> tuple[Sequence[Any], list[Any]] | None:
    """The place and the possible values of the property that tells all branches apart.

    None if there is no such property or its value is valid.
    """
    branches = [_list_choices(error, each) for each in _list_fitting(error)]
    for path, (place, _) in branches[0].items() if len(branches) > 1 else ():
        if all(path in each for each in branches):
            values = [value for each in branches for value in each[path][1]]
            return place, [value for n, value in enumerate(values) if value not in values[:n]]
    return None


def find_meant_branch(error: ValidationError) -> Sequence[ValidationError]:
    """The errors of the best-matching branch; in a tie, only errors that all of them share."""
    fitting = _list_fitting(error)
    if len(fitting) < 2:
        return fitting[0] if fitting else ()
    weighed = sorted((_weigh_branch(error, each), index) for index, each in enumerate(fitting))
    best = [fitting[index] for weight, index in weighed if weight == weighed[0][0]]
    # If `a` or numbers above 3 are allowed, "must be above 3" would be only half the truth.
    if any(not _depth(error, each) and not _weigh(error, each) for each in best[0]):
        return ()
    if len(best) == 1:
        return best[0]
    common = set.intersection(*({str(each.instance_path) for each in branch} for branch in best))
    return [each for each in best[0] if _depth(error, each) and str(each.instance_path) in common]


def _list_fitting(error: ValidationError) -> list[Sequence[ValidationError]]:
    """The errors of each branch that allows the value's type."""
    kind = error.kind
    if not isinstance(kind, ValidationErrorKind.AnyOf | ValidationErrorKind.OneOfNotValid):
        return []
    # "Null or an object" is common: for an object, only the second branch's errors help.
    return [each for each in kind.context if not any(_is_own_type(error, e) for e in each)]


def _list_choices(
    error: ValidationError, branch: Sequence[ValidationError]
) -> dict[str, tuple[Sequence[Any], list[Any]]]:
    """Properties that don't have the values required by the branch: their places and values."""
    return {
        str(each.instance_path): (
            each.instance_path,
            [each.kind.value] if each.kind.name == "const" else list(each.kind.value),
        )
        for each in branch
        if _depth(error, each) == 1 and each.kind.name in ("const", "enum")
    }


def _is_own_type(error: ValidationError, part: ValidationError) -> bool:
    return part.kind.name == "type" and not _depth(error, part)


def _depth(error: ValidationError, part: ValidationError) -> int:
    """How many levels below the union's value an error is."""
    return len(part.instance_path) - len(error.instance_path)


def _weigh_branch(error: ValidationError, branch: Sequence[ValidationError]) -> tuple[int, int]:
    """How badly a branch matches: errors in what tells branches apart, then others."""
    weights = [_weigh(error, each) for each in branch]
    return sum(weights), weights.count(0)


def _weigh(error: ValidationError, part: ValidationError) -> int:
    name, depth = part.kind.name, _depth(error, part)
    if depth and (name == "const" or (name == "enum" and len(part.kind.value) == 1)):
        return CONSTANT
    if depth == 1 and name == "enum":
        return CHOICE
    is_name = name in ("required", "additionalProperties", "unevaluatedProperties")
    return NAMES if is_name and not depth else 0
