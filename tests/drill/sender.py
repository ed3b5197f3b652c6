"""A person with a token, and a template that goes to a target on loopback."""

from __future__ import annotations

import uuid
from dataclasses import dataclass

import requests

from playground.commands.startup import prepare_database
from playground.drafts.states import State
from playground.payload_templates.templates import TemplateInput
from playground.payload_templates.versions import Content, create_template
from playground.people.models import Person, Role
from playground.people.tokens import make_token
from playground.workspace.models import Connection
from tests.sending.conftest import LAUNCH, WORKFLOW

PATIENCE = 60


@dataclass(frozen=True)
class Sender:
    """Everything a script needs to send."""

    token: str
    template: str

    def send(
        self, origin: str, press: uuid.UUID | None = None, name: str = "Night run"
    ) -> requests.Response:
        sent = {"press": str(press or uuid.uuid4()), "values": {"/job_name": name}}
        return requests.post(
            f"{origin}/api/templates/{self.template}/send",
            json=sent,
            headers={"Authorization": f"Bearer {self.token}"},
            timeout=PATIENCE,
        )


def create_sender(target: str, name: str = "ada") -> Sender:
    """Fill the database of this process; the practice connection then goes to the target."""
    prepare_database()
    person = Person.objects.create_user(name, role=Role.OWNER)
    connection = Connection.objects.get(practice=True, api="captain-data")
    connection.base_url = target
    connection.save()
    connection.secrets.update(hosts="127.0.0.1")
    state = State(LAUNCH, path_values={"workflow_uid": WORKFLOW}, connection=str(connection.pk))
    details = TemplateInput("Night run")
    template = create_template(person, "launch-workflow", Content(state), details)
    return Sender(make_token(person, "script", ["read", "save", "send"], 1), str(template.pk))
