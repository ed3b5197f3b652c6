"""The operations of the HTTP API that send a batch: start, pause, resume, stop, retry, decide."""

from __future__ import annotations

import uuid
from typing import Any

from django.http import HttpRequest
from ninja import Router
from ninja.errors import HttpError

from playground.api.authentication import Bearer, get_person
from playground.api.batch_schemas import (
    BatchState,
    Confirmed,
    DecisionInput,
    RetryInput,
    StartInput,
)
from playground.api.schemas import SAVE
from playground.batches import running
from playground.batches.access import get_batch, may_run, may_stop
from playground.batches.ending import describe_batch
from playground.batches.models import Batch
from playground.people.models import Person

router = Router()
SENDING: Any = {"auth": Bearer("send"), "openapi_extra": {"x-scope": "send"}}


@router.post("/{batch_id}/start", response={200: BatchState, **SAVE}, **SENDING)
def start_sending(request: HttpRequest, batch_id: uuid.UUID, body: StartInput) -> Any:
    """Send the good rows, or with `trial` the first request only.

    Only once: for a batch that was started before, this changes nothing and returns its state.
    """
    person = get_person(request)
    batch = get_own(person, batch_id)
    if batch.state in (Batch.State.DRAFT, Batch.State.CHECKING, Batch.State.CHECKED):
        batch = running.start(person, batch.pk, body.confirm, body.trial)
    return describe_batch(batch)


@router.post("/{batch_id}/pause", response={200: BatchState, **SAVE}, **SENDING)
def pause_sending(request: HttpRequest, batch_id: uuid.UUID) -> Any:
    """Send no more for now; requests under way finish."""
    person = get_person(request)
    return describe_batch(running.pause(person, get_stoppable(person, batch_id).pk))


@router.post("/{batch_id}/resume", response={200: BatchState, **SAVE}, **SENDING)
def resume_sending(request: HttpRequest, batch_id: uuid.UUID, body: Confirmed) -> Any:
    """Go on after a pause or a stop."""
    person = get_person(request)
    return describe_batch(running.resume(person, get_own(person, batch_id).pk, body.confirm))


@router.post("/{batch_id}/stop", response={200: BatchState, **SAVE}, **SENDING)
def stop_sending(request: HttpRequest, batch_id: uuid.UUID) -> Any:
    """End the batch with its waiting rows unsent; requests under way finish."""
    person = get_person(request)
    return describe_batch(running.stop(person, get_stoppable(person, batch_id).pk))


@router.post("/{batch_id}/retry", response={200: BatchState, **SAVE}, **SENDING)
def retry_sending(request: HttpRequest, batch_id: uuid.UUID, body: RetryInput) -> Any:
    """Send what was refused or not sent once more; only once for each `press`.

    Unknown requests stay unknown: decide about them.
    """
    person = get_person(request)
    batch = get_own(person, batch_id)
    return describe_batch(running.retry_failed(person, batch.pk, body.confirm, body.press))


@router.post("/{batch_id}/decide", response={200: BatchState, **SAVE}, **SENDING)
def decide_unknown(request: HttpRequest, batch_id: uuid.UUID, body: DecisionInput) -> Any:
    """Send unknown requests again or mark them as done, some or all; only once for each `press`.

    Look first whether they have arrived: those that are sent again may arrive twice.
    """
    person = get_person(request)
    batch = get_own(person, batch_id)
    requests = None if body.requests == "all" else body.requests
    is_again = body.action == "send-again"
    found = running.decide(person, batch.pk, requests, is_again, body.confirm, body.press)
    return describe_batch(found)


def get_own(person: Person, batch_id: uuid.UUID) -> Batch:
    """The batch, if this person made it. Raises HttpError, Batch.DoesNotExist."""
    batch = get_batch(person, batch_id)
    if not may_run(person, batch):
        raise HttpError(403, "Only the person who made this batch can change or send it.")
    return batch


def get_stoppable(person: Person, batch_id: uuid.UUID) -> Batch:
    """The batch, if this person may stop it. Raises HttpError, Batch.DoesNotExist."""
    batch = get_batch(person, batch_id)
    if not may_stop(person, batch):
        raise HttpError(403, "Only the person who made this batch or an owner can do that.")
    return batch
