"""Every kind of share link, in every state, on every route."""

import uuid
from collections.abc import Callable

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from playground.history.models import Exchange
from playground.pages.shared import access, sending
from playground.payload_templates.models import LinkKind, ShareLink, Template
from playground.payload_templates.share_links import ShareLinkInput, create_share_link
from playground.payload_templates.templates import delete_template
from playground.people.models import Person, Role
from playground.workspace.models import Connection
from tests.conftest import signed_in
from tests.payload_templates.templates import make_template
from tests.sending.conftest import LAUNCH, WORKFLOW, practice, sandbox  # noqa: F401

pytestmark = pytest.mark.django_db(transaction=True)
ACCOUNT = "00000000-0000-4000-8000-000000000002"
ROUTES = ("share", "share_opened", "check_share", "send_share", "share_sent", "fork_share")


@pytest.fixture(autouse=True)
def fresh_pace() -> None:
    access.PAGE_RATE.clear()
    sending.CHECK_RATE.clear()


@pytest.fixture
def template(editor: Person, practice: Connection) -> Template:  # noqa: F811
    return make_template(editor, text=LAUNCH, connection=practice, workflow_uid=WORKFLOW)


def make(template: Template, kind: str, password: str = "") -> str:
    connection = template.connection if kind == LinkKind.FILL else None
    fields = ("/job_name",) if kind == LinkKind.FILL else ()
    wanted = ShareLinkInput(kind, password=password, connection=connection, fillable_fields=fields)
    return create_share_link(template.person, template, wanted)


def ask(client: Client, route: str, token: str) -> tuple[int, str]:
    press = uuid.uuid4()
    if route == "share_sent":
        answer = client.get(reverse(route, args=[token, press]))
    elif route == "share":
        answer = client.get(reverse(route, args=[token]))
    else:
        answer = client.post(reverse(route, args=[token]), {"submission": str(press)})
    return answer.status_code, answer.content.decode()


def revoke(link: ShareLink) -> None:
    ShareLink.objects.update(revoked_at=timezone.now())


def expire(link: ShareLink) -> None:
    ShareLink.objects.update(expires_at=timezone.now())


def delete(link: ShareLink) -> None:
    delete_template(link.template)


def demote(link: ShareLink) -> None:
    Person.objects.filter(id=link.person_id).update(role=Role.VIEWER)


def deactivate(link: ShareLink) -> None:
    Person.objects.filter(id=link.person_id).update(is_active=False)


@pytest.mark.parametrize("end", [revoke, expire, delete, demote, deactivate])
@pytest.mark.parametrize("kind", LinkKind.values)
def test_an_expired_link_opens_nothing_on_any_route(
    template: Template, owner: Person, kind: str, end: Callable[[ShareLink], None]
) -> None:
    token = make(template, kind)
    end(ShareLink.objects.get())
    for client in (Client(), signed_in(owner)):
        for route in ROUTES:
            status, page = ask(client, route, token)
            assert status == 404, route
            assert "Night run" not in page
    assert ShareLink.objects.get().open_count == 0
    assert not Exchange.objects.exists()


@pytest.mark.parametrize("kind", LinkKind.values)
def test_without_its_password_a_link_does_nothing(
    template: Template, owner: Person, kind: str
) -> None:
    token = make(template, kind, password="hush-hush")
    client = signed_in(owner)
    for typed in (None, "wrong"):
        if typed:
            answer = client.post(reverse("share", args=[token]), {"password": typed})
            assert answer.status_code == 422
        wanted = {"share": 200, "share_opened": 204}
        for route in ROUTES:
            status, page = ask(client, route, token)
            assert status == wanted.get(route, 404), route
            assert "job_name" not in page
    assert ShareLink.objects.get().open_count == 0
    assert not Exchange.objects.exists()
    assert client.post(reverse("share", args=[token]), {"password": "hush-hush"}).status_code == 302
    assert "job_name" in ask(client, "share", token)[1]


@pytest.mark.parametrize("kind", LinkKind.values)
def test_a_link_does_only_what_its_kind_allows(
    template: Template, owner: Person, kind: str
) -> None:
    token = make(template, kind)
    status, page = ask(Client(), "share", token)
    assert status == 200
    assert ACCOUNT not in page
    assert ask(signed_in(owner), "send_share", token)[0] == (200 if kind == "fill" else 404)
    assert Exchange.objects.count() == (1 if kind == "fill" else 0)
    assert ask(Client(), "fork_share", token)[0] == (403 if kind == "fork" else 404)
    assert ask(signed_in(owner), "fork_share", token)[0] == (302 if kind == "fork" else 404)
    forks = Template.objects.exclude(id=template.id)
    assert forks.count() == (1 if kind == "fork" else 0)
    assert all(ACCOUNT not in each.text for fork in forks for each in fork.versions.all())


def test_a_used_up_link_says_so_and_sends_nothing(template: Template) -> None:
    token = make(template, "fill")
    ShareLink.objects.update(max_sends=1, send_count=1)
    status, page = ask(Client(), "send_share", token)
    assert status == 200
    assert "maximum number of sends" in page
    assert not Exchange.objects.exists()
