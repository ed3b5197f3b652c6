"""The practice API of Captain Data v3: workflows, launches, jobs and accounts."""

import hashlib
from datetime import UTC, datetime
from typing import Any

from django.http import HttpRequest, HttpResponse

from playground.sandbox import accounts, jobs, practice
from playground.sandbox.answers import Refusal, answer_json
from playground.sandbox.authentication import check_key
from playground.sandbox.bodies import is_json
from playground.sandbox.models import Job, Repeat
from playground.sandbox.results import count_rows_each, judge_input, make_rows
from playground.sandbox.sealing import unseal
from playground.sandbox.serving import Api, Asked
from playground.sandbox.validation import check_account, check_launch

ACCOUNTS_PAGE = 10
JOBS_PAGE = 50
RESULTS_PAGE = 1000
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


def refuse(refusal: Refusal, asked: Asked) -> HttpResponse:
    reference = hashlib.sha256(refusal.message.encode()).hexdigest()
    body = {
        "error_label": LABELS.get(refusal.status, "SERVER_ERROR"),
        "error_scope": refusal.scope,
        "error_ref": f"ERR-{int(reference[:8], 16) % 100000:05d}",
        "message": refusal.message,
        "status_code": refusal.status,
        "params": {"field": refusal.pointer} if refusal.pointer else {},
    }
    return answer_json(body, refusal.status)


def authenticate(asked: Asked) -> None:
    check_key(asked.request)


API = Api(authenticate, refuse)


def show_workspace(asked: Asked) -> HttpResponse:
    now = datetime.now(UTC)
    start = datetime(now.year, now.month, 1)
    end = datetime(now.year + now.month // 12, now.month % 12 + 1, 1)
    return answer_json(
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


def list_workflows(asked: Asked) -> HttpResponse:
    return answer_json(practice.list_entries())


def show_details(asked: Asked, workflow_uid: str) -> HttpResponse:
    return answer_json(_find_workflow(workflow_uid))


def launch_workflow(asked: Asked, workflow_uid: str) -> HttpResponse:
    details = _find_workflow(workflow_uid)
    body = _read_body(asked)
    check_launch(asked.body, details)
    job = jobs.launch(details, body)
    return answer_json(
        {
            "workflow": practice.describe_workflow(details),
            "message": "Bot successfully scheduled.",
            "job_uid": job.uid,
        }
    )


def list_jobs(asked: Asked, workflow_uid: str) -> HttpResponse:
    start = _read_page(asked.request, first=0) * JOBS_PAGE
    found = Job.objects.filter(workflow_uid=_find_workflow(workflow_uid)["uid"]).order_by("-pk")
    return answer_json([jobs.describe(job) for job in found[start : start + JOBS_PAGE]])


def show_last_results(asked: Asked, workflow_uid: str) -> HttpResponse:
    found = Job.objects.filter(workflow_uid=_find_workflow(workflow_uid)["uid"])
    job = found.order_by("-pk").first()
    if job is None:
        raise Refusal(404, "This workflow has no job yet.")
    return show_results(asked, job.uid)


def show_job(asked: Asked, job_uid: str) -> HttpResponse:
    return answer_json(jobs.describe(_find_job(job_uid)))


def show_results(asked: Asked, job_uid: str) -> HttpResponse:
    job = _find_job(job_uid)
    page = _read_page(asked.request, first=1)
    start, total = (page - 1) * RESULTS_PAGE, jobs.count_rows(job)
    details, inputs = _find_workflow(job.workflow_uid), unseal(job.sealed_inputs)
    working = [row for row in inputs if not judge_input(details, row)] if inputs else [{}]
    each = count_rows_each(details, unseal(job.sealed_steps))
    rows = list(make_rows(details, working, each, start, RESULTS_PAGE)) if start < total else []
    return answer_json({"results": rows, "paging": _make_paging(asked.request, page, total)})


def show_inputs(asked: Asked, job_uid: str) -> HttpResponse:
    job = _find_job(job_uid)
    page = _read_page(asked.request, first=1)
    start, details = (page - 1) * RESULTS_PAGE, _find_workflow(job.workflow_uid)
    status = jobs.tell_status(job)
    rows = unseal(job.sealed_inputs)[start : start + RESULTS_PAGE]
    found = [_describe_input(row, judge_input(details, row), status) for row in rows]
    paging = _make_paging(asked.request, page, job.number_inputs)
    return answer_json({"inputs": found, "paging": paging})


def retry_job(asked: Asked, job_uid: str) -> HttpResponse:
    job = _find_job(job_uid)
    status = jobs.tell_status(job)
    if status not in jobs.RETRIED:
        raise Refusal(400, f"A job that is {status} cannot be retried.")
    jobs.retry(job)
    return answer_json({"message": "Job successfully retried.", "job_uid": job.uid})


def delete_repeat(asked: Asked, **fields: str) -> HttpResponse:
    """By job name, which may be any text: everything behind `/jobs/`, slashes included."""
    job_name = asked.request.path.partition("/jobs/")[2]
    deleted, _ = Repeat.objects.filter(job_name=job_name).delete()
    if not deleted:
        raise Refusal(404, f"No schedule has the job name {job_name[:200]!r}.")
    return answer_json({"message": "Schedule deleted."})


def list_accounts(asked: Asked, integration: str) -> HttpResponse:
    found = _find_integration(integration)
    start = _read_page(asked.request, first=0) * ACCOUNTS_PAGE
    everyone = accounts.list_accounts(found)
    with_limits = asked.request.GET.get("stats", "true").lower() != "false"
    shown = [
        accounts.describe_account(one, found)
        | ({"limits": accounts.describe_limits(one, found)} if with_limits else {})
        for one in everyone[start : start + ACCOUNTS_PAGE]
    ]
    return answer_json(
        {
            "integration": {"uid": found.slug, "title": found.title},
            "accounts": shown,
            "next_page_exist": start + ACCOUNTS_PAGE < len(everyone),
            "number_total_acounts": len(everyone),  # misspelt in the real API, too
        }
    )


def update_account(asked: Asked, integration: str) -> HttpResponse:
    found = _find_integration(integration)
    body = _read_body(asked)
    check_account(asked.body)
    account: dict[str, Any] = body["account"]
    renewed = accounts.renew_account(found, account)
    if renewed is None:
        raise Refusal(404, f"{found.title} has no account {account['uid'][:60]!r}.")
    word = "updated" if account.get("uid") else "added"
    shown = accounts.describe_account(renewed, found)
    del shown["cookies"]
    return answer_json({"message": f"Account {word}.", "account": shown})


def say_unknown(asked: Asked, **fields: str) -> HttpResponse:
    raise Refusal(404, f"There is nothing at {asked.request.path[:200]}.")


def _read_body(asked: Asked) -> dict[str, Any]:
    if not is_json(asked.request.headers.get("Content-Type", "")):
        raise Refusal(415, "Send the header Content-Type: application/json.")
    return asked.document


def _find_workflow(uid: str) -> dict[str, Any]:
    found = practice.find_workflow(uid)
    if found is None:
        raise Refusal(404, f"There is no workflow {uid[:60]!r}.")
    return found


def _find_job(uid: str) -> Job:
    found = Job.objects.filter(uid=uid).first()
    if found is None:
        raise Refusal(404, f"There is no job {uid[:60]!r}.")
    return found


def _find_integration(slug: str) -> practice.PracticeIntegration:
    found = practice.practice_integrations().get(slug)
    if found is None:
        raise Refusal(404, f"There is no integration {slug[:60]!r}.")
    return found


def _read_page(request: HttpRequest, first: int) -> int:
    said = request.GET.get("page", str(first))
    if not (said.isascii() and said.isdigit()) or len(said) > 9 or int(said) < first:
        raise Refusal(400, f"page has to be a whole number from {first}.", "param", "page")
    return int(said)


def _make_paging(request: HttpRequest, page: int, total: int) -> dict[str, Any]:
    more = page * RESULTS_PAGE < total
    address = request.build_absolute_uri(request.path)
    return {
        "previous": f"{address}?page={page - 1}" if page > 1 else None,
        "next": f"{address}?page={page + 1}" if more else None,
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
