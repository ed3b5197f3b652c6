"""Find references to other documents, and make them local once those have been read."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import quote, unquote, urldefrag, urljoin

from playground.jsontext import pointers

# The key under which other documents are embedded, by address.
EMBEDDED = "x-documents"


def list_external_addresses(raw: Mapping[str, Any], address: str = "") -> list[str]:
    """The addresses of the documents that a document refers to, resolved against its own."""
    return list(locate_external_addresses(raw, address))


def locate_external_addresses(raw: Mapping[str, Any], address: str = "") -> dict[str, str]:
    """The same, each with the pointer of a reference to it."""
    found: dict[str, str] = {}
    for reference, pointer in _find_references(raw):
        target = _resolve(reference, address)[0]
        # `#/…` always means the document itself, whatever its address.
        if target and target != urldefrag(address)[0]:
            found.setdefault(target, pointer)
    return found


def embed_documents(
    raw: Mapping[str, Any], address: str, others: Mapping[str, Mapping[str, Any]]
) -> dict[str, Any]:
    """Embed other documents in a document and redirect its references to them.

    `others` are by absolute address and may refer to one another. References to any other
    document stay unchanged.
    """
    own = urldefrag(address)[0]
    places = {own: "", **{each: f"/{EMBEDDED}/{pointers.escape(each)}" for each in others}}
    embedded = {name: _rewrite(other, name, places) for name, other in others.items()}
    return {**_rewrite(raw, own, places), EMBEDDED: embedded}


def _resolve(reference: str, address: str) -> tuple[str, str]:
    """The absolute address and the fragment of a reference; no address if it isn't a URL."""
    try:
        return urldefrag(urljoin(address, reference))
    except ValueError:
        return "", ""


def _find_references(raw: Any) -> Iterator[tuple[str, str]]:
    waiting: list[tuple[Any, str]] = [(raw, "")]
    while waiting:
        part, pointer = waiting.pop()
        if isinstance(part, Mapping):
            reference = part.get("$ref")
            if isinstance(reference, str) and not reference.startswith("#"):
                yield reference, pointer
            inside = part.items()
            waiting += [(each, pointers.child(pointer, key)) for key, each in inside]
        elif isinstance(part, list):
            waiting += [(each, f"{pointer}/{index}") for index, each in enumerate(part)]


def _rewrite(part: Any, address: str, places: Mapping[str, str]) -> Any:
    if isinstance(part, list):
        return [_rewrite(each, address, places) for each in part]
    if not isinstance(part, Mapping):
        return part
    written = {key: _rewrite(each, address, places) for key, each in part.items()}
    if isinstance(written.get("$ref"), str):
        written["$ref"] = _rewrite_reference(written["$ref"], address, places)
    discriminator = written.get("discriminator")
    if isinstance(discriminator, dict) and isinstance(discriminator.get("mapping"), Mapping):
        # Values without a fragment may also be schema names.
        discriminator["mapping"] = {
            value: _rewrite_reference(each, address, places)
            if isinstance(each, str) and "#" in each
            else each
            for value, each in discriminator["mapping"].items()
        }
    return written


def _rewrite_reference(reference: str, address: str, places: Mapping[str, str]) -> str:
    target, fragment = _resolve(reference, address)
    # Anchors keep their names: they are looked up in the whole document.
    if target not in places or (fragment and not fragment.startswith("/")):
        return reference
    pointer = places[target] + unquote(fragment)
    return f"#{quote(pointer, safe='/~:')}"
