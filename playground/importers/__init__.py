"""Turns pasted text into a request: commands, exports, snippets, broken JSON, URLs.

A reader per format finds the requests in a text. `import_text` detects the format, matches
one request with an operation, and replaces its credentials with references.
"""

from playground.importers.detection import decode_pasted, import_text
from playground.importers.matching import operation_shapes
from playground.importers.values import (
    FoundSecret,
    Imported,
    LineChange,
    Note,
    OperationShape,
    Rejected,
    RequestChoice,
)

__all__ = [
    "FoundSecret",
    "Imported",
    "LineChange",
    "Note",
    "OperationShape",
    "Rejected",
    "RequestChoice",
    "decode_pasted",
    "import_text",
    "operation_shapes",
]
