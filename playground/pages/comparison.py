"""What two sides of a comparison are, and how they differ: by field and line by line."""

from __future__ import annotations

import difflib
import uuid
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _

from playground.calls.content import decode_body
from playground.calls.masking import format_masked
from playground.drafts.drafts import find_draft
from playground.drafts.models import Draft
from playground.history.bodies import read_body, read_reply_headers, read_request
from playground.history.models import Exchange
from playground.history.queries import find_exchange
from playground.jsontext.diff import (
    SAME,
    Difference,
    DiffRow,
    compare_trees,
    is_ignored,
    print_side_by_side,
    to_pattern,
)
from playground.jsontext.errors import JSONSyntaxError
from playground.jsontext.parsing import parse
from playground.openapi.operations import list_operations
from playground.pages.header_diff import Headers
from playground.people.models import Person
from playground.sending.resending import read_sent_state

LONGEST = 3_000_000
MOST_ROWS = 1_500
MOST_FIELDS = 300
CONTEXT = 3


@dataclass(frozen=True)
class Side:
    """An exchange or a draft, as plain texts. `reply` is None for a draft, and for an
    exchange without an answer. `facts` are what stands beside the document, by title;
    `request_headers` are masked, and None where nothing was sent."""

    id: uuid.UUID
    kind: str
    operation: str
    title: str
    when: datetime
    request: str
    reply: str | None = None
    facts: dict[str, str] = field(default_factory=dict)
    outcome: str = ""
    request_headers: Headers | None = None
    reply_headers: Headers | None = None


@dataclass(frozen=True)
class Compared:
    """`fields` by pointer, `ignored` how many were left out, `rows` side by side; a row of
    None stands for equal lines that are left out."""

    fields: tuple[Difference, ...] = ()
    ignored: int = 0
    rows: tuple[DiffRow | None, ...] = ()
    more: bool = False
    sentence: str = ""

    @property
    def volatile(self) -> list[str]:
        """Patterns of the fields that look like ids and times."""
        found = (to_pattern(each.pointer) for each in self.fields if each.is_volatile)
        return list(dict.fromkeys(pointer for pointer in found if pointer))

    @property
    def shown_fields(self) -> list[tuple[Difference, str]]:
        return [(each, to_pattern(each.pointer)) for each in self.fields[:MOST_FIELDS]]


def find_side(person: Person, sent: str, sent_text: bool) -> Side | None:
    """What the id names: an exchange this person may see, or a draft of their own.

    `sent_text` asks for the body as it went out (masked); else for the document as it stood
    in the draft, references unresolved, which is what a draft can be compared with.
    """
    try:
        wanted = uuid.UUID(sent)
    except ValueError:
        return None
    exchange = find_exchange(person, wanted)
    if exchange is not None:
        return _read_exchange(exchange, sent_text)
    try:
        return _read_draft(find_draft(person, wanted))
    except Draft.DoesNotExist:
        return None


def is_draft(person: Person, sent: str) -> bool:
    side = find_side(person, sent, True)
    return side is not None and side.kind == "draft"


def compare_sides(before: str, after: str, ignore: Sequence[str]) -> Compared:
    """JSON by pointer, anything else by its lines."""
    if max(len(before), len(after)) > LONGEST:
        same = before == after
        return Compared(
            sentence=_("Equal, byte for byte.")
            if same
            else _("They differ, and are too long to be shown side by side.")
        )
    try:
        return _compare_json(parse(before), parse(after), ignore)
    except JSONSyntaxError:
        rows = _beside_lines(before.splitlines(), after.splitlines())
        return _folded(Compared(), rows)


def _compare_json(before: Any, after: Any, ignore: Sequence[str]) -> Compared:
    every = compare_trees(before, after)
    kept = tuple(each for each in every if not is_ignored(each.pointer, ignore))
    compared = Compared(kept, len(every) - len(kept))
    return _folded(compared, print_side_by_side(before, after, ignore))


def _folded(compared: Compared, rows: list[DiffRow]) -> Compared:
    """Only what differs, and three equal lines around it."""
    near = [False] * len(rows)
    for number, row in enumerate(rows):
        if row.kind != SAME:
            first, last = max(0, number - CONTEXT), min(len(rows), number + CONTEXT + 1)
            near[first:last] = [True] * (last - first)
    shown: list[DiffRow | None] = []
    for row, is_near in zip(rows, near, strict=True):
        if is_near:
            shown.append(row)
        elif not shown or shown[-1] is not None:
            shown.append(None)
    if shown == [None]:
        return replace(compared, sentence=_("There is no difference."))
    return replace(compared, rows=tuple(shown[:MOST_ROWS]), more=len(shown) > MOST_ROWS)


def _beside_lines(before: list[str], after: list[str]) -> list[DiffRow]:
    if len(before) * len(after) > 4_000_000:
        before, after = before[:2000], after[:2000]
    rows: list[DiffRow] = []
    matcher = difflib.SequenceMatcher(None, before, after, autojunk=False)
    for kind, i, i_end, j, j_end in matcher.get_opcodes():
        for step in range(max(i_end - i, j_end - j)):
            one = before[i + step] if i + step < i_end else None
            other = after[j + step] if j + step < j_end else None
            name = SAME if kind == "equal" else _kind_of(one, other)
            rows.append(DiffRow(one, other, name, ""))
    return rows


def _kind_of(one: str | None, other: str | None) -> str:
    return "added" if one is None else "removed" if other is None else "changed"


def _read_exchange(exchange: Exchange, sent_text: bool) -> Side:
    masked = read_request(exchange)
    request = format_masked(masked.body) if masked and masked.body is not None else ""
    if not sent_text:
        sent = read_sent_state(exchange)
        request = sent.text if sent else request
    reply = None
    if exchange.reply_body is not None:
        reply = decode_body(read_body(exchange.reply_body), exchange.content_type).text
    facts = {
        _("Connection"): exchange.connection_name,
        **_paths(exchange.path_values),
        _("Request"): f"{exchange.method} {exchange.url}",
        _("Status"): f"{exchange.status or '–'} {exchange.reason}",
        _("Content type"): exchange.content_type,
        _("Verdict"): exchange.message,
    }
    title = exchange.name or title_of(exchange.operation)
    return Side(
        exchange.id,
        "exchange",
        exchange.operation,
        title,
        exchange.started_at,
        request,
        reply,
        facts,
        exchange.outcome,
        [(name, format_masked(value)) for name, value in masked.headers] if masked else None,
        read_reply_headers(exchange) if exchange.reply_head_id else None,
    )


def _read_draft(draft: Draft) -> Side:
    name = draft.connection.name if draft.connection else ""
    facts = {_("Connection"): name, **_paths(draft.path_values)}
    title = draft.name or title_of(draft.operation)
    return Side(
        draft.id, "draft", draft.operation, title, draft.changed_at, draft.text, None, facts
    )


def _paths(values: dict[str, str]) -> dict[str, str]:
    return {name: str(value) for name, value in values.items()}


def title_of(operation_id: str) -> str:
    return next((o.title for o in list_operations() if o.id == operation_id), operation_id)
