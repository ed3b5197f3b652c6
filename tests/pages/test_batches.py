"""Pages of batches: a file, its columns, the check, the run, and who may do what."""

import csv
import io
import json
import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.conf import settings
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from playground.batches import batches, running
from playground.batches.mapping import ColumnMapping, Mapping
from playground.batches.models import Batch, Row
from playground.commands.server import LARGEST_BODY
from playground.drafts.models import Draft
from playground.history.models import Exchange
from playground.pages.batches.mapping_form import MOST_SELECTS
from playground.pages.batches.progress import describe_progress
from playground.payload_templates.models import Sharing
from playground.payload_templates.variants import Variant, write_variants
from playground.people.models import Person, Role
from playground.workspace.models import JobRecord
from tests.batches.conftest import draft_to, make, misbehaving, standin, wait_for
from tests.conftest import make_person, signed_in
from tests.payload_templates.templates import make_template

__all__ = ["draft_to", "make", "misbehaving", "standin"]
Make = Callable[..., Batch]
NAMES = b"name;note\r\n007;\r\nDay run;x\r\n"

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def draft(draft_to: Callable[[], Draft]) -> Draft:
    return draft_to()


def upload(content: bytes, name: str = "rows.csv") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, content)


def create(client: Client, source: str, content: bytes = NAMES, name: str = "rows.csv") -> Batch:
    sent = {"source": source, "file": upload(content, name)}
    answer = client.post(reverse("new_batch"), sent)
    batch = Batch.objects.latest("created_at")
    assert answer["Location"] == reverse("batch", args=[batch.pk])
    return batch


def map_columns(batch: Batch, **fields: str) -> dict[str, str]:
    """The form of the mapping as the page sends it, the name of the job in the first column."""
    sent = {"group": "each", "duplicates": "warning", "size": "10", "pointer-0": "/job_name"}
    return {**sent, "do": "check", **fields}


def page_of(client: Client, batch: Batch, query: str = "") -> str:
    answer = client.get(reverse("batch", args=[batch.pk]) + query)
    assert answer.status_code == 200
    return answer.content.decode()


def test_the_list_begins_with_one_sentence_and_one_button(as_editor: Client) -> None:
    page = as_editor.get(reverse("batches")).content.decode()
    assert "No batches yet. A batch sends a template or a draft for each row" in page
    assert f'href="{reverse("new_batch")}"' in page


def test_a_batch_of_a_template_offers_its_variants(as_editor: Client, editor: Person) -> None:
    template = make_template(editor)
    address = reverse("new_batch") + f"?template={template.pk}"
    page = as_editor.get(address).content.decode()
    assert f'value="template:{template.pk}"' in page
    assert 'name="variant"' not in page
    version = template.versions.get()
    version.variants = write_variants([Variant("VIP", ())])
    version.save()
    page = as_editor.get(address + "&variant=VIP").content.decode()
    assert "<option selected>VIP</option>" in page


def test_a_file_is_recognised_and_its_cells_are_shown_exactly(
    as_editor: Client, draft: Draft
) -> None:
    batch = create(as_editor, f"draft:{draft.pk}")
    page = page_of(as_editor, batch)
    assert '<option value="semicolon" selected>Semicolon</option>' in page
    assert "<option selected>utf-8</option>" in page
    assert '<option value="yes" selected>Titles</option>' in page
    assert "<code>007</code>" in page
    assert '<span class="no-cell">empty</span>' in page
    assert "{{row.name}}" in page


def test_the_reading_of_a_file_can_be_corrected(as_editor: Client, draft: Draft) -> None:
    batch = create(as_editor, f"draft:{draft.pk}")
    address = reverse("read_batch_file", args=[batch.pk])
    sent = {"format": "csv", "encoding": "utf-8", "delimiter": "none", "header": "no"}
    as_editor.post(address, sent)
    batch.refresh_from_db()
    assert batch.columns == ["Column 1"]
    page = page_of(as_editor, batch)
    assert "<code>name;note</code>" in page
    answer = as_editor.post(address, {**sent, "encoding": "no-such"})
    assert answer.status_code == 422
    assert "There is no encoding" in answer.content.decode()


@pytest.mark.parametrize(
    ("sent", "message"),
    [
        ({}, "Choose the template or draft that the rows fill."),
        ({"source": "draft"}, "Choose a file, or paste cells"),
        ({"source": "draft", "file": b""}, "empty"),
        ({"source": "draft", "file": b"\x89PNG\r\n\x1a\n1234"}, "PNG picture, not a table"),
        ({"source": "draft", "text": "  "}, "Choose a file, or paste cells"),
    ],
)
def test_a_file_that_cannot_be_read_is_refused_at_its_field(
    sent: dict[str, Any], message: str, as_editor: Client, draft: Draft
) -> None:
    if "source" in sent:
        sent = {**sent, "source": f"draft:{draft.pk}"}
    if "file" in sent:
        sent = {**sent, "file": upload(sent["file"])}
    answer = as_editor.post(reverse("new_batch"), sent)
    assert answer.status_code == 422
    assert message in answer.content.decode()
    assert not Batch.objects.exists()


def test_pasted_cells_are_rows(as_editor: Client, draft: Draft) -> None:
    text = "name\tnote\n007\t\nDay run\tx\n"
    as_editor.post(reverse("new_batch"), {"source": f"draft:{draft.pk}", "text": text})
    batch = Batch.objects.get()
    assert batch.columns == ["name", "note"]
    assert "<code>007</code>" in page_of(as_editor, batch)


def test_a_check_shows_requests_payloads_and_bad_rows(as_editor: Client, draft: Draft) -> None:
    batch = create(as_editor, f"draft:{draft.pk}", b"name,rate\nAda,1\nEve,x\n")
    fields = map_columns(batch) | {"pointer-1": "/delay", "kind-1": "number"}
    as_editor.post(reverse("map_batch", args=[batch.pk]), fields)
    assert wait_for(batch, Batch.State.CHECKED), batch.reason
    page = page_of(as_editor, batch)
    assert (batch.request_count, batch.bad_row_count) == (1, 1)
    assert "&quot;job_name&quot;: &quot;Ada&quot;" in page
    assert "x isn&#x27;t a number." in page
    assert "Send 1 request" in page
    assert ">Line 2<" in page
    listed = as_editor.get(reverse("batches")).content.decode()
    assert '<td class="batch-progress"><span class="muted">–</span></td>' in listed
    other = page_of(as_editor, batch, "?problem=nothing-like-it").split("problems")[1]
    assert not re.search(r"\bEve\b", other)
    saved = as_editor.get(reverse("save_bad_rows", args=[batch.pk]))
    text = b"".join(saved.streaming_content).decode("utf-8-sig")  # type: ignore[attr-defined]
    [title, row] = csv.reader(io.StringIO(text))
    assert (title, row[:2]) == (["name", "rate", "problems"], ["Eve", "x"])
    assert "isn't a number" in row[2]


def test_a_problem_of_the_payload_is_shown_once_and_not_per_row(
    as_editor: Client, draft: Draft
) -> None:
    draft.text = draft.text.replace("{", '{"job_nmae": 1, ', 1)
    draft.save()
    batch = create(as_editor, f"draft:{draft.pk}", b"name\nAda\nEve\n")
    as_editor.post(reverse("map_batch", args=[batch.pk]), map_columns(batch))
    assert wait_for(batch, Batch.State.CHECKED), batch.reason
    page = page_of(as_editor, batch)
    assert page.count("<code>job_nmae</code> isn&#x27;t a documented field.") == 1
    assert "About the payload, with any row" in page
    assert (batch.request_count, batch.bad_row_count) == (2, 0)


def test_duplicate_rows_are_counted_and_listed_as_warnings(as_editor: Client, draft: Draft) -> None:
    batch = create(as_editor, f"draft:{draft.pk}", b"name,note\nAda,1\nEve,2\nAda,3\n")
    as_editor.post(reverse("map_batch", args=[batch.pk]), map_columns(batch, **{"unique-0": "on"}))
    assert wait_for(batch, Batch.State.CHECKED), batch.reason
    assert (batch.request_count, batch.bad_row_count, batch.warned_row_count) == (3, 0, 1)
    page = page_of(as_editor, batch)
    assert "Rows with a warning" in page
    assert "Duplicate of line 2: the same name." in page
    fields = map_columns(batch, **{"unique-0": "on", "duplicates": "error"})
    as_editor.post(reverse("map_batch", args=[batch.pk]), fields)
    assert wait_for(batch, Batch.State.CHECKED)
    assert (batch.request_count, batch.bad_row_count, batch.warned_row_count) == (2, 1, 0)


def test_the_corrected_file_keeps_the_columns_and_is_checked(
    as_editor: Client, draft: Draft
) -> None:
    batch = create(as_editor, f"draft:{draft.pk}", b"name,rate\nAda,1\nEve,x\n")
    fields = map_columns(batch) | {"pointer-1": "/delay", "kind-1": "number"}
    as_editor.post(reverse("map_batch", args=[batch.pk]), fields)
    assert wait_for(batch, Batch.State.CHECKED)
    fixed = {"file": upload(b"name,rate\nAda,1\nEve,2\n", "fixed.csv")}
    as_editor.post(reverse("change_batch_file", args=[batch.pk]), fixed)
    assert wait_for(batch, Batch.State.CHECKED)
    assert (batch.request_count, batch.bad_row_count, batch.file_name) == (2, 0, "fixed.csv")


def test_a_mapping_that_cannot_be_used_is_refused_with_what_was_chosen(
    as_editor: Client, draft: Draft
) -> None:
    batch = create(as_editor, f"draft:{draft.pk}")
    address = reverse("map_batch", args=[batch.pk])
    answer = as_editor.post(address, map_columns(batch, **{"pointer-1": "/job_name"}))
    page = answer.content.decode()
    assert answer.status_code == 422
    assert "both fill /job_name" in page
    assert page.count('<option value="/job_name" selected>') == 2
    answer = as_editor.post(address, map_columns(batch, group="chunks", size="many"))
    assert answer.status_code == 422
    assert "Enter how many rows go in one request" in answer.content.decode()
    answer = as_editor.post(address, map_columns(batch, **{"kind-0": "poem"}))
    assert answer.status_code == 422


def test_a_batch_is_sent_and_its_result_has_every_cell(
    as_editor: Client,
    make: Make,
) -> None:
    batch = make(["007", "=1+1", "Ada"])
    act = reverse("act_on_batch", args=[batch.pk])
    as_editor.post(act, {"do": "start", "concurrency": "2", "rate": "", "webhook": ""})
    assert wait_for(batch, Batch.State.ENDED), batch.reason
    page = page_of(as_editor, batch)
    assert "3 of 3 requests" in page
    assert page.count("badge kind-accepted") >= 3
    saved = as_editor.get(reverse("save_batch_result", args=[batch.pk, "csv"]))
    text = b"".join(saved.streaming_content).decode("utf-8-sig")  # type: ignore[attr-defined]
    rows = list(csv.DictReader(io.StringIO(text)))
    assert [each["name"] for each in rows] == ["007", "'=1+1", "Ada"]
    assert {each["outcome"] for each in rows} == {"accepted"}
    lines = as_editor.get(reverse("save_batch_result", args=[batch.pk, "jsonl"]))
    first = json.loads(b"".join(lines.streaming_content).splitlines()[0])  # type: ignore[attr-defined]
    assert first["cells"]["name"] == "007"
    assert as_editor.get(reverse("save_batch_result", args=[batch.pk, "exe"])).status_code == 404


def test_options_that_cannot_be_used_are_refused_at_their_field(
    as_editor: Client,
    make: Make,
) -> None:
    batch = make(["Ada"])
    act = reverse("act_on_batch", args=[batch.pk])
    sent = {"do": "start", "concurrency": "0", "rate": "fast", "percent": "101", "failures": "-1"}
    answer = as_editor.post(act, {**sent, "webhook": "ftp://x"})
    page = answer.content.decode()
    assert answer.status_code == 422
    for field in ("rate", "concurrency", "percent", "failures", "webhook"):
        assert f'id="{field}_error"' in page, field
    assert 'value="fast"' in page
    batch.refresh_from_db()
    assert batch.state == Batch.State.CHECKED


def test_a_protected_connection_asks_for_its_name_with_host_and_count(
    as_editor: Client,
    make: Make,
) -> None:
    batch = make(["Ada", "Eve"])
    connection = batch.connection
    assert connection
    connection.protected = True
    connection.save()
    page = page_of(as_editor, batch)
    assert f"{connection.name} is protected. Type its name to send 2 requests to 127.0.0.1" in page
    act = reverse("act_on_batch", args=[batch.pk])
    answer = as_editor.post(act, {"do": "start", "concurrency": "2", "confirm": "another"})
    assert answer.status_code == 422
    assert 'id="confirm_error"' in answer.content.decode()
    as_editor.post(act, {"do": "start", "concurrency": "2", "confirm": connection.name})
    assert wait_for(batch, Batch.State.ENDED), batch.reason


def test_a_retry_over_a_protected_connection_asks_again(as_editor: Client, make: Make) -> None:
    batch = make(["Ada"])
    Row.objects.filter(batch=batch).update(state=Row.State.REFUSED)
    batch.state, batch.counts = Batch.State.ENDED, {"refused": 1}
    batch.save()
    assert batch.connection
    batch.connection.protected = True
    batch.connection.save()
    act = reverse("act_on_batch", args=[batch.pk])
    answer = as_editor.post(act, {"do": "retry"})
    assert answer.status_code == 422
    page = answer.content.decode()
    assert page.count('id="confirm"') == 1
    assert page.count("to send 1 request to 127.0.0.1") == 2
    as_editor.post(act, {"do": "retry", "confirm": batch.connection.name})
    assert wait_for(batch, Batch.State.ENDED), batch.reason
    assert batch.counts == {"accepted": 1}


def test_the_rows_are_filtered_searched_sorted_and_paged(
    as_editor: Client,
    make: Make,
) -> None:
    batch = make([f"Name {number}" for number in range(1, 121)])
    Row.objects.filter(batch=batch).update(state=Row.State.ACCEPTED)
    Row.objects.filter(batch=batch, number=77).update(state=Row.State.UNKNOWN, seconds=1.5)
    batch.state, batch.counts = Batch.State.STOPPED, {"accepted": 119, "unknown": 1}
    batch.save()
    page = page_of(as_editor, batch)
    assert "1 to 50 of 120 rows" in page
    assert "<bdi>Name 50</bdi>" in page
    assert "<bdi>Name 51</bdi>" not in page
    assert "<bdi>Name 77</bdi>" in page_of(as_editor, batch, "?state=unknown")
    assert "<bdi>Name 1</bdi>" not in page_of(as_editor, batch, "?state=unknown")
    assert "<bdi>Name 118</bdi>" in page_of(as_editor, batch, "?text=name+118")
    assert "<bdi>Name 117</bdi>" not in page_of(as_editor, batch, "?text=name+118")
    assert "<bdi>Name 99</bdi>" not in page_of(as_editor, batch, "?from=100")
    longest = page_of(as_editor, batch, "?sort=duration")
    assert longest.count("<bdi>Name ") == 50
    assert longest.index("<bdi>Name 77</bdi>") == longest.index("<bdi>Name ")


def test_unknown_rows_are_decided_after_a_warning_of_doubling(
    as_editor: Client,
    make: Make,
) -> None:
    batch = make(["Ada", "Eve", "Bob"])
    Row.objects.filter(batch=batch).update(state=Row.State.UNKNOWN)
    batch.state, batch.counts = Batch.State.STOPPED, {"unknown": 3}
    batch.save()
    page = page_of(as_editor, batch)
    assert "No answer came for 3 requests. They may have arrived" in page
    batch.state = Batch.State.ENDED
    batch.save()
    [bar] = re.findall(r'<span class="bar-words">(.*?)</span>', page_of(as_editor, batch))
    assert bar == "No answer came for 3 requests."
    address = reverse("decide_rows", args=[batch.pk])
    as_editor.post(address, {"action": "done", "chosen": str(10**17), "sure": "yes"})
    assert not Row.objects.filter(state=Row.State.DONE).exists()
    asked = as_editor.post(address, {"action": "again", "chosen": "1"}).content.decode()
    assert "done twice" in asked
    assert "Row 1: Ada" in asked
    assert not re.search(r"\bEve\b", asked)
    as_editor.post(address, {"action": "done", "chosen": "2", "sure": "yes"})
    assert Row.objects.get(batch=batch, number=2).state == Row.State.DONE
    as_editor.post(address, {"action": "again", "chosen": "1", "sure": "yes"})
    assert wait_for(batch, Batch.State.ENDED), batch.reason
    assert Row.objects.get(batch=batch, number=1).state == Row.State.ACCEPTED
    as_editor.post(address, {"action": "done", "all": "yes", "sure": "yes"})
    assert Row.objects.get(batch=batch, number=3).state == Row.State.DONE


def test_a_batch_is_deleted_after_a_confirmation(
    as_editor: Client,
    make: Make,
) -> None:
    batch = make(["Ada"])
    address = reverse("delete_batch", args=[batch.pk])
    assert "are deleted for good" in as_editor.post(address).content.decode()
    assert Batch.objects.exists()
    assert as_editor.post(address, {"sure": "yes"})["Location"] == reverse("batches")
    assert not Batch.objects.exists()


def test_columns_change_in_a_copy_after_a_warning_of_doubling(
    as_editor: Client, make: Make
) -> None:
    batch = make(["Ada", "Eve", "Bob"])
    address = reverse("copy_batch", args=[batch.pk])
    assert address not in page_of(as_editor, batch)
    batch.state, batch.counts = Batch.State.STOPPED, {"accepted": 2, "unknown": 1}
    batch.save()
    assert address in page_of(as_editor, batch)
    asked = as_editor.post(address).content.decode()
    assert "2 requests of this batch were accepted." in asked
    assert "The outcome of 1 request is unknown: it may have arrived." in asked
    assert "done twice" in asked
    assert Batch.objects.count() == 1
    answer = as_editor.post(address, {"sure": "yes"})
    copy = Batch.objects.latest("created_at")
    assert answer["Location"] == reverse("batch", args=[copy.pk])
    assert copy.pk != batch.pk
    assert "This is the copy." in page_of(as_editor, copy)
    assert 'value="check"' in page_of(as_editor, copy)


def test_a_copy_that_doubles_nothing_is_made_at_once(as_editor: Client, make: Make) -> None:
    batch = make(["Ada"])
    address = reverse("copy_batch", args=[batch.pk])
    batch.state, batch.counts = Batch.State.RUNNING, {"refused": 1}
    batch.save()
    refused = as_editor.post(address, follow=True).content.decode()
    assert "Pause or stop it, then copy it." in refused
    batch.state = Batch.State.STOPPED
    batch.save()
    as_editor.post(address)
    assert Batch.objects.count() == 2


def test_the_finder_finds_batches_by_name_and_file(
    as_editor: Client, as_viewer: Client, make: Make
) -> None:
    batch = make(["Ada"])
    batch.name, batch.file_name = "Night run", "Émile.xlsx"
    batch.save()
    for text in ("night R", "émile"):
        found = as_editor.get("/find/", {"find": text}).content.decode()
        assert f'href="{reverse("batch", args=[batch.pk])}"' in found
        assert "Night run · Émile.xlsx" in found
        assert "Night run" not in as_viewer.get("/find/", {"find": text}).content.decode()
    assert "Night run" not in as_editor.get("/find/?find=morning").content.decode()
    for client, links in ((as_editor, ["batches", "new_batch"]), (as_viewer, ["batches"])):
        page = client.get("/find/?find=batch").content.decode()
        shown = [each for each in ("batches", "new_batch") if f'href="{reverse(each)}"' in page]
        assert shown == links


def test_the_same_columns_run_with_another_file(as_editor: Client, make: Make) -> None:
    batch = make(["Ada"])
    page = as_editor.get(f"{reverse('new_batch')}?batch={batch.pk}").content.decode()
    assert batch.name in page
    other = create(as_editor, f"batch:{batch.pk}", b"other,name\n1,Eve\n")
    mapping = Mapping.read(other.mapping)
    assert [(each.column, each.pointer) for each in mapping.columns if each.pointer] == [
        (1, "/job_name")
    ]
    assert other.text == batch.text


def test_a_viewer_sees_a_batch_of_a_shared_template_and_cannot_run_it(
    as_editor: Client,
    editor: Person,
    as_viewer: Client,
    make: Make,
) -> None:
    batch = make(["Ada"])
    address = reverse("batch", args=[batch.pk])
    assert as_viewer.get(address).status_code == 404
    assert signed_in(make_person(Role.EDITOR, "stranger")).get(address).status_code == 404
    batch.template = make_template(editor, sharing=Sharing.VIEW)
    batch.save()
    page = page_of(as_viewer, batch)
    assert 'name="do" value="start"' not in page
    assert "Only the person who made this batch can send it." in page
    act = reverse("act_on_batch", args=[batch.pk])
    assert as_viewer.post(act, {"do": "start", "concurrency": "1"}).status_code == 403
    other = signed_in(make_person(Role.EDITOR, "other"))
    other.post(act, {"do": "start", "concurrency": "1"})
    batch.refresh_from_db()
    assert batch.state == Batch.State.CHECKED


def test_a_page_of_a_million_rows_reads_few_of_them(
    as_editor: Client,
    make: Make,
    django_assert_max_num_queries: Any,
) -> None:
    batch = make(["Ada"])
    row = Row.objects.get(batch=batch)
    more = [
        Row(batch=batch, number=n, line=n + 1, cells=["x"], request=n, leader=True, state="waiting")
        for n in range(2, 3001)
    ]
    Row.objects.bulk_create(more)
    batch.state, batch.row_count, batch.request_count = "paused", 3000, 3000
    batch.counts = {"waiting": 3000}
    batch.save()
    assert row.number == 1
    with django_assert_max_num_queries(20):
        page = page_of(as_editor, batch)
    assert page.count("<bdi>x</bdi>") == 49
    with django_assert_max_num_queries(8):
        as_editor.get(reverse("batch_state", args=[batch.pk]))


def test_polling_replaces_the_bar_only_when_it_changes(as_editor: Client, make: Make) -> None:
    batch = make(["Ada"])
    address = reverse("batch_state", args=[batch.pk])
    for seen, state, moves in (
        ("running", Batch.State.RUNNING, False),
        ("paused", Batch.State.RUNNING, True),
        ("running", Batch.State.PAUSED, True),
        # The buttons of a paused one depend on rows that still end.
        ("paused", Batch.State.PAUSED, True),
    ):
        Batch.objects.filter(pk=batch.pk).update(state=state, counts={"sending": 1})
        page = as_editor.get(f"{address}?seen={seen}").content.decode()
        assert ('id="bar"' in page) is moves
        assert f"?seen={state}&amp;tries=" in page


def test_the_end_of_a_batch_is_told_once(as_editor: Client, make: Make) -> None:
    batch = make(["Ada"])
    running.start(batch.person, batch.pk)  # type: ignore[arg-type]
    assert wait_for(batch, Batch.State.ENDED)
    [news] = as_editor.post(reverse("job_news")).json()["news"]
    assert "1 accepted, 0 failed, 0 unknown" in news["text"]
    assert news["address"] == reverse("batch", args=[batch.pk])
    assert as_editor.post(reverse("job_news")).json()["news"] == []


def test_jobs_of_a_batch_are_no_news_of_their_own(as_editor: Client, make: Make) -> None:
    batch = make(["Ada"])
    running.start(batch.person, batch.pk)  # type: ignore[arg-type]
    assert wait_for(batch, Batch.State.ENDED)
    exchange = Exchange.objects.get(id=Row.objects.get(batch=batch).exchange_id)
    JobRecord.objects.all().delete()
    for uid, launched in ((exchange.job_uid, exchange.started_at), ("other", timezone.now())):
        JobRecord.objects.create(
            connection_id=exchange.connection_id,
            uid=uid,
            name=f"Job {uid}",
            status="finished",
            person=batch.person,
            launched_at=launched,
            ended_at=timezone.now(),
        )
    news = as_editor.post(reverse("job_news")).json()["news"]
    texts = [each["text"] for each in news]
    assert len(texts) == 2
    assert "Job other" in texts[0]
    assert "1 accepted" in texts[1]


def test_the_server_takes_the_largest_file_of_rows() -> None:
    assert LARGEST_BODY > settings.MAX_BATCH_FILE_BYTES


def test_a_column_of_a_reference_is_used_in_text(as_editor: Client, draft: Draft) -> None:
    draft.text = draft.text.replace("{", '{"webhook_label": "Run {{row.note}}", ', 1)
    draft.save()
    batch = create(as_editor, f"draft:{draft.pk}")
    page = page_of(as_editor, batch)
    unused = {
        each: re.search(rf'name="pointer-{each}".*?<option value="">([^<]+)<', page)
        for each in (0, 1)
    }
    assert [each and each[1] for each in unused.values()] == ["Not used", "Used in text"]


def test_with_many_columns_an_empty_field_says_that_text_uses_it(
    as_editor: Client, draft: Draft
) -> None:
    draft.text = draft.text.replace("{", '{"webhook_label": "Run {{row.c7}}", ', 1)
    draft.save()
    titles = ",".join(f"c{number}" for number in range(MOST_SELECTS + 1)).encode()
    page = page_of(as_editor, create(as_editor, f"draft:{draft.pk}", titles + b"\n1\n"))
    assert page.count('placeholder="Used in text"') == 1
    assert page.count('placeholder="Not used"') == MOST_SELECTS


def test_one_column_can_fill_a_place_that_no_choice_offers(as_editor: Client, draft: Draft) -> None:
    batch = create(as_editor, f"draft:{draft.pk}")
    sent = map_columns(batch, **{"pointer-0": "other", "other-0": "/my_own"})
    as_editor.post(reverse("map_batch", args=[batch.pk]), sent)
    batch.refresh_from_db()
    assert Mapping.read(batch.mapping).columns[0] == ColumnMapping(0, "/my_own")
    assert wait_for(batch, Batch.State.CHECKED), batch.reason
    page = page_of(as_editor, batch)
    assert "&quot;my_own&quot;: &quot;007&quot;" in page
    assert 'value="/my_own"' in page
    batches.delete_batch(batch.person, batch.pk)  # type: ignore[arg-type]


def test_a_batch_that_ended_at_once_took_some_time() -> None:
    begun = datetime(2026, 11, 30, 12, tzinfo=UTC)
    batch = Batch(state="ended", counts={"accepted": 1}, started_at=begun, ended_at=begun)
    assert describe_progress(batch).lasted == "1 s"
    batch.ended_at = begun + timedelta(seconds=90)
    assert describe_progress(batch).lasted == "1 min"
