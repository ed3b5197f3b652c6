"""A template that goes to a server which counts what arrives, and an editor's script."""

import pytest

from playground.api import authentication
from playground.commands.practice import fill_practice
from playground.payload_templates.models import Template
from playground.people.models import Person
from playground.workspace.models import Connection
from tests.api.scripts import Script
from tests.payload_templates.templates import make_template
from tests.sending.conftest import LAUNCH, WORKFLOW, standin  # noqa: F401


@pytest.fixture
def template(editor: Person, standin) -> Template:  # noqa: F811
    authentication.CALLS.clear()
    fill_practice()
    connection = Connection.objects.get(name="Practice")
    connection.base_url = standin.origin
    connection.save()
    connection.secrets.update(hosts="127.0.0.1")
    return make_template(editor, text=LAUNCH, connection=connection, workflow_uid=WORKFLOW)


@pytest.fixture
def script(editor: Person) -> Script:
    return Script(editor)
