"""Reads Insomnia exports: format 4 in JSON, and version 5 collections in YAML or JSON.

Sources: https://docs.insomnia.rest/insomnia/import-export-data, and actual exports.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from playground.importers.insomnia_requests import read_insomnia_request
from playground.importers.insomnia_spans import claim_yaml
from playground.importers.literals import SizeBudget, fill_placeholders
from playground.importers.values import FoundRequest, Pasted, Unreadable
from playground.importers.yaml_payloads import YamlReader, read_yaml
from playground.jsontext import pointers
from playground.jsontext.parsing import NumberToken
from playground.jsontext.printing import dump_inline

SIGN = re.compile(r"^type:[ \t]*[\"']?\w+\.insomnia\.rest/", re.M)
PLACEHOLDER = re.compile(r"\{\{[ \t]*(?:_\.)?([\w.-]{1,200})[ \t]*\}\}")
USED_KEYS = (
    "name", "method", "url", "body/mimeType", "body/text", "body/params", "body/fileName",
    "headers", "parameters", "pathParameters", "authentication",
)  # fmt: skip
MAX_ITEMS = 5000


@dataclass(frozen=True)
class _Variable:
    value: str
    pointer: str


Variables = Mapping[str, _Variable]
# A resource or an environment with its pointer.
_Item = tuple[str, Mapping[str, Any]]


def looks_like(pasted: Pasted) -> bool:
    """Whether this is an Insomnia export."""
    tree: Any = pasted.tree
    if tree is None:
        return SIGN.search(pasted.text, 0, 20_000) is not None
    if not isinstance(tree, dict):
        return False
    return "__export_format" in tree or "insomnia.rest/" in str(tree.get("type", ""))


def find_requests(pasted: Pasted) -> list[FoundRequest]:
    """Every request of the export, in order, with the variables of its environment."""
    reader: YamlReader | None = None
    tree: Any = pasted.tree
    if tree is None:
        reader = read_yaml(pasted.text)
        tree = reader.tree
    if not isinstance(tree, dict):
        raise Unreadable("insomnia-empty", "This Insomnia export has no requests.")
    items = _walk_resources(tree) if "resources" in tree else _walk_collection(tree)
    requests = []
    own = []
    for pointer, item, variables in items:
        values = {name: each.value for name, each in variables.items()}
        used = _find_used(read_insomnia_request(item), item, variables)
        found = read_insomnia_request(_fill_login(item, values))
        found = fill_placeholders(found, PLACEHOLDER, values)
        keys = [f"{pointer}/{key}" for key in USED_KEYS]
        requests.append(replace(found, pointers=(*keys, *used)))
        own.append(pointer)
    if not requests:
        raise Unreadable("insomnia-empty", "This Insomnia export has no requests.")
    return claim_yaml(requests, own, reader, pasted.text) if reader else requests


def _list_items(listed: Any, pointer: str) -> list[_Item]:
    """The objects of a list, with their pointers."""
    items = enumerate(listed if isinstance(listed, list) else [])
    return [(f"{pointer}/{index}", each) for index, each in items if isinstance(each, dict)]


def list_environments(tree: Mapping[str, Any]) -> tuple[list[_Item], list[_Item]]:
    """The environments whose variables count, the base first, and the others."""
    if "resources" in tree:
        items = _list_items(tree["resources"], "/resources")
        environments = [each for each in items if each[1].get("_type") == "environment"]
        bases = [each for each in environments if str(each[1].get("parentId")).startswith("wrk")]
        inner = [each for each in environments if each not in bases]
    else:
        base = tree.get("environments")
        bases = [("/environments", base)] if isinstance(base, dict) else []
        below = bases[0][1].get("subEnvironments") if bases else None
        inner = _list_items(below, "/environments/subEnvironments")
    # An export doesn't say which of several sub-environments is active.
    return ([*bases, *inner], []) if len(inner) == 1 else (bases, inner)


def read_variables(environments: Sequence[_Item], budget: SizeBudget) -> dict[str, _Variable]:
    """The variables of environments by their names; later ones win."""
    variables: dict[str, _Variable] = {}
    for pointer, each in environments:
        variables = _add_variables(variables, each.get("data"), f"{pointer}/data", budget)
    return variables


def _walk_resources(tree: Mapping[str, Any]) -> Iterator[tuple[str, Mapping[str, Any], Variables]]:
    """The requests of format 4, whose resources name their parent."""
    resources = _list_items(tree.get("resources"), "/resources")
    by_id = {str(each.get("_id")): (pointer, each) for pointer, each in resources}
    budget = SizeBudget()
    variables = read_variables(list_environments(tree)[0], budget)
    seen = 0
    for pointer, each in resources:
        if each.get("_type") != "request" or seen >= MAX_ITEMS:
            continue
        seen += 1
        yield pointer, each, _add_folders(variables, each, by_id, budget)


def _add_folders(
    variables: Variables,
    item: Mapping[str, Any],
    by_id: Mapping[str, tuple[str, Mapping[str, Any]]],
    budget: SizeBudget,
) -> Variables:
    folders: list[tuple[str, Mapping[str, Any]]] = []
    above = by_id.get(str(item.get("parentId")))
    # An export made by hand may name a folder as its own parent.
    while above and above[1].get("_type") == "request_group" and above not in folders:
        folders.append(above)
        above = by_id.get(str(above[1].get("parentId")))
    for pointer, folder in reversed(folders):
        data = folder.get("environment")
        variables = _add_variables(variables, data, f"{pointer}/environment", budget)
    return variables


def _walk_collection(tree: Mapping[str, Any]) -> Iterator[tuple[str, Mapping[str, Any], Variables]]:
    """The requests of version 5, whose folders have `children`."""
    budget = SizeBudget()
    variables: Variables = read_variables(list_environments(tree)[0], budget)
    waiting: list[tuple[str, Any, Variables]] = [("/collection", tree.get("collection"), variables)]
    seen = 0
    while waiting and seen < MAX_ITEMS:
        pointer, item, known = waiting.pop()
        seen += 1
        if isinstance(item, list):
            below = [(f"{pointer}/{index}", each, known) for index, each in enumerate(item)]
            waiting.extend(reversed(below))
        elif isinstance(item, dict) and "children" in item:
            data = item.get("environment")
            known = _add_variables(known, data, f"{pointer}/environment", budget)
            waiting.append((f"{pointer}/children", item["children"], known))
        elif isinstance(item, dict) and isinstance(item.get("url"), str):
            yield pointer, item, known


def _add_variables(known: Variables, data: Any, pointer: str, budget: SizeBudget) -> dict[str, Any]:
    """The variables plus those of an environment, which may use earlier ones."""
    added = dict(known)
    for name, value, place in _flatten(data, "", pointer):
        filled = PLACEHOLDER.sub(
            lambda found: budget.spend(added[found[1]].value if found[1] in added else found[0]),
            value,
        )
        added[name] = _Variable(filled, place)
    return added


def _flatten(data: Any, prefix: str, pointer: str) -> Iterator[tuple[str, str, str]]:
    """The values of an environment by names such as `api.base`, with their pointers."""
    for key, value in data.items() if isinstance(data, dict) else ():
        name, place = f"{prefix}{key}", pointers.child(pointer, str(key))
        if isinstance(value, dict):
            yield from _flatten(value, f"{name}.", place)
        elif isinstance(value, str) and not isinstance(value, NumberToken):
            yield name, value, place
        else:
            yield name, dump_inline(value), place


def _fill_login(item: Mapping[str, Any], values: Mapping[str, str]) -> Mapping[str, Any]:
    """The item with the variables of its login filled in, as the login is encoded as a whole."""
    login = item.get("authentication")
    if not isinstance(login, dict):
        return item
    filled = {
        key: PLACEHOLDER.sub(lambda found: values.get(found[1], found[0]), value)
        if isinstance(value, str)
        else value
        for key, value in login.items()
    }
    return {**item, "authentication": filled}


def _find_used(
    request: FoundRequest, item: Mapping[str, Any], variables: Variables
) -> Sequence[str]:
    """The pointers of the variables that a request uses."""
    texts = [request.url or "", request.body or "", *(value for _, value in request.headers)]
    login = item.get("authentication")
    texts += [str(each) for each in login.values()] if isinstance(login, dict) else []
    names = {name for text in texts for name in PLACEHOLDER.findall(text)}
    return [variables[each].pointer for each in sorted(names & variables.keys())]
