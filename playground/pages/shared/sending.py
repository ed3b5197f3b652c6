"""Checking what a guest typed, sending it, and following what became of it."""

from __future__ import annotations

import re
import uuid

from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST, require_safe

from playground.calls.values import Outcome
from playground.drafts.assignments import AssignmentError
from playground.history.models import Exchange
from playground.openapi.operations import UnknownOperation, get_operation
from playground.pages.job_states import LABELS
from playground.pages.parameters import read_submission, read_tries
from playground.pages.replies import view_reply
from playground.pages.responses import poll_delay
from playground.pages.shared.access import is_unlocked, share_link_view
from playground.pages.shared.form import SharedForm
from playground.payload_templates.models import LinkKind, LinkSend, ShareLink
from playground.payload_templates.share_links import (
    count_sends_left,
    release_send,
    reserve_send,
)
from playground.people import rate_limits
from playground.people.audit import address_of
from playground.sending.jobs import Job, poll_job
from playground.sending.submission import (
    Blocked,
    find_submitted,
    submit_plan,
    wait_for_exchange,
)
from playground.workspace.models import Connection

# Each pause in typing checks the payload: fewer than people make, as anyone can ask.
CHECK_RATE = rate_limits.RateLimit("share check", 120, 60)
SEND_WAIT = 1.0
# Jobs can take hours, so polling slows down.
JOB_DELAYS, MAX_JOB_DELAY = (2, 2, 3, 5, 5, 10, 10, 20), 60
# A send that failed for one of these reasons has a message without names of this installation.
PLAIN_FAILURES = frozenset({"cancelled", "pool-full", "stopping"})
HOST_PARAMS = ("host", "source", "target")
URL = re.compile(r"https?://[^\s\"<>)]+")


@require_POST
@share_link_view
def check_shared(request: HttpRequest, link: ShareLink, token: str) -> HttpResponse:
    """The preview and the problems of what was typed, as JSON. Nothing is stored."""
    _require_sending(request, link)
    if seconds := CHECK_RATE.seconds_to_wait(address_of(request)):
        return JsonResponse({"wait": seconds})
    form = SharedForm(link, request.POST.dict())
    problems = {each.id: [each.severity, each.problem] for each in form.fields}
    return JsonResponse({"text": form.shown_text, "problems": problems, "other": form.other})


def _require_sending(request: HttpRequest, link: ShareLink) -> None:
    if link.kind != LinkKind.FILL or not is_unlocked(request, link):
        raise Http404


@require_POST
@share_link_view
def send_shared(request: HttpRequest, link: ShareLink, token: str) -> HttpResponse:
    """Fill in and send, once per submission, through the connection that the link allows."""
    _require_sending(request, link)
    reload = _("Reload the page and send again.")
    submission = read_submission(request)
    if submission is None:
        raise Http404(reload)
    form = SharedForm(link, request.POST.dict())
    try:
        plan = form.plan
    except (AssignmentError, UnknownOperation):
        return _refuse(request, form.refusal, form)
    if LinkSend.objects.filter(link=link, submission=submission).exists():
        # The first verdict, or a rejection if this submission was sent with other values.
        sent = find_submitted(link.person, plan, submission)
        if isinstance(sent, Blocked):
            return _refuse(request, sent.message, form)
        return _show_outcome(request, link, token, submission, form)
    # A submission of another link or page: its exchange isn't this visitor's to see.
    if Exchange.objects.filter(submission=submission).exists():
        return _refuse(request, reload, form)
    if form.refusal:
        return _refuse(request, form.refusal, form)
    if message := reserve_send(link, submission):
        return _refuse(request, message, form)
    sent = submit_plan(link.person, plan, submission, seconds=SEND_WAIT)
    if isinstance(sent, Blocked):
        release_send(link, submission)
        return _refuse(request, _explain_blocked(link, sent), form)
    return _show_outcome(request, link, token, submission, form)


def _explain_blocked(link: ShareLink, sent: Blocked) -> str:
    # Its own message would name the connection.
    if wait := sent.retry_after:
        message = ngettext(
            "Not sent: too many sends at the moment. You can send again in %(count)d second.",
            "Not sent: too many sends at the moment. You can send again in %(count)d seconds.",
            wait,
        )
        return message % {"count": wait}
    message = _("Not sent: this link can't send at the moment. Ask %(name)s.")
    return message % {"name": link.person.username}


def _refuse(request: HttpRequest, message: str, form: SharedForm) -> HttpResponse:
    left = count_sends_left(form.link)
    context = {"message": message, "form": form, "link": form.link, "left": left}
    context["next"] = uuid.uuid4()
    return render(request, "share/_outcome.html", context)


@require_safe
@share_link_view
def show_sent(
    request: HttpRequest, link: ShareLink, token: str, submission: uuid.UUID
) -> HttpResponse:
    """The verdict of one send through this link; neither the reply's body nor its headers."""
    if not is_unlocked(request, link):
        raise Http404
    return _show_outcome(request, link, token, submission)


def _show_outcome(
    request: HttpRequest,
    link: ShareLink,
    token: str,
    submission: uuid.UUID,
    form: SharedForm | None = None,
) -> HttpResponse:
    # Submissions can be guessed from other pages: only those of this link are shown.
    if not LinkSend.objects.filter(link=link, submission=submission).exists():
        raise Http404
    exchange = Exchange.objects.get(submission=submission)
    if exchange.under_way:
        exchange = wait_for_exchange(exchange, SEND_WAIT)
    tries = read_tries(request)
    reply, job = view_reply(exchange, tries=tries), _find_job(exchange)
    delay = reply.delay
    if job is not None:
        delay = 0 if job.ended else poll_delay(tries, JOB_DELAYS, MAX_JOB_DELAY)
    context = {
        "reply": reply,
        "text": reply.message if reply.under_way else _describe_outcome(link, exchange),
        "job": job,
        "job_text": _describe_job(job) if job else "",
        "delay": delay,
        "next_try": tries + 1,
        "token": token,
        "submission": submission,
        "form": form,
        "link": link,
        "left": count_sends_left(link) if form else None,
        # Only after a press: a poll must not replace the id of a press that is still under way.
        "next": uuid.uuid4() if form else None,
    }
    return render(request, "share/_outcome.html", context)


def _describe_outcome(link: ShareLink, exchange: Exchange) -> str:
    """The verdict without hosts and addresses, which guests needn't know."""
    if exchange.outcome == Outcome.NOT_SENT and exchange.code not in PLAIN_FAILURES:
        message = _(
            "Not sent: the server can't be reached through this link, so nothing happened. "
            "Try again later, or ask %(name)s."
        )
        return message % {"name": link.person.username}
    text = URL.sub(_("another address"), view_reply(exchange).message)
    host = URL.match(exchange.url) and exchange.url.split("/")[2]
    named = {str(exchange.params.get(key) or "") for key in HOST_PARAMS} | {host or ""}
    api = get_operation(exchange.operation).api.title
    # The longest first: one with a port contains the one without.
    for each in sorted(filter(None, named), key=len, reverse=True):
        text = text.replace(each, api)
    return text


def _find_job(exchange: Exchange) -> Job | None:
    """The job that the send started, as it is now."""
    is_launch = exchange.outcome == Outcome.ACCEPTED and exchange.job_uid
    if not is_launch or exchange.connection_id is None:
        return None
    connection = Connection.objects.filter(id=exchange.connection_id).first()
    return poll_job(connection, exchange.job_uid, SEND_WAIT) if connection else None


def _describe_job(job: Job) -> str:
    """The status of a job and its figures, such as "Finished. 3 inputs, 12 results."."""
    status = LABELS.get(job.status) or job.status or _("Waiting for the job's status")
    figures = []
    if job.inputs is not None:
        text = ngettext("%(n)s input", "%(n)s inputs", job.inputs)
        figures.append(text % {"n": job.inputs})
    if job.rows is not None:
        text = ngettext("%(n)s result", "%(n)s results", job.rows)
        figures.append(text % {"n": job.rows})
    return f"{status}. {', '.join(figures)}." if figures else f"{status}."
