"""`manage.py send_template`: what it sends and prints, and its exit status."""

import json
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
import time_machine
from django.core.management import call_command
from django.utils import timezone

from playground.commands.practice import fill_practice
from playground.drafts.states import State
from playground.history.models import Exchange
from playground.payload_templates.models import Template
from playground.payload_templates.versions import get_version, read_content, save_version
from playground.people.models import Person
from playground.workspace.models import Connection
from tests.importers.workbooks import make_sheet, make_xlsx, number, text
from tests.payload_templates.templates import make_template
from tests.sending.conftest import LAUNCH, WORKFLOW

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def practice() -> Connection:
    fill_practice()
    return Connection.objects.get(name="Practice")


@pytest.fixture
def template(owner: Person, practice: Connection) -> Template:
    return make_template(owner, text=LAUNCH, connection=practice, workflow_uid=WORKFLOW)


def send(*args: str) -> tuple[int, str, str]:
    out, err = StringIO(), StringIO()
    try:
        call_command("send_template", *args, stdout=out, stderr=err)
    except SystemExit as ended:
        return int(ended.code or 0), out.getvalue(), err.getvalue()
    return 0, out.getvalue(), err.getvalue()


def sent_json(*args: str) -> tuple[int, dict[str, Any]]:
    status, out, _ = send(*args, "--json")
    return status, json.loads(out)


def test_a_template_is_sent_with_a_variant_and_values(template: Template, owner: Person) -> None:
    content = read_content(get_version(template))
    vip = State(LAUNCH.replace("100", "7"), path_values=content.shared.path_values,
                connection=content.shared.connection)  # fmt: skip
    save_version(owner, template, content.change("VIP", vip), 1)
    status, answer = sent_json("Night run", "--variant", "VIP", "--set", "/job_name=Day 1")
    assert (status, answer["outcome"]) == (0, "accepted")
    sent = json.loads(Exchange.objects.get().sent_document.document)
    assert sent["job_name"] == "Day 1"
    assert sent["steps"][0]["parameters"]["max_results"] == 7
    assert Template.objects.get().used_at is not None


def test_the_same_key_sends_once_and_is_refused_for_other_values(template: Template) -> None:
    key = ("--key", "3f0c5a1e-0000-4000-8000-000000000001")
    _, first = sent_json("Night run", *key)
    status, again = sent_json("Night run", *key)
    assert (status, again["exchange"]) == (0, first["exchange"])
    status, refused = sent_json("Night run", *key, "--set", "/job_name=Day")
    assert status == 3
    assert "this key was used for another request" in refused["sentence"]
    assert Exchange.objects.count() == 1


def test_a_dry_run_shows_the_exact_body_and_sends_nothing(
    template: Template, tmp_path: Path
) -> None:
    rows = tmp_path / "rows.csv"
    rows.write_text("sales_navigator_profile_search_url\nhttps://example.com/é\n", "utf-8")
    status, out, err = send(
        "Night run", "--set", "/job_name=1", "--file", f"/inputs={rows}", "--dry-run"
    )
    assert '"job_name": "1"' in out
    assert '"sales_navigator_profile_search_url": "https://example.com/é"' in out
    assert (status, err) == (0, "")
    assert not Exchange.objects.exists()


def test_a_workbook_is_read_like_a_csv_file(template: Template, tmp_path: Path) -> None:
    url = "sales_navigator_profile_search_url"
    rows = [[text(url), text("Note")], [text("https://example.com/1"), number("5")]]
    file = tmp_path / "rows.xlsx"
    file.write_bytes(make_xlsx(One=make_sheet(*rows)))
    status, out, err = send("Night run", "--file", f"/inputs={file}", "--dry-run")
    assert f'"{url}": "https://example.com/1"' in out
    assert '"Note": "5"' in out
    assert (status, err.startswith(f"{file}: Unknown column: Note.")) == (0, True)


def test_variables_of_the_command_line_win_over_those_of_the_template(template: Template) -> None:
    name = ("Night run", "--set", "/job_name={{who}} {{who}}", "--dry-run", "--json")
    _, _, err = send(*name, "--var", "7x=1")
    assert "isn't a valid name" in err
    _, answer = sent_json(*name[:-1], "--var", "who=Grace", "--var", "pause=1.50")
    assert '"job_name": "Grace Grace"' in answer["body"]
    assert not [each for each in answer["problems"] if each["code"] == "unknown-variable"]


def test_the_api_refuses_an_unknown_workflow(template: Template) -> None:
    status, answer = sent_json("Night run", "--set", "#path/workflow_uid=w-unknown")
    assert (status, answer["outcome"], answer["status"]) == (1, "refused", 404)
    assert answer["sentence"].startswith("Refused by Captain Data: ")


def test_problems_block_the_send(template: Template) -> None:
    status, answer = sent_json(str(template.id), "--set", '/inputs="none"')
    assert (status, answer["outcome"]) == (3, "blocked")
    assert not Exchange.objects.exists()


@pytest.mark.parametrize(
    ("args", "message"),
    [
        (["Nobody"], "There is no template named Nobody."),
        (["Night run", "--variant", "gone"], "Night run has no variant gone. Its variants: none."),
        (["Night run", "--number", "9"], "Night run has no version 9."),
        (["Night run", "--connection", "gone"], "There is no connection named gone."),
        (["Night run", "--set", "job_name"], "Write /pointer=value, not 'job_name'."),
        (["Night run", "--set", "job_name=1"], "job_name"),
        (
            ["Night run", "--file", "/inputs=/nowhere.json"],
            "Can't read /nowhere.json: No such",
        ),
        (["Night run", "--user", "nobody"], "There is no person named nobody."),
    ],
)
def test_invalid_arguments_end_with_2(template: Template, args: list[str], message: str) -> None:
    status, _, err = send(*args)
    assert status == 2
    assert message in err


def test_a_protected_connection_needs_its_name(template: Template) -> None:
    Connection.objects.update(protected=True)
    status, answer = sent_json("Night run")
    assert status == 3
    assert "protected" in answer["sentence"]
    assert sent_json("Night run", "--confirm", "Practice")[0] == 0


def test_a_viewer_cannot_send(template: Template, viewer: Person) -> None:
    Template.objects.update(sharing="view")
    assert send("Night run", "--user", "viewer")[0] == 3


def body_with(tmp_path: Path, csv: str) -> tuple[int, str, str]:
    rows = tmp_path / "rows.csv"
    rows.write_text(csv, "utf-8")
    return send("Night run", "--file", f"/inputs={rows}", "--dry-run")


def test_a_cell_may_be_large_and_empty_last_columns_are_left_out(
    template: Template, tmp_path: Path
) -> None:
    key, long = "sales_navigator_profile_search_url", "x" * 200_000
    _status, out, _err = body_with(tmp_path, f"{key},,\n{long},,\n\n")
    assert f'"{key}": "{long}"' in out
    assert '""' not in out


@pytest.mark.parametrize(
    ("csv", "says"),
    [
        ("a,a\n1,2\n", "two columns are named a"),
        ("a,\n1,2\n", "that column has no name"),
        ("a,b\n1,2,3\n", "more cells"),
    ],
)
def test_rows_that_would_lose_a_cell_are_rejected(
    template: Template, tmp_path: Path, csv: str, says: str
) -> None:
    status, _out, err = body_with(tmp_path, csv)
    assert (status, says in err) == (2, True)


@pytest.mark.parametrize(
    ("failure", "status", "outcome"),
    [
        ("html", 4, "unknown"),
        ("empty", 4, "unknown"),
        ("nan", 4, "unknown"),
        ("latin", 4, "unknown"),
        ("200-error", 1, "refused"),
        ("422", 1, "refused"),
    ],
)
def test_only_a_documented_success_exits_with_0(
    template: Template, failure: str, status: int, outcome: str
) -> None:
    exit_status, answer = sent_json("Night run", "--set", f"/job_name=[fail:{failure}]")
    assert (exit_status, answer["outcome"], answer["job"]) == (status, outcome, "")


def test_a_send_beyond_the_limit_of_the_connection_says_how_long_to_wait(
    template: Template, practice: Connection
) -> None:
    Connection.objects.update(sends_per_minute=1)
    with time_machine.travel(timezone.now(), tick=False):
        assert send("Night run")[0] == 0
        status, answer = sent_json("Night run")
    assert (status, answer["outcome"]) == (3, "blocked")
    assert answer["sentence"] == "Not sent: Practice allows 1 send a minute. Try again in 60 s."
    assert Exchange.objects.count() == 1
