"""`manage.py next_runs`: one JSON object per run, or exit status 1 and a message."""

import json
import subprocess
import sys
from pathlib import Path

import pytest
from django.core.management import call_command

HOME = Path(__file__).resolve().parents[2]
BERLIN = ("--zone", "Europe/Berlin")


def list_printed(capsys: pytest.CaptureFixture[str], *arguments: str) -> list[dict[str, str]]:
    call_command("next_runs", *arguments)
    return [json.loads(line) for line in capsys.readouterr().out.splitlines()]


def test_the_command_needs_neither_a_database_nor_settings() -> None:
    done = subprocess.run(
        [
            *(sys.executable, "manage.py", "next_runs", "30 2 * * *", *BERLIN),
            *("--from", "2026-03-28T01:30:00Z", "--count", "2"),
        ],
        capture_output=True,
        cwd=HOME,
        env={"PATH": "", "LC_ALL": "C"},
        text=True,
    )
    assert (done.returncode, done.stderr) == (0, "")
    first, second = map(json.loads, done.stdout.splitlines())
    # From T on, inclusive.
    assert first == {
        "utc": "2026-03-28T01:30:00Z",
        "local": "2026-03-28T02:30:00",
        "offset": "+01:00",
    }
    assert second["utc"] == "2026-03-29T01:00:00Z"
    assert "02:30 doesn't exist" in second["note"]


def test_a_local_time_runs_once(capsys: pytest.CaptureFixture[str]) -> None:
    [run] = list_printed(
        capsys, "2026-03-29T02:30", *BERLIN, "--from", "2026-03-01T00:00:00Z", "--count", "9"
    )
    assert run["utc"] == "2026-03-29T01:00:00Z"
    assert "note" in run


def test_an_interval_begins_at_the_instant(capsys: pytest.CaptureFixture[str]) -> None:
    runs = list_printed(
        capsys, "every 15 minutes", *BERLIN, "--from", "2026-10-25T00:30:00Z", "--count", "5"
    )
    assert [run["utc"][11:16] for run in runs] == ["00:30", "00:45", "01:00", "01:15", "01:30"]
    assert [run["offset"] for run in runs] == ["+02:00", "+02:00", "+01:00", "+01:00", "+01:00"]
    assert not any("note" in run for run in runs)


def test_without_options_it_prints_five_runs_in_utc(capsys: pytest.CaptureFixture[str]) -> None:
    runs = list_printed(capsys, "every day at 9")
    assert [run["local"][11:] for run in runs] == ["09:00:00"] * 5
    assert {run["offset"] for run in runs} == {"+00:00"}


@pytest.mark.parametrize(
    ("arguments", "reason"),
    [
        (["0 0 31 2 *"], "The day of the month must be"),
        (["0 9 30 2 MON#5", "--from", "2099-12-01T00:00Z", "--zone", "Nowhere"], "no time zone"),
        (["2020-01-01T09:00", "--from", "2026-01-01T00:00Z"], "has passed"),
        (["2199-01-01T09:00", "--from", "2026-01-01T00:00Z"], "too far ahead"),
        (["whenever"], "isn't understood"),
        ([""], "Say when to run"),
        (["every minute", "--count", "0"], "--count must be a number"),
        (["every minute", "--count", "many"], "--count must be a number"),
        (["every minute", "--count", "99999999999"], "--count must be a number"),
        (["every minute", "--from", "yesterday"], "isn't an instant"),
        (["every minute", "--from", "9999-12-31T23:59:59-10:00"], "isn't an instant"),
        (["every minute", "--from", "1850-01-01T00:00Z"], "--from must be between"),
    ],
)
def test_what_cannot_run_is_explained(
    capsys: pytest.CaptureFixture[str], arguments: list[str], reason: str
) -> None:
    with pytest.raises(SystemExit) as raised:
        call_command("next_runs", *arguments)
    assert raised.value.code == 1
    printed = capsys.readouterr()
    assert printed.out == ""
    assert reason in printed.err
