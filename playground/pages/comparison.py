"""Compute how two requests, replies or documents differ: by field, by line and by header."""

from __future__ import annotations

import difflib
import uuid
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _

from playground.calls.content import decode_body, looks_like_text
from playground.calls.masking import format_masked
from playground.drafts.drafts import find_draft
from playground.drafts.models import Draft
from playground.history.bodies import read_body, read_reply_headers, read_request
from playground.history.models import Exchange
from playground.history.queries import find_exchange
from playground.jsontext import pointers
from playground.jsontext.diff import (
    ADDED,
    CHANGED,
    REMOVED,
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
from playground.pages.parameters import read_uuid
from playground.pages.templatetags.markup import operation_title
from playground.people.models import Person
from playground.sending.resending import read_sent_state

MAX_CHARACTERS = 3_000_000
MAX_ROWS, MAX_FIELDS = 1_500, 300
# Matching lines takes time in proportion to the product of their numbers.
MAX_LINE_PAIRS, LINES_THEN = 4_000_000, 2_000
CONTEXT_LINES = 3
# Ignored headers are stored like ignored pointers. No document is likely to have this key.
HEADERS_POINTER = "/#headers"

Headers = Sequence[tuple[str, str]]


@dataclass(frozen=True)
class Side:
    """An exchange or a draft to compare, as plain texts.

    `reply` is None for a draft and for an exchange without a reply. `facts` are shown above the
    document, by title. Headers are masked; they are None where nothing was sent or received.
    """

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
class Comparison:
    """Differences by field and side by side; a row of None marks skipped equal lines.

    `ignored` is how many differences were left out on request. With a message there is nothing
    else to show.
    """

    fields: tuple[Difference, ...] = ()
    ignored: int = 0
    rows: tuple[DiffRow | None, ...] = ()
    more: bool = False
    message: str = ""

    @property
    def volatile(self) -> list[str]:
        """Patterns of the fields that look like IDs and times."""
        found = (to_pattern(each.pointer) for each in self.fields if each.is_volatile)
        return list(dict.fromkeys(pointer for pointer in found if pointer))

    @property
    def shown_fields(self) -> list[tuple[Difference, str]]:
        return [(each, to_pattern(each.pointer)) for each in self.fields[:MAX_FIELDS]]


@dataclass(frozen=True)
class HeaderRow:
    """One header on both sides, empty where it is missing; repeats are separate lines."""

    name: str
    before: str
    after: str
    pattern: str

    @property
    def differs(self) -> bool:
        return self.before != self.after


def find_side(person: Person, id: str, as_sent: bool) -> Side | None:
    """A visible exchange or an own draft with this id.

    `as_sent` chooses the masked body that was sent. Otherwise the document with its references
    is used, as it was in the draft: only that can be compared with a draft.
    """
    key = read_uuid(id)
    if key is None:
        return None
    # Ids don't say what they are; the two kinds can't collide.
    exchange = find_exchange(person, key)
    if exchange is not None:
        return _read_exchange(exchange, as_sent)
    try:
        return _read_draft(find_draft(person, key))
    except Draft.DoesNotExist:
        return None


def is_draft(person: Person, id: str) -> bool:
    side = find_side(person, id, True)
    return side is not None and side.kind == "draft"


def _read_exchange(exchange: Exchange, as_sent: bool) -> Side:
    masked = read_request(exchange)
    request = format_masked(masked.body) if masked and masked.body is not None else ""
    if not as_sent:
        sent = read_sent_state(exchange)
        request = sent.text if sent else request
    # A reply without a body is an empty text; None means that there was no reply.
    reply = None
    if exchange.reply_body is not None:
        reply = _read_reply(exchange, read_body(exchange.reply_body))
    facts = {
        _("Connection"): exchange.connection_name,
        **_format_path_values(exchange.path_values),
        _("Request"): f"{exchange.method} {exchange.url}",
        _("Status"): f"{exchange.status or '–'} {exchange.reason}",
        _("Content type"): exchange.content_type,
        _("Verdict"): exchange.message,
    }
    return Side(
        exchange.id,
        "exchange",
        exchange.operation,
        exchange.name or operation_title(exchange.operation),
        exchange.started_at,
        request,
        reply,
        facts,
        exchange.outcome,
        [(name, format_masked(value)) for name, value in masked.headers] if masked else None,
        read_reply_headers(exchange) if exchange.reply_head_id else None,
    )


def _read_reply(exchange: Exchange, body: bytes) -> str:
    if exchange.unreadable and not looks_like_text(body):
        return _("The body is %(why)s.") % {"why": exchange.unreadable}
    return decode_body(body, exchange.content_type).text


def _read_draft(draft: Draft) -> Side:
    name = draft.connection.name if draft.connection else ""
    facts = {_("Connection"): name, **_format_path_values(draft.path_values)}
    title = draft.name or operation_title(draft.operation)
    when, text = draft.changed_at, draft.text
    return Side(draft.id, "draft", draft.operation, title, when, text, None, facts)


def _format_path_values(values: dict[str, str]) -> dict[str, str]:
    return {name: str(value) for name, value in values.items()}


def compare_bodies(before: str, after: str, ignore: Sequence[str]) -> Comparison:
    """Compare JSON by pointers, anything else by lines."""
    if max(len(before), len(after)) > MAX_CHARACTERS:
        same = _("Identical.")
        different = _("They differ, but are too long to show side by side.")
        return Comparison(message=same if before == after else different)
    try:
        return _compare_json(parse(before), parse(after), ignore)
    except JSONSyntaxError:
        return _collapse(Comparison(), _compare_lines(before.splitlines(), after.splitlines()))


def _compare_json(before: Any, after: Any, ignore: Sequence[str]) -> Comparison:
    found = compare_trees(before, after)
    # Compared first and filtered then, so that what was ignored can be counted.
    kept = tuple(each for each in found if not is_ignored(each.pointer, ignore))
    rows = print_side_by_side(before, after, ignore)
    return _collapse(Comparison(kept, len(found) - len(kept)), rows)


def _compare_lines(before: list[str], after: list[str]) -> list[DiffRow]:
    if len(before) * len(after) > MAX_LINE_PAIRS:
        before, after = before[:LINES_THEN], after[:LINES_THEN]
    rows: list[DiffRow] = []
    # `autojunk` would skip lines that are frequent, such as those with a bracket only.
    matcher = difflib.SequenceMatcher(None, before, after, autojunk=False)
    for tag, i, i_end, j, j_end in matcher.get_opcodes():
        for step in range(max(i_end - i, j_end - j)):
            one = before[i + step] if i + step < i_end else None
            other = after[j + step] if j + step < j_end else None
            kind = ADDED if one is None else REMOVED if other is None else CHANGED
            rows.append(DiffRow(one, other, SAME if tag == "equal" else kind, ""))
    return rows


def _collapse(comparison: Comparison, rows: list[DiffRow]) -> Comparison:
    """Keep the rows that differ and a few around them."""
    near = [False] * len(rows)
    for number, row in enumerate(rows):
        if row.kind != SAME:
            first, last = max(0, number - CONTEXT_LINES), min(len(rows), number + CONTEXT_LINES + 1)
            near[first:last] = [True] * (last - first)
    shown: list[DiffRow | None] = []
    for row, is_near in zip(rows, near, strict=True):
        if is_near:
            shown.append(row)
        elif not shown or shown[-1] is not None:
            shown.append(None)
    if shown == [None]:
        return replace(comparison, message=_("No differences."))
    return replace(comparison, rows=tuple(shown[:MAX_ROWS]), more=len(shown) > MAX_ROWS)


def compare_headers(
    before: Headers, after: Headers, ignored: Iterable[str]
) -> tuple[list[HeaderRow], int]:
    """Each header once, different ones first; and how many different ones were ignored."""
    one, other = _by_name(before), _by_name(after)
    # Names are case-insensitive (RFC 9110, section 5.1); they are shown as they were spelt.
    spelling = {name.lower(): name for name, _value in [*before, *after]}
    rows = [
        HeaderRow(
            spelling[name],
            "\n".join(one.get(name, ())),
            "\n".join(other.get(name, ())),
            pointers.child(HEADERS_POINTER, name),
        )
        for name in sorted(spelling)
    ]
    patterns = set(ignored)
    kept = [row for row in rows if row.pattern not in patterns]
    left_out = sum(row.differs for row in rows) - sum(row.differs for row in kept)
    return sorted(kept, key=lambda row: not row.differs), left_out


def _by_name(headers: Headers) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for name, value in headers:
        found.setdefault(name.lower(), []).append(value)
    return found
