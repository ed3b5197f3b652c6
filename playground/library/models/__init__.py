"""The tables of the library, one module per thing people keep."""

from playground.library.models.connections import Connection, Secret
from playground.library.models.drafts import Change, Draft
from playground.library.models.templates import (
    Favourite,
    LinkKind,
    LinkSend,
    ShareLink,
    Sharing,
    Template,
    Version,
)
from playground.library.models.workflows import Account, Workflow

__all__ = [
    "Account",
    "Change",
    "Connection",
    "Draft",
    "Favourite",
    "LinkKind",
    "LinkSend",
    "Secret",
    "ShareLink",
    "Sharing",
    "Template",
    "Version",
    "Workflow",
]
