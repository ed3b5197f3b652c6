"""Pages behind share links: each kind, its limits, and what is never shown."""

import json
import logging
import re
import uuid
from datetime import timedelta

import pytest
import time_machine
from django.http import HttpResponse
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from playground.history.models import Exchange
from playground.pages.shared import access, sending
from playground.payload_templates.filling import fill_fields, public_state
from playground.payload_templates.models import LinkSend, ShareLink, Template
from playground.payload_templates.share_links import (
    ShareLinkInput,
    create_share_link,
    revoke_share_link,
    validate_share_link_input,
)
from playground.payload_templates.versions import get_version, read_content
from playground.people.models import Person, Role
from playground.request_log import TextFormatter
from playground.sending.submission import wait_for_exchange
from playground.workspace.models import Connection
from tests.conftest import signed_in
from tests.payload_templates.templates import make_template
from tests.sending.conftest import LAUNCH, WORKFLOW, practice, sandbox  # noqa: F401

pytestmark = pytest.mark.django_db
ACCOUNT = "00000000-0000-4000-8000-000000000002"
OPEN = ("/job_name", "/steps/0/parameters/max_results")


@pytest.fixture(autouse=True)
def fresh_pace() -> None:
    access.PAGE_RATE.clear()
    sending.CHECK_RATE.clear()


@pytest.fixture
def template(editor: Person) -> Template:
    return make_template(editor, text=LAUNCH, workflow_uid=WORKFLOW)


@pytest.fixture
def fillable(editor: Person, practice: Connection) -> Template:  # noqa: F811
    return make_template(editor, text=LAUNCH, connection=practice, workflow_uid=WORKFLOW)


def filling(template: Template, **more: object) -> str:
    connection = Connection.objects.get(name="Practice")
    wanted = ShareLinkInput("fill", connection=connection, fillable_fields=OPEN, **more)  # type: ignore[arg-type]
    return create_share_link(template.person, template, wanted)


def send(token: str, client: Client | None = None, **typed: str) -> HttpResponse:
    data = {"submission": str(uuid.uuid4()), **typed}
    return (client or Client()).post(reverse("send_share", args=[token]), data)


def test_viewing_shows_no_accounts_and_counts_only_real_openings(
    template: Template, editor: Person
) -> None:
    token = create_share_link(editor, template, ShareLinkInput("view"))
    page = Client().get(reverse("share", args=[token]))
    assert page.status_code == 200
    assert b"Night run" in page.content
    assert ACCOUNT.encode() not in page.content
    assert page["X-Robots-Tag"] == "noindex, nofollow"
    assert ShareLink.objects.get().open_count == 0
    Client().post(reverse("share_opened", args=[token]))
    assert ShareLink.objects.get().open_count == 1


def test_the_token_is_long_and_not_stored(template: Template, editor: Person) -> None:
    token = create_share_link(editor, template, ShareLinkInput("view", password="secret word"))
    assert len(token) >= 32
    row = ShareLink.objects.get()
    assert token not in str(row.__dict__)
    assert "secret word" not in str(row.__dict__)


def test_the_log_masks_tokens() -> None:
    record = logging.LogRecord("x", 40, "", 1, "Error: /s/abcDEF123/ and /link/xyz/", None, None)
    assert "abcDEF123" not in TextFormatter().format(record)
    assert "xyz" not in TextFormatter().format(record)


def test_expired_revoked_and_mistyped_links_open_nothing(
    template: Template, editor: Person
) -> None:
    token = create_share_link(editor, template, ShareLinkInput("view"))
    address = reverse("share", args=[token])
    assert Client().get(reverse("share", args=["nonsense"])).status_code == 404
    revoke_share_link(ShareLink.objects.get())
    assert Client().get(address).status_code == 404
    ShareLink.objects.update(revoked_at=None)
    assert Client().get(address).status_code == 200
    ShareLink.objects.update(expires_at=timezone.now() - timedelta(seconds=1))
    assert Client().get(address).status_code == 404
    ShareLink.objects.update(expires_at=timezone.now() + timedelta(days=1))
    Person.objects.update(role=Role.VIEWER)
    assert Client().get(address).status_code == 404
    Person.objects.update(role=Role.EDITOR)
    Template.objects.update(deleted_at=timezone.now())
    assert Client().get(address).status_code == 404


def test_a_password_is_required_and_guessing_is_throttled(
    template: Template, editor: Person
) -> None:
    token = create_share_link(editor, template, ShareLinkInput("view", password="secret word"))
    address, client = reverse("share", args=[token]), Client()
    assert b"Night run" not in client.get(address).content
    assert client.post(address, {"password": "wrong"}).status_code == 422
    assert client.post(address, {"password": "secret word"}).status_code == 302
    assert b"Night run" in client.get(address).content
    assert b"Night run" not in Client().get(address).content
    statuses = [Client().post(address, {"password": str(n)}).status_code for n in range(12)]
    assert statuses == [422] * 10 + [429] * 2


def test_guessing_tokens_is_throttled() -> None:
    # No quarter of an hour ends meanwhile.
    with time_machine.travel(timezone.now(), tick=False):
        statuses = [Client().get(f"/s/guess-{n}/").status_code for n in range(32)]
        refused = Client().get("/s/guess/")
    assert statuses == [404] * 30 + [429] * 2
    assert int(refused["Retry-After"]) <= 900


@pytest.mark.parametrize("kind", ["view", "fork"])
def test_only_fill_links_can_send(template: Template, editor: Person, kind: str) -> None:
    token = create_share_link(editor, template, ShareLinkInput(kind))
    assert send(token).status_code == 404
    assert not Exchange.objects.exists()


def test_forking_requires_an_editor_and_leaves_accounts_out(
    template: Template, editor: Person, viewer: Person, owner: Person
) -> None:
    address = reverse(
        "fork_share", args=[create_share_link(editor, template, ShareLinkInput("fork"))]
    )
    assert Client().post(address).status_code == 403
    assert signed_in(viewer).post(address).status_code == 403
    assert signed_in(owner).post(address).status_code == 302
    fork = Template.objects.get(person=owner)
    assert fork.parent_id == template.id
    assert ACCOUNT not in get_version(fork).text
    token = create_share_link(editor, template, ShareLinkInput("view"))
    assert signed_in(owner).post(reverse("fork_share", args=[token])).status_code == 404


@pytest.mark.django_db(transaction=True)
def test_filling_in_sends_with_the_accounts_added_by_the_server(fillable: Template) -> None:
    token = filling(fillable)
    page = Client().get(reverse("share", args=[token])).content.decode()
    assert ACCOUNT not in page
    answer = send(token, **{"/job_name": "From a link", "/steps": "[]", "/inputs": "[]"})
    exchange = wait_for_exchange(Exchange.objects.get(), 5)
    assert exchange.outcome == "accepted"
    assert exchange.person == fillable.person
    assert "by link" in exchange.name
    document = exchange.sent_document.document
    assert ACCOUNT in document
    assert json.loads(document)["job_name"] == "From a link"
    assert LinkSend.objects.get().submission == exchange.submission
    assert ShareLink.objects.get().send_count == 1
    assert b"error" not in answer.content.lower()


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(("failure", "kind"), [("html", "unknown"), ("200-error", "refused")])
def test_guests_do_not_see_a_false_success(fillable: Template, failure: str, kind: str) -> None:
    token, submission = filling(fillable), str(uuid.uuid4())
    send(token, submission=submission, **{"/job_name": f"[fail:{failure}]"})
    wait_for_exchange(Exchange.objects.get(), 5)
    page = Client().get(reverse("share_sent", args=[token, submission])).content.decode()
    assert f"kind-{kind}" in page
    assert "kind-accepted" not in page


@pytest.mark.django_db(transaction=True)
def test_one_submission_is_sent_once(fillable: Template) -> None:
    token, press = filling(fillable), str(uuid.uuid4())
    for _ in range(3):
        send(token, submission=press)
    other = send(token, submission=press, **{"/job_name": "Other"})
    assert "this key was used for another request" in other.content.decode()
    assert Exchange.objects.count() == 1
    assert ShareLink.objects.get().send_count == 1


@pytest.mark.django_db(transaction=True)
def test_sends_are_limited_in_total_and_per_hour(fillable: Template) -> None:
    token = filling(fillable, max_sends=2, max_sends_per_hour=1)
    send(token)
    assert b"sends per hour" in send(token).content
    LinkSend.objects.update(sent_at=timezone.now() - timedelta(hours=2))
    send(token)
    LinkSend.objects.update(sent_at=timezone.now() - timedelta(hours=2))
    assert b"maximum number of sends" in send(token).content
    assert Exchange.objects.count() == 2


@pytest.mark.django_db(transaction=True)
def test_blocked_sends_are_not_counted(fillable: Template) -> None:
    answer = send(filling(fillable), **{"/steps/0/parameters/max_results": "many"})
    assert b"Not sent" in answer.content
    assert ShareLink.objects.get().send_count == 0


@pytest.mark.django_db(transaction=True)
def test_a_send_beyond_the_limit_of_the_connection_does_not_use_up_the_link(
    fillable: Template,
) -> None:
    token = filling(fillable)
    Connection.objects.update(sends_per_minute=1)
    with time_machine.travel(timezone.now(), tick=False):
        send(token)
        answer = send(token).content.decode()
    assert "Not sent: too many sends at the moment. You can send again in 60 seconds." in answer
    assert "Practice" not in answer
    assert Exchange.objects.count() == 1
    assert ShareLink.objects.get().send_count == 1


@pytest.mark.django_db(transaction=True)
def test_links_stop_sending_once_their_connection_is_protected(fillable: Template) -> None:
    token = filling(fillable)
    Connection.objects.update(protected=True)
    send(token)
    assert not Exchange.objects.exists()


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(
    "typed", ["{{secret:key}}", "a {{workspace}}", "{{{secret:key}}", "\\{{secret:key}}"]
)
def test_values_with_references_are_rejected(fillable: Template, typed: str) -> None:
    answer = send(filling(fillable), **{"/job_name": typed})
    assert b"mark references" in answer.content
    assert not Exchange.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_a_link_shows_no_other_exchange(fillable: Template) -> None:
    first, second = filling(fillable), filling(fillable)
    press = str(uuid.uuid4())
    send(first, submission=press)
    assert Client().get(reverse("share_sent", args=[first, press])).status_code == 200
    assert Client().get(reverse("share_sent", args=[second, press])).status_code == 404
    send(second, submission=press)
    assert Exchange.objects.count() == 1


def test_a_link_cannot_use_a_protected_connection(template: Template, as_editor: Client) -> None:
    connection = Connection.objects.create(
        name="Live", api="captain-data", base_url="https://api.example.com", protected=True
    )
    assert "protected" in validate_share_link_input(
        template, ShareLinkInput("fill", connection=connection)
    )
    connection.protected = False
    place = "/steps/0/accounts"
    wanted = ShareLinkInput("fill", connection=connection, fillable_fields=(place,))
    assert "accounts" in validate_share_link_input(template, wanted)
    for odd in (ShareLinkInput("all"), ShareLinkInput("view", days=0), ShareLinkInput("fill")):
        assert validate_share_link_input(template, odd)


def test_creating_a_link_shows_its_url_once_and_warns_of_secrets(
    template: Template, as_editor: Client, editor: Person
) -> None:
    content = read_content(get_version(template))
    text = LAUNCH.replace('"Night run"', '"sk-live-abcdefghijklmnop123"')
    odd = make_template(editor, "Odd", text=text)
    assert content
    address = reverse("share_template", args=[odd.id])
    assert b"/job_name" in as_editor.get(address).content
    assert as_editor.post(address, {"kind": "view"}).status_code == 422
    page = as_editor.post(address, {"kind": "view", "sure": "1"}).content.decode()
    token = re.search(r"/s/([\w-]+)/", page)
    assert token
    assert Client().get(f"/s/{token[1]}/").status_code == 200
    assert token[1] not in as_editor.get(reverse("template", args=[odd.id])).content.decode()


def test_revoking_works_immediately_and_only_for_managers(
    template: Template, as_editor: Client, viewer: Person
) -> None:
    token = create_share_link(template.person, template, ShareLinkInput("view"))
    address = reverse("revoke_link", args=[ShareLink.objects.get().id])
    assert signed_in(viewer).post(address).status_code == 403
    assert as_editor.post(address).status_code == 200
    assert Client().get(reverse("share", args=[token])).status_code == 404


def test_switched_off_values_lose_their_accounts_too(editor: Person) -> None:
    template = make_template(editor, text=LAUNCH)
    create_share_link(editor, template, ShareLinkInput("view"))
    version = get_version(template)
    version.metadata = json.dumps({"off": {"/steps/0/accounts": f'["{ACCOUNT}"]', "/x": "1"}})
    version.save()
    link = ShareLink.objects.get()
    assert dict(public_state(link).metadata.off) == {"/x": "1"}
    assert ACCOUNT in fill_fields(link, {}).text


@pytest.mark.django_db(transaction=True)
def test_unchanged_values_are_sent_as_they_were_stored(
    editor: Person,
    practice: Connection,  # noqa: F811
) -> None:
    text = LAUNCH.replace('"Night run"', '"{{today}}\\nrun"')
    template = make_template(editor, text=text, connection=practice, workflow_uid=WORKFLOW)
    token = filling(template)
    page = Client().get(reverse("share", args=[token])).content.decode()
    assert "<textarea" in page
    answer = send(token, **{"/job_name": "{{today}}\r\nrun", OPEN[1]: "7"})
    assert "mark references" not in answer.content.decode()
    exchange = wait_for_exchange(Exchange.objects.get(), 5)
    assert '"{{today}}\\nrun"' in exchange.sent_document.document
    again = send(token, **{"/job_name": "{{secret:x}}"})
    assert "mark references" in again.content.decode()


def test_an_open_page_reports_that_its_link_was_revoked(fillable: Template) -> None:
    token = filling(fillable)
    revoke_share_link(ShareLink.objects.get())
    headers = {"HX-Request": "true", "HX-Target": "outcome"}
    answer = Client(headers=headers).post(reverse("send_share", args=[token]), {"submission": "x"})
    assert answer.status_code == 200
    assert "has expired, been revoked" in answer.content.decode()
    assert not Exchange.objects.exists()


def test_a_rejected_form_asks_for_the_password_again(as_editor: Client, template: Template) -> None:
    address = reverse("share_template", args=[template.id])
    first = as_editor.get(address).content.decode()
    assert "Type it again" not in first
    page = as_editor.post(address, {"kind": "fill", "password": "long enough"}).content.decode()
    assert "Enter it again. It wasn't saved." in page
    assert re.search('id="password"[^>]* required', page)
    assert "long enough" not in page
