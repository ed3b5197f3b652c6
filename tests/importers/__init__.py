"""Pasted material is understood, or refused with a sentence."""

from playground.importers import Imported, OperationShape, Rejected, import_text

OPERATIONS = (
    OperationShape(
        "launch",
        "POST",
        "/workflows/{workflow_uid}/schedule",
        ("inputs", "job_name", "steps", "repeat_option"),
    ),
    OperationShape("account", "POST", "/integrations/{integration_uid}/accounts", ("account",)),
    OperationShape(
        "engage", "POST", "/workflows/start", ("token", "id", "matching", "email", "profile_id")
    ),
)


def paste(text: str) -> Imported:
    """The draft that a text gives; fails where it is refused."""
    found = import_text(text, OPERATIONS)
    assert isinstance(found, Imported), found
    return found


def refuse(text: str) -> str:
    """The sentence a text is refused with; fails where it is understood."""
    found = import_text(text, OPERATIONS)
    assert isinstance(found, Rejected), found
    return found.message
