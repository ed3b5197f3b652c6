"""Making, changing and removing batches, who sees them, and what happens when they end."""

import json
import uuid
from collections.abc import Iterator
from datetime import timedelta

import pytest
from django.utils import timezone

from playground.batches import batches, reading, running
from playground.batches.access import BatchRefused, get_batch, may_stop, visible_batches
from playground.batches.ending import call_webhook, recover_webhooks
from playground.batches.mapping import ColumnMapping, Mapping
from playground.batches.models import Batch, Row, SavedMapping
from playground.batches.options import Options, set_options
from playground.batches.tasks import remove_old_batches
from playground.drafts.states import State
from playground.history.models import Exchange
from playground.importers.tables import Reading
from playground.payload_templates.models import Sharing, Template, Version
from playground.payload_templates.templates import TemplateInput, delete_template
from playground.payload_templates.versions import Content, create_template, save_version
from playground.people.models import Role
from playground.workspace.files import delete_unused_files
from playground.workspace.models import Connection, File, Repeat
from tests.batches.conftest import (
    MAPPING,
    check_counts,
    count_arrivals,
    list_states,
    make_batch,
    run,
    wait_for,
    write_rows,
)
from tests.conftest import make_person
from tests.sending.conftest import LAUNCH, WORKFLOW
from tests.sending.misbehaving import Misbehaving, say
from tests.sending.stand_ins import wait_until
from tests.sending.test_pipeline import HOURLY

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def version(editor, draft_to) -> Version:
    """A template that goes to the stand-in server."""
    draft_to()
    connection = Connection.objects.get(name="Practice")
    state = State(LAUNCH, path_values={"workflow_uid": WORKFLOW}, connection=str(connection.pk))
    details = TemplateInput("Night run", sharing=Sharing.VIEW)
    template = create_template(editor, "launch-workflow", Content(state), details)
    return template.versions.get()


@pytest.fixture
def webhook(misbehaving: Misbehaving) -> Iterator[Misbehaving]:
    """A server that accepts calls at /hook."""
    misbehaving.answers["POST /hook"] = say({"ok": True})
    return misbehaving


def test_the_version_at_the_start_counts(version, editor, standin) -> None:
    batch = make_batch(editor, version, ["a", "b", "c"], concurrency=1)
    standin.hold()
    running.start(editor, batch.pk)
    assert standin.wait_for_call()
    template = Template.objects.get()
    changed = State(LAUNCH.replace("100", "7"), path_values={"workflow_uid": WORKFLOW})
    save_version(editor, template, Content(changed), 1)
    delete_template(template)
    standin.release()
    assert wait_for(batch, Batch.State.ENDED)
    assert count_arrivals(standin) == {"a": 1, "b": 1, "c": 1}
    bodies = [json.loads(body) for method, *_, body in standin.seen if method == "POST"]
    assert {each["steps"][0]["parameters"]["max_results"] for each in bodies} == {100}


def test_the_mapping_is_proposed_for_the_next_file_of_the_template(
    version, editor, standin
) -> None:
    run(editor, make_batch(editor, version, ["a"]))
    assert SavedMapping.objects.get().template == version.template
    again = batches.create_batch(editor, version, [write_rows(["b"])], "more.csv")
    found = {each.column: each.pointer for each in Mapping.read(again.mapping).columns}
    assert found == {0: "/job_name", 1: "/steps/0/parameters/max_results"}


def test_those_who_see_the_template_see_its_batches(version, editor, owner, viewer) -> None:
    batch = make_batch(editor, version, ["a"])
    other = make_person(Role.EDITOR, "other")
    assert list(visible_batches(other)) == list(visible_batches(viewer)) == [batch]
    Template.objects.update(sharing=Sharing.PRIVATE)
    assert not visible_batches(other).exists()
    with pytest.raises(Batch.DoesNotExist):
        get_batch(viewer, batch.pk)
    assert get_batch(owner, batch.pk) == batch
    found = [may_stop(person, batch) for person in (editor, owner, other, viewer)]
    assert found == [True, True, False, False]


def test_viewers_make_no_batches(version, viewer) -> None:
    with pytest.raises(BatchRefused, match="Viewers can't send"):
        batches.create_batch(viewer, version, [write_rows(["a"])], "rows.csv")


@pytest.mark.parametrize(
    ("data", "name"), [(b"", "rows.csv"), (b"PK\x03\x04 broken", "rows.xlsx"), (b"\0\0", "a.csv")]
)
def test_a_file_that_is_no_table_is_refused_and_not_kept(version, editor, data, name) -> None:
    with pytest.raises(BatchRefused):
        batches.create_batch(editor, version, [data], name)
    assert not Batch.objects.exists()
    assert not File.objects.exists()


def test_a_file_that_is_too_large_is_refused(version, editor, settings) -> None:
    settings.MAX_BATCH_FILE_BYTES = 10
    with pytest.raises(BatchRefused, match="larger than 10 bytes"):
        batches.create_batch(editor, version, [b"name\n", b"abcdefgh\n"], "rows.csv")
    assert not File.objects.exists()


def test_the_file_can_be_read_in_another_way(version, editor) -> None:
    batch = batches.create_batch(editor, version, [b"a;b,c\n1;2,3\n"], "rows.csv")
    batches.set_source(editor, batch.pk, Reading(delimiter=","))
    batch.refresh_from_db()
    assert batch.columns == ["a;b", "c"]


def test_a_corrected_file_replaces_the_first_one(version, editor, standin) -> None:
    batch = make_batch(editor, version, ["a", "BAD"])
    assert list_states(batch) == ["waiting", "bad"]
    batches.replace_file(editor, batch.pk, [write_rows(["a", "b", "c"])], "fixed.csv")
    batch.refresh_from_db()
    assert (batch.state, batch.file_name) == (Batch.State.DRAFT, "fixed.csv")
    assert Mapping.read(batch.mapping) == MAPPING
    assert File.objects.count() == 1
    batches.check_rows(editor, batch.pk)
    assert wait_for(batch, Batch.State.CHECKED)
    assert list_states(batch) == ["waiting", "waiting", "waiting"]


def test_rows_that_cannot_be_read_are_bad(version, editor) -> None:
    batch = batches.create_batch(editor, version, [b"name,n\na,1\nb,2,3,4\nc,3\n"], "rows.csv")
    batches.set_mapping(editor, batch.pk, Mapping((ColumnMapping(0, "/job_name"),)))
    batches.check_rows(editor, batch.pk)
    assert wait_for(batch, Batch.State.CHECKED)
    assert list_states(batch) == ["waiting", "bad", "waiting"]
    [problem] = Row.objects.get(state="bad").problems
    assert problem["code"] == "too-many-cells"
    assert problem["severity"] == "error"
    assert list(Row.objects.values_list("line", flat=True)) == [2, 3, 4]


def test_a_file_that_breaks_off_sends_nothing(version, editor) -> None:
    content = b'[{"name": "a"}, {"name": "b"}, {"name": "c"'
    batch = batches.create_batch(editor, version, [content], "rows.json")
    batches.set_mapping(editor, batch.pk, Mapping((ColumnMapping(0, "/job_name"),)))
    batches.check_rows(editor, batch.pk)
    assert wait_for(batch, Batch.State.DRAFT)
    assert batch.reason == "Line 1: the value that starts here isn't closed, or is too long."
    assert batch.has_broken_file
    with pytest.raises(BatchRefused, match="Check the rows before you start"):
        running.start(editor, batch.pk)
    batches.replace_file(editor, batch.pk, [content + b"}]"], "rows.json")
    batches.check_rows(editor, batch.pk)
    assert wait_for(batch, Batch.State.CHECKED)
    assert not batch.has_broken_file
    assert list_states(batch) == ["waiting"] * 3


def test_a_check_that_is_overtaken_begins_again(version, editor, monkeypatch) -> None:
    """Columns changed while their rows are checked: no check waits for the next recovery."""
    batch = batches.create_batch(editor, version, [write_rows(["a", "b"])], "rows.csv")
    batches.set_mapping(editor, batch.pk, MAPPING)
    open_rows, calls = reading.open_rows, []

    def change_first(found: Batch) -> object:
        calls.append(found.mapping["columns"])
        if len(calls) == 1:
            batches.set_mapping(editor, batch.pk, Mapping((ColumnMapping(0, "/job_name"),)))
            batches.check_rows(editor, batch.pk)
        return open_rows(found)

    monkeypatch.setattr(reading, "open_rows", change_first)
    batches.check_rows(editor, batch.pk)
    assert wait_for(batch, Batch.State.CHECKED)
    assert [len(columns) for columns in calls] == [2, 1]
    assert list_states(batch) == ["waiting", "waiting"]


def test_a_mapping_that_fits_nothing_is_refused(version, editor) -> None:
    batch = batches.create_batch(editor, version, [write_rows(["a"])], "rows.csv")
    with pytest.raises(BatchRefused):
        batches.set_mapping(editor, batch.pk, Mapping((ColumnMapping(7, "/job_name"),)))


def test_rows_collected_in_one_request_share_its_outcome(version, editor, standin) -> None:
    titles = ("sales_navigator_profile_search_url", "results")
    urls = [f"https://www.linkedin.com/sales/search/people?query={n}" for n in range(5)]
    batch = batches.create_batch(editor, version, [write_rows(urls, titles)], "rows.csv")
    mapping = Mapping(
        (ColumnMapping(0, "/inputs/-/sales_navigator_profile_search_url"),),
        group="chunks",
        size=2,
        items="/inputs",
    )
    batches.set_mapping(editor, batch.pk, mapping)
    batches.check_rows(editor, batch.pk)
    assert wait_for(batch, Batch.State.CHECKED), batch.reason
    assert batch.request_count == 3
    run(editor, batch)
    bodies = [json.loads(body) for method, *_, body in standin.seen if method == "POST"]
    sent = [[each["sales_navigator_profile_search_url"] for each in b["inputs"]] for b in bodies]
    assert sorted(sent) == [urls[:2], urls[2:4], urls[4:]]
    assert list_states(batch) == ["accepted"] * 5
    check_counts(batch)
    assert Exchange.objects.count() == 3
    rows = Row.objects.filter(request=1)
    assert len(rows) == 2
    assert len({row.exchange_id for row in rows}) == 1


def test_launches_that_repeat_are_recorded(editor, draft_to, standin) -> None:
    draft = draft_to()
    draft.text = HOURLY
    draft.save()
    run(editor, make_batch(editor, draft, ["a", "b"]))
    assert sorted(Repeat.objects.values_list("job_name", "unit", "every")) == [
        ("a", "hour", "3"),
        ("b", "hour", "3"),
    ]


def test_the_webhook_is_called_once(make, editor, standin, webhook) -> None:
    batch = make(["a", "b"], webhook=f"{webhook.origin}/hook")
    run(editor, batch)
    assert wait_until(lambda: Batch.objects.get().webhook_result == "200 OK")
    call_webhook(str(batch.pk))
    recover_webhooks()
    [(method, path, headers, body)] = webhook.seen
    assert (method, path, headers["Content-Type"]) == ("POST", "/hook", "application/json")
    told = json.loads(body)
    assert (told["state"], told["counts"], told["rows"]) == ("ended", {"accepted": 2}, 2)
    assert "name" in told
    assert '"a"' not in body.decode()


def test_a_webhook_whose_call_was_lost_is_called_later(make, editor, standin, webhook) -> None:
    batch = run(editor, make(["a"]))
    Batch.objects.update(webhook_due=True)
    batch.webhook = f"{webhook.origin}/hook"
    batch.save(update_fields=["webhook"])
    recover_webhooks()
    assert wait_until(lambda: Batch.objects.get().webhook_result == "200 OK")
    assert len(webhook.seen) == 1


def test_old_batches_are_removed_with_rows_and_files(make, editor, standin, settings) -> None:
    batch = run(editor, make(["a", "b"]))
    old = timezone.now() - timedelta(days=8)
    Batch.objects.update(created_at=old, started_at=old, ended_at=old)
    remove_old_batches()
    assert Batch.objects.exists()
    settings.BATCH_DAYS = 7
    Batch.objects.update(state=Batch.State.RUNNING)
    remove_old_batches()
    assert Batch.objects.exists()
    Batch.objects.update(state=Batch.State.ENDED, ended_at=timezone.now())
    remove_old_batches()
    assert Batch.objects.exists()
    Batch.objects.update(ended_at=old)
    remove_old_batches()
    assert not Batch.objects.filter(pk=batch.pk).exists()
    assert not Row.objects.exists()
    assert not File.objects.exists()
    assert Exchange.objects.count() == 2


def test_the_file_of_a_batch_is_in_use(make, editor) -> None:
    make(["a"])
    File.objects.update(created_at=timezone.now() - timedelta(days=1))
    assert delete_unused_files() == 0


def test_a_started_batch_keeps_its_mapping(make, editor, standin) -> None:
    batch = run(editor, make(["a"]))
    with pytest.raises(BatchRefused, match="started already"):
        batches.set_mapping(editor, batch.pk, MAPPING)
    with pytest.raises(BatchRefused, match="started already"):
        batches.check_rows(editor, batch.pk)


def test_options_change_while_it_waits(make, editor) -> None:
    batch = make(["a"])
    set_options(editor, batch.pk, Options(requests_per_second=3.5, concurrency=9))
    batch.refresh_from_db()
    assert (batch.requests_per_second, batch.concurrency) == (3.5, 9)
    with pytest.raises(Batch.DoesNotExist):
        running.start(editor, uuid.uuid4())
