"""Signing in and out, with a password or a link."""

import pytest
import time_machine
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from playground.people.models import AuditEvent, Person, Role
from playground.people.tokens import make_invite, make_owner_link, make_sign_in_link
from tests.conftest import PASSWORD

pytestmark = pytest.mark.django_db
SIGN_IN = "/sign-in/"


def give(client: Client, name: str, password: str = PASSWORD, **more: str) -> int:
    return client.post(SIGN_IN, {"name": name, "password": password, **more}).status_code


def test_the_right_password_leads_to_the_home_page(client: Client, editor: Person) -> None:
    answer = client.post(SIGN_IN, {"name": "editor", "password": PASSWORD})
    assert answer.status_code == 302
    assert answer["Location"] == reverse("home")
    assert client.get(reverse("profile")).status_code == 200


def test_signing_in_leads_back_to_the_requested_page(client: Client, editor: Person) -> None:
    sent = client.get("/profile/?tab=1")
    assert sent["Location"] == "/sign-in/?next=/profile/%3Ftab%3D1"
    page = client.get(sent["Location"]).content.decode()
    assert 'name="next" value="/profile/?tab=1"' in page
    answer = client.post(SIGN_IN, {"name": "editor", "password": PASSWORD, "next": "/profile/"})
    assert answer["Location"] == "/profile/"


@pytest.mark.parametrize(
    "elsewhere",
    ["https://evil.example/", "//evil.example", "/\\evil.example", "javascript:1", "a b", "home"],
)
def test_signing_in_never_leads_to_another_site(
    client: Client, editor: Person, elsewhere: str
) -> None:
    fields = {"name": "editor", "password": PASSWORD, "next": elsewhere}
    assert client.post(SIGN_IN, fields)["Location"] == reverse("home")


def test_a_wrong_password_and_an_unknown_name_look_the_same(client: Client, editor: Person) -> None:
    wrong = client.post(SIGN_IN, {"name": "editor", "password": "not the one"})
    unknown = client.post(SIGN_IN, {"name": "nobody", "password": "not the one"})
    assert wrong.status_code == unknown.status_code == 422
    for answer in (wrong, unknown):
        assert b"Incorrect name or password." in answer.content
        assert b"not the one" not in answer.content


def test_a_deactivated_person_cannot_sign_in(client: Client, editor: Person) -> None:
    Person.objects.filter(pk=editor.pk).update(is_active=False)
    assert give(client, "editor") == 422


def test_after_too_many_attempts_the_waiting_time_is_shown(client: Client, editor: Person) -> None:
    with time_machine.travel(timezone.now(), tick=False):
        for _ in range(10):
            assert give(client, "editor", "wrong") == 422
        answer = client.post(SIGN_IN, {"name": "editor", "password": PASSWORD})
    assert answer.status_code == 429
    assert answer["Retry-After"] == "900"
    assert b"Too many attempts. Try again in 15 minutes." in answer.content


def test_guessing_one_time_links_is_limited_by_address(client: Client, owner: Person) -> None:
    # No quarter of an hour ends meanwhile.
    with time_machine.travel(timezone.now(), tick=False):
        statuses = [client.get(f"/link/guess-{n}/").status_code for n in range(32)]
        refused = client.get("/link/guess/")
    assert statuses == [404] * 30 + [429] * 2
    assert 0 < int(refused["Retry-After"]) <= 900
    assert b"Too many attempts" in refused.content
    # A link that works isn't a guess.
    token = make_sign_in_link(owner)
    assert client.get(f"/link/{token}/").status_code == 200


def test_sign_ins_are_in_the_audit_log_without_what_was_typed(
    client: Client, editor: Person
) -> None:
    give(client, "editor", "wrong")
    give(client, "hunter2-in-the-wrong-field", "wrong")
    give(client, "editor")
    lines = list(AuditEvent.objects.order_by("pk").values_list("person_name", "target", "result"))
    assert lines == [
        ("", "editor", "refused: name or password"),
        ("", "unknown name", "refused: name or password"),
        ("editor", "password", "ok"),
    ]


def test_signing_out_ends_the_session(client: Client, editor: Person) -> None:
    give(client, "editor")
    assert client.get("/sign-out/").status_code == 405
    assert client.post("/sign-out/")["Location"] == SIGN_IN
    assert client.get(reverse("profile")).status_code == 302


def test_a_new_password_ends_the_other_sessions(editor: Person) -> None:
    here, there = Client(), Client()
    give(here, "editor")
    give(there, "editor")
    fields = {"old": PASSWORD, "new": "another long pass phrase"}
    assert here.post("/profile/", {**fields, "old": "wrong"}).status_code == 422
    assert here.post("/profile/", {**fields, "new": "short"}).status_code == 422
    assert here.post("/profile/", fields).status_code == 302
    assert here.get("/profile/").status_code == 200
    assert there.get("/profile/").status_code == 302


def test_the_first_owner_may_set_a_password_later(client: Client) -> None:
    address = reverse("link", args=[make_owner_link()])
    assert client.post(address, {"name": "ada", "password": ""}).status_code == 302
    assert Person.objects.get().is_owner
    assert client.get(reverse("people")).status_code == 200
    assert Client().get(address).status_code == 404


def test_a_link_that_cannot_be_used_yet_is_not_used_up(client: Client) -> None:
    address = reverse("link", args=[make_owner_link()])
    assert client.post(address, {"name": "a b", "password": ""}).status_code == 422
    assert client.post(address, {"name": "ada", "password": "short"}).status_code == 422
    assert client.post(address, {"name": "ada", "password": ""}).status_code == 302


def test_an_invited_person_chooses_name_and_password(client: Client, owner: Person) -> None:
    address = reverse("link", args=[make_invite(Role.EDITOR, owner)])
    assert b"You were invited as editor." in client.get(address).content
    assert client.post(address, {"name": "grace", "password": ""}).status_code == 422
    assert client.post(address, {"name": "OWNER", "password": PASSWORD}).status_code == 422
    assert client.post(address, {"name": "grace", "password": PASSWORD}).status_code == 302
    assert Person.objects.get(username="grace").role == Role.EDITOR


def test_a_sign_in_link_has_one_button(client: Client, owner: Person) -> None:
    address = reverse("link", args=[make_sign_in_link(owner)])
    assert b"Welcome back, owner" in client.get(address).content
    assert client.post(address).status_code == 302
    assert client.get(reverse("people")).status_code == 200
    assert Client().post(address).status_code == 404


def test_an_unknown_link_says_so(client: Client) -> None:
    answer = client.get(reverse("link", args=["nonsense"]))
    assert answer.status_code == 404
    assert b"This link no longer works" in answer.content


def test_htmx_requests_return_to_their_page_after_signing_in(client: Client) -> None:
    answer = client.post(
        "/people/invite/",
        headers={"HX-Request": "true", "HX-Current-URL": "http://testserver/people/?a=1"},
    )
    assert answer.status_code == 401
    assert answer["HX-Redirect"] == "/sign-in/?next=/people/%3Fa%3D1"


def test_two_people_cannot_use_the_same_invite(owner: Person) -> None:
    address = reverse("link", args=[make_invite(Role.VIEWER, owner)])
    assert Client().post(address, {"name": "one", "password": PASSWORD}).status_code == 302
    assert Client().post(address, {"name": "two", "password": PASSWORD}).status_code == 404
