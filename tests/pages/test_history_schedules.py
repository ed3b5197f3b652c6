"""The history names the schedule that sent a request, and is filtered by it."""

import re
import uuid
from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from playground.people.models import Person, Role
from playground.schedules.models import Schedule
from playground.schedules.schedules import delete_schedule
from playground.workspace.models import Connection
from tests.conftest import make_person, signed_in
from tests.history.exchanges import make_exchange
from tests.pages.schedules import make_schedule, make_scheduled_template, make_slot

pytestmark = pytest.mark.django_db


@pytest.fixture
def schedule(editor: Person, practice: Connection) -> Schedule:
    return make_schedule(editor, make_scheduled_template(editor, practice), "Nightly <b>")


def send(person: Person, schedule: Schedule, number: int = 1) -> uuid.UUID:
    """A run of the schedule and its exchange, whose ID is returned."""
    exchange = make_exchange(person)
    at = timezone.now() - timedelta(hours=number)
    make_slot(schedule, at, exchange_id=exchange.id)
    return exchange.id


def list_ids(client: Client, query: str = "") -> set[str]:
    page = client.get(f"/history/{query}").content.decode()
    return set(re.findall(r'name="chosen" form="selection" value="([^"]+)"', page))


def test_a_row_names_its_schedule(as_editor: Client, editor: Person, schedule: Schedule) -> None:
    send(editor, schedule)
    make_exchange(editor)
    page = as_editor.get("/history/").content.decode()
    assert page.count(f'href="/schedules/{schedule.pk}/"') == 1
    assert "Nightly &lt;b&gt;</a>" in page
    assert "Sent by Nightly" not in page


def test_the_list_is_filtered_by_schedule(
    as_editor: Client, editor: Person, schedule: Schedule
) -> None:
    sent = {str(send(editor, schedule, number)) for number in (1, 2)}
    make_exchange(editor)
    query = f"?schedule={schedule.pk}"
    assert len(list_ids(as_editor)) == 3
    assert list_ids(as_editor, query) == sent
    assert list_ids(as_editor, f"{query}&text=launch") == list_ids(as_editor, query)
    assert list_ids(as_editor, f"{query}&outcome=refused") == set()
    page = as_editor.get(f"/history/{query}").content.decode()
    assert "Sent by Nightly &lt;b&gt;" in page
    assert f'name="schedule" value="{schedule.pk}" checked' in page
    # The export has what the list has.
    exported = as_editor.get(f"/history/export.csv{query}").getvalue().decode()
    assert exported.count("launch-workflow") == len(sent)
    assert (
        f'href="/history/?schedule={schedule.pk}"'
        in as_editor.get(f"/schedules/{schedule.pk}/").content.decode()
    )


def test_a_schedule_that_is_gone_or_private_has_sent_nothing(
    as_owner: Client, editor: Person, schedule: Schedule
) -> None:
    exchange = send(editor, schedule)
    query = f"?schedule={schedule.pk}"
    assert list_ids(as_owner, query) == {str(exchange)}
    assert schedule.template is not None
    schedule.template.sharing = "private"
    schedule.template.save()
    other = make_person(Role.EDITOR, "other")
    shared = make_exchange(other)
    make_slot(schedule, timezone.now(), exchange_id=shared.id)
    client = signed_in(other)
    assert list_ids(client, query) == set()
    assert "Nightly" not in client.get("/history/").content.decode()
    delete_schedule(editor, schedule.pk)
    assert list_ids(as_owner, query) == set()
    page = as_owner.get(f"/history/{query}").content.decode()
    assert "Sent by a schedule that was deleted" in page
    assert list_ids(as_owner, "?schedule=nonsense") == {str(exchange), str(shared.id)}


def test_the_names_of_many_take_one_query(
    as_editor: Client, editor: Person, schedule: Schedule, django_assert_num_queries
) -> None:
    send(editor, schedule)
    as_editor.get("/history/")
    with django_assert_num_queries(6):
        as_editor.get("/history/")
    for number in range(2, 20):
        send(editor, schedule, number)
    with django_assert_num_queries(6):
        as_editor.get("/history/")
