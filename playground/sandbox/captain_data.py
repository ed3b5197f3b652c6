"""The sandbox's Captain Data v3: workflows, launches, jobs and accounts."""

import hashlib
from datetime import UTC, datetime
from typing import Any

from django.http import HttpRequest, HttpResponse

from playground.sandbox import accounts, jobs, practice
from playground.sandbox.bodies import (
    ApiError,
    check_account,
    check_launch,
    is_json,
    respond_json,
)
from playground.sandbox.models import SandboxJob, SandboxRepeat
from playground.sandbox.serving import SandboxApi, SandboxRequest

ACCOUNTS_PAGE = 10
JOBS_PAGE = 50
RESULTS_PAGE = 1000
KEY_HEADER = "x-api-key"
LABELS = {
    400: "INVALID_INPUT",
    401: "UNAUTHORIZED",
    403: "FORBIDDEN",
    404: "NOT_FOUND",
    405: "METHOD_NOT_ALLOWED",
    413: "PAYLOAD_TOO_LARGE",
    415: "UNSUPPORTED_MEDIA_TYPE",
    429: "RATE_LIMITED",
}


def write_error(error: ApiError, request: SandboxRequest) -> HttpResponse:
    # Derived from the message, so that the same error always has the same reference.
    reference = hashlib.sha256(error.message.encode()).hexdigest()
    body = {
        "error_label": LABELS.get(error.status, "SERVER_ERROR"),
        "error_scope": error.scope,
        "error_ref": f"ERR-{int(reference[:8], 16) % 100000:05d}",
        "message": error.message,
        "status_code": error.status,
        "params": {"field": error.pointer} if error.pointer else {},
    }
    return respond_json(body, error.status)


def authenticate(request: SandboxRequest) -> None:
    """`Authorization: x-api-key KEY` or `x-api-key: KEY`, and `x-project-id`."""
    headers = request.http.headers
    scheme, _, key = headers.get("Authorization", "").strip().partition(" ")
    if scheme.lower() != KEY_HEADER:
        key = headers.get(KEY_HEADER, "")
    if not key.strip():
        raise ApiError(401, "The API key is missing. Send it in the header x-api-key.", "auth")
    if key.strip() != practice.PRACTICE_KEY:
        raise ApiError(401, "The API key is wrong.", "auth")
    workspace = headers.get("x-project-id", "").strip()
    if not workspace:
        message = "The workspace is missing. Send its UID in the header x-project-id."
        raise ApiError(401, message, "auth")
    if workspace != practice.PRACTICE_WORKSPACE:
        raise ApiError(403, "The API key doesn't belong to this workspace.", "auth")


API = SandboxApi(authenticate, write_error)


def show_workspace(request: SandboxRequest) -> HttpResponse:
    # Times without a zone, as everywhere in this API.
    now = datetime.now(UTC)
    start = datetime(now.year, now.month, 1)
    end = datetime(now.year + now.month // 12, now.month % 12 + 1, 1)
    return respond_json(
        {
            "name": "Practice workspace",
            "email": "practice@example.com",
            "plan_name": "practice",
            "current_month_start": start.isoformat(),
            "current_month_end": end.isoformat(),
            "tasks_left": 9000,
            "tasks_max": 10000,
            "tasks_used": 1000,
        }
    )


def list_workflows(request: SandboxRequest) -> HttpResponse:
    return respond_json(practice.list_entries())


def show_details(request: SandboxRequest, workflow_uid: str) -> HttpResponse:
    return respond_json(_find_workflow(workflow_uid))


def launch_workflow(request: SandboxRequest, workflow_uid: str) -> HttpResponse:
    details = _find_workflow(workflow_uid)
    body = _read_body(request)
    check_launch(request.body, details)
    job = jobs.launch(details, body)
    return respond_json(
        {
            "workflow": practice.describe_workflow(details),
            "message": "Bot successfully scheduled.",
            "job_uid": job.uid,
        }
    )


def list_jobs(request: SandboxRequest, workflow_uid: str) -> HttpResponse:
    start = _read_page(request.http, first=0) * JOBS_PAGE
    found = SandboxJob.objects.filter(workflow_uid=_find_workflow(workflow_uid)["uid"]).order_by(
        "-pk"
    )
    return respond_json([jobs.describe_job(job) for job in found[start : start + JOBS_PAGE]])


def show_last_results(request: SandboxRequest, workflow_uid: str) -> HttpResponse:
    found = SandboxJob.objects.filter(workflow_uid=_find_workflow(workflow_uid)["uid"])
    job = found.order_by("-pk").first()
    if job is None:
        raise ApiError(404, "This workflow has no jobs yet.")
    return show_results(request, job.uid)


def show_job(request: SandboxRequest, job_uid: str) -> HttpResponse:
    return respond_json(jobs.describe_job(_find_job(job_uid)))


def show_results(request: SandboxRequest, job_uid: str) -> HttpResponse:
    job = _find_job(job_uid)
    page = _read_page(request.http, first=1)
    start, total = (page - 1) * RESULTS_PAGE, jobs.count_rows(job)
    details, inputs = _find_workflow(job.workflow_uid), job.inputs
    # A workflow without inputs runs once, as with one empty row.
    working = [row for row in inputs if not jobs.validate_input(details, row)] if inputs else [{}]
    per_input = jobs.count_rows_per_input(details, job.steps)
    rows = jobs.make_rows(details, working, per_input, start, RESULTS_PAGE) if start < total else ()
    return respond_json({"results": list(rows), "paging": _make_paging(request.http, page, total)})


def show_inputs(request: SandboxRequest, job_uid: str) -> HttpResponse:
    job = _find_job(job_uid)
    page = _read_page(request.http, first=1)
    start, details = (page - 1) * RESULTS_PAGE, _find_workflow(job.workflow_uid)
    status, done = jobs.find_status(job), int(job.number_inputs * jobs.find_share(job))
    rows = job.inputs[start : start + RESULTS_PAGE]
    found = [
        _describe_input(row, jobs.validate_input(details, row), "" if place < done else status)
        for place, row in enumerate(rows, start)
    ]
    paging = _make_paging(request.http, page, job.number_inputs)
    return respond_json({"inputs": found, "paging": paging})


def retry_job(request: SandboxRequest, job_uid: str) -> HttpResponse:
    job = _find_job(job_uid)
    status = jobs.find_status(job)
    if status not in jobs.RETRIABLE:
        raise ApiError(400, f"A {status} job can't be retried.")
    jobs.retry(job)
    return respond_json({"message": "Job successfully retried.", "job_uid": job.uid})


def delete_repeat(request: SandboxRequest, **fields: str) -> HttpResponse:
    # A job name may be any text: it is everything after `/jobs/`, slashes included.
    job_name = request.http.path.partition("/jobs/")[2]
    deleted, _ = SandboxRepeat.objects.filter(job_name=job_name).delete()
    if not deleted:
        raise ApiError(404, f"No schedule is named {job_name[:200]!r}.")
    return respond_json({"message": "Schedule deleted."})


def list_accounts(request: SandboxRequest, integration: str) -> HttpResponse:
    found = _find_integration(integration)
    # The real API counts pages of accounts and jobs from 0, those of results from 1.
    start = _read_page(request.http, first=0) * ACCOUNTS_PAGE
    listed = accounts.load_accounts(found)
    with_limits = request.http.GET.get("stats", "true").lower() != "false"
    shown = [
        accounts.describe_account(each, found)
        | ({"limits": accounts.describe_limits(each, found)} if with_limits else {})
        for each in listed[start : start + ACCOUNTS_PAGE]
    ]
    return respond_json(
        {
            "integration": {"uid": found.slug, "title": found.title},
            "accounts": shown,
            "next_page_exist": start + ACCOUNTS_PAGE < len(listed),
            "number_total_acounts": len(listed),  # misspelt in the real API, too
        }
    )


def update_account(request: SandboxRequest, integration: str) -> HttpResponse:
    found = _find_integration(integration)
    body = _read_body(request)
    check_account(request.body)
    account: dict[str, Any] = body["account"]
    saved = accounts.save_account(found, account)
    if saved is None:
        raise ApiError(404, f"{found.title} has no account {account['uid'][:60]!r}.")
    word = "updated" if account.get("uid") else "added"
    shown = accounts.describe_account(saved, found)
    # Credentials are write-only here as in the product.
    del shown["cookies"]
    return respond_json({"message": f"Account {word}.", "account": shown})


def reject_unknown_path(request: SandboxRequest, **fields: str) -> HttpResponse:
    raise ApiError(404, f"Not found: {request.http.path[:200]}.")


def _read_body(request: SandboxRequest) -> dict[str, Any]:
    if not is_json(request.http.headers.get("Content-Type", "")):
        raise ApiError(415, "Send the header Content-Type: application/json.")
    return request.document


def _find_workflow(uid: str) -> dict[str, Any]:
    found = practice.find_workflow_details(uid)
    if found is None:
        raise ApiError(404, f"No workflow has the UID {uid[:60]!r}.")
    return found


def _find_job(uid: str) -> SandboxJob:
    found = SandboxJob.objects.filter(uid=uid).first()
    if found is None:
        raise ApiError(404, f"No job has the UID {uid[:60]!r}.")
    return found


def _find_integration(slug: str) -> practice.PracticeIntegration:
    found = practice.load_integrations().get(slug)
    if found is None:
        raise ApiError(404, f"Unknown integration {slug[:60]!r}.")
    return found


def _read_page(request: HttpRequest, first: int) -> int:
    given = request.GET.get("page", str(first))
    # isdigit() alone accepts digits of other scripts; nine digits keep offsets in range.
    if not (given.isascii() and given.isdigit()) or len(given) > 9 or int(given) < first:
        message = f"page must be a whole number of at least {first}."
        raise ApiError(400, message, "param", "page")
    return int(given)


def _make_paging(request: HttpRequest, page: int, total: int) -> dict[str, Any]:
    more = page * RESULTS_PAGE < total
    url = request.build_absolute_uri(request.path)
    return {
        "previous": f"{url}?page={page - 1}" if page > 1 else None,
        "next": f"{url}?page={page + 1}" if more else None,
        "have_next_page": more,
    }


def _describe_input(row: dict[str, Any], fault: str, status: str) -> dict[str, Any]:
    if status in ("pending", "running"):
        return {"input": row, "status": status, "error_message": None}
    return {
        "input": row,
        "status": "failed" if fault else "finished",
        "error_message": fault or None,
    }
