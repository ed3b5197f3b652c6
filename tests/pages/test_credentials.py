"""Credentials entered in the builder become secrets."""

import json

import pytest

from playground.commands.practice import fill_practice
from playground.drafts.models import Change, Draft
from playground.importers.http_files import parse_cookies
from playground.vault.models import Secret
from playground.workspace.models import Connection

pytestmark = pytest.mark.django_db
VALUE = "AQEDlive-cookie-value"


@pytest.fixture
def draft(as_editor) -> Draft:
    fill_practice()
    kept = Connection.objects.get(name="Practice")
    form = {"integration": "linkedin", "uid": "a-1"}
    as_editor.post(f"/connections/{kept.id}/accounts/update/", form)
    return Draft.objects.get()


def send(client, draft: Draft, **sent: object):
    address = f"/drafts/{draft.id}/secrets/"
    return client.post(address, json.dumps(sent), content_type="application/json")


def everything_kept() -> str:
    return str([list(Draft.objects.values()), [each.detail for each in Change.objects.all()]])


def test_an_entered_credential_is_stored_as_a_secret_and_not_in_the_draft(as_editor, draft) -> None:
    answer = send(as_editor, draft, entered={"/account/cookies/li_at": VALUE}).json()
    assert answer["references"] == {"/account/cookies/li_at": '"{{secret:li_at}}"'}
    draft.refresh_from_db()
    assert json.loads(draft.text)["account"]["cookies"]["li_at"] == "{{secret:li_at}}"
    secret = Secret.objects.get(draft=draft)
    assert (secret.value, secret.hosts != "") == (VALUE, True)
    assert VALUE not in everything_kept()
    page = as_editor.get(f"/drafts/{draft.id}/").content.decode()
    assert VALUE not in page
    assert "data-secret-chip" in page
    dry = as_editor.get(f"/drafts/{draft.id}/dry-run/").content.decode()
    assert VALUE not in dry


def test_pasted_cookies_are_split_by_name(as_editor, draft) -> None:
    pasted = f'Cookie: li_at={VALUE}; li_a=other=; JSESSIONID="ajax:1"'
    answer = send(as_editor, draft, cookies=pasted, pointer="/account/cookies").json()
    assert len(answer["taken"]) == 3
    draft.refresh_from_db()
    assert set(json.loads(draft.text)["account"]["cookies"]) == {"li_at", "li_a", "JSESSIONID"}
    assert Secret.objects.get(draft=draft, name="li_a").value == "other="
    assert VALUE not in everything_kept()


@pytest.mark.parametrize(
    "sent",
    [
        {"cookies": "nothing here", "pointer": "/account/cookies"},
        {"cookies": "a=b", "pointer": "no pointer"},
        {"entered": []},
        {"entered": {"/account/api_key": 7}},
        {"entered": {"account": "x"}},
        {"entered": {"/account/api_key": "x" * 30_000}},
        {"entered": {"/account/cookies/li_at": "a; li_a=b"}},
        {"entered": {"/account/cookies/more": "a\nb"}},
    ],
)
def test_invalid_credentials_are_rejected_with_a_message(as_editor, draft, sent) -> None:
    answer = send(as_editor, draft, **sent)
    assert answer.status_code == 422
    assert answer.json()["sentence"]
    assert not Secret.objects.filter(draft=draft).exists()


@pytest.mark.parametrize(
    "text",
    [
        "li_at=1; li_a=2",
        "cookie: li_at=1; li_a=2",
        "Set-Cookie: li_at=1; Path=/; Secure; HttpOnly\nSet-Cookie: li_a=2; Domain=.x.example",
        '[{"name": "li_at", "value": "1", "domain": ".x"}, {"name": "li_a", "value": "2"}, 7]',
        '{"li_at": "1", "li_a": "2", "n": 3}',
        '{"cookies": [{"name": "li_at", "value": "1"}, {"name": "li_a", "value": "2"}]}',
        ".x\tTRUE\t/\tTRUE\t0\tli_at\t1\n#HttpOnly_.x\tTRUE\t/\tTRUE\t0\tli_a\t2",
    ],
)
def test_cookies_are_parsed_in_every_common_format(text) -> None:
    assert parse_cookies(text) == {"li_at": "1", "li_a": "2"}


@pytest.mark.parametrize("text", ["", "{}", "[]", "[[", "hello", "GET / HTTP/1.1", '"x"'])
def test_text_without_cookies_gives_none(text) -> None:
    assert parse_cookies(text) == {}
