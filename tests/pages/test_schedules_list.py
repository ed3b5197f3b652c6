"""The list of schedules: order, filters, and acting on many."""

import re
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from playground.payload_templates.models import Template
from playground.people.models import Person, Role
from playground.schedules.models import Schedule, Slot
from playground.schedules.schedules import pause_schedule
from playground.workspace.models import Connection
from tests.conftest import make_person, signed_in
from tests.pages.schedules import make_schedule, make_scheduled_template, make_slot

pytestmark = pytest.mark.django_db


@pytest.fixture
def template(editor: Person, practice: Connection) -> Template:
    return make_scheduled_template(editor, practice)


@pytest.fixture
def schedules(editor: Person, template: Template) -> dict[str, Schedule]:
    made = {
        name: make_schedule(editor, template, name, phrase)
        for name, phrase in (
            ("Alpha", "every 5 minutes"),
            ("Beta", "every day at 2:30"),
            ("Gamma", "on 1 January at 9"),
        )
    }
    pause_schedule(editor, made["Gamma"].pk, "Until <b>spring</b>.")
    return made


def list_names(client: Client, query: str = "") -> list[str]:
    page = client.get(f"/schedules/?{query}").content.decode()
    return re.findall(r'<th scope="row"><a href="[^"]+"><bdi>([^<]+)<', page)


def act(client: Client, action: str, *schedules: Schedule, **sent: str) -> Any:
    chosen = [str(each.pk) for each in schedules]
    return client.post("/schedules/selected/", {"action": action, "chosen": chosen, **sent})


@pytest.mark.parametrize(
    ("query", "names"),
    [
        ("", ["Alpha", "Beta", "Gamma"]),
        ("order=desc&sort=next", ["Beta", "Alpha", "Gamma"]),
        ("sort=name&order=desc", ["Gamma", "Beta", "Alpha"]),
        ("state=paused", ["Gamma"]),
        ("state=exploded", ["Alpha", "Beta", "Gamma"]),
        ("text=BETA", ["Beta"]),
        ("text=practice+night", ["Alpha", "Beta", "Gamma"]),
        ("text=nothing", []),
        ("connection=00000000-0000-0000-0000-000000000000", []),
        ("person=999999999", []),
    ],
)
@pytest.mark.usefixtures("schedules")
def test_filters_and_order(as_editor: Client, query: str, names: list[str]) -> None:
    assert list_names(as_editor, query) == names


def test_filters_by_template_connection_and_person(
    as_editor: Client,
    editor: Person,
    practice: Connection,
    template: Template,
    schedules: dict[str, Schedule],
) -> None:
    other = make_scheduled_template(editor, practice, "Other")
    make_schedule(editor, other, "Delta")
    assert list_names(as_editor, f"template={other.pk}") == ["Delta"]
    assert len(list_names(as_editor, f"connection={practice.pk}&template={template.pk}")) == 3
    assert len(list_names(as_editor, f"person={editor.pk}")) == 4


def test_a_row_says_when_and_what_became_of_the_last_run(
    as_editor: Client, schedules: dict[str, Schedule]
) -> None:
    make_slot(schedules["Beta"], timezone.now() - timedelta(hours=3), Slot.State.ACCEPTED)
    make_slot(schedules["Beta"], timezone.now() - timedelta(hours=2), Slot.State.REFUSED)
    page = as_editor.get("/schedules/?text=beta").content.decode()
    assert "Every day at 02:30" in page
    assert re.search(r"02:30 UTC\+0[12]:00", page)
    assert re.search(r'class="badge kind-refused"[^>]*>.*?Refused', page)


def test_a_reason_is_escaped(as_editor: Client, schedules: dict[str, Schedule]) -> None:
    page = as_editor.get("/schedules/?state=paused").content.decode()
    assert "Until &lt;b&gt;spring" in page
    assert "<b>spring" not in page


def test_pausing_asks_for_a_reason(as_editor: Client, schedules: dict[str, Schedule]) -> None:
    chosen = (schedules["Alpha"], schedules["Beta"])
    asked = act(as_editor, "pause", *chosen)
    assert asked.status_code == 200
    assert 'name="reason"' in asked.content.decode()
    assert Schedule.objects.filter(state="paused").count() == 1
    act(as_editor, "pause", *chosen, sure="yes", reason="Holidays")
    for each in chosen:
        each.refresh_from_db()
        assert (each.state, each.next_at) == ("paused", None)
        assert each.reason.endswith("Holidays")


def test_what_cant_be_done_is_named_with_its_reason(
    as_editor: Client, schedules: dict[str, Schedule]
) -> None:
    act(as_editor, "pause", schedules["Alpha"], schedules["Gamma"], sure="yes")
    page = as_editor.get("/schedules/").content.decode()
    assert "Paused 1 schedule." in page
    assert "Not done for Gamma: This schedule isn&#x27;t active." in page


def test_resumes_several(as_editor: Client, schedules: dict[str, Schedule]) -> None:
    act(as_editor, "resume", schedules["Gamma"])
    schedules["Gamma"].refresh_from_db()
    assert schedules["Gamma"].state == "active"
    assert schedules["Gamma"].next_at is not None


def test_runs_several_now(as_editor: Client, schedules: dict[str, Schedule]) -> None:
    before = schedules["Beta"].next_at
    act(as_editor, "run", schedules["Beta"], schedules["Gamma"])
    assert not Slot.objects.exists()
    act(as_editor, "run", schedules["Beta"], schedules["Gamma"], sure="yes")
    assert sorted(Slot.objects.values_list("schedule__name", "manual")) == [
        ("Beta", True),
        ("Gamma", True),
    ]
    schedules["Beta"].refresh_from_db()
    assert schedules["Beta"].next_at == before


def test_copies_are_paused(as_editor: Client, schedules: dict[str, Schedule]) -> None:
    act(as_editor, "duplicate", schedules["Alpha"])
    copied = Schedule.objects.get(name="Alpha (copy)")
    assert (copied.state, copied.next_at) == ("paused", None)


def test_ends_several(as_editor: Client, schedules: dict[str, Schedule]) -> None:
    act(as_editor, "end", schedules["Alpha"])
    schedules["Alpha"].refresh_from_db()
    assert schedules["Alpha"].state == "active"
    act(as_editor, "end", schedules["Alpha"], sure="yes")
    schedules["Alpha"].refresh_from_db()
    assert schedules["Alpha"].state == "ended"


def test_others_schedules_cant_be_run(template: Template, schedules: dict[str, Schedule]) -> None:
    other = signed_in(make_person(Role.EDITOR, "other"))
    # The template is shared, so they are seen.
    assert len(list_names(other)) == 3
    act(other, "run", schedules["Beta"], sure="yes")
    assert not Slot.objects.exists()
    page = other.get("/schedules/").content.decode()
    assert "Only the person who made this schedule can change or run it." in page


@pytest.mark.usefixtures("schedules")
def test_viewers_see_and_dont_act(as_viewer: Client, schedules: dict[str, Schedule]) -> None:
    page = as_viewer.get("/schedules/").content.decode()
    assert "Alpha" in page
    assert 'name="chosen"' not in page
    assert act(as_viewer, "end", schedules["Alpha"], sure="yes").status_code == 403


def test_a_private_template_hides_its_schedules(
    schedules: dict[str, Schedule], template: Template
) -> None:
    Template.objects.filter(pk=template.pk).update(sharing="private")
    other = signed_in(make_person(Role.EDITOR, "other"))
    assert list_names(other) == []
    assert other.get(f"/schedules/{schedules['Alpha'].pk}/").status_code == 404


def test_the_list_takes_as_many_queries_for_many(
    as_editor: Client,
    editor: Person,
    template: Template,
    schedules: dict[str, Schedule],
    django_assert_max_num_queries: Any,
) -> None:
    with django_assert_max_num_queries(20) as few:
        as_editor.get("/schedules/")
    for number in range(12):
        made = make_schedule(editor, template, f"More {number}")
        make_slot(made, timezone.now() - timedelta(hours=number + 1))
    with django_assert_max_num_queries(len(few) + 1):
        as_editor.get("/schedules/")


def test_the_finder_finds_schedules(as_editor: Client, schedules: dict[str, Schedule]) -> None:
    page = as_editor.get("/find/?find=gamm").content.decode()
    assert f"/schedules/{schedules['Gamma'].pk}/" in page
    assert "/schedules/" in as_editor.get("/find/?find=schedules").content.decode()


def test_an_empty_list_says_how_to_begin(as_editor: Client, as_viewer: Client) -> None:
    assert "Choose a template" in as_editor.get("/schedules/").content.decode()
    assert "Choose a template" not in as_viewer.get("/schedules/").content.decode()
