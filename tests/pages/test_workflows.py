"""Workflows and accounts of a connection, and the result of a sync."""

import json
import re

import pytest

from playground.drafts.models import Draft
from playground.workspace.accounts import store_accounts
from playground.workspace.models import SyncRun, Workflow
from playground.workspace.workflows import edit_workflow

pytestmark = pytest.mark.django_db


def test_ten_thousand_accounts_are_searched_page_by_page(as_viewer, practice) -> None:
    rows = [
        {"uid": f"a-{n}", "name": f"Account {n}", "is_valid": n % 2 == 0} for n in range(10_000)
    ]
    store_accounts(practice, "linkedin", rows)
    address = f"/connections/{practice.id}/accounts/"
    page = as_viewer.get(address, {"integration": "linkedin"}).content.decode()
    assert page.count("<tr>") == 51
    assert "1 to 50 of 10000" in page
    found = as_viewer.get(address, {"find": "account 9999"}, headers={"HX-Request": "true"})
    assert found.content.decode().count("<tr>") == 2


def test_used_limits_are_shown(as_viewer, practice) -> None:
    limits = [{"limit_name": "visits", "item_scraped": 7, "limit_value": 25}, 5, {}]
    store_accounts(practice, "odd", [{"uid": "a", "name": "A", "limits": limits}])
    page = as_viewer.get(f"/connections/{practice.id}/accounts/?integration=odd").content.decode()
    assert "7 of 25 visits" in page
    assert '<rect class="series used" width="28.0" height="8"/>' in page


def test_limits_have_bars_and_words(as_viewer, practice) -> None:
    used = {"low": 3, "none": 0, "reached": 10, "nearly": 9, "half": 5}
    limits = [
        {"limit_name": name, "item_scraped": number, "limit_value": 10}
        for name, number in used.items()
    ]
    limits.append({"limit_name": "unknown"})
    store_accounts(practice, "odd", [{"uid": "a", "name": "A", "limits": limits}])
    page = as_viewer.get(f"/connections/{practice.id}/accounts/?integration=odd").content.decode()
    bars = re.findall(r'<rect class="series ([\w-]+)" width="([\d.]+)"', page)
    assert bars == [
        ("used-up", "100.0"), ("nearly-used", "90.0"), ("used", "50.0"), ("used", "30.0"),
        ("used", "0.0"),
    ]  # fmt: skip
    assert re.search(r"10 of 10 reached <strong>Limit reached</strong>", page)
    assert re.search(r"9 of 10 nearly <strong>Nearly reached</strong>", page)
    assert page.count("<strong>") == 2
    shown, folded = page.split("2 more limits")
    assert "3 of 10 low" in shown
    assert "0 of 10 none" in folded
    assert "? of ? unknown" in folded


@pytest.mark.parametrize(
    ("integration", "fields"),
    [
        ("linkedin", {"cookies": {"li_at": "", "li_a": ""}}),
        ("google", {"api_key": ""}),
        ("nobody-knows", {}),
    ],
)
def test_an_account_update_starts_with_the_fields_of_its_integration(
    as_editor, practice, integration, fields
) -> None:
    form = {"integration": integration, "uid": "a-1"}
    as_editor.post(f"/connections/{practice.id}/accounts/update/", form)
    draft = Draft.objects.get()
    assert draft.operation == "update-account"
    assert draft.path_values == {"integration_uid": integration}
    assert json.loads(draft.text) == {"account": {"uid": "a-1", **fields}}


def test_sync_failures_that_are_not_shown_are_counted(as_viewer, practice) -> None:
    failures = [f"Workflow {n}: refused" for n in range(33)]
    SyncRun.objects.create(connection=practice, outcome="partly", failures=failures)
    page = as_viewer.get(f"/connections/{practice.id}/sync/state/").content.decode()
    assert "and 3 more" in page


def test_viewers_are_offered_only_what_they_may_do(as_viewer, practice) -> None:
    SyncRun.objects.create(connection=practice, outcome="complete", changes=["One is new."])
    kept = Workflow.objects.filter(connection=practice).first()
    edit_workflow(kept, json.dumps({"uid": kept.uid, "steps": []}), "Mine")
    own = f"/workflows/{practice.id}/{kept.uid}/"
    for address in ("/", "/workflows/", own, f"/connections/{practice.id}/", "/repeats/", "/jobs/"):
        page = as_viewer.get(address).content.decode()
        for offered in set(re.findall(r'(?:action|href)="(/[^"#?]*)"', page)):
            assert as_viewer.get(offered).status_code != 403, (address, offered)
