"""Templates in the builder and on their pages: saving, rights and conflicts."""

import json
import re

import pytest
from django.db import connection
from django.http import HttpResponse
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from playground.drafts.drafts import start_draft
from playground.drafts.models import Draft
from playground.drafts.states import State
from playground.payload_templates.models import Sharing, Template, Version
from playground.payload_templates.versions import (
    get_version,
    open_template,
    read_content,
    save_version,
)
from playground.people.models import Person, Role
from tests.conftest import make_person, signed_in
from tests.payload_templates.templates import TEXT, make_template

pytestmark = pytest.mark.django_db

CHANGES = ("edit_template", "archive_template")
RULES = ("delete_template",)
HTMX = {"HX-Request": "true"}


def post(client: Client, route: str, *args: object, **data: str) -> HttpResponse:
    return client.post(reverse(route, args=args), data)


def edit(client: Client, draft: Draft, **sent: object) -> dict[str, object]:
    body = json.dumps({"revision": draft.revision, "tab": "one", **sent})
    address = reverse("edit_draft", args=[draft.id])
    return client.post(address, body, content_type="application/json").json()


def test_a_draft_is_saved_and_opened_again_exactly(as_editor: Client, editor: Person) -> None:
    draft = start_draft(editor, "launch-workflow", TEXT, path_values={"workflow_uid": "W"})
    answer = post(as_editor, "save_template", draft.id, name="Night run", tags="vip, north")
    assert "Saved as the template Night run." in answer["HX-Trigger"]
    template = Template.objects.get()
    assert template.tag_list == ["vip", "north"]
    again = post(as_editor, "open_template", template.id)
    fresh = Draft.objects.get(id=again["Location"].split("/")[2])
    assert (fresh.text, fresh.path_values) == (TEXT, {"workflow_uid": "W"})
    assert Template.objects.get().used_at


def test_a_template_requires_a_name_and_keeps_what_was_typed(
    as_editor: Client, editor: Person
) -> None:
    draft = start_draft(editor, "launch-workflow", TEXT)
    answer = post(as_editor, "save_template", draft.id, name=" ", folder="Sales/North")
    assert answer.status_code == 422
    assert b"Enter a name for the template." in answer.content
    assert b"Sales/North" in answer.content


def test_the_unsaved_mark_follows_the_edits(as_editor: Client, editor: Person) -> None:
    draft = open_template(editor, make_template(editor))
    answer = edit(as_editor, draft, pointer="/job_name", typed="Day")
    assert answer["unsaved"] is True
    draft.refresh_from_db()
    assert edit(as_editor, draft, pointer="/job_name", typed="Night")["unsaved"] is False


def test_a_variant_is_saved_switched_to_and_shows_its_overrides(
    as_editor: Client, editor: Person
) -> None:
    template = make_template(editor)
    draft = open_template(editor, template)
    edit(as_editor, draft, pointer="/job_name", typed="VIP")
    post(as_editor, "save_to_template", draft.id, name="VIP test")
    page = as_editor.get(reverse("builder", args=[draft.id])).content.decode()
    assert 'data-own="[&quot;/job_name&quot;]"' in page
    post(as_editor, "switch_variant", draft.id, variant="")
    draft.refresh_from_db()
    assert (draft.variant, draft.text) == ("", TEXT)
    post(as_editor, "switch_variant", draft.id, variant="VIP test")
    draft.refresh_from_db()
    assert draft.text == TEXT.replace("Night", "VIP")
    as_editor.post(
        reverse("undo_or_redo", args=[draft.id, "undo"]), "{}", content_type="application/json"
    )
    draft.refresh_from_db()
    assert (draft.variant, draft.text) == ("", TEXT)


def test_two_people_who_save_at_once_see_both_versions(
    as_editor: Client, editor: Person, owner: Person
) -> None:
    template = make_template(editor, sharing=Sharing.EDIT)
    mine, theirs = open_template(editor, template), open_template(owner, template)
    edit(signed_in(owner), theirs, pointer="/job_name", typed="Theirs")
    post(signed_in(owner), "save_to_template", theirs.id)
    edit(as_editor, mine, pointer="/job_name", typed="Mine")
    answer = post(as_editor, "save_to_template", mine.id).content.decode()
    assert "owner saved version 2 in the meantime" in answer
    assert "Theirs" in answer
    assert "Mine" in answer
    assert Version.objects.count() == 2
    base = re.search(r'name="base" value="(\d+)"', answer)
    assert base
    post(as_editor, "save_to_template", mine.id, base=base[1])
    names = [json.loads(each.text)["job_name"] for each in Version.objects.order_by("number")]
    assert names == ["Night", "Theirs", "Mine"]


def test_a_credential_is_stored_as_a_secret_before_saving(
    as_editor: Client, editor: Person
) -> None:
    draft = start_draft(editor, "launch-workflow", '{"api_key": "sk-live-123456"}')
    answer = post(as_editor, "save_template", draft.id, name="x")
    assert "Now stored as secrets: api_key." in answer["HX-Trigger"]
    version = Version.objects.get()
    assert "sk-live" not in version.text
    assert "{{secret:api_key}}" in version.text
    draft.refresh_from_db()
    assert draft.text == version.text
    assert draft.secrets.get().value == "sk-live-123456"


@pytest.mark.parametrize("sharing", Sharing)
@pytest.mark.parametrize("role", Role)
def test_other_people_have_the_rights_of_their_role(sharing: str, role: Role) -> None:
    template = make_template(make_person(Role.EDITOR, "author"), sharing=sharing)
    client = signed_in(make_person(role, "other"))
    page = client.get(reverse("template", args=[template.id])).status_code
    assert page == (404 if sharing == Sharing.PRIVATE else 200)
    hidden = 403 if role is Role.VIEWER else 404
    changing = 403 if role is Role.VIEWER or sharing != Sharing.EDIT else 200
    ruling = 200 if role is Role.OWNER else 403
    for names, allowed in ((CHANGES, changing), (RULES, ruling)):
        for name in names:
            data = {"name": "New", "sharing": sharing}
            status = post(client, name, template.id, **data).status_code
            wanted = hidden if sharing == Sharing.PRIVATE else allowed
            assert status == wanted or (wanted == 200 and status == 302), name


def test_only_the_creator_decides_who_sees_a_template(editor: Person) -> None:
    template = make_template(make_person(Role.EDITOR, "author"), sharing=Sharing.EDIT)
    answer = post(signed_in(editor), "edit_template", template.id, name="x", sharing="private")
    assert answer.status_code == 403


def test_a_template_is_renamed_duplicated_archived_deleted_and_restored(
    as_editor: Client, editor: Person
) -> None:
    template = make_template(editor)
    post(as_editor, "edit_template", template.id, name="Day run", folder="a / b", sharing="view")
    post(as_editor, "duplicate_template", template.id)
    assert Template.objects.filter(name="Day run (copy)", sharing="private").exists()
    post(as_editor, "archive_template", template.id)
    assert b"Day run</a>" not in as_editor.get("/templates/").content
    assert b"Day run</a>" in as_editor.get("/templates/?archived=1").content
    post(as_editor, "archive_template", template.id)
    gone = as_editor.post(reverse("delete_template", args=[template.id]), headers=HTMX)
    undo = json.loads(gone["HX-Trigger"])["toast"]["undo"]
    assert as_editor.get(reverse("template", args=[template.id])).status_code == 404
    as_editor.post(undo)
    assert as_editor.get(reverse("template", args=[template.id])).status_code == 200


def test_versions_are_compared_and_restored(as_editor: Client, editor: Person) -> None:
    template = make_template(editor)
    content = read_content(get_version(template))
    save_version(editor, template, content.change("", State('{\n  "job_name": "Day"\n}')), 1)
    page = as_editor.get(reverse("compare_versions", args=[template.id]) + "?a=1&b=2").content
    assert b"<code>/job_name</code>" in page
    assert b"<code>/inputs</code>" in page
    post(as_editor, "restore_version", template.id, 1)
    assert get_version(Template.objects.get()).text == TEXT
    for odd in ("?a=99", "?b=x", "?a=1&b=-1", "?a=9999999999999999999999"):
        assert (
            as_editor.get(reverse("compare_versions", args=[template.id]) + odd).status_code == 404
        )


def test_a_fork_shows_that_its_parent_changed(as_editor: Client, owner: Person) -> None:
    template = make_template(owner, sharing=Sharing.VIEW)
    fork_page = post(as_editor, "fork_template", template.id)["HX-Redirect"]
    assert b"has changed: it is now" not in as_editor.get(fork_page).content
    content = read_content(get_version(template))
    save_version(owner, template, content.change("", State("{}")), 1)
    assert b"has changed: it is now" in as_editor.get(fork_page).content
    assert b"/job_name" in as_editor.get(fork_page + "parent/").content
    as_editor.post(fork_page + "parent/seen/")
    assert b"has changed: it is now" not in as_editor.get(fork_page).content


def test_a_template_of_a_missing_workflow_and_operation_still_opens(
    as_editor: Client, editor: Person
) -> None:
    template = make_template(editor, workflow_uid="gone")
    page = as_editor.get(reverse("template", args=[template.id]))
    assert b"unknown workflow gone" in page.content
    assert post(as_editor, "open_template", template.id).status_code == 302
    Template.objects.update(operation="nobody-knows")
    assert as_editor.get(reverse("template", args=[template.id])).status_code == 200
    assert as_editor.get("/templates/").status_code == 200
    assert post(as_editor, "open_template", template.id).status_code == 404


def test_the_list_takes_at_most_ten_queries(as_editor: Client, editor: Person) -> None:
    for number in range(60):
        make_template(editor, f"Template {number}", workflow_uid="W")
    with CaptureQueriesContext(
        connection,
    ) as taken:
        answer = as_editor.get("/templates/?find=template&sort=used")
    assert b"Template 59" in answer.content
    assert len(taken) <= 10


def test_a_link_prefills_a_draft_and_sends_nothing(as_editor: Client, editor: Person) -> None:
    template = make_template(editor)
    address = reverse("prefill_template", args=[template.id])
    assert as_editor.get(address).status_code == 200
    as_editor.post(address, {"/job_name": "From the wiki", "/gone/0/x": "1"})
    draft = Draft.objects.get()
    assert '"job_name": "From the wiki"' in draft.text
    assert (draft.template_id, draft.template_version) == (template.id, 1)


def test_archiving_twice_from_an_old_page_can_be_undone(as_editor: Client, editor: Person) -> None:
    template = make_template(editor)
    address = reverse("archive_template", args=[template.id])
    for _tab in range(2):
        toast = json.loads(as_editor.post(f"{address}?away=yes", headers=HTMX)["HX-Trigger"])[
            "toast"
        ]
        assert Template.objects.get().archived_at
    assert as_editor.post(toast["undo"], headers=HTMX)["HX-Refresh"] == "true"
    page = as_editor.get(reverse("templates")).content.decode()
    assert "Restored Night run." in page
    assert "Night run</a>" in page


def test_a_deleted_template_has_no_controls(as_editor: Client, editor: Person) -> None:
    template = make_template(editor)
    address = reverse("delete_template", args=[template.id])
    page = as_editor.post(address, headers=HTMX).content.decode()
    assert "Deleted Night run." in page
    assert "<form" not in page
