"""Pasted material in, a draft out: commands, exports, snippets, broken JSON, addresses.

Every reader takes text and gives requests; `understand` decides which reader it is for,
recognises the operation and takes the credentials out.
"""

from playground.importers.detection import understand
from playground.importers.values import (
    Change,
    FoundSecret,
    Note,
    OperationShape,
    Refused,
    Understood,
)

__all__ = [
    "Change",
    "FoundSecret",
    "Note",
    "OperationShape",
    "Refused",
    "Understood",
    "understand",
]
