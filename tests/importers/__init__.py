"""Pasted texts, and what is made of them: a result or a rejection."""

from playground.importers import Imported, OperationShape, Rejected, import_text

OPERATIONS = (
    OperationShape(
        "launch",
        "POST",
        "/workflows/{workflow_uid}/schedule",
        ("inputs", "job_name", "steps", "repeat_option"),
        "inputs",
    ),
    OperationShape("account", "POST", "/integrations/{integration_uid}/accounts", ("account",)),
    OperationShape(
        "engage", "POST", "/workflows/start", ("token", "id", "matching", "email", "profile_id")
    ),
)


def paste(text: str) -> Imported:
    """The result of a text; fails if it is rejected."""
    found = import_text(text, OPERATIONS)
    assert isinstance(found, Imported), found
    return found


def refuse(text: str) -> str:
    """The message that a text is rejected with; fails if it is accepted."""
    found = import_text(text, OPERATIONS)
    assert isinstance(found, Rejected), found
    return found.message


def check_spans(text: str, found: Imported) -> None:
    """The spans are in order, don't overlap, and cover the text."""
    at = 0
    for start, end, fate in found.spans:
        assert start == at < end, found.spans
        assert fate in ("read", "repaired", "left out")
        at = end
    assert at == len(text)
