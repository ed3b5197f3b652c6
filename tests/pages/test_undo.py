"""What was discarded, archived, deleted or removed comes back, with htmx and without scripts."""

import json
import re

import pytest
from django.http import HttpResponse
from django.test import Client
from django.urls import reverse

from playground.drafts.drafts import start_draft
from playground.drafts.models import Draft
from playground.drafts.states import State
from playground.payload_templates.models import Template
from playground.payload_templates.versions import get_version, read_content, save_version
from playground.people.models import Person, Role
from tests.conftest import make_person
from tests.payload_templates.templates import TEXT, make_template

pytestmark = pytest.mark.django_db

HTMX = {"HX-Request": "true"}


def undo_form(response: HttpResponse) -> str:
    """The address that the only Undo button of the page that followed posts to."""
    forms = re.findall(
        r'<form method="post" action="([^"]+)">(?:(?!</form>).)*data-toast-undo',
        response.content.decode(),
    )
    assert len(forms) == 1
    return forms[0]


def discard(client: Client, draft: Draft, **headers: str) -> HttpResponse:
    address = reverse("discard_draft", args=[draft.id])
    return client.post(address, headers=headers, follow=True)


@pytest.fixture
def draft(editor: Person) -> Draft:
    return start_draft(editor, "launch-workflow", TEXT, name="Night <run>")


def test_a_draft_comes_back_without_scripts(as_editor: Client, draft: Draft) -> None:
    page = discard(as_editor, draft)
    assert page.redirect_chain == [(reverse("drafts"), 302)]
    assert "Discarded Night &lt;run&gt;." in page.content.decode()
    assert Draft.objects.get().discarded_at
    page = as_editor.post(undo_form(page), follow=True)
    assert not Draft.objects.get().discarded_at
    assert "The draft is back." in page.content.decode()
    # The message is shown once.
    assert "data-toast-undo" not in as_editor.get(reverse("drafts")).content.decode()


def test_a_draft_comes_back_by_htmx_which_stays_on_its_page(
    as_editor: Client, draft: Draft
) -> None:
    toast = json.loads(discard(as_editor, draft, **HTMX)["HX-Trigger"])["toast"]
    assert toast["text"] == "Discarded Night <run>."
    # Twice, as by a double click.
    for _press in range(2):
        assert as_editor.post(toast["undo"], headers=HTMX)["HX-Refresh"] == "true"
        assert not Draft.objects.get().discarded_at


def test_nobody_undoes_for_others(as_editor: Client, as_owner: Client, draft: Draft) -> None:
    discard(as_editor, draft)
    assert as_owner.post(reverse("restore_draft", args=[draft.id])).status_code == 404
    assert Draft.objects.get().discarded_at


@pytest.mark.parametrize("action", ["archive_template", "delete_template"])
def test_a_template_comes_back_without_scripts(
    as_editor: Client, editor: Person, action: str
) -> None:
    template = make_template(editor)
    page = as_editor.post(reverse(action, args=[template.id]), follow=True)
    row = Template.objects.get()
    assert row.archived_at or row.deleted_at
    page = as_editor.post(undo_form(page), follow=True)
    row = Template.objects.get()
    assert not row.archived_at
    assert not row.deleted_at
    assert page.redirect_chain == [(reverse("template", args=[template.id]), 302)]


def test_a_removed_variant_comes_back_unless_others_saved(
    as_editor: Client, editor: Person
) -> None:
    template = make_template(editor)
    content = read_content(get_version(template))
    save_version(editor, template, content.change("VIP", State('{"job_name": "VIP"}')), 1)
    remove = {"base": "2", "name": "VIP", "do": "remove"}
    address = reverse("change_variant", args=[template.id])
    undo = undo_form(as_editor.post(address, remove, follow=True))
    assert not read_content(get_version(Template.objects.get())).variants
    as_editor.post(undo)
    (variant,) = read_content(get_version(Template.objects.get())).variants
    assert variant.name == "VIP"
    # The same button again, now that version 4 was saved since version 3.
    page = as_editor.post(undo, follow=True)
    assert "Not saved: someone else saved version 4." in page.content.decode()
    assert Template.objects.get().latest_version == 4


def test_a_deactivated_person_comes_back(as_owner: Client) -> None:
    grace = make_person(Role.VIEWER, "grace")
    address = reverse("change_active", args=[grace.pk])
    page = as_owner.post(address, {"active": "no"}, follow=True)
    assert "grace can no longer sign in." in page.content.decode()
    page = as_owner.post(undo_form(page), follow=True)
    grace.refresh_from_db()
    assert grace.is_active
    assert "grace can sign in again." in page.content.decode()
