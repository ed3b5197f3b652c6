"""Read the documented `x-` keys of operations and documents (see the package)."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from playground.openapi.credentials import Credential, CredentialField, CredentialScheme
from playground.openapi.entries import DocumentFault
from playground.openapi.values import Deduplication, VerdictRule

# The verdict rules of documents without `x-verdict`.
VERDICT = VerdictRule(
    accepted=("{api} answered {answered}",),
    refused=("Refused by {api}: {reason} (status {status})", "Refused by {api} (status {status})"),
)


def read_credential(entry: Mapping[str, Any]) -> Credential:
    """The credential that `x-credential` describes."""
    fields = tuple(CredentialField(**each) for each in entry["fields"])
    schemes = tuple(
        CredentialScheme(**{key: _pairs(value) for key, value in each.items()})
        for each in entry["schemes"]
    )
    return Credential(fields, schemes)


def _pairs(value: Any) -> Any:
    return tuple(value.items()) if isinstance(value, Mapping) else value


def read_extensions(
    raw: Mapping[str, Any], pointer: str, faults: list[DocumentFault]
) -> dict[str, Any]:
    """The Operation fields set by `x-` keys; unusable keys are reported."""
    found: dict[str, Any] = {"verdict": VERDICT}
    for key, (name, read) in EXTENSIONS.items():
        if key not in raw:
            continue
        try:
            found[name] = read(raw[key])
        except (KeyError, TypeError, ValueError, AttributeError):
            faults.append(DocumentFault(f"{pointer}/{key}", f"`{key}` has an invalid value."))
    return found


def _read_verdict(entry: Mapping[str, Any]) -> VerdictRule:
    equals = entry.get("equals")
    values = entry.get("values", {})
    return VerdictRule(
        accepted=_messages(entry["accepted"]),
        refused=_messages(entry["refused"]),
        equals=(equals["pointer"], equals["value"]) if equals else None,
        values={name: tuple(pointers) for name, pointers in values.items()},
        job=entry.get("job", ""),
    )


def _messages(value: str | Sequence[str]) -> tuple[str, ...]:
    """One or several messages; the first one whose placeholders can all be filled is shown."""
    messages = (value,) if isinstance(value, str) else tuple(value)
    if not messages or not all(isinstance(each, str) for each in messages):
        raise ValueError("no messages")
    return messages


def _read_names(value: Mapping[str, str]) -> dict[str, str]:
    if not all(isinstance(each, str) for each in value.values()):
        raise ValueError("no names")
    return dict(value)


EXTENSIONS: Mapping[str, tuple[str, Callable[[Any], Any]]] = {
    "x-verdict": ("verdict", _read_verdict),
    "x-unknown-advice": ("unknown_advice", _messages),
    "x-harmless": ("harmless", bool),
    "x-deduplication": ("deduplication", lambda value: Deduplication(**value)),
    "x-max-bytes": ("max_bytes", int),
    "x-repeat": ("repeat", _read_names),
    "x-ends-repeat": ("ends_repeat", str),
}
