"""Jobs of the sandbox: launched, then pending, running and ended as time passes; results."""

import hashlib
import re
import uuid
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.utils import timezone

from playground.sandbox.accounts import validate_accounts
from playground.sandbox.models import SandboxJob, SandboxRepeat, encrypt_json
from playground.sandbox.practice import find_workflow_details

# Jobs contain inputs, and are of no use after a day or two.
MOST_STORED = 500
DAYS_STORED = 2
LONGEST_DELAY = 24 * 3600
MOST_ROWS_PER_INPUT = 2500
REQUESTED_END = re.compile(r"\[job:(finished|completed|shutdown|warning|stopped|paused)\]")
RETRIABLE = ("pending", "paused", "warning", "shutdown")
SUCCESSFUL = ("finished", "completed")
END_MESSAGES = {
    "shutdown": "A technical error stopped the job, as its name requests.",
    "warning": "An input is invalid, as the job's name requests.",
    "stopped": "Someone stopped the job, as its name requests.",
    "paused": "An account needs attention, as the job's name requests.",
}
FIRST_NAMES = ("Ada", "Omar", "Chloé", "Kenta", "Zofia", "Nia", "Mateo", "Ingrid", "Ravi", "Lena")
LAST_NAMES = ("Lovelace", "Haddad", "Moreau", "Sato", "Kowalska", "Okafor", "Silva", "Berg", "Rao")
COMPANIES = ("Analytical", "Northwind", "Blue Harbour", "Fern & Co", "Kitsune Labs", "Olive Press")
TITLES = ("Head of Sales", "Data Engineer", "Founder", "Marketing Lead", "Product Manager")
PLACES = ("London", "Paris", "Kraków", "Nairobi", "Osaka", "São Paulo", "Oslo", "Pune")


def launch(details: dict[str, Any], body: dict[str, Any]) -> SandboxJob:
    """Store a launch whose body was checked, and its repeat if it has one."""
    now = timezone.now()
    inputs, steps = body.get("inputs") or [], body.get("steps") or []
    failed = sum(1 for row in inputs if validate_input(details, row))
    # The end is decided now, so that a later change of an account doesn't rewrite history.
    status, message = _decide_end(body.get("job_name") or "", steps, failed, len(inputs))
    delay = body.get("delay") or 0
    delay = min(max(float(delay), 0), LONGEST_DELAY) if isinstance(delay, int | float) else 0
    job = SandboxJob.objects.create(
        uid=str(uuid.uuid4()),
        workflow_uid=details["uid"],
        name=body.get("job_name") or details["name"],
        sealed_steps=encrypt_json(steps),
        sealed_inputs=encrypt_json(inputs),
        number_inputs=len(inputs),
        number_failed=failed,
        number_rows=(max(len(inputs), 1) - failed) * count_rows_per_input(details, steps),
        end_status=status,
        error_message=message,
        scheduled_at=now,
        started_at=now + timedelta(seconds=delay),
    )
    if repeat := body.get("repeat_option"):
        SandboxRepeat.objects.create(
            job_name=job.name,
            workflow_uid=job.workflow_uid,
            unit=repeat["type"],
            interval=min(repeat["value"], 10**9),
            created_at=now,
        )
    _delete_old()
    return job


def retry(job: SandboxJob) -> None:
    """Start again now; an end that only the job's name requested doesn't repeat."""
    job.started_at = timezone.now()
    end = _decide_end("", job.steps, job.number_failed, job.number_inputs)
    job.end_status, job.error_message = end
    job.save(update_fields=["started_at", "end_status", "error_message"])


def find_status(job: SandboxJob) -> str:
    """`pending`, `running`, then how the job ends."""
    age = (timezone.now() - job.started_at).total_seconds()
    if age < settings.SANDBOX_JOB_PENDING_SECONDS:
        return "pending"
    return "running" if age < _seconds_to_end() else job.end_status


def describe_job(job: SandboxJob) -> dict[str, Any]:
    """The job as the API shows it."""
    status, steps, rows = find_status(job), job.steps, count_rows(job)
    has_ended = status not in ("pending", "running")
    details = find_workflow_details(job.workflow_uid) or {"name": ""}
    ended_at = job.started_at + timedelta(seconds=_seconds_to_end())
    return {
        "uid": job.uid,
        "name": job.name,
        "status": status,
        "workflow_uid": job.workflow_uid,
        "workflow_name": details["name"],
        "step_uid": steps[0].get("step_uid") if steps else None,
        "accounts": [uid for step in steps for uid in step.get("accounts", [])],
        "configuration": steps[0].get("parameters") or {} if steps else {},
        "error_message": (job.error_message or None) if has_ended else None,
        "number_inputs": job.number_inputs,
        "row_count": rows,
        "total_row_count": rows,
        "main_job_uid": job.uid,
        "main_job_name": job.name,
        "scheduled_time": _format_time(job.scheduled_at),
        "start_time": None if status == "pending" else _format_time(job.started_at),
        "finish_time": _format_time(ended_at) if has_ended else None,
    }


def count_rows(job: SandboxJob) -> int:
    """How many result rows there are so far: none if the job ends badly."""
    return int(job.number_rows * find_share(job)) if job.end_status in SUCCESSFUL else 0


def find_share(job: SandboxJob) -> float:
    """How much of the job is done: 0 while it is pending, then up to 1."""
    age = (timezone.now() - job.started_at).total_seconds()
    if age >= _seconds_to_end():
        return 1.0
    running = age - settings.SANDBOX_JOB_PENDING_SECONDS
    # Jobs that run for no time at all go from pending to their end.
    return running / settings.SANDBOX_JOB_RUNNING_SECONDS if running > 0 else 0.0


def _format_time(moment: datetime) -> str:
    # The API's times have no time zone.
    return timezone.make_naive(moment, timezone.get_default_timezone()).isoformat()


def _seconds_to_end() -> float:
    seconds: float = settings.SANDBOX_JOB_PENDING_SECONDS + settings.SANDBOX_JOB_RUNNING_SECONDS
    return seconds


def _decide_end(
    job_name: str, steps: list[dict[str, Any]], failed: int, count: int
) -> tuple[str, str]:
    """The status the job will end with, and its error message."""
    requested = REQUESTED_END.search(job_name)
    if requested:
        return requested[1], END_MESSAGES.get(requested[1], "")
    message = validate_accounts([uid for step in steps for uid in step.get("accounts", [])])
    if message:
        return "paused", message
    if failed and failed == count:
        return "warning", f"All inputs failed ({count})."
    return "finished", f"{failed} of {count} inputs failed." if failed else ""


def _delete_old() -> None:
    SandboxJob.objects.filter(
        scheduled_at__lt=timezone.now() - timedelta(days=DAYS_STORED)
    ).delete()
    for model in (SandboxJob, SandboxRepeat):
        newest = model.objects.order_by("-pk").values_list("pk", flat=True)
        last = newest[MOST_STORED : MOST_STORED + 1].first()
        if last is not None:
            model.objects.filter(pk__lte=last).delete()


# Inputs


def validate_input(details: dict[str, Any], row: dict[str, Any]) -> str:
    """Why an input fails; empty if it works."""
    if any(isinstance(value, str) and "fail" in value.lower() for value in row.values()):
        return "This input failed because it contains the word “fail”."
    missing = [
        name
        for name, key in find_input_keys(details).items()
        if key["required"] and not any(row.get(each) for each in [name, *key["variations"]])
    ]
    return f"Missing: {', '.join(missing)}." if missing else ""


def find_input_keys(details: dict[str, Any]) -> dict[str, Any]:
    """The input keys of a workflow by name."""
    # Those of the first step: the other steps get theirs from the one before.
    steps = details["steps"]
    keys: dict[str, Any] = steps[0]["input_schema"] if steps else {}
    return keys


def count_rows_per_input(details: dict[str, Any], steps: list[dict[str, Any]]) -> int:
    """How many rows one input gives: `max_results` of the first step that has it, else one."""
    sent = {step.get("step_uid"): step.get("parameters") or {} for step in steps}
    for step in details["steps"]:
        values = step["parameters_schema"]["properties"] | sent.get(step["step_uid"], {})
        most = values.get("max_results")
        is_whole = isinstance(most, int) or (isinstance(most, float) and most.is_integer())
        if is_whole and not isinstance(most, bool):
            return max(0, min(int(most), MOST_ROWS_PER_INPUT))
    return 1


# Results: made up from the input, so that the same input always gives the same rows


def make_rows(
    details: dict[str, Any], inputs: list[dict[str, Any]], per_input: int, start: int, count: int
) -> Iterator[dict[str, Any]]:
    """Rows `start` to `start + count` of the results of these inputs."""
    columns = [name for step in details["steps"][-1:] for name in step["output_schema"]]
    for index in range(start, min(start + count, len(inputs) * per_input)):
        source = inputs[index // per_input]
        seed = f"{sorted(map(str, source.items()))}{index}"
        yield _make_row(columns, source, hashlib.sha256(seed.encode()).digest())


def _make_row(columns: list[str], source: dict[str, Any], digest: bytes) -> dict[str, Any]:
    number = int.from_bytes(digest[5:9], "big")
    person = _make_person(source, digest, number)
    row = {name: person.get(name, _guess_value(name, number)) for name in columns}
    known = {key: value for key, value in source.items() if key in columns or key == "meta"}
    return row | known


def _make_person(source: dict[str, Any], digest: bytes, number: int) -> dict[str, Any]:
    names = (FIRST_NAMES, LAST_NAMES, COMPANIES, TITLES, PLACES)
    first, last, company, title, place = (n[digest[i] % len(n)] for i, n in enumerate(names))
    # A profile's URL often contains the name: /in/ada-lovelace.
    found = re.search(r"/in/([a-z]{1,40})-([a-z]{1,40})\b", str(source.get("linkedin_profile_url")))
    if found:
        first, last = found[1].title(), found[2].title()
    else:
        first = str(source.get("first_name", first))
        last = str(source.get("last_name", last))
    company = str(source.get("company_name", company))
    slug, domain = _slug(f"{first}-{last}"), f"{_slug(company)}.example"
    return {
        "first_name": first,
        "last_name": last,
        "company_name": company,
        "job_title": title,
        "location": place,
        "full_name": f"{first} {last}",
        "headline": f"{title} at {company}",
        "email": f"{slug.replace('-', '.')}@{domain}",
        "email_status": ("valid", "valid", "catch_all")[number % 3],
        "score": number % 100 / 100,
        "website": f"https://www.{domain}/",
        "skills": ["Writing", "Statistics", "日本語"][: number % 4],
        "viewed": number % 2 == 0,
        "connection_degree": number % 3 + 1,
        "linkedin_profile_url": f"https://www.linkedin.com/in/{slug}/",
        "invitation_status": "sent",
        "post_text": f"What I learned in my {number % 9 + 2} years as {title} …",
    }


def _guess_value(name: str, number: int) -> Any:
    """A plausible value by the name of its column, or None."""
    if name.endswith("_url"):
        return f"https://www.linkedin.com/{name.removesuffix('_url')}/{number}"
    if name.endswith("_at") or name.startswith("tenure_"):
        return f"20{10 + number % 15}-{number % 12 + 1:02d}-{number % 28 + 1:02d}"
    if name.startswith("number_") or name.endswith(("_id", "_length")):
        return number % 5000
    return None


def _slug(text: str) -> str:
    plain = "".join(char if char.isascii() and char.isalnum() else "-" for char in text.lower())
    return re.sub("-+", "-", plain).strip("-") or "x"
