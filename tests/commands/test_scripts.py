"""What commands for scripts have in common."""

from __future__ import annotations

from importlib import import_module

import pytest

from playground.commands import scripts


@pytest.mark.django_db
@pytest.mark.parametrize(
    "arguments",
    [
        ["send_template", "No such template", "--user", "nobody"],
        ["sync_connection", "No such connection"],
        ["schedules", "show", "No such schedule", "--user", "nobody"],
        ["run_batch", "No such template", "--rows", "missing.csv", "--user", "nobody"],
    ],
    ids=lambda arguments: arguments[0],
)
def test_what_a_command_sends_finishes_before_it_exits(
    arguments: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    finished: list[str] = []
    monkeypatch.setattr(scripts, "finish_sends", lambda: finished.append("sends"))
    command = import_module(f"playground.commands.management.commands.{arguments[0]}").Command()
    with pytest.raises(SystemExit):
        command.run_from_argv(["manage.py", *arguments])
    assert finished == ["sends"]
