"""Report the places of a body that need a file and have none yet."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from playground.calls.bodies import find_body_kind
from playground.calls.file_parts import list_empty_files
from playground.jsontext.errors import JSONSyntaxError
from playground.jsontext.parsing import parse
from playground.jsontext.pointers import lines_of
from playground.openapi.parameters import RequestBody
from playground.rules.problems import Problem, make_problem
from playground.rules.wording import label_value


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
