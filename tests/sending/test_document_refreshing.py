"""Refreshing APIs: once per interval, and never breaking what people use."""

import json
import logging
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from playground.apis.importing import import_document, import_source
from playground.apis.models import ApiChange, ImportedApi, WaitingDocument
from playground.apis.refreshes import claim_refresh, find_due_apis, set_refresh
from playground.openapi.operations import operation_exists
from playground.people.models import Person
from playground.sending import document_fetching
from playground.sending.document_fetching import FetchRefused
from playground.sending.document_refreshing import (
    list_read_references,
    refresh_api,
    refresh_by_schedule,
)
from playground.sending.reference_fetching import fetch_source
from tests.apis.documents import as_bytes, shop
from tests.network.servers import serve
from tests.sending.stand_ins import Standin

pytestmark = pytest.mark.django_db


@pytest.fixture
def standin(settings: Any) -> Any:
    settings.ALLOW_NETWORKS = ["127.0.0.0/8"]
    with Standin() as server:
        server.body = as_bytes(shop())
        yield server


@pytest.fixture
def api(editor: Person, standin: Standin) -> ImportedApi:
    url = f"{standin.origin}/openapi.json?key=hidden"
    made = import_document(editor, as_bytes(shop()), url=url).api
    set_refresh(made, "daily")
    made.refresh_from_db()
    return made


def make_due(api: ImportedApi) -> None:
    ImportedApi.objects.filter(pk=api.pk).update(
        refresh_due_at=timezone.now() - timedelta(seconds=1)
    )


def run(api: ImportedApi) -> ImportedApi:
    make_due(api)
    refresh_by_schedule(api.pk)
    api.refresh_from_db()
    return api


def test_it_is_due_after_its_interval_and_claimed_once(api: ImportedApi) -> None:
    assert api.refresh_due_at is not None
    assert timedelta(hours=23) < api.refresh_due_at - timezone.now() <= timedelta(days=1)
    assert not find_due_apis().exists()
    assert claim_refresh(api.pk) is None
    make_due(api)
    assert [each.pk for each in find_due_apis()] == [api.pk]
    assert claim_refresh(api.pk) == api
    assert claim_refresh(api.pk) is None
    # The clock was set back.
    ahead = timezone.now() + timedelta(days=3)
    ImportedApi.objects.filter(pk=api.pk).update(refresh_due_at=ahead)
    assert find_due_apis().exists()
    set_refresh(api, "weekly")
    assert not find_due_apis().exists()
    for choice in ("never", "hourly", ""):
        make_due(api)
        set_refresh(api, choice)
        api.refresh_from_db()
        assert (api.refresh, api.refresh_due_at) == ("never", None)
        assert not find_due_apis().exists()


def test_a_new_schedule_uses_the_clock_of_the_database(
    api: ImportedApi, monkeypatch: pytest.MonkeyPatch
) -> None:
    ahead = timezone.now() + timedelta(minutes=5)
    monkeypatch.setattr(timezone, "now", lambda: ahead)
    set_refresh(api, "weekly")
    assert not find_due_apis().exists()


def test_an_api_without_an_address_is_never_due(editor: Person) -> None:
    made = import_document(editor, as_bytes(shop())).api
    set_refresh(made, "daily")
    made.refresh_from_db()
    assert (made.refresh, made.refresh_due_at) == ("never", None)


def test_the_same_document_does_nothing(api: ImportedApi, standin: Standin) -> None:
    former = api.changed_at
    run(api)
    assert len(standin.seen) == 1
    assert api.refreshed_at is not None
    assert (api.changed_at, ApiChange.objects.count()) == (former, 0)
    # A task may come twice.
    refresh_by_schedule(api.pk)
    assert len(standin.seen) == 1


def test_a_harmless_change_is_imported_and_a_breaking_one_waits(
    api: ImportedApi, standin: Standin
) -> None:
    larger = shop()
    larger["paths"]["/teas"] = {"get": {"operationId": "listTeas", "responses": {}}}
    standin.body = as_bytes(larger)
    run(api)
    assert operation_exists("corner-shop:listTeas")
    assert ApiChange.objects.get().person is None
    smaller = shop()
    del smaller["paths"]["/orders/{id}"]
    standin.body = as_bytes(smaller)
    run(api)
    assert operation_exists("corner-shop:get-orders-id")
    assert WaitingDocument.objects.get().person is None
    assert ApiChange.objects.count() == 1


@pytest.mark.parametrize(
    ("status", "body", "sentence"),
    [
        (404, b"", "The server answered 404 Not Found instead of a document."),
        (200, b"openapi: 3.1.0\na: b: c", "Line 2: The YAML isn't valid"),
        (200, json.dumps(shop(paths={})).encode(), "The document has no operations."),
    ],
)
def test_a_failure_is_shown_on_the_page_and_not_logged(
    api: ImportedApi, standin: Standin, caplog: Any, status: int, body: bytes, sentence: str
) -> None:
    standin.status, standin.body = status, body
    with caplog.at_level(logging.INFO):
        run(api)
    assert sentence in api.refresh_failure
    assert api.refreshed_at is None
    assert operation_exists("corner-shop:placeOrder")
    assert "The API corner-shop couldn't be refreshed" in caplog.text
    assert "hidden" not in caplog.text
    standin.status, standin.body = 200, as_bytes(shop())
    run(api)
    assert (api.refresh_failure, api.refreshed_at is None) == ("", False)


def test_people_see_the_failure_at_once(editor: Person, api: ImportedApi, settings: Any) -> None:
    settings.ALLOW_NETWORKS = []
    with pytest.raises(FetchRefused, match=r"127\.0\.0\.1"):
        refresh_api(editor, api)
    api.refresh_from_db()
    assert "127.0.0.1" in api.refresh_failure


def test_it_waits_while_others_are_fetched(api: ImportedApi, standin: Standin) -> None:
    taken = [document_fetching.free.acquire(blocking=False) for _ in range(2)]
    try:
        run(api)
    finally:
        for _ in filter(None, taken):
            document_fetching.free.release()
    assert (api.refresh_failure, standin.seen) == ("", [])
    assert api.refresh_due_at is not None
    assert api.refresh_due_at - timezone.now() < timedelta(minutes=3)


def test_the_content_of_an_unavailable_reference_isnt_lost(editor: Person, settings: Any) -> None:
    settings.ALLOW_NETWORKS = ["127.0.0.0/8"]
    document = shop()
    document["components"]["schemas"]["Order"] = {"$ref": "order.json"}
    files = {"/openapi.json": as_bytes(document), "/order.json": b'{"type": "object"}'}

    def script(connection: Any, request: bytes) -> None:
        body = files.get(request.split(b" ")[1].decode())
        status = "503 Service Unavailable" if body is None else "200 OK"
        head = f"HTTP/1.1 {status}\r\nConnection: close\r\nContent-Length: {len(body or b'')}"
        connection.sendall(f"{head}\r\n\r\n".encode() + (body or b""))

    with serve(script) as server:
        url = f"{server.origin}/openapi.json"
        source = fetch_source(editor, url, True)
        api = import_source(editor, source, url=url, reads_references=True).api
        set_refresh(api, "daily")
        assert list_read_references(api) == [f"{server.origin}/order.json"]
        assert (run(api).refresh_failure, ApiChange.objects.count()) == ("", 0)
        # The document itself is there, but the other one isn't: then nothing is imported.
        del files["/order.json"]
        assert run(api).refresh_failure == (
            f"{server.origin}/order.json wasn't read: The server answered 503 Service "
            "Unavailable instead of a document."
        )
        assert ApiChange.objects.count() == 0
        # It is no longer referred to: that is a change like others.
        files["/openapi.json"] = as_bytes(shop())
        run(api)
    assert api.refresh_failure == ""
    assert ApiChange.objects.count() + WaitingDocument.objects.count() == 1
