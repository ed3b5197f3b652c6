"""Each kind of material, pasted into the box on its page, becomes a draft with a line for it."""

import json

from playwright.sync_api import Page, expect

from playground.drafts.models import Draft

URL = "https://api.example.com/v3/workflows/w-1/schedule"
BODY = '{"job_name": "Kind", "steps": [], "inputs": [], "n": 1.10}'
POSTMAN = {"name": "x", "request": {"url": URL, "method": "POST", "header": [],
           "body": {"mode": "raw", "raw": BODY}}}  # fmt: skip
HAR = {"request": {"url": URL, "method": "POST", "httpVersion": "HTTP/2", "headers": [],
       "postData": {"mimeType": "application/json", "text": BODY}}}  # fmt: skip
ESCAPED = BODY.replace('"', '\\"')
KINDS = {
    "bash": f"$ curl {URL} \\\n  -H 'Content-Type: application/json' \\\n  -d '{BODY}'",
    "the Windows command prompt": f'curl "{URL}" ^\r\n  --data-raw "{ESCAPED}"',
    "PowerShell": f"Invoke-RestMethod -Uri {URL} -Method Post -Body '{BODY}'",
    "A JSON payload": BODY,
    "Removed a comma before": BODY[:-1] + ",}",
    "A Postman request": json.dumps(POSTMAN),
    "recorded by a browser": json.dumps(HAR),
    "HTTP request": f"POST {URL} HTTP/1.1\r\nHost: api.example.com\r\n\r\n{BODY}",
    "Python": f"import requests\nrequests.post('{URL}', data='''{BODY}''')",
    "JavaScript": f"fetch('{URL}', {{method: 'POST', body: JSON.stringify({BODY})}})",
}


def test_every_kind_of_text_becomes_a_draft(page: Page) -> None:
    page.goto(f"{page.origin}/paste/")  # type: ignore[attr-defined]
    for count, (words, text) in enumerate(KINDS.items(), start=1):
        page.locator("#paste_text").fill(text)
        page.get_by_role("button", name="Create draft").click()
        expect(page.locator("#paste_notes")).to_contain_text(words)
        assert Draft.objects.count() == count
    for draft in Draft.objects.all():
        assert json.loads(draft.text)["job_name"] == "Kind"
        assert '"n": 1.10' in draft.text
    page.locator("#paste_text").fill("https://app.example.com/jobs/5f3c?step=step-uid-7")
    page.get_by_role("button", name="Create draft").click()
    expect(page.get_by_text("Where should this step go?")).to_be_visible()
    page.get_by_role("button", name="Add step").click()
    expect(page.locator("#main[data-ready=all]")).to_be_visible()
    assert "step-uid-7" in Draft.objects.order_by("-created_at").first().text  # type: ignore[union-attr]
    assert page.errors == []  # type: ignore[attr-defined]
