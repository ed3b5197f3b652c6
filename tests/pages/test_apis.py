"""Pages of APIs: importing, reports, browsing, starting, updating, deleting."""

import json
import re
from contextlib import ExitStack
from html import unescape

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from playground.apis.importing import import_document
from playground.apis.models import ImportedApi, StoredDocument, WaitingDocument
from playground.drafts.drafts import start_draft
from playground.drafts.metadata import Metadata
from playground.drafts.models import Draft
from playground.openapi.operations import get_operation
from playground.pages.lists import PAGE_SIZE
from playground.people.models import AuditEvent, Person
from playground.sending import document_fetching
from playground.workspace.connections import ConnectionInput, save_connection
from playground.workspace.models import Connection
from tests.apis.documents import as_bytes
from tests.apis.pets import pets
from tests.network.servers import answer, serve
from tests.payload_templates.templates import make_template
from tests.sending.stand_ins import Standin

pytestmark = pytest.mark.django_db


@pytest.fixture
def api(editor: Person) -> ImportedApi:
    return import_document(editor, as_bytes(pets())).api


def connect(name: str = "Pets") -> Connection:
    return save_connection(ConnectionInput(name, "pets", "https://eu.pets.example/v1"))


def test_a_file_is_imported_and_its_report_shown(as_editor: Client) -> None:
    upload = SimpleUploadedFile("pets.json", as_bytes(pets()), "application/json")
    answer = as_editor.post("/apis/import/", {"file": upload, "name": "My pets"}, follow=True)
    assert answer.redirect_chain == [("/apis/my-pets/report/", 302)]
    page = answer.content.decode()
    assert "Imported My pets." in page
    # A certificate can't be typed into a field.
    assert "Operations that can't be sent" in unescape(page)
    assert "The security scheme certificate can't be used: mutualTLS" in unescape(page)
    assert get_operation("my-pets:addPet").path == "/pets"
    row = ImportedApi.objects.get().operations.get(key="addPet")
    assert (row.tags, row.has_body, row.obstacle) == (["pets", "writing"], True, "")


def test_a_pasted_document_may_be_yaml(as_editor: Client) -> None:
    text = "openapi: 3.1.0\ninfo: {title: Tiny, version: 1}\npaths: {/a: {get: {responses: {}}}}\n"
    answer = as_editor.post("/apis/import/", {"text": text})
    assert answer["Location"] == "/apis/tiny/report/"
    report = as_editor.get("/apis/tiny/report/").content.decode()
    assert "Everything was understood" in report


def test_a_fault_is_shown_with_its_line_and_what_was_typed(as_editor: Client) -> None:
    text = "openapi: 3.0.0\ninfo: <b>\na: b: c\n"
    answer = as_editor.post("/apis/import/", {"text": text, "name": "Mine"})
    assert answer.status_code == 422
    page = answer.content.decode()
    assert "Line 3, column 5:" in page
    assert '<li value="3" class="at"><code>a: b: c</code>' in page
    assert "info: &lt;b&gt;" in page
    assert "info: <b>" not in page
    assert 'value="Mine"' in page
    assert not StoredDocument.objects.exists()


@pytest.mark.parametrize(
    ("sent", "message"),
    [
        ({}, "Choose a file, paste a document, or enter its address."),
        ({"text": "swagger: '2.0'"}, "It is a Swagger 2.0 document."),
        ({"url": "ftp://pets.example/x"}, "This isn't a valid address."),
        ({"url": "https://u:p@pets.example/x"}, "Remove the user name and password"),
        ({"url": "http://127.0.0.1:9/openapi.json"}, "127.0.0.1"),
        ({"url": "http://[::1"}, "This isn't a valid address."),
    ],
)
def test_what_cant_be_imported_is_explained(as_editor: Client, sent, message: str) -> None:
    answer = as_editor.post("/apis/import/", sent)
    assert answer.status_code == 422
    assert message in unescape(answer.content.decode())
    assert not ImportedApi.objects.exists()


def test_private_addresses_are_refused_and_logged(as_editor: Client) -> None:
    as_editor.post("/apis/import/", {"url": "http://127.0.0.1:9/openapi.json?key=secret"})
    event = AuditEvent.objects.get(action="fetch-document")
    assert (event.target, event.result) == ("127.0.0.1:9", "not-sent: guard-refused")


def test_an_address_is_fetched_and_refreshed(as_editor: Client, settings) -> None:
    settings.ALLOW_NETWORKS = ["127.0.0.0/8"]
    with Standin() as standin:
        standin.body = as_bytes(pets())
        url = f"{standin.origin}/openapi.json"
        answer = as_editor.post("/apis/import/", {"url": f" {url}#top "})
        assert answer["Location"] == "/apis/pets/report/"
        assert ImportedApi.objects.get().url == url
        newer = pets(info={"title": "Pets", "version": "2"})
        newer["paths"]["/cats"] = {"get": {"summary": "List cats", "responses": {}}}
        standin.body = as_bytes(newer)
        answer = as_editor.post("/apis/pets/refresh/", follow=True)
    assert "/apis/pets/changes/" in answer.redirect_chain[0][0]
    assert "List cats" in answer.content.decode()
    assert ImportedApi.objects.get().version == "2"
    assert [path for _method, path, *_ in standin.seen] == ["/openapi.json"] * 2


@pytest.mark.parametrize(
    ("lines", "message"),
    [
        (["HTTP/1.1 404 Not Found"], "The server answered 404 Not Found instead of a document."),
        (["HTTP/1.1 200 OK", "Content-Type: text/html"], "This is the address of a web page."),
        (
            ["HTTP/1.1 302 Found", "Location: http://10.0.0.1/openapi.json"],
            "10.0.0.1",
        ),
        (["HTTP/1.1 200 OK", "Content-Encoding: br"], "The reply uses an unsupported compression."),
    ],
)
def test_replies_without_a_document_are_explained(
    as_editor: Client, settings, lines: list[str], message: str
) -> None:
    settings.ALLOW_NETWORKS = ["127.0.0.0/8"]
    script = answer(*lines, "Content-Length: 9", "Connection: close", body=b"<p>no</p>")
    with serve(script) as server:
        page = as_editor.post("/apis/import/", {"url": f"{server.origin}/"})
    assert page.status_code == 422
    assert message in unescape(page.content.decode())
    assert not ImportedApi.objects.exists()


def test_the_number_of_simultaneous_fetches_is_limited(as_editor: Client, settings) -> None:
    settings.ALLOW_NETWORKS = ["127.0.0.0/8"]
    with ExitStack() as taken:
        for _ in range(document_fetching.MOST_AT_ONCE):
            taken.enter_context(document_fetching.free)
        page = as_editor.post("/apis/import/", {"url": "http://127.0.0.1:9/"})
        assert "Other documents are being fetched." in page.content.decode()
    page = as_editor.post("/apis/import/", {"url": "http://127.0.0.1:9/"})
    assert "Other documents are being fetched." not in page.content.decode()


def test_viewers_look_but_cant_import(as_viewer: Client, api: ImportedApi) -> None:
    page = as_viewer.get("/apis/pets/").content.decode()
    assert "List pets" in page
    assert "/apis/pets/update/" not in page
    assert "Import an API" not in as_viewer.get("/apis/").content.decode()
    for address in ("/apis/import/", "/apis/pets/update/", "/apis/pets/delete/"):
        assert as_viewer.get(address).status_code == 403
    start = "/apis/pets/operations/addPet/start/"
    assert start not in as_viewer.get("/apis/pets/operations/addPet/").content.decode()
    assert as_viewer.post(start).status_code == 403


def test_the_list_reads_the_index_alone(as_editor: Client, editor: Person) -> None:
    for number in range(3):
        import_document(editor, as_bytes(pets()), name=f"Pets {number}")
    with CaptureQueriesContext(connection) as asked:
        page = as_editor.get("/apis/").content.decode()
    assert not [each for each in asked if "storeddocument" in each["sql"]]
    assert "Pets 2" in page
    assert "Captain Data" in page
    few = len(asked)
    for number in range(3, 9):
        import_document(editor, as_bytes(pets()), name=f"Pets {number}")
    with CaptureQueriesContext(connection) as asked:
        as_editor.get("/apis/")
    assert len(asked) == few


@pytest.mark.parametrize(
    ("query", "shown"),
    [
        ("", ["List pets", "Add a pet", "Delete a pet"]),
        ("find=delete", ["Delete a pet"]),
        ("find=POST+/pets", ["Add a pet"]),
        ("find=one+MORE", ["Add a pet"]),
        ("tag=writing", ["Add a pet"]),
        ("tag=pets", ["List pets", "Add a pet"]),
        ("tag=writ", []),
        ("find=nothing", []),
    ],
)
def test_operations_are_found_by_words_and_tag(
    as_viewer: Client, api: ImportedApi, query: str, shown: list[str]
) -> None:
    answer = as_viewer.get(f"/apis/pets/?{query}", headers={"HX-Request": "true"})
    page = answer.content.decode()
    assert page.startswith('<div id="operation_list">')
    titles = ["List pets", "Add a pet", "Delete a pet"]
    assert [each for each in titles if f"<bdi>{each}</bdi>" in page] == shown


def test_a_thousand_operations_are_paged(as_viewer: Client, editor: Person) -> None:
    paths = {f"/p{n}": {"get": {"summary": f"Read {n}.", "responses": {}}} for n in range(1000)}
    import_document(editor, as_bytes(pets(paths=paths)))
    with CaptureQueriesContext(connection) as asked:
        page = as_viewer.get("/apis/pets/", headers={"HX-Request": "true"}).content.decode()
    assert page.count('class="method"') == PAGE_SIZE
    assert "1 to 50 of 1000 operations" in page
    # The person, the session, the API, the tags, the count and the page.
    assert len(asked) <= 8
    assert not [each for each in asked if "storeddocument" in each["sql"]]
    last = as_viewer.get("/apis/pets/?page=20", headers={"HX-Request": "true"}).content.decode()
    assert "Read 999." in last


def test_descriptions_are_safe(as_viewer: Client, api: ImportedApi) -> None:
    page = as_viewer.get("/apis/pets/").content.decode()
    assert "<strong>pets</strong>" in page
    assert "<h3>Start</h3>" in page
    assert "<script>alert" not in page
    assert 'href="https://pets.example/docs" rel="noopener noreferrer nofollow"' in page
    assert "javascript:" not in page.replace("[bad](javascript:alert)", "")
    assert 'href="/drafts/">own' not in page


def test_an_operation_is_described(as_viewer: Client, api: ImportedApi) -> None:
    page = as_viewer.get("/apis/pets/operations/addPet/").content.decode()
    for text in ("<code>one</code>", "A cat", "application/x-www-form-urlencoded", "?tag=writing"):
        assert text in page
    deleting = as_viewer.get("/apis/pets/operations/deletePet/").content.decode()
    assert "Deprecated" in deleting
    assert "This operation can't be sent:" in unescape(deleting)
    for address in ("/apis/pets/operations/nothing/", "/apis/no/", "/apis/no/operations/a/"):
        assert as_viewer.get(address).status_code == 404


def test_built_in_apis_are_browsed_like_others(as_editor: Client) -> None:
    page = as_editor.get("/apis/captain-data/?find=launch").content.decode()
    assert "/apis/captain-data/operations/launch-workflow/" in page
    assert as_editor.get("/apis/captain-data/operations/launch-workflow/").status_code == 200
    assert as_editor.get("/apis/altcraft/operations/launch-workflow/").status_code == 404
    assert as_editor.get("/apis/captain-data/delete/").status_code == 404


def test_a_draft_starts_with_the_chosen_example(as_editor: Client, api: ImportedApi) -> None:
    mine = connect()
    answer = as_editor.post("/apis/pets/operations/addPet/start/", {"example": "0-0"})
    draft = Draft.objects.get()
    assert answer["Location"] == f"/drafts/{draft.id}/"
    assert json.loads(draft.text) == {"name": "Tom", "age": 3}
    assert (draft.operation, draft.connection) == ("pets:addPet", mine)
    assert Metadata.read(draft.metadata).media_type == ""
    assert as_editor.get(answer["Location"]).status_code == 200


def test_a_draft_without_a_body_has_its_parameters(as_editor: Client, api: ImportedApi) -> None:
    as_editor.post("/apis/pets/operations/deletePet/start/")
    draft = Draft.objects.get()
    assert (draft.text, draft.path_values, draft.connection) == ("{}", {"id": ""}, None)


def test_an_optional_body_starts_left_out_where_bodies_are_unusual(
    as_editor: Client, editor: Person
) -> None:
    document = pets()
    body = {"content": {"application/json": {"schema": {"type": "object"}}}}
    for operation in (
        *document["paths"]["/pets"].values(),
        *document["paths"]["/pets/{id}"].values(),
    ):
        operation["requestBody"] = body
    import_document(editor, as_bytes(document))
    for key, is_left_out in (("listPets", True), ("addPet", False), ("deletePet", True)):
        answer = as_editor.post(f"/apis/pets/operations/{key}/start/")
        draft = Draft.objects.get(id=answer["Location"].split("/")[2])
        assert Metadata.read(draft.metadata).is_body_left_out is is_left_out


def test_an_update_shows_what_breaks_and_what_uses_it(
    as_editor: Client, editor: Person, owner: Person, api: ImportedApi
) -> None:
    start_draft(editor, "pets:addPet", "{}", name="My cat")
    start_draft(owner, "pets:addPet", "{}", name="Somebody's cat")
    template = make_template(editor, name="Every cat")
    template.operation = "pets:addPet"
    template.save()
    newer = pets()
    newer["components"]["schemas"]["Pet"] = {
        **newer["components"]["schemas"]["Pet"],
        "required": ["name", "age"],
    }
    newer["paths"]["/cats"] = {"get": {"summary": "List cats", "responses": {}}}
    upload = SimpleUploadedFile("pets.json", as_bytes(newer), "application/json")
    answer = as_editor.post("/apis/pets/update/", {"file": upload}, follow=True)
    assert answer.redirect_chain == [("/apis/pets/waiting/", 302)]
    page = answer.content.decode()
    assert "2 operations would change" in page
    assert get_operation("pets:addPet").body_schema["required"] == ["name"]
    # Each of the two would lack the age from then on; the other draft is a colleague's.
    assert page.count("<li>The payload needs <code>age</code>.</li>") == 2
    digest = re.search(r'name="digest" value="(\w+)"', page)[1]
    for address in ("/apis/pets/", "/apis/"):
        assert "waiting" in as_editor.get(address).content.decode()
    answer = as_editor.post(
        "/apis/pets/waiting/decide/", {"do": "import", "digest": digest}, follow=True
    )
    page = answer.content.decode()
    assert "2 operations changed" in page
    assert "age is required now." in page
    assert page.index("Add a pet") < page.index("List cats")
    for name in ("My cat", "Every cat"):
        assert name in page
    assert "Somebody" not in page
    assert "1 draft, template or batch of a colleague also uses this API." in page
    assert get_operation("pets:addPet").body_schema["required"] == ["name", "age"]
    assert as_editor.get("/apis/pets/waiting/", follow=True).redirect_chain[0][0] == "/apis/pets/"


def test_a_waiting_document_can_be_turned_down(
    as_editor: Client, as_viewer: Client, api: ImportedApi
) -> None:
    newer = pets()
    del newer["paths"]["/pets/{id}"]
    upload = SimpleUploadedFile("pets.json", as_bytes(newer), "application/json")
    as_editor.post("/apis/pets/update/", {"file": upload})
    page = as_viewer.get("/apis/pets/waiting/").content.decode()
    assert "All drafts, templates and batches that you can see would still fit." in page
    assert "Import it" not in page
    assert as_viewer.post("/apis/pets/waiting/decide/", {"do": "ignore"}).status_code == 403
    stale = as_editor.post("/apis/pets/waiting/decide/", {"do": "import", "digest": "0"})
    assert stale["Location"] == "/apis/pets/waiting/"
    # A document that came while this page was open must not be turned down unseen.
    unseen = as_editor.post("/apis/pets/waiting/decide/", {"do": "ignore", "digest": "0"})
    assert unseen["Location"] == "/apis/pets/waiting/"
    seen = {"do": "ignore", "digest": WaitingDocument.objects.get().document_id}
    answer = as_editor.post("/apis/pets/waiting/decide/", seen, follow=True)
    assert "Turned down. The API stays as it is." in answer.content.decode()
    assert not WaitingDocument.objects.exists()
    again = as_editor.post("/apis/pets/waiting/decide/", seen, follow=True).content.decode()
    assert "No newer document is waiting." in again
    assert "Another document came meanwhile" not in again
    assert get_operation("pets:deletePet").method == "DELETE"


def test_the_schedule_is_set_and_failures_are_shown(as_editor: Client, editor: Person) -> None:
    url = "http://127.0.0.1:9/openapi.json"
    import_document(editor, as_bytes(pets()), url=url)
    page = as_editor.get("/apis/pets/").content.decode()
    assert '<option value="never" selected>Never</option>' in page
    as_editor.post("/apis/pets/schedule/", {"refresh": "weekly"})
    page = as_editor.get("/apis/pets/").content.decode()
    assert '<option value="weekly" selected>Every week</option>' in page
    assert ImportedApi.objects.get().refresh_due_at is not None
    as_editor.post("/apis/pets/schedule/", {"refresh": "hourly"})
    assert ImportedApi.objects.get().refresh == "weekly"
    # Private addresses are refused.
    as_editor.post("/apis/pets/refresh/")
    page = unescape(as_editor.get("/apis/pets/").content.decode())
    assert "The last refresh failed" in page
    assert "Not refreshed" in as_editor.get("/apis/").content.decode()
    uploaded = import_document(editor, as_bytes(pets()), name="Own").api
    assert "Refreshed" not in as_editor.get("/apis/own/").content.decode()
    answer = as_editor.post(f"/apis/{uploaded.id}/schedule/", {"refresh": "daily"}, follow=True)
    assert "This API has no address." in answer.content.decode()


def test_other_documents_are_named_and_fetched_on_request(as_editor: Client, settings) -> None:
    settings.ALLOW_NETWORKS = ["127.0.0.0/8"]
    document = pets()
    document["components"]["schemas"]["Pet"] = {"$ref": "pet.json"}
    document["components"]["schemas"]["Cat"] = {"$ref": "https://other.example/cat.json"}
    asked = []

    def script(connection, request: bytes) -> None:
        asked.append(request.split(b" ")[1].decode())
        pet = {"type": "object", "properties": {"tail": {"type": "string"}}}
        body = as_bytes(pet if asked[-1] == "/pet.json" else document)
        head = f"HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: {len(body)}\r\n\r\n"
        connection.sendall(head.encode() + body)

    with serve(script) as server:
        as_editor.post("/apis/import/", {"url": f"{server.origin}/openapi.json"})
        assert asked == ["/openapi.json"]
        page = as_editor.get("/apis/pets/report/").content.decode()
        assert f"{server.origin}/pet.json" in page
        assert "https://other.example/cat.json" in page
        answer = as_editor.post("/apis/pets/references/", follow=True)
        assert "Read. 1 operation changed." in answer.content.decode()
        assert asked == ["/openapi.json", "/openapi.json", "/pet.json"]
        # A refresh reads them again, so that nothing seems to have changed.
        answer = as_editor.post("/apis/pets/refresh/", follow=True)
        assert "no operation changed" in answer.content.decode()
        assert asked[3:] == ["/openapi.json", "/pet.json"]
        sent = {"url": f"{server.origin}/openapi.json", "references": "yes", "name": "Two"}
        as_editor.post("/apis/import/", sent)
    for id in ("pets:addPet", "two:addPet"):
        assert "tail" in get_operation(id).body_schema["properties"]
    page = unescape(as_editor.get("/apis/two/report/").content.decode())
    assert "https://other.example/cat.json wasn't read: Only documents of the same origin" in page
    assert ImportedApi.objects.get(pk="two").reads_references


def test_deleting_names_what_is_lost(
    as_editor: Client, as_owner: Client, editor: Person, api: ImportedApi
) -> None:
    connect("Live pets")
    start_draft(editor, "pets:addPet", "{}", name="My cat")
    page = as_editor.get("/apis/pets/delete/").content.decode()
    assert "Live pets" in page
    assert "My cat" in page
    assert "Only an owner can delete an API that has connections." in page
    assert as_editor.post("/apis/pets/delete/", {"confirm": "Pets"}).status_code == 403
    as_owner.post("/apis/pets/delete/", {"confirm": "pets"})
    assert ImportedApi.objects.exists()
    as_owner.post("/apis/pets/delete/", {"confirm": "Pets"})
    assert not ImportedApi.objects.exists()
    assert not StoredDocument.objects.exists()
    assert not Connection.objects.exists()
    # Its drafts are still listed, and opening one says why that isn't possible.
    assert "My cat" in as_editor.get("/drafts/").content.decode()
    answer = as_editor.get(f"/drafts/{Draft.objects.get().id}/")
    assert answer.status_code == 404
    assert "This operation no longer exists" in answer.content.decode()


def test_a_document_that_another_api_has_stays(as_editor: Client, editor: Person) -> None:
    for name in ("One", "Two"):
        import_document(editor, as_bytes(pets()), name=name)
    as_editor.post("/apis/one/delete/", {"confirm": "One"})
    assert StoredDocument.objects.count() == 1
    assert as_editor.get("/apis/two/operations/addPet/").status_code == 200


def test_the_finder_finds_apis_and_operations(as_editor: Client, api: ImportedApi) -> None:
    with CaptureQueriesContext(connection) as asked:
        page = as_editor.get("/find/?find=add+a+pet").content.decode()
    assert "/apis/pets/operations/addPet/" in page
    assert not [each for each in asked if "storeddocument" in each["sql"]]
    assert 'href="/apis/pets/"' in as_editor.get("/find/?find=pets").content.decode()


def test_names_are_escaped_wherever_they_are_shown(as_editor: Client, editor: Person) -> None:
    bad = "<img src=x onerror=1>"
    document = pets(info={"title": bad, "version": bad, "description": bad})
    document["paths"] = {
        f"/{bad}": {"get": {"summary": bad, "description": bad, "tags": [bad], "responses": {}}}
    }
    api = import_document(editor, as_bytes(document)).api
    key = api.operations.get().key
    for address in (
        "/apis/",
        f"/apis/{api.id}/",
        f"/apis/{api.id}/report/",
        f"/apis/{api.id}/delete/",
        f"/apis/{api.id}/operations/{key}/",
        "/find/?find=img",
    ):
        answer = as_editor.get(address)
        assert answer.status_code == 200
        assert "<img src=x" not in answer.content.decode()


def test_a_connection_takes_a_server_and_the_credential(as_owner: Client, api: ImportedApi) -> None:
    assert "?api=pets" in as_owner.get("/connections/new/").content.decode()
    page = as_owner.get("/connections/new/?api=pets").content.decode()
    for url in ("https://eu.pets.example/v1", "https://us.pets.example/v1"):
        assert f'<option value="{url}"' in page
    sent = {
        "name": "US",
        "server": "https://us.pets.example/v1",
        "secret_token": "t",
        "colour": "grey",
    }
    assert as_owner.post("/connections/new/?api=pets", sent).status_code == 302
    made = Connection.objects.get()
    assert (made.api, made.base_url) == ("pets", "https://us.pets.example/v1")
    assert list(made.secrets.values_list("name", flat=True)) == ["token"]
    shown = as_owner.get(f"/connections/{made.id}/").content.decode()
    assert 'href="/apis/pets/"' in shown
    assert "test_head" not in shown
    other = {**sent, "name": "Own", "base_url": "https://own.example"}
    as_owner.post("/connections/new/?api=pets", other)
    assert Connection.objects.get(name="Own").base_url == "https://own.example"
    neither = {**sent, "name": "None", "server": ""}
    answer = as_owner.post("/connections/new/?api=pets", neither)
    assert answer.status_code == 422
    assert "Choose a server, or enter a base URL." in answer.content.decode()
    assert "Pets" in as_owner.get("/connections/").content.decode()


def test_lists_show_titles_of_imported_operations(
    as_editor: Client, editor: Person, api: ImportedApi
) -> None:
    start_draft(editor, "pets:addPet", "{}")
    template = make_template(editor, name="Every cat")
    template.operation, template.workflow_uid = "pets:addPet", ""
    template.save()
    assert "Add a pet" in as_editor.get("/drafts/").content.decode()
    page = as_editor.get("/templates/").content.decode()
    assert '<option value="pets:addPet">Add a pet</option>' in page
    found = as_editor.get("/templates/?operation=pets:addPet").content.decode()
    assert "Every cat" in found
