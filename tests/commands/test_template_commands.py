"""The commands for templates, each as a process on a data folder of its own."""

import json
from pathlib import Path

import pytest

from tests.commands.test_serve import run

WORKFLOW = "00000000-0000-4782-8d20-000000000546"
FILE = f"""format: api-playground-template
schema: 1
name: Night
operation: launch-workflow
connection: Practice
path_values:
  workflow_uid: {WORKFLOW}
document: |-
  {{
    "job_name": "Night",
    "steps": [
      {{
        "accounts": ["00000000-0000-4000-8000-000000000002"],
        "parameters": {{"max_results": 100}},
        "step_uid": "00000000-0000-490a-877c-000000000ef5"
      }}
    ],
    "inputs": []
  }}
variants:
- name: VIP
  edits:
  - kind: set
    pointer: /job_name
    value: '"VIP"'
"""
ROW = {"sales_navigator_profile_search_url": "https://www.linkedin.com/sales/search/people?query=é"}


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("data")


def test_files_are_imported_sent_and_exported_before_the_first_start(
    data: Path, tmp_path: Path
) -> None:
    (tmp_path / "night.yaml").write_text(FILE, "utf-8")
    (tmp_path / "rows.json").write_text(json.dumps([ROW]), "utf-8")
    status, out, err = run(data, f"import_templates {tmp_path}/night.yaml")
    assert (status, out.split()) == (0, ["new", "night.yaml"]), err
    sending = f"send_template Night --variant VIP --file /inputs={tmp_path}/rows.json --json"
    status, out, err = run(data, f"{sending} --dry-run")
    answer = json.loads(out)
    assert (status, answer["outcome"], answer["problems"]) == (0, "dry-run", []), err
    assert answer["url"].endswith(f"/workflows/{WORKFLOW}/schedule")
    assert json.loads(answer["body"])["inputs"] == [ROW]
    status, out, err = run(data, f"{sending} --set /job_name=Day")
    assert (status, json.loads(out)["outcome"]) == (0, "accepted"), err

    status, out, _ = run(data, f"export_templates {tmp_path}/out")
    assert (status, out) == (0, f"Wrote 1 template to {tmp_path}/out.\n")
    [written] = (tmp_path / "out").iterdir()
    assert run(data, f"import_templates {tmp_path}/out")[1].split()[0] == "same"
    text = written.read_text("utf-8").replace("name: Night", "name: Later").replace("100", "200")
    written.write_text(text, "utf-8")
    assert run(data, f"import_templates {written}")[1].split()[0] == "changed"
    assert run(data, f"import_templates {written}")[1].split()[0] == "same"
    written.write_text(text.replace("200", "300"), "utf-8")
    status, out, _ = run(data, f"import_templates {written}")
    assert (status, out.split()[0]) == (1, "conflict")


@pytest.mark.parametrize(
    ("command", "says"),
    [
        ("send_template Nobody --json", "There is no template named Nobody."),
        ("import_templates /nowhere.yaml", "Can't read /nowhere.yaml"),
        ("import_templates /dev/null", "null: Not an API Playground template."),
        ("export_templates /dev/null", "Can't write /dev/null"),
        ("export_templates x --user nobody", "There is no person named nobody."),
    ],
)
def test_an_error_is_one_sentence(data: Path, command: str, says: str) -> None:
    (data / "templates.yaml").write_text(FILE, "utf-8")
    run(data, f"import_templates {data}/templates.yaml")
    status, _, err = run(data, command)
    assert status == 2
    assert says in err
    assert "Traceback" not in err
