"""Check a body as it is sent: its size, and the files that it lacks."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from playground.calls.bodies import find_body_kind
from playground.calls.file_parts import list_empty_files
from playground.jsontext.errors import JSONSyntaxError
from playground.jsontext.parsing import parse
from playground.jsontext.pointers import lines_of
from playground.jsontext.references import FILE_REFERENCE
from playground.openapi.operations import Operation
from playground.openapi.parameters import RequestBody
from playground.rules.facts import Facts
from playground.rules.problems import WARNING, Problem, make_problem
from playground.rules.wording import label_value
from playground.workspace.files import data_uri_size, format_size


def measure_body(text: str, facts: Facts) -> int:
    """Return the size of the document in bytes as sent, with its files as base64."""
    size = len(text.encode("utf-8", "replace"))
    # References are replaced by whole files, so the text alone doesn't tell the size.
    for name in FILE_REFERENCE.findall(text) if facts.files else ():
        if file := (facts.files or {}).get(name):
            size += data_uri_size(file) - len(f"{{{{file:{name}}}}}")
    return size


def check_body_size(text: str, operation: Operation, facts: Facts) -> Iterator[Problem]:
    """A warning if the body is larger than the API accepts."""
    # Only a warning: the API may have raised its documented limit.
    limit = operation.max_bytes
    if limit and (size := measure_body(text, facts)) > limit:
        params = {
            "size": format_size(size),
            "most": format_size(limit),
            "api": operation.api.title,
        }
        message = "The request body is {size}. {api} accepts at most {most}.".format_map(params)
        yield Problem("body-too-large", "", 1, WARNING, message, params)


def check_chosen_files(text: str, body: RequestBody | None) -> Iterator[Problem]:
    """A problem for each place without its file; JSON bodies never have any."""
    if body is None or find_body_kind(body) not in ("multipart", "binary"):
        return
    try:
        found = list(list_empty_files(body, parse(text)))
    except JSONSyntaxError:
        return  # reported elsewhere
    lines = lines_of(text, found) if found else {}
    for pointer in found:
        subject = label_value(body.schema, pointer) if pointer else "The body"
        yield replace(make_problem("no-file", pointer, subject=subject), line=lines[pointer])
