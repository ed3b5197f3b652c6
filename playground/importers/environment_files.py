"""Reads environments that are pasted alone: those of Postman, Insomnia and Bruno."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from playground.importers.bruno import BrunoBlock, BrunoRequest, list_blocks
from playground.importers.claims import claim_export
from playground.importers.environments import Environment, PastedVariable
from playground.importers.insomnia import list_environments, looks_like, read_variables
from playground.importers.literals import SizeBudget
from playground.importers.spans import CARRIAGE_RETURN, TextSpan, TracedText, cover
from playground.importers.values import FoundRequest, Note, Pasted, note_ignored
from playground.importers.yaml_payloads import YamlReader, find_comments, read_yaml
from playground.jsontext.pointers import locate

SCOPES = ("environment", "globals")
# What the Postman export says of itself is read, too.
KEYS = (
    "id", "name", "values", "_postman_variable_scope", "_postman_exported_at",
    "_postman_exported_using",
)  # fmt: skip
# An Insomnia export with requests sets the variables that those use.
COLLECTION = re.compile(r"^collection:(?![ \t]*\[\])", re.M)
# What Insomnia encrypts, with a key that the export doesn't have.
ENCRYPTED = "__insomnia_vault"
BRUNO_START = re.compile(r"^vars(?::secret)?[ \t]*[{\[][ \t]*\r?$", re.M)
BRUNO_BLOCKS = frozenset({"vars", "vars:secret"})
BRUNO_NAME = re.compile(r"^[ \t]*~?([\w.-]+)[ \t]*,?[ \t]*$", re.M)


def find_environment(pasted: Pasted) -> Environment | None:
    """The environment of a text that is nothing else; None for other texts."""
    return _read_postman(pasted) or _read_insomnia(pasted) or _read_bruno(pasted)


def _read_postman(pasted: Pasted) -> Environment | None:
    tree: Any = pasted.tree
    if not isinstance(tree, dict) or not isinstance(tree.get("values"), list):
        return None
    if tree.get("_postman_variable_scope") not in SCOPES:
        # Older exports don't name the scope.
        keys = {"key", "value", "enabled"}
        pairs = all(isinstance(each, dict) and keys <= each.keys() for each in tree["values"])
        if not (pairs and tree["values"] and {"id", "name"} <= tree.keys()):
            return None
    variables = [
        PastedVariable(
            str(each["key"]),
            str(each.get("value") or ""),
            secret=each.get("type") == "secret",
            off=each.get("enabled") is False,
        )
        for each in tree["values"]
        if isinstance(each, dict) and each.get("key")
    ]
    request = FoundRequest(kind="environment", pointers=tuple(f"/{each}" for each in KEYS))
    spans, notes = claim_export(pasted.text, request, ())
    return Environment("Postman", str(tree.get("name") or "?"), variables, spans, notes)


def _read_insomnia(pasted: Pasted) -> Environment | None:
    if not looks_like(pasted) or (pasted.tree is None and COLLECTION.search(pasted.text)):
        return None
    reader = read_yaml(pasted.text) if pasted.tree is None else None
    tree: Any = reader.tree if reader else pasted.tree
    if not isinstance(tree, dict) or tree.get("collection") or _has_requests(tree):
        return None
    chosen, others = list_environments(tree)
    if not chosen:
        return None
    private = {each["name"] for _, item in chosen for each in _list_pairs(item)}
    found = read_variables(chosen, SizeBudget())
    encrypted = [each.pointer for name, each in found.items() if name.startswith(ENCRYPTED)]
    variables = [
        PastedVariable(name, each.value, secret=name in private)
        for name, each in found.items()
        if each.pointer not in encrypted
    ]
    notes: list[Note] = []
    if others:
        names = ", ".join(str(each.get("name") or "?") for _, each in others)
        notes.append(
            note_ignored("environments", "Left out other environments: {names}.", names=names)
        )
    if encrypted:
        notes.append(note_ignored("encrypted", "Left out what Insomnia has encrypted."))
    left_out = [*(pointer for pointer, _ in others), *encrypted]
    layers = [_locate(pasted.text, left_out, reader), [TextSpan(0, len(pasted.text), "read")]]
    if reader and (comments := list(find_comments(pasted.text, reader.texts))):
        layers.insert(0, comments)
        notes.append(note_ignored("comment", "Left out comments, which JSON doesn't have."))
    name = str(chosen[-1][1].get("name") or tree.get("name") or "?")
    return Environment("Insomnia", name, variables, cover(layers), notes)


def _has_requests(tree: dict[str, Any]) -> bool:
    listed = tree.get("resources")
    items = listed if isinstance(listed, list) else []
    return any(isinstance(each, dict) and each.get("_type") == "request" for each in items)


def _list_pairs(environment: Any) -> Iterator[dict[str, Any]]:
    """The variables that an environment marks as secret."""
    listed = environment.get("kvPairData")
    for each in listed if isinstance(listed, list) else []:
        if isinstance(each, dict) and each.get("type") == "secret" and each.get("name"):
            yield each


def _locate(text: str, above: list[str], reader: YamlReader | None) -> list[TextSpan]:
    """The spans of the values at or below these pointers."""
    if reader is None:
        found = (locate(text, each) for each in above)
        return [TextSpan(each.start, each.end, "left out") for each in found if each]
    return [
        TextSpan(start, end, "left out")
        for pointer, start, end in reader.values
        if any(pointer == each or pointer.startswith(f"{each}/") for each in above)
    ]


def _read_bruno(pasted: Pasted) -> Environment | None:
    if not (pasted.mentions("vars") and BRUNO_START.search(pasted.text)):
        return None
    traced = TracedText(pasted.text).replace(CARRIAGE_RETURN, fate="read")
    blocks = list(list_blocks(traced.text))
    if not {each.name for each in blocks} <= BRUNO_BLOCKS:
        return None
    file = BrunoRequest({each.name: each for each in blocks})
    secret = dict(file.pairs("vars:secret"))
    # Bruno keeps the values of secrets elsewhere: its files have only their names.
    names = [found for each in blocks for found in _list_names(each)]
    values = {name: "" for _, name in names} | dict(file.pairs("vars")) | secret
    file.spans += [
        each._replace(fate="read" if values[name] else "left out") for each, name in names
    ]
    hidden = {name for _, name in names} | secret.keys()
    variables = [PastedVariable(name, each, secret=name in hidden) for name, each in values.items()]
    variables += [PastedVariable(name, "", off=True) for name in file.off]
    return Environment("Bruno", "", variables, traced.trace(cover([file.spans])))


def _list_names(block: BrunoBlock) -> Iterator[tuple[TextSpan, str]]:
    """The names in `vars:secret [a, b]`, each on a line of its own."""
    if block.name == "vars:secret":
        for each in BRUNO_NAME.finditer(block.text):
            start, end = block.inside + each.start(), block.inside + each.end()
            yield TextSpan(start, end, "read"), each[1]
