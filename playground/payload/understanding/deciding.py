"""Decides what a pasted text is, and has it read by the readers that it looks like."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from playground.payload.reading import NotJson, Tree, try_read
from playground.payload.understanding import (
    addresses,
    curl,
    har,
    http_text,
    javascript_code,
    json_text,
    postman,
    powershell,
    python_code,
)
from playground.payload.understanding.concluding import conclude
from playground.payload.understanding.prompts import strip_fence
from playground.payload.understanding.values import (
    OperationShape,
    Refused,
    Request,
    Understood,
    Unreadable,
)

Find = Callable[[str], list[Request]]
READERS: tuple[tuple[Callable[[str], bool], Find], ...] = (
    (curl.looks_like, curl.find_requests),
    (powershell.looks_like, powershell.find_requests),
    (http_text.looks_like, http_text.find_requests),
    (python_code.looks_like, python_code.find_requests),
    (javascript_code.looks_like, javascript_code.find_requests),
    (json_text.looks_like, json_text.find_requests),
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
    if addresses.looks_like(plain):
        return addresses.read_address(plain, operations)
    try:
        return _understand(plain, operations)
    except Unreadable as problem:
        return problem.refused
    except NotJson as problem:
        return Refused(problem.sentence, problem.code)
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
    if try_read(text) is None:
        return Refused(NOT_UNDERSTOOD)
    return Refused(json_text.BARE_VALUE, "bare-value")


def _structured(text: str) -> list[Request] | None:
    """The requests of JSON: a Postman or HAR export, or the payload itself; None if broken."""
    found = try_read(text)
    if found is None:
        return None
    tree = found[0]
    if har.looks_like(tree):
        return har.find_requests(_as_mapping(tree))
    if postman.looks_like(tree):
        return postman.find_requests(_as_mapping(tree))
    return json_text.find_requests(text)


def _as_mapping(tree: Tree) -> dict[str, Tree]:
    return tree if isinstance(tree, dict) else {}
