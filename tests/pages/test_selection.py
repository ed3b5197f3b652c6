"""Acting on chosen rows: rights to each row, what is asked first, what is said, and undo."""

import csv
import io
import json
import re
import uuid
import zipfile
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from playground.drafts.drafts import start_draft
from playground.drafts.models import Draft
from playground.history.models import Exchange, SentDocument
from playground.pages import chosen_jobs
from playground.payload_templates.models import Template
from playground.people.audit import record_event
from playground.people.models import AuditEvent, Person, Role
from playground.sending.job_results import JobRows
from playground.workspace.models import Connection, JobRecord, Repeat
from tests.conftest import make_person, signed_in
from tests.history.exchanges import make_exchange
from tests.payload_templates.templates import make_template

pytestmark = pytest.mark.django_db


def press(client: Client, page: str, action: str, *chosen: Any, **more: str) -> str:
    """Press a button of the selection bar; what the next page says."""
    sent = {"action": action, "chosen": [str(getattr(each, "pk", each)) for each in chosen], **more}
    answer = client.post(f"{page}selected/", sent, follow=True)
    assert answer.status_code == 200
    return answer.content.decode()


def read_message(page: str) -> str:
    [message] = re.findall(r'<span class="toast-text"[^>]*>([^<]*)</span>', page)
    return message


def undo(client: Client, page: str) -> str:
    [address] = re.findall(r'<form method="post" action="(/[^"]*chosen=[^"]*)"', page)
    answer = client.post(address.replace("&amp;", "&"), follow=True)
    assert answer.status_code == 200
    return answer.content.decode()


def make_draft(person: Person, name: str) -> Draft:
    return start_draft(person, "launch-workflow", "{}", name=name)


def test_drafts_are_discarded_and_come_back(as_editor: Client, editor: Person) -> None:
    one, two, kept = (make_draft(editor, name) for name in ("One", "Two", "Kept"))
    page = press(as_editor, "/drafts/", "discard", one, two, back="sort=name&find=e")
    assert read_message(page) == "Discarded 2 drafts."
    assert "Kept" in page
    assert f"draft-{one.id}" not in page
    assert 'value="e"' in page
    page = undo(as_editor, page)
    assert read_message(page) == "2 drafts are back."
    assert all(f"draft-{each.id}" in page for each in (one, two, kept))


def test_a_colleagues_drafts_are_neither_discarded_nor_restored(
    as_editor: Client, editor: Person
) -> None:
    other = make_person(Role.EDITOR, "other")
    mine, theirs = make_draft(editor, "Mine"), make_draft(other, "Theirs")
    page = press(as_editor, "/drafts/", "discard", mine, theirs, uuid.uuid4())
    assert read_message(page) == "Discarded 1 draft. 2 of them no longer exist."
    theirs.refresh_from_db()
    assert theirs.discarded_at is None
    Draft.objects.update(discarded_at=timezone.now())
    as_editor.post(f"/drafts/undo-discard/?chosen={theirs.id}")
    theirs.refresh_from_db()
    assert theirs.discarded_at is not None


@pytest.mark.parametrize(
    ("action", "count", "message"),
    [
        ("discard", 0, "Select at least one row first."),
        ("compare", 1, "Select exactly 2 rows."),
        ("compare", 3, "Select exactly 2 rows."),
        ("erase", 1, "This action doesn&#x27;t exist. Reload the page."),
        ("", 1, "This action doesn&#x27;t exist. Reload the page."),
    ],
)
def test_an_action_that_cannot_begin_says_why(
    action: str, count: int, message: str, as_editor: Client, editor: Person
) -> None:
    rows = [make_draft(editor, f"draft {n}") for n in range(count)]
    assert read_message(press(as_editor, "/drafts/", action, *rows)) == message
    assert not Draft.objects.exclude(discarded_at=None).exists()


def test_more_rows_than_a_list_shows_are_refused(as_editor: Client, editor: Person) -> None:
    draft = make_draft(editor, "Kept")
    page = press(as_editor, "/drafts/", "discard", draft, *(uuid.uuid4() for _ in range(100)))
    assert read_message(page) == "Select at most 100 rows at a time."
    draft.refresh_from_db()
    assert draft.discarded_at is None


def test_the_list_that_one_returns_to_is_always_ours(as_editor: Client, editor: Person) -> None:
    draft = make_draft(editor, "One")
    sent = {"action": "discard", "chosen": str(draft.id), "back": "//evil.example/?a=b\r\nX: y"}
    answer = as_editor.post("/drafts/selected/", sent)
    assert answer["Location"].startswith("/drafts/?")


def test_two_drafts_are_compared_the_older_first(as_editor: Client, editor: Person) -> None:
    older, newer = make_draft(editor, "Older"), make_draft(editor, "Newer")
    sent = {"action": "compare", "chosen": [str(newer.id), str(older.id)]}
    answer = as_editor.post("/drafts/selected/", sent)
    assert answer["Location"] == f"/compare/?a={older.id}&b={newer.id}"


@pytest.fixture
def library(editor: Person) -> dict[str, Template]:
    other = make_person(Role.EDITOR, "other")
    return {
        "mine": make_template(editor, "Mine", "view"),
        "editable": make_template(other, "Editable", "edit"),
        "usable": make_template(other, "Usable", "view"),
        "hidden": make_template(other, "Hidden"),
    }


def test_templates_are_archived_where_one_may_and_the_others_are_named(
    as_editor: Client, library: dict[str, Template]
) -> None:
    page = press(as_editor, "/templates/", "archive", *library.values())
    assert read_message(page) == (
        "Archived 2 templates. 1 of them no longer exists. "
        "Not done for Usable: You can use them, but not change them."
    )
    archived = Template.objects.exclude(archived_at=None).values_list("name", flat=True)
    assert set(archived) == {"Mine", "Editable"}
    undo(as_editor, page)
    assert not Template.objects.exclude(archived_at=None).exists()


def test_templates_are_deleted_after_one_question_and_come_back(
    as_editor: Client, library: dict[str, Template]
) -> None:
    rows = [library[name] for name in ("mine", "editable")]
    asked = press(as_editor, "/templates/", "delete", *rows, back="whose=mine")
    assert "Delete 2 templates?" in asked
    assert "their share links stop working" in asked
    assert not Template.objects.exclude(deleted_at=None).exists()
    assert 'href="/templates/?whose=mine"' in asked
    page = press(as_editor, "/templates/", "delete", *rows, sure="yes")
    assert read_message(page) == (
        "Deleted 1 template. Not done for Editable: Only their creator or an owner can delete them."
    )
    assert AuditEvent.objects.get(action="template-deleted").target == "Mine"
    page = undo(as_editor, page)
    assert read_message(page) == "1 template is back."
    assert not Template.objects.exclude(deleted_at=None).exists()


def test_templates_are_moved_to_a_folder(as_editor: Client, library: dict[str, Template]) -> None:
    assert 'name="folder"' in press(as_editor, "/templates/", "move", library["mine"])
    rows = (library["mine"], library["editable"])
    more = {"sure": "yes", "folder": " Sales / North "}
    assert read_message(press(as_editor, "/templates/", "move", *rows, **more)) == (
        "Moved 2 templates."
    )
    assert set(Template.objects.values_list("name", "folder")) >= {
        ("Mine", "Sales/North"),
        ("Editable", "Sales/North"),
        ("Usable", ""),
    }
    page = press(as_editor, "/templates/", "move", rows[0], sure="yes", folder="x" * 201)
    assert "Not done for Mine: Folder can have at most 200 characters." in page


def test_only_the_chosen_templates_are_exported(
    as_viewer: Client, library: dict[str, Template]
) -> None:
    chosen = [str(library[name].id) for name in ("mine", "hidden")]
    sent = {"action": "export", "chosen": chosen}
    answer = as_viewer.post("/templates/selected/", sent, follow=True)
    names = zipfile.ZipFile(io.BytesIO(answer.content)).namelist()
    assert [name.rsplit("/")[-1] for name in names if "mine" in name.lower()]
    assert len(names) == 1


def test_viewers_change_no_templates(as_viewer: Client, library: dict[str, Template]) -> None:
    page = as_viewer.get("/templates/").content.decode()
    assert re.findall(r'name="action" value="(\w+)"', page) == ["export"]
    page = press(as_viewer, "/templates/", "archive", library["mine"])
    assert "Not done for Mine:" in read_message(page)
    assert not Template.objects.exclude(archived_at=None).exists()


def test_chosen_exchanges_are_exported_as_csv(as_editor: Client, editor: Person) -> None:
    other = make_exchange(make_person(Role.EDITOR, "other"), name="Theirs")
    one, two = make_exchange(editor, name="=1+1"), make_exchange(editor, name="Two")
    make_exchange(editor, name="Not chosen")
    sent = {"action": "export", "chosen": [str(each.id) for each in (one, two, other)]}
    answer = as_editor.post("/history/selected/", sent, follow=True)
    assert answer["Content-Disposition"] == 'attachment; filename="history.csv"'
    head, *rows = csv.reader(io.StringIO(answer.content.decode()))
    found = [dict(zip(head, row, strict=True)) for row in rows]
    assert [row["name"] for row in found] == ["Two", "'=1+1"]
    assert found[0]["id"] == str(two.id)
    assert found[0]["outcome"] == "accepted"
    assert found[0]["status"] == "200"


def test_everything_that_matches_is_exported_without_a_choice(
    as_editor: Client, editor: Person
) -> None:
    make_exchange(editor, name="Night run")
    make_exchange(editor, name="Day run")
    for query in ("text=day", "text=day&bodies=on"):
        content = as_editor.get(f"/history/export.csv?{query}").content.decode()
        assert "Day run" in content
        assert "Night run" not in content


def test_two_exchanges_are_compared_the_older_first(as_editor: Client, editor: Person) -> None:
    older, newer = make_exchange(editor), make_exchange(editor)
    sent = {"action": "compare", "chosen": [str(newer.id), str(older.id)]}
    answer = as_editor.post("/history/selected/", sent)
    assert answer["Location"] == f"/compare/?a={older.id}&b={newer.id}"


@pytest.fixture
def followed(editor: Person, practice: Connection) -> list[Exchange]:
    """Launches whose jobs are running, followed; and one that has ended."""
    found = []
    for uid, status in (("j-1", "running"), ("j-2", "running"), ("j-3", "finished")):
        made = make_exchange(editor, name=uid)
        Exchange.objects.filter(pk=made.pk).update(job_uid=uid, connection_id=practice.id)
        due = None if status == "finished" else timezone.now()
        JobRecord.objects.create(connection=practice, uid=uid, status=status, next_poll_at=due)
        found.append(made)
    return found


def test_jobs_are_followed_no_more_and_then_again(
    as_editor: Client, followed: list[Exchange]
) -> None:
    page = press(as_editor, "/jobs/", "stop", *followed)
    assert read_message(page) == (
        "Stopped following 2 jobs. They continue at the API. "
        "Not done for j-3: Only jobs that haven&#x27;t ended are followed."
    )
    assert not JobRecord.objects.exclude(next_poll_at=None).exists()
    page = undo(as_editor, page)
    assert read_message(page) == "Following 2 jobs again."
    assert JobRecord.objects.exclude(next_poll_at=None).count() == 2


def test_a_colleagues_job_is_still_followed(followed: list[Exchange]) -> None:
    client = signed_in(make_person(Role.EDITOR, "other"))
    page = press(client, "/jobs/", "stop", followed[0])
    assert read_message(page) == "1 of them no longer exists."
    assert JobRecord.objects.exclude(next_poll_at=None).count() == 2


def test_failed_inputs_of_many_jobs_are_rerun_each_in_a_draft(
    as_editor: Client, followed: list[Exchange], monkeypatch: pytest.MonkeyPatch
) -> None:
    document = '{"inputs": [{"name": "Ada"}, {"name": "Bo"}]}'
    for each in followed:
        sent = {"document": document, "metadata": "{}"}
        SentDocument.objects.update_or_create(exchange=each, defaults=sent)
    failed = {"input": {"name": "Bo"}, "status": "failed"}
    known = {"j-1": [failed], "j-2": [{"input": {"name": "Ada"}, "status": "finished"}]}

    def read(connection: Connection, uid: str, *_: object) -> JobRows:
        return JobRows(tuple(known.get(uid, ())), ready=uid in known)

    monkeypatch.setattr(chosen_jobs, "read_job_rows", read)
    page = press(as_editor, "/jobs/", "rerun", *followed)
    assert read_message(page) == (
        "Made 1 draft with only the inputs that failed. Nothing is sent yet. "
        "Not done for j-2: No input of this job failed. "
        "Not done for j-3: The inputs are still loading. Try again in a moment."
    )
    draft = Draft.objects.get()
    assert json.loads(draft.text) == {"inputs": [{"name": "Bo"}]}
    assert f"draft-{draft.id}" in page


def test_people_are_deactivated_after_one_question(as_owner: Client, owner: Person) -> None:
    grace, ada = make_person(Role.EDITOR, "grace"), make_person(Role.VIEWER, "ada")
    asked = press(as_owner, "/people/", "deactivate", grace, ada, owner)
    assert "Deactivate 3 people?" in asked
    assert Person.objects.filter(is_active=True).count() == 3
    page = press(as_owner, "/people/", "deactivate", grace, ada, owner, sure="yes")
    assert read_message(page).startswith("Deactivated 2 people. Not done for owner:")
    assert Person.objects.filter(is_active=True).get() == owner
    assert AuditEvent.objects.filter(action="deactivated", result="ok").count() == 2
    page = press(as_owner, "/people/", "reactivate", grace, owner)
    assert read_message(page) == "Reactivated 1 person. Not done for owner: Already active."
    grace.refresh_from_db()
    assert grace.is_active


def test_the_audit_log_is_exported(as_owner: Client, owner: Person) -> None:
    for target in ("one", "two", "three"):
        record_event(owner, "send", target)
    chosen = AuditEvent.objects.get(target="two")
    sent = {"action": "export", "chosen": str(chosen.pk)}
    content = as_owner.post("/audit/selected/", sent, follow=True).content.decode()
    assert [row[3] for row in csv.reader(io.StringIO(content))] == ["target", "two"]
    every = as_owner.get("/audit/export.csv?person=own").content.decode()
    assert len(every.splitlines()) == 4


def test_repeats_are_asked_about_once_with_what_is_lost(
    as_editor: Client, practice: Connection
) -> None:
    practice.protected = True
    practice.save()
    rows = [
        Repeat.objects.create(connection=practice, job_name=name, unit="day", every="1")
        for name in ("Night", "Night", "Day")
    ]
    asked = press(as_editor, "/repeats/", "end", *rows)
    assert "Delete 3 repeats?" in asked
    assert "can&#x27;t be undone" in asked
    assert "The API may delete both." in asked
    assert asked.count(f'name="confirm-{practice.id}"') == 1
    assert Repeat.objects.filter(deleted_at=None).count() == 3
    # Without the connection's name nothing is sent.
    page = press(as_editor, "/repeats/", "end", *rows, sure="yes")
    assert "Not done for Day, Night, Night: Practice is protected." in page
    assert not Exchange.objects.exists()
