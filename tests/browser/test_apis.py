"""From an OpenAPI document to a batch: import, find, build, send, save as a template, run."""

import json
from collections.abc import Callable
from typing import Any

from playwright.sync_api import Page, expect

from playground.apis.importing import import_document, import_source
from playground.apis.models import ImportedApi
from playground.openapi.reading import read_openapi
from playground.payload_templates.models import Template
from playground.workspace.connections import ConnectionInput, save_connection
from tests.apis.documents import as_bytes
from tests.apis.pets import pets
from tests.browser.actions import expect_saved, follow, wait_until
from tests.browser.any_operation import add_field, section
from tests.sending.stand_ins import Standin

ROWS = b"name,age\nTom,3\nAda,7\n"
TEXT = {"type": "string"}
SCHEMAS: dict[str, Any] = {
    "Pet": {
        "type": "object",
        "required": ["name"],
        "properties": {
            "name": TEXT,
            "age": {"type": "integer"},
            "home": {
                "oneOf": [
                    {"$ref": "#/components/schemas/Shelter"},
                    {"$ref": "#/components/schemas/Family"},
                ],
                "discriminator": {"propertyName": "kind"},
            },
            # Its description has the word, but only the other's name is it.
            "extras": {"type": "string", "description": "With its toys."},
            "toys": {"type": "array", "items": {"$ref": "#/components/schemas/Toy"}},
        },
    },
    "Shelter": {
        "type": "object",
        "required": ["kind", "city"],
        "properties": {"kind": TEXT, "city": TEXT},
    },
    "Family": {
        "type": "object",
        "required": ["kind", "street"],
        "properties": {"kind": TEXT, "street": TEXT},
    },
    "Toy": {
        "type": "object",
        "required": ["name"],
        "properties": {"name": TEXT, "price": {"type": "number"}},
    },
}
REST = {
    "home": {"kind": "Family", "street": "Elm Street 5"},
    "toys": [{"name": "ball", "price": 2.5}, {"name": "rope", "price": 1}],
}


def drop_document(page: Page, data: bytes) -> None:
    page.evaluate(
        """(text) => {
          const data = new DataTransfer();
          data.items.add(new File([text], "pets.json", { type: "application/json" }));
          for (const event of ["dragover", "drop"])
            document.body.dispatchEvent(
              new DragEvent(event, { bubbles: true, cancelable: true, dataTransfer: data }));
        }""",
        data.decode(),
    )


def test_from_a_document_to_a_batch(
    page: Page, settings, take_screenshot: Callable[[Page, str], None]
) -> None:
    settings.ALLOW_NETWORKS = ["127.0.0.0/8"]
    origin = page.origin  # type: ignore[attr-defined]
    with Standin() as standin:
        standin.status, standin.body = 201, b'{"id": 1}'
        document = pets(
            security=[], servers=[{"url": standin.origin}], components={"schemas": SCHEMAS}
        )
        page.goto(f"{origin}/apis/import/")
        with page.expect_navigation():
            drop_document(page, as_bytes(document))
        expect(page.get_by_role("heading", level=1)).to_have_text("Import report")
        take_screenshot(page, "api-report")
        connect(standin)
        find_operation(page)
        build(page)
        page.locator("#send button").click()
        wait_until(lambda: bool(standin.seen))
        method, path, _headers, body = standin.seen[0]
        assert (method, path) == ("POST", "/pets")
        assert json.loads(body) == {"name": "Tom", "age": 4, **REST}
        assert b'"price": 2.50' in body
        save(page)
        run_batch(page)
        wait_until(lambda: len(standin.seen) == 3)
        sent = [json.loads(each[3]) for each in standin.seen[1:]]
        assert sorted(sent, key=lambda each: each["age"]) == [
            {"name": "Tom", "age": 3, **REST},
            {"name": "Ada", "age": 7, **REST},
        ]
    assert page.errors == []  # type: ignore[attr-defined]


def connect(standin: Standin) -> None:
    """Add the connection that an owner would."""
    save_connection(ConnectionInput("Local pets", ImportedApi.objects.get().id, standin.origin))


def find_operation(page: Page) -> None:
    page.get_by_role("link", name="Browse its operations").click()
    page.locator("#operation_find").fill("add a pet")
    expect(page.locator("#operation_list .method")).to_have_count(1)
    page.get_by_role("link", name="Add a pet").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Add a pet")
    page.get_by_role("button", name="Start").click()
    expect(page.locator("#main[data-ready=all]")).to_be_visible()


def build(page: Page) -> None:
    page.locator('#form [data-at="/age"]').fill("4")
    expect_saved(page)
    add_field(page, "home")
    home = section(page, "home")
    home.get_by_label("Family").check()
    home.get_by_role("textbox", name="street", exact=True).fill("Elm Street 5")
    expect_saved(page)
    add_field(page, "toys")
    toys = section(page, "toys")
    toys.get_by_role("button", name="Paste", exact=True).click()
    page.get_by_role("dialog").get_by_role("textbox").fill("name,price\nball,2.50\nrope,1\n")
    page.get_by_role("button", name="OK").click()
    expect(toys.locator("[data-row]")).to_have_count(2)
    expect_saved(page)
    expect(page.locator("#problem_first")).to_be_empty()


def save(page: Page) -> None:
    page.get_by_role("button", name="Save as template").click()
    dialog = page.locator("#save_template")
    dialog.get_by_label("Name").fill("Every pet")
    dialog.get_by_role("button", name="Save template").click()
    expect(page.get_by_text("Saved as the template Every pet.")).to_be_visible()


def run_batch(page: Page) -> None:
    template = Template.objects.get()
    page.goto(f"{page.origin}/batches/new/?template={template.id}")  # type: ignore[attr-defined]
    file = {"name": "rows.csv", "mimeType": "text/csv", "buffer": ROWS}
    page.locator("#file").set_input_files(files=[file])  # type: ignore[list-item]
    follow(page.get_by_role("button", name="Continue"))
    page.locator("#check_rows").click()
    follow(page.get_by_role("button", name="Send 2 requests"))
    expect(page.locator("#count-accepted strong")).to_have_text("2")


def test_a_get_operation_is_built_from_its_parameters(
    page: Page, settings, take_screenshot: Callable[[Page, str], None]
) -> None:
    settings.ALLOW_NETWORKS = ["127.0.0.0/8"]
    with Standin() as standin:
        document = pets(security=[], servers=[{"url": standin.origin}])
        api = import_document(page.person, as_bytes(document)).api  # type: ignore[attr-defined]
        connect(standin)
        page.goto(f"{page.origin}/apis/{api.id}/operations/listPets/")  # type: ignore[attr-defined]
        follow(page.get_by_role("button", name="Start"))
        expect(page.locator("#main[data-ready=all]")).to_be_visible()
        expect(page.locator("#problem_first")).to_have_text("kind is missing.")
        page.locator('[data-at="#query/kind"]').select_option("dog")
        expect(page.locator("#problem_first")).to_be_empty()
        expect(page.locator("#request_line")).to_contain_text("/pets?kind=dog")
        page.get_by_role("button", name="Add a parameter").click()
        page.get_by_label("Find a parameter").fill("lim")
        page.keyboard.press("Enter")
        limit = page.locator('[data-at="#query/limit"]')
        expect(limit).to_be_focused()
        limit.fill("many")
        expect(page.locator("#query-limit_problem")).not_to_be_empty()
        limit.fill("5")
        expect(page.locator("#query-limit_problem")).to_be_empty()
        expect(page.locator("#request_line")).to_contain_text("limit=5")
        take_screenshot(page, "builder-parameters")
        page.get_by_role("button", name="Add a parameter").click()
        page.get_by_label("Find a parameter").fill("i")
        page.keyboard.press("Enter")
        page.locator('[data-at="#query/ids"]').fill("1\n2\n")
        expect(page.locator("#request_line")).to_contain_text("ids=1&ids=2")
        page.get_by_role("button", name="Leave out ids").click()
        page.get_by_role("button", name="Leave out limit").click()
        expect(limit).to_have_count(0)
        expect(page.locator("#request_line")).not_to_contain_text("limit")
        page.locator("#send button").click()
        expect(page.locator("#reply")).to_contain_text("200")
        assert [each[:2] for each in standin.seen] == [("GET", "/pets?kind=dog")]
    assert page.errors == []  # type: ignore[attr-defined]


def test_a_document_is_fetched_again_by_its_button(page: Page, settings) -> None:
    settings.ALLOW_NETWORKS = ["127.0.0.0/8"]
    with Standin() as standin:
        standin.body = as_bytes(pets(security=[]))
        url = f"{standin.origin}/openapi.json"
        person = page.person  # type: ignore[attr-defined]
        api = import_source(person, read_openapi(standin.body), url=url).api
        page.goto(f"{page.origin}/apis/{api.id}/")  # type: ignore[attr-defined]
        follow(page.get_by_role("button", name="Refresh"))
        expect(page.locator(".toast-text")).to_have_text(f"{api.title}: no operation changed.")
        assert [each[:2] for each in standin.seen] == [("GET", "/openapi.json")]
    assert page.errors == []  # type: ignore[attr-defined]
