"""The life of a practice job: launched, then pending, running and ended as time goes by."""

import re
import uuid
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.utils import timezone

from playground.sandbox.accounts import judge_accounts
from playground.sandbox.models import Job, Repeat
from playground.sandbox.practice import find_workflow
from playground.sandbox.results import count_rows_each, judge_input
from playground.sandbox.sealing import seal, unseal

KEPT_JOBS = 500
KEPT_DAYS = 2
LONGEST_DELAY = 24 * 3600
WISHED_END = re.compile(r"\[job:(finished|completed|shutdown|warning|stopped|paused)\]")
RETRIED = ("pending", "paused", "warning", "shutdown")
END_SENTENCES = {
    "shutdown": "A technical error stopped the job, as its name wishes.",
    "warning": "An input is wrong, as the job's name wishes.",
    "stopped": "Somebody stopped the job, as its name wishes.",
    "paused": "An account needs attention, as the job's name wishes.",
}


def launch(details: dict[str, Any], body: dict[str, Any]) -> Job:
    """Remember a launch whose body was checked; a repeat is remembered by its name as well."""
    now = timezone.now()
    inputs, steps = body.get("inputs") or [], body.get("steps") or []
    failed = sum(1 for row in inputs if judge_input(details, row))
    status, message = _foresee_end(body, steps, failed, len(inputs))
    job = Job.objects.create(
        uid=str(uuid.uuid4()),
        workflow_uid=details["uid"],
        name=body.get("job_name") or details["name"],
        sealed_steps=seal(steps),
        sealed_inputs=seal(inputs),
        number_inputs=len(inputs),
        number_failed=failed,
        number_rows=(max(len(inputs), 1) - failed) * count_rows_each(details, steps),
        end_status=status,
        error_message=message,
        scheduled_at=now,
        started_at=now + timedelta(seconds=_read_delay(body)),
    )
    _remember_repeat(job, body.get("repeat_option"))
    _prune()
    return job


def retry(job: Job) -> None:
    """Start again from now; an end that only the job's name wished for does not come back."""
    steps = unseal(job.sealed_steps)
    job.started_at = timezone.now()
    job.end_status, job.error_message = _foresee_end(
        {}, steps, job.number_failed, job.number_inputs
    )
    job.save(update_fields=["started_at", "end_status", "error_message"])


def tell_status(job: Job, now: datetime | None = None) -> str:
    """`pending`, `running`, then how it ends."""
    age = ((now or timezone.now()) - job.started_at).total_seconds()
    if age < settings.SANDBOX_JOB_PENDING_SECONDS:
        return "pending"
    if age < settings.SANDBOX_JOB_PENDING_SECONDS + settings.SANDBOX_JOB_RUNNING_SECONDS:
        return "running"
    return job.end_status


def describe(job: Job) -> dict[str, Any]:
    """The job as the API shows it."""
    status = tell_status(job)
    ended = status not in ("pending", "running")
    steps = unseal(job.sealed_steps)
    details = find_workflow(job.workflow_uid) or {"name": ""}
    return {
        "uid": job.uid,
        "name": job.name,
        "status": status,
        "workflow_uid": job.workflow_uid,
        "workflow_name": details["name"],
        "step_uid": steps[0].get("step_uid") if steps else None,
        "accounts": [uid for step in steps for uid in step.get("accounts", [])],
        "configuration": steps[0].get("parameters") or {} if steps else {},
        "error_message": (job.error_message or None) if ended else None,
        "number_inputs": job.number_inputs,
        "row_count": count_rows(job),
        "total_row_count": count_rows(job),
        "main_job_uid": job.uid,
        "main_job_name": job.name,
        "scheduled_time": write_time(job.scheduled_at),
        "start_time": None if status == "pending" else write_time(job.started_at),
        "finish_time": write_time(_find_end(job)) if ended else None,
    }


def count_rows(job: Job) -> int:
    """How many rows there are by now: none before it ends, none if it ended badly."""
    return job.number_rows if tell_status(job) in ("finished", "completed") else 0


def write_time(moment: datetime) -> str:
    return timezone.make_naive(moment, timezone.get_default_timezone()).isoformat()


def _find_end(job: Job) -> datetime:
    seconds = settings.SANDBOX_JOB_PENDING_SECONDS + settings.SANDBOX_JOB_RUNNING_SECONDS
    return job.started_at + timedelta(seconds=seconds)


def _foresee_end(
    body: dict[str, Any], steps: list[dict[str, Any]], failed: int, count: int
) -> tuple[str, str]:
    wished = WISHED_END.search(body.get("job_name") or "")
    if wished:
        return wished[1], END_SENTENCES.get(wished[1], "")
    trouble = judge_accounts([uid for step in steps for uid in step.get("accounts", [])])
    if trouble:
        return "paused", trouble
    if failed and failed == count:
        return "warning", f"All inputs failed ({count})."
    return "finished", f"{failed} of {count} inputs failed." if failed else ""


def _read_delay(body: dict[str, Any]) -> float:
    delay = body.get("delay") or 0
    return min(max(float(delay), 0), LONGEST_DELAY) if isinstance(delay, int | float) else 0


def _remember_repeat(job: Job, option: dict[str, Any] | None) -> None:
    if not option:
        return
    Repeat.objects.create(
        job_name=job.name,
        workflow_uid=job.workflow_uid,
        unit=option["type"],
        interval=min(option["value"], 10**9),
        created_at=job.scheduled_at,
    )


def _prune() -> None:
    """Forget what is old or too much; jobs carry inputs, and nobody looks for them any more."""
    Job.objects.filter(scheduled_at__lt=timezone.now() - timedelta(days=KEPT_DAYS)).delete()
    for model in (Job, Repeat):
        newest = model.objects.order_by("-pk").values_list("pk", flat=True)
        last_kept = newest[KEPT_JOBS : KEPT_JOBS + 1].first()
        if last_kept is not None:
            model.objects.filter(pk__lte=last_kept).delete()
