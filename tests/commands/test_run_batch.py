"""`manage.py run_batch`: what it sends, prints and writes, and its exit status."""

import csv
import io
import json
import os
import signal
import subprocess
import sys
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command

from playground.batches.models import Batch, Lane, Row
from playground.commands import batch_output
from playground.history.models import Exchange
from playground.payload_templates.models import Template
from playground.people.models import Person
from playground.workspace.models import Connection, File
from tests.batches.conftest import count_arrivals
from tests.commands.installation import prepare
from tests.commands.test_serve import HOME, environment
from tests.payload_templates.templates import make_template
from tests.sending.conftest import LAUNCH, WORKFLOW, lead_practice_to, standin  # noqa: F401
from tests.sending.stand_ins import Standin, wait_until

pytestmark = pytest.mark.django_db(transaction=True)

ROWS = "name,results\nOne,100\nTwo,200\n"
NAMED = ("--map", "name=/job_name", "--map", "results=/steps/0/parameters/max_results")
JOBS = ("--map", "name=/job_name")
REFUSAL = b'{"error": {"message": "No such account."}}'


@pytest.fixture
def template(owner: Person, standin: Standin) -> Template:  # noqa: F811
    """A template that goes to a server which counts what arrives."""
    connection = lead_practice_to(standin.origin)
    return make_template(owner, text=LAUNCH, connection=connection, workflow_uid=WORKFLOW)


@pytest.fixture
def rows(tmp_path: Path) -> Path:
    file = tmp_path / "rows.csv"
    file.write_text(ROWS, "utf-8")
    return file


def run(*args: object) -> tuple[int, str, str]:
    out, err = StringIO(), StringIO()
    status = 0
    try:
        call_command("run_batch", *map(str, args), stdout=out, stderr=err)
    except SystemExit as ended:
        status = int(ended.code or 0)
    # Lanes end a moment after their batch.
    assert wait_until(lambda: not Lane.objects.exists())
    return status, out.getvalue(), err.getvalue()


def run_json(*args: object) -> tuple[int, list[dict[str, Any]], dict[str, Any], str]:
    status, out, err = run(*args, "--json")
    *found, summary = map(json.loads, out.splitlines())
    return status, found, summary, err


def test_each_row_is_sent_once(template, rows, standin) -> None:  # noqa: F811
    status, out, err = run("Night run", "--rows", rows, *NAMED)
    assert (status, out) == (0, "2 requests: 2 accepted.\n")
    assert count_arrivals(standin) == {"One": 1, "Two": 1}
    sent = sorted(json.loads(body)["steps"][0]["parameters"]["max_results"]
                  for *_, body in standin.seen)  # fmt: skip
    assert sent == [100, 200]
    assert err.splitlines() == [
        "name fills /job_name.",
        "results fills /steps/0/parameters/max_results.",
        "Each row is a request.",
    ]
    assert Template.objects.get().used_at is not None


def test_a_mapping_is_proposed_by_name_and_remembered(template, tmp_path, standin) -> None:  # noqa: F811
    file = tmp_path / "rows.csv"
    file.write_text("Job_Name\nOne\n", "utf-8")
    assert run("Night run", "--rows", file)[0] == 0
    file.write_text("title\nTwo\n", "utf-8")
    assert run("Night run", "--rows", file, "--map", "title=/job_name")[0] == 0
    file.write_text("title\nThree\n", "utf-8")
    assert run("Night run", "--rows", file)[0] == 0
    assert count_arrivals(standin) == {"One": 1, "Two": 1, "Three": 1}


def test_rows_are_json_objects_and_then_a_summary(template, rows) -> None:
    status, found, summary, err = run_json("Night run", "--rows", rows, *NAMED)
    assert (status, err) == (0, "")
    assert sorted((each["row"], each["line"], each["outcome"]) for each in found) == [
        (1, 2, "accepted"), (2, 3, "accepted")
    ]  # fmt: skip
    assert {(each["job"], each["status"], each["attempt"]) for each in found} == {("j-1", 200, 1)}
    exchanges = {str(each.id) for each in Exchange.objects.all()}
    assert {each["exchange"] for each in found} == exchanges
    assert summary["batch"] == str(Batch.objects.get().pk)
    assert (summary["state"], summary["counts"], summary["exit_status"]) == (
        "ended", {"accepted": 2}, 0
    )  # fmt: skip


def test_bad_rows_are_named_and_the_good_ones_sent(template, rows, standin) -> None:  # noqa: F811
    rows.write_text(ROWS + "Three,ma\x1bny\nFour,5,6\n", "utf-8")
    status, out, err = run("Night run", "--rows", rows, *NAMED)
    assert status == 3
    assert count_arrivals(standin) == {"One": 1, "Two": 1}
    assert out == "2 requests: 2 accepted. 2 rows have problems and aren't sent.\n"
    bad = [line for line in err.splitlines() if line.startswith("Line")]
    assert bad[0].startswith('Line 4, column 2 (results), "maU+001Bny": ')
    assert bad[1].startswith("Line 5 has more cells")
    assert "\x1b" not in err


def test_bad_rows_are_objects_too(template, rows) -> None:
    rows.write_text(ROWS + "Three,many\n", "utf-8")
    _, found, summary, _ = run_json("Night run", "--rows", rows, *NAMED)
    [bad] = [each for each in found if each["outcome"] == "bad"]
    [problem] = bad["problems"]
    assert (bad["line"], problem["column"], problem["title"], problem["value"]) == (
        4, 2, "results", "many"
    )  # fmt: skip
    assert summary["bad_rows"] == 1


def test_a_check_sends_and_keeps_nothing(template, rows, standin) -> None:  # noqa: F811
    assert run("Night run", "--rows", rows, *NAMED, "--check-only")[:2] == (
        0, "2 requests: 2 waiting.\n"
    )  # fmt: skip
    rows.write_text(ROWS + "Three,many\n", "utf-8")
    status, _, err = run("Night run", "--rows", rows, *NAMED, "--check-only")
    assert status == 3
    assert "Line 4, column 2" in err
    assert not standin.seen
    assert not Batch.objects.exists()
    assert not File.objects.exists()


def test_all_rows_may_be_entries_of_one_request(template, tmp_path, standin) -> None:  # noqa: F811
    file = tmp_path / "rows.csv"
    file.write_text("url\nhttps://www.linkedin.com/sales/search/people?query=1\n"
                    "https://www.linkedin.com/sales/search/people?query=2\n", "utf-8")  # fmt: skip
    entry = "url=/inputs/-/sales_navigator_profile_search_url"
    status, found, summary, _ = run_json("Night run", "--rows", file, "--map", entry)
    assert status == 0
    assert [each["request"] for each in found] == [1, 1]
    assert len(standin.seen) == 1
    assert len(json.loads(standin.seen[0][3])["inputs"]) == 2
    status, found, summary, _ = run_json(
        "Night run", "--rows", file, "--map", entry, "--group", "chunks:1"
    )
    assert (status, summary["requests"]) == (0, 2)


@pytest.mark.parametrize(
    ("args", "message"),
    [
        (["--map", "gone=/job_name"], "The file has no column gone. Its columns: name, results."),
        (["--map", "name"], "Write COLUMN=/POINTER, not 'name'."),
        (["--map", "name=job_name"], "isn't a JSON Pointer"),
        (["--map", "name=/job_name/x"], "nothing that could contain /job_name/x"),
        ([*JOBS, "--map", "results=/job_name"], "both fill /job_name"),
        ([*JOBS, "--type", "name=date"], "'date' isn't a type."),
        ([*JOBS, "--group", "some"], "not 'some'"),
        ([*JOBS, "--group", "chunks:0"], "A request takes 1 to"),
        ([*JOBS, "--group", "key:gone"], "The file has no column gone."),
        ([*JOBS, "--rate", "0"], "Requests per second must be more than 0"),
        ([*JOBS, "--concurrency", "51"], "between 1 and 50"),
        ([*JOBS, "--stop-after", "0"], "at least 1"),
        ([*JOBS, "--encoding", "klingon"], "klingon"),
        ([*JOBS, "--variant", "gone"], "Night run has no variant gone."),
        ([*JOBS, "--connection", "gone"], "There is no connection named gone."),
        ([*JOBS, "--user", "nobody"], "There is no person named nobody."),
        ([*JOBS, "--result", "/nowhere/r.csv"], "Can't write /nowhere/r.csv."),
        ([*JOBS, "--resume", str(WORKFLOW)], "go on with a batch as it was made"),
    ],
)
def test_invalid_arguments_end_with_2(template, rows, standin, args, message) -> None:  # noqa: F811
    status, out, err = run("Night run", "--rows", rows, *args)
    assert (status, out) == (2, "")
    assert message in err
    assert not standin.seen
    assert not Batch.objects.exists()


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "The table is empty."),
        (b"PK\x03\x04 not a workbook", ""),
        (b"a,a\n1,2\n", "two columns are named a"),
    ],
)
def test_a_file_that_is_no_table_ends_with_2(template, rows, content, message) -> None:
    rows.write_bytes(content)
    status, _, err = run("Night run", "--rows", rows, *JOBS)
    assert status == 2
    assert message in err
    assert not Batch.objects.exists()


@pytest.mark.parametrize("option", ["--json", "--check-only", "--rate=9"])
def test_a_file_that_breaks_off_ends_with_2_and_sends_nothing(
    template,
    tmp_path,
    standin,  # noqa: F811
    option,
) -> None:
    """A download that was cut: the rows before are good, and nobody knows what followed."""
    rows = tmp_path / "rows.json"
    lines = ",\n".join(json.dumps({"name": f"Job {number}"}) for number in range(1200))
    rows.write_text(f"[{lines}", "utf-8")
    status, out, _ = run("Night run", "--rows", rows, *JOBS, option)
    assert status == 2
    sentence = "Line 1: the list that starts here isn't closed. Add a ]."
    assert sentence in (json.loads(out)["sentence"] if option == "--json" else out)
    assert not standin.seen
    assert not Batch.objects.exists()
    assert not File.objects.exists()
    rows.write_text(f"[{lines}]", "utf-8")
    assert run("Night run", "--rows", rows, *JOBS, "--check-only")[0] == 0


def test_a_missing_file_and_a_missing_template_end_with_2(template, tmp_path) -> None:
    status, _, err = run("Night run", "--rows", tmp_path / "gone.csv")
    assert (status, err) == (2, f"Can't read {tmp_path}/gone.csv: No such file or directory.\n")
    assert run("Nobody", "--rows", tmp_path)[0] == 2
    status, out, _ = run("Night run", "--rows", tmp_path, "--json")
    assert status == 2
    assert json.loads(out)["outcome"] == "not-understood"
    assert run("Night run")[0] == 2


def test_a_header_without_rows_sends_nothing(template, rows) -> None:
    rows.write_text("name\n", "utf-8")
    status, out, err = run("Night run", "--rows", rows, *JOBS)
    assert (status, out[:23]) == (3, "No request can be sent.")
    assert "no rows" in err.lower()


def test_a_protected_connection_needs_its_name(template, rows, standin) -> None:  # noqa: F811
    Connection.objects.update(protected=True)
    status, _, err = run("Night run", "--rows", rows, *NAMED)
    assert status == 3
    assert "to send 2 requests to 127.0.0.1" in err
    assert "Use --confirm 'Practice'." in err
    assert not standin.seen
    assert not Batch.objects.exists()
    assert run("Night run", "--rows", rows, *NAMED, "--confirm", "Practice")[0] == 0
    assert len(standin.seen) == 2


def test_a_viewer_cannot_send(template, rows, viewer, standin) -> None:  # noqa: F811
    Template.objects.update(sharing="view")
    status, _, err = run("Night run", "--rows", rows, *JOBS, "--user", "viewer")
    assert (status, "Viewers can't send" in err) == (3, True)
    assert not standin.seen


def test_failed_rows_are_retried_and_the_others_left_alone(template, rows, standin) -> None:  # noqa: F811
    standin.status, standin.body = 422, REFUSAL
    status, _, err = run("Night run", "--rows", rows, *NAMED)
    batch = Batch.objects.get()
    assert status == 1
    assert f"--retry-failed {batch.pk}" in err
    Row.objects.filter(number=1).update(state="accepted")
    Batch.objects.update(counts={"accepted": 1, "refused": 1})
    standin.status, standin.body = 200, b'{"message": "ok", "job_uid": "j-1"}'
    standin.seen.clear()
    status, found, _, _ = run_json("--retry-failed", batch.pk)
    assert status == 0
    assert [(each["row"], each["attempt"]) for each in found] == [(2, 2)]
    assert count_arrivals(standin) == {"Two": 1}
    status, _, err = run("Night run", "--retry-failed", batch.pk)
    assert (status, err) == (3, "No row was refused or not sent.\n")


def test_a_batch_of_someone_else_is_not_found(template, rows, editor) -> None:
    run("Night run", "--rows", rows, *JOBS)
    key = Batch.objects.get().pk
    status, _, err = run("--resume", key, "--user", "editor")
    assert (status, err) == (2, f"There is no batch {key}, or it isn't shared with you.\n")


def test_a_stopped_batch_says_how_to_go_on(template, rows, standin) -> None:  # noqa: F811
    rows.write_text("name\n" + "".join(f"{n}\n" for n in range(6)), "utf-8")
    standin.status, standin.body = 422, REFUSAL
    options = ("--stop-after", 1, "--concurrency", 1)
    status, out, err = run("Night run", "--rows", rows, *JOBS, *options)
    key = Batch.objects.get().pk
    assert status == 1
    assert out == "6 requests: 5 waiting, 1 refused. Stopped. Stopped after 1 failure.\n"
    assert f"To send the rest: manage.py run_batch --resume {key}" in err
    standin.status, standin.body = 200, b'{"message": "ok", "job_uid": "j-1"}'
    status, found, _, _ = run_json("--resume", key)
    assert sorted(each["row"] for each in found) == [2, 3, 4, 5, 6]
    assert status == 1


def test_a_lost_answer_ends_with_4(template, rows, standin) -> None:  # noqa: F811
    standin.close_early = True
    status, _, err = run("Night run", "--rows", rows, *NAMED)
    assert status == 4
    assert "Decide on the page of the batch." in err


def test_the_result_has_the_rows_of_the_file(template, rows, tmp_path) -> None:
    cells = [["name", "results"], ["=One", "100"], ["Two, 2", "many"], ["Drei “3”", "007"]]
    text = StringIO()
    csv.writer(text).writerows(cells)
    rows.write_text(text.getvalue(), "utf-8")
    result, junit = tmp_path / "result.csv", tmp_path / "junit.xml"
    options = ("--type", "results=number", "--result", result, "--junit", junit)
    assert run("Night run", "--rows", rows, *NAMED, *options)[0] == 3
    content = result.read_bytes().decode("utf-8-sig")
    titles, *found = csv.reader(io.StringIO(content, newline=""))
    assert titles == ["name", "results", "outcome", "status", "message", "job", "time", "attempt"]
    assert [row[:2] for row in found] == [["'=One", "100"], ["Two, 2", "many"], ["Drei “3”", "007"]]
    assert [row[2:4] for row in found] == [["accepted", "200"], ["bad", ""], ["accepted", "200"]]
    assert 'tests="3" failures="1"' in junit.read_text("utf-8")
    status, _, err = run("Night run", "--rows", rows, *NAMED, "--result", rows)
    assert (status, "has the rows" in err) == (2, True)


def test_progress_is_only_drawn_on_a_terminal(template, rows, monkeypatch) -> None:
    class Terminal(StringIO):
        def isatty(self) -> bool:
            return True

    out, err = StringIO(), Terminal()
    monkeypatch.setattr(batch_output, "draw_progress", lambda batch: f"<{batch.state}>")
    call_command("run_batch", "Night run", "--rows", str(rows), *NAMED, stdout=out, stderr=err)
    assert "\r<checking>" in err.getvalue()
    assert "\x1b" not in err.getvalue() + out.getvalue()
    assert "\r" not in run("Night run", "--rows", rows, *NAMED)[2]


def test_progress_says_how_far_it_is() -> None:
    counts = {"accepted": 700, "refused": 50, "waiting": 250}
    batch = Batch(state="running", request_count=1000, counts=counts)
    line = batch_output.draw_progress(batch)
    assert line == f"[{'#' * 18}{'-' * 6}] 750 of 1,000 · 50 refused"


@pytest.fixture
def installed(tmp_path: Path) -> Any:
    """An installation of its own with a template, and the server that it sends to."""
    with Standin() as server:
        data = tmp_path / "data"
        data.mkdir()
        sender = prepare(data, server.origin)
        file = tmp_path / "rows.csv"
        file.write_text("name\n" + "".join(f"{n}\n" for n in range(40)), "utf-8")

        def start(*args: str, **streams: Any) -> subprocess.Popen[str]:
            command = [sys.executable, "manage.py", "run_batch", *args]
            settings = environment(data, ALLOW_NETWORKS="127.0.0.0/8", HEARTBEAT_SECONDS="10")
            pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, **streams}
            # A build server may run the tests with Ctrl+C ignored, which a child would inherit.
            former = signal.signal(signal.SIGINT, signal.default_int_handler)
            try:
                return subprocess.Popen(command, cwd=HOME, env=settings, text=True, **pipes)
            finally:
                signal.signal(signal.SIGINT, former)

        making = (sender.template, "--rows", str(file), *JOBS, "--json", "--user", "ada")
        yield server, start, making


def test_ctrl_c_pauses_and_a_second_run_sends_the_rest(installed) -> None:
    server, start, making = installed
    server.hold()
    process = start(*making, "--concurrency", "2")
    assert server.wait_for_call()
    assert server.wait_for_call()
    process.send_signal(signal.SIGINT)
    assert any("Pausing" in line for line in process.stderr)
    server.release()
    out, err = process.communicate(timeout=120)
    *found, summary = map(json.loads, out.splitlines())
    assert process.returncode == 3, err
    assert "Traceback" not in err
    assert summary["state"] == "paused"
    assert (len(found), summary["counts"]) == (2, {"accepted": 2, "waiting": 38})
    process = start("--resume", summary["batch"], *making[-2:])
    out, err = process.communicate(timeout=120)
    assert (process.returncode, out) == (0, "40 requests: 40 accepted.\n"), err
    assert count_arrivals(server) == {str(number): 1 for number in range(40)}


def test_a_reader_that_goes_away_is_no_error(installed) -> None:
    server, start, making = installed
    reader, writer = os.pipe()
    process = start(*making, stdout=writer)
    os.close(writer)
    os.close(reader)
    _, err = process.communicate(timeout=120)
    assert process.returncode == 0, err
    assert "BrokenPipe" not in err
    assert sum(count_arrivals(server).values()) == 40
