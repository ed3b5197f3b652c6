"""Operations as data: each is one entry of an OpenAPI document in this folder."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Protocol

from playground.openapi.documents import ApiDocument, load_document
from playground.openapi.entries import list_operation_entries
from playground.openapi.extensions import read_credential
from playground.openapi.operation_reading import OperationReader, read_api
from playground.openapi.responses import JSON
from playground.openapi.values import (
    Api,
    ApiServer,
    Deduplication,
    Operation,
    Schema,
    ServerVariable,
    VerdictRule,
)

__all__ = [
    "HERE",
    "JSON",
    "Api",
    "ApiServer",
    "Deduplication",
    "Operation",
    "Schema",
    "ServerVariable",
    "UnknownOperation",
    "VerdictRule",
    "add_catalog",
    "find_title",
    "get_api",
    "get_operation",
    "list_api_titles",
    "list_apis",
    "list_operations",
    "operation_exists",
]

HERE = Path(__file__).parent


class UnknownOperation(LookupError):
    """No document has the operation or API. The message lists the operations there are."""


class Catalog(Protocol):
    """A source of APIs and operations that aren't built in; their ids have a colon."""

    def find_operation(self, id: str) -> Operation | None: ...

    def find_title(self, id: str) -> str | None:
        """The title of an operation, without reading all of it; None if there is none."""

    def find_api(self, id: str) -> Api | None: ...

    def list_api_titles(self) -> dict[str, str]: ...


_catalogs: list[Catalog] = []


def add_catalog(catalog: Catalog) -> None:
    """Make the functions below search this catalog too."""
    _catalogs.append(catalog)


def get_operation(id: str) -> Operation:
    """The operation with that ID, such as `launch-workflow` or `petstore:addPet`.

    Raises UnknownOperation.
    """
    found = _operations().get(id) or _find_elsewhere(id)
    if found is None:
        names = ", ".join(_operations())
        raise UnknownOperation(f'There is no operation "{id}". Available: {names}.')
    return found


def operation_exists(id: str) -> bool:
    """Whether there is an operation with that ID."""
    return find_title(id) is not None


def find_title(id: str) -> str | None:
    """The title of the operation with that ID; None if there is no such operation."""
    found = _operations().get(id)
    if found is not None:
        return found.title
    titles = (each.find_title(id) for each in _catalogs if ":" in id)
    return next((each for each in titles if each is not None), None)


def list_operations(api: str | None = None) -> list[Operation]:
    """All built-in operations, or those of one API by its ID, in the order of the documents."""
    return [each for each in _operations().values() if api in (None, each.api.id)]


def list_apis() -> list[Api]:
    """The built-in APIs."""
    return list({each.api.id: each.api for each in _operations().values()}.values())


def list_api_titles() -> dict[str, str]:
    """The titles of all APIs by their IDs, the built-in ones first."""
    titles = {each.id: each.title for each in list_apis()}
    for catalog in _catalogs:
        titles |= catalog.list_api_titles()
    return titles


def get_api(id: str) -> Api:
    """The API with that ID, such as `captain-data`; raises UnknownOperation."""
    found = next((api for api in list_apis() if api.id == id), None)
    if found is None:
        found = next(filter(None, (each.find_api(id) for each in _catalogs)), None)
    if found is None:
        raise UnknownOperation(f'There is no API "{id}".')
    return found


def _find_elsewhere(id: str) -> Operation | None:
    found = (each.find_operation(id) for each in _catalogs if ":" in id)
    return next((each for each in found if each is not None), None)


@cache
def _operations() -> dict[str, Operation]:
    # Read once per process: the documents are part of the program.
    documents = map(load_document, HERE.glob("*.yaml"))
    ordered = sorted(documents, key=lambda each: int(each.raw["x-order"]))
    return {each.id: each for document in ordered for each in _read_document(document)}


def _read_document(document: ApiDocument) -> Iterator[Operation]:
    credential = read_credential(document.raw["x-credential"])
    reader = OperationReader(document, read_api(document, document.raw["x-id"], credential))
    for entry in list_operation_entries(document):
        yield reader.read(entry)
