"""`manage.py import_openapi`: what it stores, its report, and documents that are refused."""

import io
import json

import pytest
from django.core.management import CommandError, call_command

from playground.apis.models import ImportedApi
from playground.openapi.operations import get_operation
from playground.people.models import Person
from tests.apis.documents import as_bytes, shop
from tests.apis.pets import pets
from tests.sending.stand_ins import Standin

pytestmark = pytest.mark.django_db
DOCUMENT = """\
openapi: 3.0.3
info: {title: Pets, version: 1.0.0}
paths:
  /pets:
    get:
      operationId: list
      responses:
        '200':
          content:
            application/json:
              schema:
                $ref: '#/components/schemas/Pets'
"""


def run(tmp_path, text: str, *arguments: str) -> str:
    file, out = tmp_path / "document.yaml", io.StringIO()
    file.write_text(text)
    call_command("import_openapi", str(file), *arguments, stdout=out)
    return out.getvalue()


def test_the_document_is_stored_and_reported(tmp_path, owner: Person) -> None:
    assert run(tmp_path, DOCUMENT).splitlines() == [
        "Imported Pets 1.0.0 as pets (OpenAPI 3.0.3)",
        "Operations: 1, with a complete form: 1, with JSON fields: 0, not sendable: 0",
        "Line 12: The reference #/components/schemas/Pets has no target, "
        "so anything is valid here.",
    ]
    assert get_operation("pets:list").method == "GET"
    assert ImportedApi.objects.get().person == owner


def test_a_dry_run_stores_nothing(tmp_path, owner: Person) -> None:
    assert run(tmp_path, DOCUMENT, "--dry-run").startswith("Pets 1.0.0 (OpenAPI 3.0.3)\n")
    assert not ImportedApi.objects.exists()


def test_scripts_get_json(tmp_path, owner: Person) -> None:
    report = json.loads(run(tmp_path, json.dumps(pets()), "--report", "json", "--name", "Mine"))
    assert (report["id"], report["title"]) == ("mine", "Mine")
    assert report["counts"]["operations"] == 3
    assert report["counts"]["unsendable"] == 1
    assert report["operations"][0]["obstacles"] == [
        "The security scheme certificate can't be used: mutualTLS."
    ]


def test_an_existing_name_is_updated(tmp_path, owner: Person) -> None:
    run(tmp_path, json.dumps(shop()), "--name", "Shop")
    newer = shop()
    del newer["paths"]["/orders/{id}"]
    lines = run(tmp_path, json.dumps(newer), "--name", "Shop").splitlines()
    assert lines[-1] == "shop:get-orders-id removed (breaking)"
    assert ImportedApi.objects.count() == 1


def test_an_address_is_fetched_through_the_guard(owner: Person, settings) -> None:
    with Standin() as standin:
        standin.body = as_bytes(pets())
        with pytest.raises(CommandError, match=r"127\.0\.0\.1"):
            call_command("import_openapi", standin.origin)
        assert standin.seen == []
        settings.ALLOW_NETWORKS = ["127.0.0.0/8"]
        call_command("import_openapi", standin.origin, stdout=io.StringIO())
        call_command("import_openapi", standin.origin, stdout=io.StringIO())
    assert ImportedApi.objects.get().url == standin.origin


def test_other_documents_are_fetched_with_a_flag(tmp_path, owner: Person, settings) -> None:
    document = pets()
    document["components"]["schemas"]["Pet"] = {"$ref": "pet.json"}
    with Standin() as standin:
        standin.body = as_bytes(document)
        settings.ALLOW_NETWORKS = ["127.0.0.0/8"]
        out = io.StringIO()
        call_command("import_openapi", standin.origin, stdout=out)
        line = f"Refers to {standin.origin}/pet.json, which wasn't read (see --fetch-references)."
        assert line in out.getvalue().splitlines()
        # The stand-in always replies with the same document, which becomes its own schema.
        call_command("import_openapi", standin.origin, "--fetch-references", stdout=out)
    assert [path for _method, path, *_ in standin.seen] == ["/", "/", "/pet.json"]
    api = ImportedApi.objects.get()
    assert api.reads_references
    assert "x-documents" in api.document.text
    lines = run(tmp_path, json.dumps(document), "--fetch-references", "--dry-run").splitlines()
    assert any("The document was imported without an address." in line for line in lines)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("openapi: 3.0.0\na: b: c", "Line 2, column 5: The YAML isn't valid"),
        ("swagger: '2.0'", "Line 1, column 1: It is a Swagger 2.0 document."),
        ("", "It is empty."),
    ],
)
def test_documents_that_cant_be_read_are_refused(tmp_path, owner, text, message) -> None:
    with pytest.raises(CommandError, match=message.replace("(", r"\(")):
        run(tmp_path, text)
    assert not ImportedApi.objects.exists()


def test_a_missing_file_is_named(tmp_path) -> None:
    with pytest.raises(CommandError, match=r"Can't read .*nothing\.yaml"):
        call_command("import_openapi", str(tmp_path / "nothing.yaml"))


def test_payloads_are_checked_by_imported_schemas(tmp_path, owner: Person) -> None:
    run(tmp_path, json.dumps(pets()))
    file, out = tmp_path / "pet.json", io.StringIO()
    file.write_text('{"age": "old"}')
    with pytest.raises(SystemExit) as left:
        call_command("check_payload", "pets:addPet", str(file), stdout=out)
    assert left.value.code == 1
    found = [json.loads(line) for line in out.getvalue().splitlines()]
    assert sorted(each["pointer"] for each in found) == ["/age", "/name"]
    file.write_text('{"name": "Tom"}')
    call_command("check_payload", "pets:addPet", str(file), stdout=io.StringIO())
    with pytest.raises(SystemExit) as left:
        call_command("check_payload", "pets:nothing", str(file), stderr=io.StringIO())
    assert left.value.code == 2
