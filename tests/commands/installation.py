"""Data for a process under test: a person with a token, and a template that goes to a target."""

import json
import sqlite3
import subprocess
import sys
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

import requests

from tests.commands.test_serve import HOME, environment

# Run by `manage.py shell`, in the process of a data folder of its own.
SETUP = """
import json
from playground.commands.startup import prepare_database
from playground.drafts.editing import State
from playground.people.models import Person, Role
from playground.people.tokens import make_token
from playground.payload_templates.templates import TemplateInput
from playground.payload_templates.versions import Content, create_template
from playground.workspace.models import Connection
from tests.sending.conftest import LAUNCH, WORKFLOW

prepare_database()
person = Person.objects.create_user("ada", role=Role.OWNER)
connection = Connection.objects.get(name="Practice")
connection.base_url = TARGET
connection.save()
connection.secrets.update(hosts="127.0.0.1")
state = State(LAUNCH, path_values={"workflow_uid": WORKFLOW}, connection=str(connection.pk))
template = create_template(
    person, "launch-workflow", Content(state), TemplateInput("Night run", "", (), "", "private")
)
token = make_token(person, "script", ["read", "save", "send"], 1)
print(json.dumps([token, str(template.pk)]))
"""


@dataclass(frozen=True)
class Installed:
    """What a script needs to send."""

    token: str
    template: str

    def send(self, origin: str) -> requests.Response:
        return requests.post(
            f"{origin}/api/templates/{self.template}/send",
            json={},
            headers={"Authorization": f"Bearer {self.token}"},
            timeout=60,
        )


def prepare(data: Path, target: str) -> Installed:
    """Fill an empty data folder."""
    code = f"TARGET = {target!r}\n{SETUP}"
    command = [sys.executable, "manage.py", "shell", "--no-imports", "-c", code]
    settings = environment(data, ALLOW_NETWORKS="127.0.0.0/8")
    done = subprocess.run(command, cwd=HOME, env=settings, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    token, template = json.loads(done.stdout.splitlines()[-1])
    return Installed(token, template)


def read_outcomes(data: Path) -> list[str]:
    """The outcomes of all sends, oldest first, as they are on disk."""
    with closing(sqlite3.connect(data / "playground.sqlite3")) as database:
        rows = database.execute("SELECT outcome FROM history_exchange ORDER BY number")
        return [outcome for (outcome,) in rows]
