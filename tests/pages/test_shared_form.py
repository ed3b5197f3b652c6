"""The form of a share link: real labels, a preview that writes nothing, problems, no leaks."""

import json
import uuid
from datetime import timedelta

import pytest
import time_machine
from django.db import connection as database
from django.http import HttpResponse
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from playground.history.models import Exchange
from playground.pages.shared import access, sending
from playground.payload_templates.models import LinkSend, ShareLink, Template
from playground.payload_templates.share_links import ShareLinkInput, create_share_link
from playground.people.models import Person
from playground.sending.submission import wait_for_exchange
from playground.workspace.models import Connection
from tests.payload_templates.templates import make_template
from tests.sending.conftest import (  # noqa: F401
    LAUNCH,
    WORKFLOW,
    practice,
    sandbox,
    standin,
)

pytestmark = pytest.mark.django_db(transaction=True)
ACCOUNT = "00000000-0000-4000-8000-000000000002"
LIMIT = "/steps/0/parameters/max_results"
ROW = "/inputs/0/sales_navigator_profile_search_url"


@pytest.fixture(autouse=True)
def fresh_pace() -> None:
    access.PAGE_RATE.clear()
    sending.CHECK_RATE.clear()


def share(person: Person, connection: Connection, text: str = LAUNCH, *fields: str) -> str:
    template = make_template(person, text=text, connection=connection, workflow_uid=WORKFLOW)
    return share_template(template, connection, *(fields or ("/job_name", LIMIT, ROW)))


def share_template(template: Template, connection: Connection, *fields: str) -> str:
    wanted = ShareLinkInput("fill", connection=connection, fillable_fields=fields)
    return create_share_link(template.person, template, wanted)


def open_page(token: str) -> str:
    return Client().get(reverse("share", args=[token])).content.decode()


def check(token: str, **typed: str) -> dict:
    return Client().post(reverse("check_share", args=[token]), typed).json()


def send(token: str, **typed: str) -> HttpResponse:
    data = {"submission": str(uuid.uuid4()), **typed}
    return Client().post(reverse("send_share", args=[token]), data)


def test_fields_have_the_labels_and_help_of_the_builder(
    editor: Person,
    practice: Connection,  # noqa: F811
) -> None:
    page = open_page(share(editor, practice))
    assert "Identifies the job; also used to delete a repeat." in page
    assert "Step 1: Search Sales Navigator Leads" in page
    assert ">Row 1</h2>" in page
    assert 'inputmode="numeric"' in page
    assert "›" not in page
    for hidden in (ACCOUNT, practice.base_url, "Practice<"):
        assert hidden not in page


def test_each_kind_of_value_has_its_input(editor: Person, practice: Connection) -> None:  # noqa: F811
    text = (
        '{"job_name": "x", "unstructure_meta": true, "repeat_option": {"type": "hour", "value": 3},'
        ' "inputs": [], "steps": [], "other": {"a": [1, 2]}}'
    )
    fields = ("/unstructure_meta", "/repeat_option/type", "/inputs", "/other/a")
    page = open_page(share(editor, practice, text, *fields))
    assert 'role="switch"' in page
    assert '<option value="&quot;day&quot;">days</option>' in page
    # A list without a form of its own is JSON: ugly, but nothing is lost.
    assert page.count("As JSON.") == 2


def test_the_check_shows_what_is_typed_and_writes_nothing(
    editor: Person,
    practice: Connection,  # noqa: F811
) -> None:
    token = share(editor, practice)
    with CaptureQueriesContext(
        database,
    ) as queries:
        found = check(token, **{"/job_name": "Ünïque", LIMIT: "many", "/steps": "[]"})
    document = json.loads(found["text"])
    assert document["job_name"] == "Ünïque"
    assert document["steps"][0]["accounts"] == []
    assert found["problems"]["open-0"] == ["", ""]
    assert found["problems"]["open-1"] == ["error", "max_results must be a whole number, not text."]
    assert {each["sql"].split()[0] for each in queries} <= {"SELECT"}
    assert not Exchange.objects.exists()
    assert ShareLink.objects.get().send_count == 0


def test_checks_are_limited(editor: Person, practice: Connection) -> None:  # noqa: F811
    token = share(editor, practice)
    # No minute ends meanwhile.
    with time_machine.travel(timezone.now(), tick=False):
        for _ in range(sending.CHECK_RATE.most):
            sending.CHECK_RATE.seconds_to_wait("127.0.0.1")
        assert 0 < check(token, **{"/job_name": "x"})["wait"] <= 60


def test_masked_values_stay_masked_in_the_preview(
    editor: Person,
    practice: Connection,  # noqa: F811
) -> None:
    text = '{"job_name": "x", "api_key": "hunter-2-hunter"}'
    token = share(editor, practice, text)
    assert "hunter-2-hunter" not in open_page(token)
    found = check(token, **{"/job_name": "y"})
    assert '"job_name": "y"' in found["text"]
    assert "hunter-2-hunter" not in json.dumps(found)


def test_an_emptied_optional_field_is_left_out(editor: Person, practice: Connection) -> None:  # noqa: F811
    token = share(editor, practice)
    found = check(token, **{LIMIT: ""})
    assert json.loads(found["text"])["steps"][0]["parameters"] == {}


def test_problems_elsewhere_name_nobody_elses_values(
    editor: Person,
    practice: Connection,  # noqa: F811
) -> None:
    text = LAUNCH.replace("000000000ef5", "000000000bad")
    token = share(editor, practice, text, "/job_name")
    found = check(token, **{"/job_name": "x"})
    assert found["other"] == "this template has a problem outside of this form. Ask editor."
    answer = send(token, **{"/job_name": "x"}).content.decode()
    assert "Not sent: this template has a problem outside of this form." in answer
    assert "000000000bad" not in answer
    assert ShareLink.objects.get().send_count == 0


def test_a_protected_connection_is_not_named(editor: Person, practice: Connection) -> None:  # noqa: F811
    token = share(editor, practice)
    Connection.objects.filter(id=practice.id).update(protected=True, name="Customer Nine")
    answer = send(token).content.decode()
    assert "Not sent: this link can&#x27;t send at the moment. Ask editor." in answer
    assert "Customer Nine" not in answer


def test_a_verdict_names_no_host(editor: Person, practice: Connection) -> None:  # noqa: F811
    token = share(editor, practice)
    Connection.objects.update(base_url="https://internal.example.invalid:8443", practice=False)
    practice.secrets.update(hosts="internal.example.invalid")
    submission = str(uuid.uuid4())
    send(token, submission=submission)
    ended = wait_for_exchange(Exchange.objects.get(), 5)
    assert ended.outcome == "not-sent"
    page = Client().get(reverse("share_sent", args=[token, submission])).content.decode()
    assert "Not sent: the server can&#x27;t be reached through this link" in page
    assert "internal" not in page


def test_an_unknown_outcome_has_its_advice(
    editor: Person,
    practice: Connection,  # noqa: F811
) -> None:
    token, submission = share(editor, practice), str(uuid.uuid4())
    send(token, submission=submission, **{"/job_name": "[fail:html]"})
    wait_for_exchange(Exchange.objects.get(), 5)
    page = Client().get(reverse("share_sent", args=[token, submission])).content.decode()
    assert "kind-unknown" in page
    assert "before sending again" in page
    assert "127.0.0.1" not in page


def test_the_job_is_followed_until_it_ends(
    editor: Person,
    practice: Connection,  # noqa: F811
    settings,
) -> None:
    settings.SANDBOX_JOB_PENDING_SECONDS = settings.SANDBOX_JOB_RUNNING_SECONDS = 60
    token, submission = share(editor, practice), str(uuid.uuid4())
    first = send(token, submission=submission).content.decode()
    wait_for_exchange(Exchange.objects.get(), 5)
    address = reverse("share_sent", args=[token, submission])
    page = Client().get(address).content.decode()
    assert "data-follows" in page
    assert 'name="submission"' in first
    # A poll must not replace the id of a press that is under way.
    assert 'name="submission"' not in page


def test_the_hourly_limit_says_when_to_send_again(
    editor: Person,
    practice: Connection,  # noqa: F811
) -> None:
    token = share(editor, practice)
    ShareLink.objects.update(max_sends_per_hour=1)
    send(token)
    LinkSend.objects.update(sent_at=timezone.now() - timedelta(minutes=49, seconds=30))
    assert "You can send again in 11 minutes." in send(token).content.decode()
