"""Templates for the tests of several rooms."""

from playground.library.editing import State
from playground.library.models import Connection, Sharing, Template
from playground.library.templates import Wanted
from playground.library.versions import Content, create_template
from playground.people.models import Person

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
    return create_template(person, "launch-workflow", Content(state), Wanted(name, sharing=sharing))
