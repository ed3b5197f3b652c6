"""The tables of the library, one module per thing people keep."""

from playground.library.models.connections import Connection, Secret
from playground.library.models.drafts import Change, Draft
from playground.library.models.files import File
from playground.library.models.jobs import KnownJob
from playground.library.models.listings import Listing
from playground.library.models.repeats import Repeat
from playground.library.models.stamps import Stamp
from playground.library.models.syncs import SyncRun
from playground.library.models.templates import (
    Favourite,
    LinkKind,
    LinkSend,
    ShareLink,
    Sharing,
    Template,
    Version,
)
from playground.library.models.workflows import Account, Workflow, WorkflowChange

__all__ = [
    "Account",
    "Change",
    "Connection",
    "Draft",
    "Favourite",
    "File",
    "KnownJob",
    "LinkKind",
    "LinkSend",
    "Listing",
    "Repeat",
    "Secret",
    "ShareLink",
    "Sharing",
    "Stamp",
    "SyncRun",
    "Template",
    "Version",
    "Workflow",
    "WorkflowChange",
]
