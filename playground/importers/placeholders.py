"""Converts placeholders of other tools to our references, or notes that they have no value."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace

from playground.importers.literals import make_reference
from playground.importers.values import FoundRequest, Note, note_ignored, note_repaired
from playground.jsontext.foreign import find_foreign
from playground.jsontext.references import find_references

# These tools also fill in `{{ name }}` and `{{my name}}`, which is plain text here.
TOOLS = frozenset({"postman", "insomnia", "bruno", "http"})
VARIABLE = re.compile(r"(?<!\\)\{\{[ \t]*([^\W\d][\w .-]{0,100}?)[ \t]*\}\}")


def convert_placeholders(request: FoundRequest) -> FoundRequest:
    """The request with our references for the placeholders that mean the same.

    Others stay, with a note: the rules about references block sending them.
    """
    replaced: dict[str, str] = {}
    unset: dict[str, None] = {}

    def convert(text: str) -> str:
        # In a JSON body the quotes of an argument are escaped as `\"`.
        pieces, at = [], 0
        for each in find_foreign(text):
            ours = each.ours or _translate_escaped(each.written)
            if ours is None:
                unset.setdefault(each.written)
            else:
                replaced[each.written] = ours
                pieces += [text[at : each.start], ours]
                at = each.end
        text = "".join([*pieces, text[at:]])
        return VARIABLE.sub(_spell, text) if request.kind in TOOLS else text

    url = convert(request.url) if request.url else request.url
    headers = tuple((name, convert(value)) for name, value in request.headers)
    body = convert(request.body) if request.body else request.body
    document = convert(request.document) if request.document else request.document
    notes = tuple(_list_notes(replaced, unset))
    return replace(
        request,
        url=url,
        headers=headers,
        body=body,
        document=document,
        notes=(*request.notes, *notes),
    )


def _translate_escaped(written: str) -> str | None:
    plain = next(find_foreign(written.replace('\\"', '"')), None)
    return plain.ours if plain else None


def _spell(found: re.Match[str]) -> str:
    plain = "{{" + found[1] + "}}"
    return plain if find_references(plain) else make_reference(found[1])


def _list_notes(replaced: dict[str, str], unset: dict[str, None]) -> Iterator[Note]:
    for written, ours in replaced.items():
        message = "Replaced {written} with {ours}."
        yield note_repaired("placeholder", message, written=written, ours=ours)
    for written in unset:
        message = "{written} is a placeholder of another tool and has no value here. Enter one."
        yield note_ignored("placeholder-unset", message, written=written)
