"""A template that goes to a server which counts what arrives, and an editor's script."""

import pytest

from playground.api import authentication
from playground.payload_templates.models import Template
from playground.people.models import Person
from tests.api.scripts import Script
from tests.payload_templates.templates import make_template
from tests.sending.conftest import LAUNCH, WORKFLOW, lead_practice_to, standin  # noqa: F401


@pytest.fixture
def template(editor: Person, standin) -> Template:  # noqa: F811
    authentication.CALLS.clear()
    connection = lead_practice_to(standin.origin)
    return make_template(editor, text=LAUNCH, connection=connection, workflow_uid=WORKFLOW)


@pytest.fixture
def script(editor: Person) -> Script:
    return Script(editor)
