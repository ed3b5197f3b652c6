"""The tables of the library, one module per thing people keep."""

from playground.library.models.connections import Connection, Secret
from playground.library.models.drafts import Change, Draft
from playground.library.models.workflows import Account, Workflow

__all__ = ["Account", "Change", "Connection", "Draft", "Secret", "Workflow"]
