"""Data written by an earlier version, opened by this one: nothing is lost, all looks the same.

`make_fixture` wrote the data with that version and recorded what people saw in it; `look` sees it
now. Where this version is meant to show something else, say so here: in RENAMED, DROPPED or
CHANGED, never by recording anew.
"""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import requests

from tests.upgrade.running import FIXTURE, KNOWN, SEEN, look_at, run_manage, serve

BEFORE: dict[str, Any] = json.loads(SEEN.read_text())
# Labels of former models, such as "library.Draft", and the class names that they have now.
RENAMED: dict[str, str] = {
    "history.Ignored": "IgnoredPointer",
    "history.Mention": "SearchText",
    "history.Original": "SentDocument",
    "library.KnownJob": "JobRecord",
    "library.Listing": "ChoiceList",
    "people.Attempt": "SignInAttempt",
    "people.Event": "AuditEvent",
    "people.Link": "OneTimeLink",
    "people.Token": "PersonalToken",
    "sandbox.GivenAnswer": "AnsweredRequest",
    "sandbox.Job": "SandboxJob",
    "sandbox.RenewedAccount": "UpdatedAccount",
    "sandbox.Repeat": "SandboxRepeat",
}
# Columns, such as "library.Draft.name", and whole models that are gone on purpose.
DROPPED: set[str] = {
    "library.Stamp",
    # The search text no longer has messages, and sent documents are read as text, not as bytes.
    "history.Mention.text",
    "history.Original.document",
    "history.Original.aside",
}
# What is meant to be seen otherwise now: the beginning of a path, as a failure names it.
CHANGED: tuple[str, ...] = (
    "triggers",
    # A draft's page names the base URL of its connection since sends to others ask for a name.
    "drafts › elsewhere › words",
    # Home links to the accounts of a connection.
    "pages › Åsa › / › connections",
    "pages › édith › / › connections",
    "pages › victor › / › connections",
    # The finder finds templates too.
    "pages › édith › /find/?find=nacht › templates",
)
SHOWN, LONGEST = 30, 300


def unpack(folder: Path) -> Path:
    shutil.unpack_archive(FIXTURE, folder)
    (folder / "static").mkdir()
    return folder


@pytest.fixture(scope="module")
def now(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """What people see after the upgrade."""
    folder = tmp_path_factory.mktemp("upgrade")
    data = unpack(folder / "data")
    run_manage(data, "migrate", "--verbosity", "0")
    look_at(data, folder / "seen.json")
    seen: dict[str, Any] = json.loads((folder / "seen.json").read_text())
    return seen


@pytest.mark.parametrize("part", [each for each in BEFORE if each != "tables"])
def test_people_see_what_they_saw(now: dict[str, Any], part: str) -> None:
    found = list(list_differences(BEFORE[part], now.get(part), part))
    more = f"\n… and {len(found) - SHOWN} more" if len(found) > SHOWN else ""
    assert not found, "\n".join(["", *found[:SHOWN]]) + more


def list_differences(before: Any, after: Any, path: str) -> Iterator[str]:
    """A line for each fact that is another one now."""
    if before == after or path.startswith(CHANGED):
        return
    if isinstance(before, dict) and isinstance(after, dict):
        for key in dict.fromkeys([*before, *after]):
            yield from list_differences(before.get(key), after.get(key), f"{path} › {key}")
    elif isinstance(before, list) and isinstance(after, list) and len(before) == len(after):
        for number, pair in enumerate(zip(before, after, strict=True)):
            yield from list_differences(*pair, f"{path} › {number}")
    else:
        yield f"{path}\n    was {cut(before, after)}\n    is  {cut(after, before)}"


def cut(value: Any, other: Any) -> str:
    """The value from a little before the first place where it differs from the other one."""
    text, beside = (json.dumps(each, ensure_ascii=False) for each in (value, other))
    pairs = enumerate(zip(text, beside, strict=False))
    first = next((place for place, (a, b) in pairs if a != b), min(len(text), len(beside)))
    start = max(0, first - 60)
    rest = text[start : start + LONGEST]
    return ("…" if start else "") + rest + ("…" if start + LONGEST < len(text) else "")


@pytest.mark.parametrize("label", BEFORE["tables"])
def test_no_row_and_no_value_is_lost(now: dict[str, Any], label: str) -> None:
    """Each column of the former table stands in one that has the same name of a class now,
    whatever the column is called."""
    if label in DROPPED:
        return
    before = BEFORE["tables"][label]
    name = RENAMED.get(label, label.rpartition(".")[2])
    tables = {each: now["tables"][each] for each in now["tables"] if name_of(each) == name}
    assert tables, f"No model is called {name}: is {label} in RENAMED?"
    fitting = {each: table for each, table in tables.items() if table["rows"] == before["rows"]}
    counts = {each: table["rows"] for each, table in tables.items()}
    assert fitting, f"{label} had {before['rows']} rows: {counts}"
    if not before["rows"]:
        return
    lost = min((list_lost(label, before, table) for table in fitting.values()), key=len)
    assert not lost, f"{label}: the values of {', '.join(lost)} stand in no column of {name}"


def name_of(label: str) -> str:
    return label.rpartition(".")[2]


def list_lost(label: str, before: dict[str, Any], after: dict[str, Any]) -> list[str]:
    """The former columns whose values stand in no column now."""
    kept = set(after["columns"].values())
    columns = before["columns"].items()
    return [name for name, values in columns if values not in kept | {None}
            and f"{label}.{name}" not in DROPPED]  # fmt: skip


def test_the_server_starts_on_the_data_and_sends(tmp_path: Path) -> None:
    """As people upgrade: they start the new version. It reads the old secrets to send."""
    known = json.loads(KNOWN.read_text())
    data = unpack(tmp_path / "data")
    with serve(data, tmp_path / "log") as origin:
        assert requests.get(f"{origin}/health/", timeout=20).status_code == 200
        for person, name in (("Åsa", "launch"), ("édith", "secret")):
            template = known["templates"][name]
            answer = requests.post(
                f"{origin}/api/templates/{template}/send",
                json={},
                headers={"Authorization": f"Bearer {known['tokens'][person]}"},
                timeout=40,
            )
            assert answer.json().get("outcome") == "accepted", answer.text
    log = (tmp_path / "log").read_text()
    assert "Traceback" not in log, log
