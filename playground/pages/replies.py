"""An exchange as people read it: verdict, figures, body, headers, request."""

import re
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from playground.calls.content import (
    CSV,
    DETECTION_BYTES,
    JSON,
    TEXT,
    XML,
    CsvTable,
    DecodedText,
    decode_body,
    detect_kind,
    format_opening,
    indent_xml,
    read_csv_rows,
)
from playground.calls.masking import format_masked
from playground.calls.snippets import LANGUAGES, Language, UnsupportedCall, write_snippet
from playground.calls.values import MaskedCall, Outcome
from playground.history.bodies import read_body, read_body_start, read_reply_headers, read_request
from playground.history.models import Exchange
from playground.jsontext.errors import JSONSyntaxError
from playground.jsontext.printing import format_json
from playground.workspace.files import inline_files
from playground.workspace.models import Connection

PARTS = ("body", "raw", "headers", "request", "code")
# A body of that many characters comes with the page and is laid out here; of a longer one the
# first part comes, the rest is fetched when it is near, and the browser lays it out.
WHOLE, HEAD = 65_536, 12_288
ROWS = 200
LONGEST_LEAD = 40
UID = re.compile(r"\b[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}\b", re.IGNORECASE)
DELAYS = (0.5, 0.5, 1, 1, 1, 2, 2, 3)
LONGEST_DELAY = 5

WORDS: Mapping[str, object] = {
    Outcome.SENDING: gettext_lazy("sending"),
    Outcome.ACCEPTED: gettext_lazy("accepted"),
    Outcome.REFUSED: gettext_lazy("refused"),
    Outcome.HTTP_ERROR: gettext_lazy("HTTP error"),
    Outcome.NOT_SENT: gettext_lazy("not sent"),
    Outcome.UNKNOWN: gettext_lazy("unknown"),
}
ICONS: Mapping[str, str] = {
    Outcome.SENDING: "running",
    Outcome.ACCEPTED: "accepted",
    Outcome.REFUSED: "refused",
    Outcome.HTTP_ERROR: "refused",
    Outcome.NOT_SENT: "not_sent",
    Outcome.UNKNOWN: "unknown",
}
KINDS: Mapping[str, str] = {
    Outcome.SENDING: "running",
    Outcome.ACCEPTED: "accepted",
    Outcome.REFUSED: "refused",
    Outcome.HTTP_ERROR: "error",
    Outcome.NOT_SENT: "not-sent",
    Outcome.UNKNOWN: "unknown",
}


@dataclass(frozen=True)
class ReplyView:
    """What the fragment `history/_reply.html` draws. `part` is the open tab, `tries` how
    often the page has asked after a send that is still under way."""

    exchange: Exchange
    part: str = "body"
    tries: int = 0
    language: str = "curl"

    @property
    def kind(self) -> str:
        return KINDS.get(self.exchange.outcome, "note")

    @property
    def icon(self) -> str:
        return ICONS.get(self.exchange.outcome, "note")

    @property
    def word(self) -> object:
        return WORDS.get(self.exchange.outcome, self.exchange.outcome)

    @property
    def sentence(self) -> str:
        if self.exchange.under_way:
            return _("Sending. No answer yet.")
        return shorten_uids(self.exchange.message)

    @property
    def lead(self) -> str:
        """The first words of the verdict, up to their colon: `Launched:`."""
        head, colon, _rest = self.sentence.partition(": ")
        return head + ":" if colon and len(head) <= LONGEST_LEAD else ""

    @property
    def rest(self) -> str:
        return self.sentence[len(self.lead) :].lstrip()

    @property
    def may_insist(self) -> bool:
        """Answered from the API's memory, and the draft is there to be sent anyway."""
        return self.exchange.code == "repeated" and self.exchange.draft_id is not None

    @property
    def submission(self) -> uuid.UUID:
        """The idempotency key of the next submission."""
        return uuid.uuid4()

    @property
    def protected(self) -> str:
        """The name to type where the connection is protected."""
        if self.exchange.connection_id is None:
            return ""
        rows = Connection.objects.filter(id=self.exchange.connection_id, protected=True)
        return rows.values_list("name", flat=True).first() or ""

    @property
    def delay(self) -> float:
        """Seconds until the page asks again: soon at first, then more and more seldom."""
        return DELAYS[self.tries] if self.tries < len(DELAYS) else LONGEST_DELAY

    @property
    def next_try(self) -> int:
        return self.tries + 1

    @property
    def open_part(self) -> str:
        """Without an answer there is only what was sent."""
        answered = self.exchange.status is not None
        return self.part if answered or self.part in ("request", "code") else "request"

    @property
    def milliseconds(self) -> int:
        return round(self.exchange.seconds * 1000)

    @property
    def first_byte_milliseconds(self) -> int:
        return round(self.exchange.seconds_to_first_byte * 1000)

    @cached_property
    def size(self) -> int:
        return self.exchange.reply_body.size if self.exchange.reply_body else 0

    @cached_property
    def start(self) -> bytes:
        """The first part, all that the page itself needs."""
        body = self.exchange.reply_body
        start = read_body_start(body, DETECTION_BYTES) if body else b""
        return start if start.strip() else read_body(body)

    @cached_property
    def said(self) -> DecodedText:
        """The first part as text, and how its charset was found."""
        return decode_body(self.start, self.exchange.content_type)

    @cached_property
    def text(self) -> str:
        """All of it. What is longer than the first part is unpacked only for this."""
        if self.size <= len(self.start):
            return self.said.text
        return decode_body(read_body(self.exchange.reply_body), self.exchange.content_type).text

    @property
    def is_whole(self) -> bool:
        """Whether all of it comes with the page."""
        return self.size <= WHOLE

    @cached_property
    def body_kind(self) -> str:
        """What the Body tab draws: json, csv, xml, html, text, binary or empty."""
        kind = detect_kind(self.start, self.exchange.content_type)
        if kind == JSON and self.is_whole and self._laid is None:
            return TEXT
        return TEXT if kind == CSV and self.table is None else kind

    @cached_property
    def _laid(self) -> str | None:
        try:
            return format_json(self.said.text)
        except JSONSyntaxError:
            return None

    @cached_property
    def table(self) -> CsvTable | None:
        return read_csv_rows(self.said.text, 0, ROWS) or read_csv_rows(self.text, 0, ROWS)

    @cached_property
    def head(self) -> str:
        """What comes with the page of the open tab; a short one is laid out."""
        if not self.is_whole:
            return self.said.text[:HEAD]
        if self.part != "raw" and self.body_kind == XML:
            return indent_xml(self.said.text)
        return (self._laid if self.layout == JSON else None) or self.said.text

    @property
    def next(self) -> int | None:
        """Where the rest begins, in characters; None when all of it is here."""
        return None if self.is_whole else HEAD

    @property
    def layout(self) -> str:
        """How the browser draws the lines: `json` and `xml` are laid out there, piece by piece;
        JSON is folded too."""
        laid_out_there = self.body_kind == JSON or (self.body_kind == XML and not self.is_whole)
        return self.body_kind if self.part == "body" and laid_out_there else "plain"

    @property
    def opening(self) -> list[str]:
        """The first lines, to be read before any script has run."""
        return format_opening(self.head, self.layout)

    @property
    def code(self) -> str:
        """The request in a language; secrets are environment variables there."""
        if self.request is None:
            return ""
        try:
            return write_snippet(self.language, inline_files(self.request))
        except UnsupportedCall as reason:
            return reason.message

    @property
    def languages(self) -> Sequence[Language]:
        return LANGUAGES

    @cached_property
    def headers(self) -> list[tuple[str, str]]:
        return read_reply_headers(self.exchange)

    @cached_property
    def request(self) -> MaskedCall | None:
        return read_request(self.exchange)

    @property
    def request_headers(self) -> list[tuple[str, str]]:
        request = self.request
        return [(name, format_masked(value)) for name, value in request.headers] if request else []

    @property
    def request_body(self) -> str:
        request = self.request
        return format_masked(request.body) if request and request.body is not None else ""


def shorten_uids(text: str) -> str:
    """UIDs in a sentence as people tell them apart: both ends."""
    return UID.sub(lambda found: f"{found[0][:4]}…{found[0][-4:]}", text)


def view_reply(
    exchange: Exchange, part: str = "body", tries: int = 0, language: str = ""
) -> ReplyView:
    """What a page puts into its context as `reply` before it includes the fragment."""
    known = {each.id for each in LANGUAGES}
    chosen = language if language in known else LANGUAGES[0].id
    return ReplyView(exchange, part if part in PARTS else "body", max(0, min(tries, 1000)), chosen)
