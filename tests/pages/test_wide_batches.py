"""Pages of batches with files of many columns, long cells, workbooks and JSON Lines."""

import io
import zipfile
from collections.abc import Callable

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from playground.batches.models import Batch
from playground.drafts.models import Draft
from tests.batches.conftest import draft_to, standin, wait_for

__all__ = ["draft_to", "standin"]

pytestmark = pytest.mark.django_db(transaction=True)


def create(client: Client, draft: Draft, content: bytes, name: str) -> tuple[Batch, str]:
    sent = {"source": f"draft:{draft.pk}", "file": SimpleUploadedFile(name, content)}
    answer = client.post(reverse("new_batch"), sent)
    assert answer.status_code == 302, answer.content.decode()[-3000:]
    batch = Batch.objects.latest("created_at")
    page = client.get(answer["Location"])
    assert page.status_code == 200
    return batch, page.content.decode()


def test_a_thousand_columns_are_inputs_with_suggestions(
    as_editor: Client, draft_to: Callable[[], Draft]
) -> None:
    titles = ",".join(f"column {n}" for n in range(1000))
    content = f"{titles}\n{','.join('x' * 5 for _ in range(1000))}\n".encode()
    batch, page = create(as_editor, draft_to(), content, "wide.csv")
    assert len(page) < 2_000_000
    assert page.count('list="fields"') == 1000
    assert "940 more" in page
    fields = {"do": "check", "group": "each", "pointer-0": "/job_name", "duplicates": "warning"}
    answer = as_editor.post(reverse("map_batch", args=[batch.pk]), fields)
    assert answer.status_code == 302
    assert wait_for(batch, Batch.State.CHECKED), batch.reason
    assert batch.request_count == 1


def test_a_long_cell_is_cut_on_the_page_and_sent_whole(
    as_editor: Client, draft_to: Callable[[], Draft]
) -> None:
    content = b"name,note\n" + b"a" * 400_000 + b",x\nEve,y\n"
    batch, page = create(as_editor, draft_to(), content, "long.csv")
    assert len(page) < 200_000
    assert "<code>Eve</code>" in page
    fields = {"do": "check", "group": "each", "pointer-0": "/job_name", "duplicates": "warning"}
    as_editor.post(reverse("map_batch", args=[batch.pk]), fields)
    assert wait_for(batch, Batch.State.CHECKED), batch.reason
    shown = as_editor.get(reverse("batch", args=[batch.pk])).content.decode()
    assert len(shown) < 400_000
    assert "This is the beginning; the request is longer." in shown


def test_json_lines_show_their_values_as_they_are(
    as_editor: Client, draft_to: Callable[[], Draft]
) -> None:
    content = b'{"name": "007", "limit": 1.50, "tags": ["a"]}\n{"name": "Eve"}\n'
    _, page = create(as_editor, draft_to(), content, "rows.jsonl")
    assert '<option value="jsonl" selected>' in page
    assert "<code>007</code>" in page
    assert "<code>1.50</code>" in page
    assert '<span class="no-cell">missing</span>' in page
    assert "Separator" not in page


def test_a_broken_workbook_is_refused_with_a_sentence(
    as_editor: Client, draft_to: Callable[[], Draft]
) -> None:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("xl/workbook.xml", "<workbook")
    sent = {
        "source": f"draft:{draft_to().pk}",
        "file": SimpleUploadedFile("a.xlsx", out.getvalue()),
    }
    answer = as_editor.post(reverse("new_batch"), sent)
    assert answer.status_code == 422
    assert 'id="file_error"' in answer.content.decode()
    assert not Batch.objects.exists()
