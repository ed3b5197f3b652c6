"""Schemathesis over the HTTP API: every answer is as the OpenAPI document describes it."""

from uuid import UUID

import pytest
import schemathesis
from django.core.wsgi import get_wsgi_application
from hypothesis import HealthCheck, Phase, given, settings
from schemathesis.specs.openapi.checks import positive_data_acceptance

from playground.api import authentication
from playground.api.endpoints import api
from playground.batches.models import Batch
from playground.payload_templates.models import Template
from playground.people.models import Person, RequestCount
from playground.people.rate_limits import guesses
from playground.people.tokens import make_token
from playground.schedules.content import ScheduleInput
from playground.schedules.models import OPEN_STATES, Slot
from playground.schedules.schedules import create_schedule
from playground.workspace.models import Connection
from tests.payload_templates.templates import make_template
from tests.sending.conftest import LAUNCH, WORKFLOW, practice, sandbox  # noqa: F401
from tests.sending.stand_ins import wait_until

EXAMPLES = 15
# A document is JSON inside a string: a schema can't express that the string isn't JSON.
LEFT_OUT = [positive_data_acceptance]

schema = schemathesis.openapi.from_dict(api.get_openapi_schema())
schema.app = get_wsgi_application()
# By name, so that each is a test of its own when tests run in parallel.
OPERATIONS = {each.ok().label: each.ok() for each in schema.get_all_operations()}
TRIES = settings(
    max_examples=EXAMPLES,
    derandomize=True,
    deadline=None,
    phases=[Phase.explicit, Phase.generate],
    suppress_health_check=list(HealthCheck),
)


@pytest.fixture
def template(editor: Person, practice: Connection) -> Template:  # noqa: F811
    return make_template(editor, text=LAUNCH, connection=practice, workflow_uid=WORKFLOW)


@pytest.fixture
def token(editor: Person) -> str:
    return make_token(editor, "contract", ["read", "save", "send"], 1)


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("operation", OPERATIONS)
def test_every_answer_is_as_described(operation: str, template: Template, token: str) -> None:
    batch = Batch.objects.create(person=template.person, template=template, name="B")
    hourly = ScheduleInput("Hourly", "every hour", "Europe/Berlin")
    schedule = create_schedule(template.person, template, hourly)
    headers = {"Authorization": f"Bearer {token}", "Accept-Encoding": "identity"}

    @given(case=OPERATIONS[operation].as_strategy())
    @TRIES
    def ask(case: schemathesis.Case) -> None:
        authentication.CALLS.clear()
        guesses.clear()
        RequestCount.objects.all().delete()
        for name, key in (
            ("template_id", template.id),
            ("batch_id", batch.pk),
            ("schedule_id", schedule.pk),
        ):
            if is_id(case.path_parameters.get(name)):
                case.path_parameters[name] = str(key)
        case.call_and_validate(headers=headers, excluded_checks=LEFT_OUT)

    ask()
    # A run that has launched a job lasts as long as that, which nobody follows in here.
    open_slots = Slot.objects.filter(state__in=OPEN_STATES, job_uid="")
    assert wait_until(lambda: not open_slots.exists(), 60)


def is_id(value: object) -> bool:
    try:
        return bool(UUID(str(value)))
    except ValueError:
        return False
