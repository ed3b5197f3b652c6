"""The state of a draft, and edits of it, as values."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from playground.drafts.metadata import Metadata
from playground.jsontext.splices import Splice

# The values of an edit of kind `body`: whether the body is sent.
SEND, LEAVE_OUT = "send", "leave-out"


@dataclass(frozen=True)
class State:
    """All that an edit can change. `connection` is the connection's id as text, or empty."""

    text: str
    metadata: Metadata = field(default_factory=Metadata)
    path_values: Mapping[str, str] = field(default_factory=dict)
    connection: str = ""
    variant: str = ""


Edited = tuple[State, Splice]


@dataclass(frozen=True)
class Edit:
    """What somebody did, at one pointer.

    `value` is JSON text where it becomes a value of the document, plain text otherwise.
    `order` is the schema's order of keys, for a key that is new. `index` and `to` are indexes in
    an array. `parts` are the edits of a compound one. A `splice` of the JSON editor's text has
    its offset (in characters) as `index` and the text it removes as `removed`.
    """

    kind: str
    pointer: str = ""
    value: str = ""
    index: int = 0
    to: int = 0
    order: Sequence[str] = ()
    parts: Sequence[Edit] = ()
    removed: str = ""

    @property
    def splice(self) -> Splice:
        """The splice of the JSON editor's text, for the kind `splice`."""
        return Splice(self.index, self.removed, self.value)


class InvalidEdit(ValueError):
    """The edit doesn't fit the draft as it is now; the text is a message for people."""
