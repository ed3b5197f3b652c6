"""Documents that an OpenAPI document refers to: of its own origin, a few, and not too large."""

import json
from typing import Any

import pytest

from playground.openapi.documents import ApiDocument
from playground.openapi.reading import SourceDocument, read_openapi
from playground.openapi.report import make_report
from playground.openapi.schemas import SchemaNode
from playground.sending import reference_fetching
from playground.sending.reference_fetching import add_references, split_origin
from tests.apis.documents import shop
from tests.network.servers import serve

pytestmark = pytest.mark.django_db
ORDER = {"type": "object", "properties": {"item": {"$ref": "parts/item.yaml#/Item"}}}
ITEM = "Item: {type: string, maxLength: 3}\nOther: {$ref: ../order.json}\n"
FILES = {"/docs/order.json": json.dumps(ORDER), "/docs/parts/item.yaml": ITEM}


@pytest.fixture
def files(settings: Any) -> Any:
    """A server of `FILES`; the paths that were asked for, in order."""
    settings.ALLOW_NETWORKS = ["127.0.0.0/8"]
    asked: list[str] = []

    def script(connection: Any, request: bytes) -> None:
        path = request.split(b" ")[1].decode()
        asked.append(path)
        status, body = ("200 OK", FILES[path]) if path in FILES else ("404 Not Found", "")
        if path == "/docs/moved.json":
            status, body = "302 Found\r\nLocation: /docs/order.json", ""
        head = f"HTTP/1.1 {status}\r\nConnection: close\r\nContent-Length: {len(body)}\r\n\r\n"
        connection.sendall(head.encode() + body.encode())

    with serve(script) as server:
        yield f"http://127.0.0.1:{server.port}", asked


def source(*references: str) -> SourceDocument:
    """A document whose schemas `S0`, `S1`, … are these references, each on a line of its own."""
    schemas = {f"S{number}": {"$ref": each} for number, each in enumerate(references)}
    return read_openapi(json.dumps(shop(components={"schemas": schemas}), indent=1).encode())


def test_documents_of_the_origin_are_read_with_those_they_refer_to(files: Any) -> None:
    origin, asked = files
    written = source("order.json", "order.json#/properties/item")
    read = add_references(None, written, f"{origin}/docs/openapi.json")
    assert asked == ["/docs/order.json", "/docs/parts/item.yaml"]
    assert read.faults == ()
    document = ApiDocument(read.raw)
    node = SchemaNode.at(document, "/components/schemas/S0")
    assert node["properties"]["item"]["maxLength"] == 3
    assert SchemaNode.at(document, "/components/schemas/S1")["maxLength"] == 3
    # Lines are still those of the text.
    assert read.find_lines(["/components/schemas/S1"]) == written.find_lines(
        ["/components/schemas/S1"]
    )
    assert "x-documents" not in written.raw


def test_what_isnt_read_is_a_fault_with_its_line(files: Any) -> None:
    origin, asked = files
    references = (
        "missing.json",
        "https://other.example/a.json",
        "http://169.254.169.254/latest",
        "moved.json",
        "file:///etc/passwd",
        "http://[broken",
    )
    written = source(*references)
    read = add_references(None, written, f"{origin}/docs/openapi.json")
    faults = {each.message: each.line for each in read.faults}
    same_origin = "Only documents of the same origin are fetched."
    places = [f"/components/schemas/S{number}" for number in range(6)]
    lines = [written.find_lines([each])[each] for each in places]
    assert faults == {
        f"{origin}/docs/missing.json wasn't read: The server answered 404 Not Found instead of "
        "a document.": lines[0],
        f"https://other.example/a.json wasn't read: {same_origin}": lines[1],
        f"http://169.254.169.254/latest wasn't read: {same_origin}": lines[2],
        f"{origin}/docs/moved.json wasn't read: The server answered 302 Found instead of a "
        "document.": lines[3],
        f"file:///etc/passwd wasn't read: {same_origin}": lines[4],
    }
    assert sorted(asked) == ["/docs/missing.json", "/docs/moved.json"]
    report = make_report(read)
    assert {each.message for each in report.faults} >= faults.keys()


def test_private_addresses_are_refused_by_the_guard(files: Any, settings: Any) -> None:
    origin, asked = files
    settings.ALLOW_NETWORKS = []
    read = add_references(None, source("order.json"), f"{origin}/docs/openapi.json")
    assert [each.message for each in read.faults if "127.0.0.1" in each.message]
    assert asked == []


def test_a_document_without_an_address_has_no_origin() -> None:
    read = add_references(None, source("https://shop.example/order.json"), "")
    assert [each.message for each in read.faults] == [
        "https://shop.example/order.json wasn't read: The document was imported without an address."
    ]


def test_their_number_and_size_are_limited(files: Any, monkeypatch: Any) -> None:
    origin, asked = files
    monkeypatch.setattr(reference_fetching, "MOST_DOCUMENTS", 2)
    monkeypatch.setattr(reference_fetching, "MOST_FAULTS", 3)
    many = source(*(f"p{number}.json" for number in range(9)))
    read = add_references(None, many, f"{origin}/docs/openapi.json")
    assert len(asked) == 2
    assert [each.message for each in read.faults][-1] == "6 more documents weren't read."
    one = source("order.json")
    monkeypatch.setattr(reference_fetching, "MOST_BYTES", len(one.text) + 10)
    read = add_references(None, one, f"{origin}/docs/openapi.json")
    assert "All documents together are larger than 20 MB." in read.faults[0].message


def test_origins() -> None:
    assert split_origin("HTTPS://A.example/x") == split_origin("https://a.example:443/y")
    assert split_origin("http://a.example") != split_origin("https://a.example")
    assert split_origin("https://a.example:8443") != split_origin("https://a.example")
    assert split_origin("http://a:99999999/") == ("", "", None)
