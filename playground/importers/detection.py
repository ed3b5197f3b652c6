"""Detects the format of pasted text and passes it to the reader of that format.

To add a format, write a module with the two functions of `Reader` and list it in one of the
registries below. A reader accounts for its text by the spans of its requests (see `spans`): its
changes are noted as repaired, the parts that it dropped as ignored. Any `Unreadable` except
`NotRecognized` ends the search.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise
from typing import Protocol
from urllib.parse import parse_qsl, urlsplit

from playground.importers import (
    bruno,
    curl,
    har,
    http_files,
    httpie,
    insomnia,
    javascript,
    json_payloads,
    php,
    postman,
    powershell,
    python,
    yaml_payloads,
)
from playground.importers.appearance import name_format
from playground.importers.credentials import Collector, mask_url
from playground.importers.environment_files import find_environment
from playground.importers.environments import build_environment
from playground.importers.left_out import refuse_most
from playground.importers.literals import join_surrogates
from playground.importers.matching import match_operation, path_segments
from playground.importers.results import build_result
from playground.importers.rewriting import WHOLE_TEXT, rewrite
from playground.importers.spans import TextEdit, TextSpan, TracedText
from playground.importers.values import (
    FoundRequest,
    Imported,
    NotRecognized,
    OperationShape,
    Pasted,
    Rejected,
    Unreadable,
    note_understood,
)
from playground.jsontext.errors import JSONSyntaxError


class Reader(Protocol):
    """A format that is read: the interface of the reader modules."""

    def looks_like(self, pasted: Pasted) -> bool:
        """Whether the text seems to be in this format. Quick, and may be wrong."""

    def find_requests(self, pasted: Pasted) -> list[FoundRequest]:
        """Every request of the text, in order. Raises Unreadable without any."""


# The first reader that recognises the text is asked first; the payload itself comes last.
JSON_READERS: tuple[Reader, ...] = (insomnia, har, postman, json_payloads)
TEXT_READERS: tuple[Reader, ...] = (
    insomnia,
    curl,
    powershell,
    bruno,
    httpie,
    http_files,
    php,
    python,
    javascript,
    yaml_payloads,
    json_payloads,
)

NO_JSON = frozenset({"no-json", "not-json", "yaml-no-payload"})
NOT_UNDERSTOOD = (
    "This couldn't be read as a request or a payload. Paste a cURL or HTTPie command, JSON, YAML, "
    "an export from Postman, Insomnia or Bruno, a HAR log, an HTTP request, a snippet in Python, "
    "JavaScript, PHP or PowerShell, or the URL of a job."
)
BYTE_ORDER_MARK = re.compile(r"\A\ufeff")
HALVES = re.compile(r"[\ud800-\udfff]+")
FENCE = re.compile(r"^[ \t]*(`{3,}+|~{3,}+)[^\n`]*+\n", re.MULTILINE)
# Anything else on the line of a fence is text rather than the name of a language.
FENCE_LABEL = re.compile(
    r"[ \t]*[`~]+[ \t]*(?:(?:jsonc?|json5|js|javascript|typescript|ts|node|py|python|pycon|sh|bash"
    r"|shell|zsh|console|curl|https?|powershell|ps1|pwsh|cmd|bat|dos|text|txt|plaintext|ya?ml|php"
    r"|ruby|java|csharp|go)\b)?",
    re.I,
)
ENCODINGS = ((b"\xef\xbb\xbf", "utf-8-sig"), (b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16"))
URL = re.compile(r"<?((?:https?://)?[\w.-]{1,253}(?::\d{1,5})?(?:/\S*?|\?\S*?))>?", re.I)
MAX_URL = 8000
JOB_SEGMENTS = ("job", "jobs", "run", "runs", "results")


def decode_pasted(data: bytes) -> str | None:
    """The text of a file in UTF-8, or in UTF-16 with a byte-order mark; None for other bytes."""
    encoding = next((name for mark, name in ENCODINGS if data.startswith(mark)), "utf-8")
    try:
        return data.decode(encoding)
    except UnicodeDecodeError:
        return None


def import_text(
    text: str, operations: Sequence[OperationShape] = (), number: int | None = None
) -> Imported | Rejected:
    """Turn pasted text into a request, or say why not. Never raises.

    Of several requests the most likely one is read, or the one with the `number`, from 1.
    Nothing in the text is run, and no file or URL named in it is opened. Runs in linear time.
    """
    pasted = _strip_wrapping(text)
    if not pasted.text.strip():
        return Rejected("Nothing was pasted.", "empty")
    # A text that is one URL and nothing else is no request: it names a job or an operation.
    url = URL.fullmatch(pasted.text.strip()) if len(pasted.text) < MAX_URL else None
    if url:
        found = _import_url(url[1], operations)
        whole = (TextSpan(0, len(text), "read"),)
        return replace(found, spans=whole) if isinstance(found, Imported) else found
    try:
        return _import_requests(pasted, operations, number)
    except Unreadable as problem:
        return problem.rejected
    except JSONSyntaxError as problem:
        return Rejected(problem.message, problem.code)
    except RecursionError:
        return Rejected("The text is nested too deeply to be read.", "too-deep")


def _strip_wrapping(text: str) -> Pasted:
    """The text without its byte-order mark, and only the inside of its first fenced block."""
    traced = TracedText(text, _join_halves(text)).replace(BYTE_ORDER_MARK, fate="read")
    inner, opening = traced.text, FENCE.search(traced.text)
    if opening:
        # A cut-off block has no closing fence: the rest of the text is inside.
        closing = inner.find(f"\n{opening[1]}", opening.end() - 1)
        label = FENCE_LABEL.match(inner, opening.start())
        read_to = label.end() if label else opening.start()
        edits = [
            TextEdit(0, opening.start(), "", None),
            TextEdit(opening.start(), read_to, "", "read"),
            TextEdit(read_to, opening.end(), "", None),
        ]
        if closing >= 0:
            end = closing + 1 + len(opening[1])
            closing = max(closing, opening.end())
            edits += [TextEdit(closing, end, "", "read"), TextEdit(end, len(inner), "", None)]
        traced = TracedText(traced, edits)
    traced, notes = rewrite(traced, WHOLE_TEXT)
    return Pasted(text, traced, tuple(notes))


def _join_halves(text: str) -> list[TextEdit]:
    """Join surrogate halves that JavaScript wrote; a lone one becomes U+FFFD."""
    if text.isascii() or not (found := list(HALVES.finditer(text))):
        return []
    return [TextEdit(each.start(), each.end(), join_surrogates(each.group())) for each in found]


def _import_requests(
    pasted: Pasted, operations: Sequence[OperationShape], number: int | None
) -> Imported:
    if environment := find_environment(pasted):
        return build_environment(pasted, environment)
    # A JSON document may hold a command in one of its strings: text readers never see it.
    if pasted.tree is not None:
        reader = next(each for each in JSON_READERS if each.looks_like(pasted))
        return build_result(reader.find_requests(pasted), operations, pasted, number)
    # The problem of the most likely reader explains more than that of the last one.
    first: Unreadable | None = None
    for reader in TEXT_READERS:
        if not reader.looks_like(pasted):
            continue
        try:
            return build_result(reader.find_requests(pasted), operations, pasted, number)
        # Any other rejection ends the search: another reader would silently drop the part that
        # this one can't read.
        except NotRecognized as problem:
            first = first or problem
    json_payloads.unwrap_json(pasted.text)  # has a better message for a single value
    # The apparent format says more than that the text isn't JSON.
    if (not first or first.rejected.code in NO_JSON) and name_format(pasted.text):
        raise refuse_most(pasted.text)
    raise first or Unreadable("not-understood", NOT_UNDERSTOOD)


def _import_url(url: str, operations: Sequence[OperationShape]) -> Imported | Rejected:
    """Read a URL alone: the UID of a step, or an operation and its path values."""
    try:
        step = _find_step(url)
    except ValueError:
        return Rejected("This URL can't be read.", "bad-address")
    collector = Collector()
    masked = mask_url(url, collector)
    credentials = tuple(collector.found)
    if step:
        segments = path_segments(url)
        job = next((after for part, after in pairwise(segments) if part in JOB_SEGMENTS), "")
        found = note_understood(
            "job-address",
            "This is the URL of a job. Its step has the UID {step}: choose where to put it.",
            step=step,
        )
        path_values = {"job_uid": job} if job else {}
        return Imported(
            kind="job-address",
            url=masked,
            path_values=path_values,
            credentials=credentials,
            notes=(found,),
            step_uid=step,
        )
    match = match_operation(None, url, None, operations)
    if match is None:
        return Rejected(
            "This URL matches no known operation and names no step (?step=…). "
            "URLs are never opened: paste the request itself.",
            "unknown-address",
        )
    shape = match.operation
    title = shape.title or shape.id
    found = note_understood("address", "The URL of the operation {operation}.", operation=title)
    return Imported(
        kind="address",
        operation=shape.id,
        method=shape.method,
        url=masked,
        path_values=match.path_values,
        credentials=credentials,
        notes=(found,),
    )


def _find_step(url: str) -> str | None:
    """The value of `step` in the query, or in the query of the fragment."""
    # A single-page app keeps its state in the fragment: `/#/jobs/1?step=…`.
    parts = urlsplit(url if "://" in url else f"https://{url}")
    fragment = parts.fragment.partition("?")[2]
    for key, value in parse_qsl(f"{parts.query}&{fragment}"):
        if key in ("step", "step_uid") and value.strip():
            return value.strip()
    return None
