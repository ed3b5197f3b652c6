"""`manage.py import_openapi`: the report, and documents that are refused."""

import io
import json

import pytest
from django.core.management import CommandError, call_command

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


def test_the_report_names_operations_and_faults(tmp_path) -> None:
    assert run(tmp_path, DOCUMENT).splitlines() == [
        "Pets 1.0.0 (OpenAPI 3.0.3)",
        "Operations: 1, with a complete form: 1, with JSON fields: 0, not sendable: 0",
        "Line 12: The reference #/components/schemas/Pets has no target, "
        "so anything is valid here.",
    ]


def test_scripts_get_json(tmp_path) -> None:
    report = json.loads(run(tmp_path, DOCUMENT, "--report", "json"))
    assert report["counts"]["operations"] == 1
    assert report["operations"][0]["path"] == "/pets"
    assert report["faults"][0]["line"] == 12


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("openapi: 3.0.0\na: b: c", "Line 2, column 5: The YAML isn't valid"),
        ("swagger: '2.0'", "Line 1, column 1: It is a Swagger 2.0 document."),
        ("", "It is empty."),
    ],
)
def test_documents_that_cant_be_read_are_refused(tmp_path, text, message) -> None:
    with pytest.raises(CommandError, match=message.replace("(", r"\(")):
        run(tmp_path, text)


def test_a_missing_file_is_named(tmp_path) -> None:
    with pytest.raises(CommandError, match=r"Can't read .*nothing\.yaml"):
        call_command("import_openapi", str(tmp_path / "nothing.yaml"))
