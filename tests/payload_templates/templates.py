"""Makes templates for tests."""

from playground.drafts.states import State
from playground.payload_templates.models import Sharing, Template
from playground.payload_templates.templates import TemplateInput
from playground.payload_templates.versions import Content, create_template
from playground.people.models import Person
from playground.workspace.models import Connection

TEXT = '{\n  "job_name": "Night",\n  "inputs": []\n}'


def make_template(
    person: Person,
    name: str = "Night run",
    sharing: str = Sharing.PRIVATE,
    text: str = TEXT,
    connection: Connection | None = None,
    **path_values: str,
) -> Template:
    state = State(
        text, path_values=path_values, connection=str(connection.id) if connection else ""
    )
    return create_template(
        person, "launch-workflow", Content(state), TemplateInput(name, sharing=sharing)
    )
