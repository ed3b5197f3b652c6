"""Decides what a pasted text is, and has it read by the readers that it looks like."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from playground.importers import (
    bare_json,
    curl,
    har,
    http_files,
    javascript,
    postman,
    powershell,
    python,
    urls,
)
from playground.importers.prompts import strip_fence
from playground.importers.results import conclude
from playground.importers.values import OperationShape, Refused, Request, Understood, Unreadable
from playground.jsontext.errors import JSONSyntaxError
from playground.jsontext.parsing import Tree, try_parse

Find = Callable[[str], list[Request]]
READERS: tuple[tuple[Callable[[str], bool], Find], ...] = (
    (curl.looks_like, curl.find_requests),
    (powershell.looks_like, powershell.find_requests),
    (http_files.looks_like, http_files.find_requests),
    (python.looks_like, python.find_requests),
    (javascript.looks_like, javascript.find_requests),
    (bare_json.looks_like, bare_json.find_requests),
)
# The rest of such a command would make a draft that misses what it sends.
FINAL = frozenset({"open-quote", "curl-file", "curl-stdin", "curl-upload", "too-large"})
NOT_UNDERSTOOD = (
    "Nothing here can be read as a request or a payload. It takes a cURL command, JSON, a Postman "
    "or HAR export, the text of an HTTP request, a Python, JavaScript or PowerShell snippet, or "
    "the address of a job."
)


def understand(text: str, operations: Sequence[OperationShape] = ()) -> Understood | Refused:
    """What a pasted text gives: a draft, or one sentence why not; never an exception.

    Nothing in the text is run, and no file or address named in it is read. Time grows with
    the length of the text.
    """
    plain = _clean(text)
    if not plain.strip():
        return Refused("Nothing was pasted.", "empty")
    if urls.looks_like(plain):
        return urls.read_address(plain, operations)
    try:
        return _understand(plain, operations)
    except Unreadable as problem:
        return problem.refused
    except JSONSyntaxError as problem:
        return Refused(problem.message, problem.code)
    except RecursionError:
        return Refused("The text is nested too deep to be read.", "too-deep")


def _clean(text: str) -> str:
    """Without byte-order mark and fence; halves of characters give way to a mark."""
    whole = text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    return strip_fence(whole.removeprefix("\ufeff"))


def _understand(text: str, operations: Sequence[OperationShape]) -> Understood | Refused:
    if text.lstrip()[:1] in ("{", "["):
        found = _structured(text)
        if found is not None:
            return conclude(found, operations)
    first: Unreadable | None = None
    for looks_like, find in READERS:
        if not looks_like(text):
            continue
        try:
            return conclude(find(text), operations)
        except Unreadable as problem:
            if problem.refused.code in FINAL:
                return problem.refused
            first = first or problem
    return first.refused if first else _refuse(text)


def _refuse(text: str) -> Refused:
    """Valid JSON that is a single value is told apart from what nobody understands."""
    if try_parse(text) is None:
        return Refused(NOT_UNDERSTOOD)
    return Refused(bare_json.BARE_VALUE, "bare-value")


def _structured(text: str) -> list[Request] | None:
    """The requests of JSON: a Postman or HAR export, or the payload itself; None if broken."""
    found = try_parse(text)
    if found is None:
        return None
    tree = found[0]
    if har.looks_like(tree):
        return har.find_requests(_as_mapping(tree))
    if postman.looks_like(tree):
        return postman.find_requests(_as_mapping(tree))
    return bare_json.find_requests(text)


def _as_mapping(tree: Tree) -> dict[str, Tree]:
    return tree if isinstance(tree, dict) else {}
