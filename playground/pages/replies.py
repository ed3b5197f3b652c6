"""An exchange as people see it: verdict, figures, body, headers, request."""

import re
import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

from django.template.loader import render_to_string
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from playground.calls.content import (
    BINARY,
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
    looks_like_text,
    read_csv_rows,
)
from playground.calls.masking import format_masked
from playground.calls.snippets import LANGUAGES, UnsupportedCall, write_snippet
from playground.calls.values import MaskedCall, Outcome
from playground.history.bodies import read_body, read_body_start, read_reply_headers, read_request
from playground.history.models import Exchange
from playground.jsontext.errors import JSONSyntaxError
from playground.jsontext.printing import format_json
from playground.network.redirects import REDIRECTS, hide_user
from playground.pages.job_states import JobState, describe_following, describe_job_states
from playground.pages.responses import poll_delay
from playground.sending.completing import log_error
from playground.sending.file_access import find_openable_files
from playground.workspace.file_access import find_file_ids, find_held_files
from playground.workspace.files import inline_files
from playground.workspace.models import Connection

PARTS = ("body", "raw", "headers", "request", "code")
# Bytes of a body that comes with the page and is formatted here. Of a longer one the first
# characters come, the rest is loaded on scrolling and formatted by the browser.
MAX_WHOLE, MAX_HEAD = 65_536, 12_288
ROWS = 200
MAX_LOCATION, MAX_LEAD = 500, 40
SNIFFED = 4096
UID = re.compile(r"\b([0-9a-f]{4})[0-9a-f]{4}(?:-[0-9a-f]{4}){3}-[0-9a-f]{8}([0-9a-f]{4})\b", re.I)

WORDS: Mapping[str, object] = {
    Outcome.SENDING: gettext_lazy("sending"),
    Outcome.ACCEPTED: gettext_lazy("accepted"),
    Outcome.REFUSED: gettext_lazy("refused"),
    Outcome.HTTP_ERROR: gettext_lazy("HTTP error"),
    Outcome.NOT_SENT: gettext_lazy("not sent"),
    Outcome.UNKNOWN: gettext_lazy("unknown"),
}
# The colour of an outcome, and its icon: never colour alone.
KINDS: Mapping[str, str] = {
    Outcome.SENDING: "running",
    Outcome.ACCEPTED: "accepted",
    Outcome.REFUSED: "refused",
    Outcome.HTTP_ERROR: "error",
    Outcome.NOT_SENT: "not-sent",
    Outcome.UNKNOWN: "unknown",
}
ICONS: Mapping[str, str] = {
    Outcome.SENDING: "running",
    Outcome.ACCEPTED: "accepted",
    Outcome.REFUSED: "refused",
    Outcome.HTTP_ERROR: "refused",
    Outcome.NOT_SENT: "not_sent",
    Outcome.UNKNOWN: "unknown",
}


@dataclass(frozen=True)
class ReplyView:
    """What the fragment `history/_reply.html` draws.

    `part` is the requested tab and `open_part` the one that is shown. `lead` is the beginning of
    the message up to its colon (`Launched:`), `rest` what follows. `delay` is in seconds until
    the page polls again, `next_try` the number of that poll. `next` is the character at which the
    rest of a long body begins, None if all of it comes with the page. `may_send_anyway` says
    that the API replied from its cache, and that there is a draft to send again.

    What belongs to a tab is read when the tab is drawn.
    """

    exchange: Exchange
    part: str
    open_part: str
    language: str
    kind: str
    icon: str
    message: str
    lead: str
    rest: str
    delay: float
    next_try: int
    milliseconds: int
    first_byte_milliseconds: int
    next: int | None
    under_way: bool
    may_send_anyway: bool

    languages = LANGUAGES

    @property
    def submission(self) -> uuid.UUID:
        """A new idempotency key for "Send anyway"."""
        return uuid.uuid4()

    # Read from the connection, not the exchange: it may have been protected since.
    @property
    def protected(self) -> str:
        """The name to type if the connection is protected."""
        connection_id = self.exchange.connection_id
        if connection_id is None:
            return ""
        rows = Connection.objects.filter(id=connection_id, protected=True)
        return rows.values_list("name", flat=True).first() or ""

    @cached_property
    def job(self) -> JobState | None:
        """What became of the job that this launched."""
        return describe_job_states([self.exchange], "reply").get(self.exchange.number)

    @property
    def follow(self) -> dict[str, object]:
        return describe_following([self.job] if self.job else [], "reply")

    @property
    def tabs(self) -> SafeString:
        """The tabs; a sentence in their place if they can't be drawn."""
        # A body may be anything; the verdict must be readable regardless.
        try:
            return render_to_string("history/_tabs.html", {"reply": self})
        except Exception as error:
            log_error("Drawing a reply", self.exchange, error)
            return render_to_string("history/_broken.html", {"reply": self})

    @cached_property
    def start(self) -> bytes:
        """The first bytes, which tell what kind of body this is."""
        body = self.exchange.reply_body
        start = read_body_start(body, DETECTION_BYTES) if body else b""
        # Blank lines at the start would hide what comes after them.
        return start if start.strip() else read_body(body)

    @cached_property
    def decoded(self) -> DecodedText:
        """The first bytes as text, and how their charset was found."""
        return decode_body(self.start, self.exchange.content_type)

    @cached_property
    def text(self) -> str:
        """The whole body as text. Unpacking a long one takes time: most pages don't need it."""
        body = self.exchange.reply_body
        if body is None or body.size <= len(self.start):
            return self.decoded.text
        return decode_body(read_body(body), self.exchange.content_type).text

    @cached_property
    def body_kind(self) -> str:
        """What the Body tab draws: json, csv, xml, html, text, binary or empty."""
        kind = detect_kind(self.start, self.exchange.content_type)
        # Compressed bytes may happen to look like text.
        if self.exchange.unreadable and not looks_like_text(self.start[:SNIFFED]):
            return BINARY
        # The content type is a claim: what can't be parsed is shown as text.
        if kind == JSON and self.next is None and self.formatted is None:
            return TEXT
        return TEXT if kind == CSV and self.table is None else kind

    @cached_property
    def formatted(self) -> str | None:
        """The body as formatted JSON; None if it isn't JSON."""
        try:
            return format_json(self.decoded.text)
        except JSONSyntaxError:
            return None

    @cached_property
    def table(self) -> CsvTable | None:
        """The first rows of a CSV body."""
        return read_csv_rows(self.decoded.text, 0, ROWS) or read_csv_rows(self.text, 0, ROWS)

    @cached_property
    def head(self) -> str:
        """The text that comes with the page of the open tab."""
        if self.next is not None:
            return self.decoded.text[: self.next]
        if self.part != "raw" and self.body_kind == XML:
            return indent_xml(self.decoded.text)
        return (self.formatted if self.layout == JSON else None) or self.decoded.text

    @cached_property
    def layout(self) -> str:
        """How the browser formats the lines: `json` (folded too), `xml` or `plain`."""
        formats = self.body_kind == JSON or (self.body_kind == XML and self.next is not None)
        return self.body_kind if self.part == "body" and formats else "plain"

    @property
    def opening(self) -> list[str]:
        """The first lines, readable before any script has run."""
        return format_opening(self.head, self.layout)

    @property
    def unfollowed(self) -> str:
        """Where the reply redirects to, if that wasn't followed."""
        if self.exchange.status not in REDIRECTS:
            return ""
        location = next((v for name, v in self.headers if name.lower() == "location"), "")
        return hide_user(location)[:MAX_LOCATION]

    @property
    def code(self) -> str:
        """The request in a language; its secrets are environment variables there."""
        if self.request is None:
            return ""
        try:
            # By the sender, not the viewer: a shared exchange shows what its sender could send.
            ids = find_file_ids(self.request_body)
            sent = find_held_files(self.exchange.id)
            sent |= find_openable_files(self.exchange.person, ids - sent)
            return write_snippet(self.language, inline_files(self.request, sent))
        except UnsupportedCall as reason:
            return reason.message

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


def view_reply(
    exchange: Exchange, part: str = "body", tries: int = 0, language: str = ""
) -> ReplyView:
    """Return what the fragment needs as `reply`; unknown parts and languages are ignored.

    `tries` is how often the page has polled for the end of this send.
    """
    outcome, body = exchange.outcome, exchange.reply_body
    under_way = outcome == Outcome.SENDING
    # Whole UIDs would fill the line; they are in the body and in the link to the job.
    message = describe_state(exchange) if under_way else shorten_uids(exchange.message)
    head, colon, _rest = message.partition(": ")
    lead = head + ":" if colon and len(head) <= MAX_LEAD else ""
    part = part if part in PARTS else "body"
    # Without a reply there is only what was sent.
    has_part = exchange.status is not None or part in ("request", "code")
    return ReplyView(
        exchange=exchange,
        part=part,
        open_part=part if has_part else "request",
        language=language if language in {each.id for each in LANGUAGES} else LANGUAGES[0].id,
        kind=KINDS.get(outcome, "note"),
        icon=ICONS.get(outcome, "note"),
        message=message,
        lead=lead,
        rest=message[len(lead) :].lstrip(),
        delay=poll_delay(tries) if under_way else 0,
        next_try=tries + 1,
        milliseconds=round(exchange.seconds * 1000),
        first_byte_milliseconds=round(exchange.seconds_to_first_byte * 1000),
        next=MAX_HEAD if body is not None and body.size > MAX_WHOLE else None,
        under_way=under_way,
        may_send_anyway=exchange.code == "repeated" and exchange.draft_id is not None,
    )


def describe_state(exchange: Exchange) -> str:
    """Return a message about a send that hasn't ended; empty for others."""
    if exchange.is_queued:
        return _("Waiting for a worker. Nothing has been sent yet.")
    return _("Sending. No reply yet.") if exchange.under_way else ""


def shorten_uids(text: str) -> str:
    """Return the text with only both ends of UIDs, by which people tell them apart."""
    return UID.sub(r"\1…\2", text)
