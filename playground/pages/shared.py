"""What people with a share link see without signing in: view, fill in and send, fork."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Mapping
from functools import wraps
from typing import Any

from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from playground.drafts.assignments import AssignmentError
from playground.drafts.editing import State
from playground.drafts.incomplete import text_at
from playground.forms.kinds import IncompleteInput, format_value, parse_input
from playground.history.models import Exchange
from playground.jsontext import pointers
from playground.jsontext.parsing import NumberToken, parse
from playground.openapi.operations import UnknownOperation
from playground.pages.parameters import read_submission
from playground.pages.replies import view_reply
from playground.pages.responses import add_retry_after
from playground.pages.templatetags.markup import operation_title
from playground.payload_templates.models import LinkKind, LinkSend, ShareLink
from playground.payload_templates.share_links import (
    InvalidValue,
    check_link_password,
    fill_fields,
    fillable_pointers,
    find_share_link,
    public_state,
    record_opening,
    release_send,
    reserve_send,
)
from playground.payload_templates.templates import TemplateInput
from playground.payload_templates.versions import Content, create_template
from playground.people import rate_limits
from playground.people.audit import address_of
from playground.people.models import Person
from playground.sending.plans import plan_state
from playground.sending.submission import (
    Blocked,
    find_submitted,
    submit_plan,
    wait_for_exchange,
)

# Requests a minute from one address; unknown tokens are allowed less often, against guessing.
PAGE_RATE = rate_limits.RateLimit("share page", 300, 60)
SEND_WAIT = 1.0

View = Callable[..., HttpResponse]


def share_link_view(view: View) -> View:
    """Pass the link of the URL's token to the view, for anyone, at a limited rate."""

    @login_not_required
    @never_cache
    @wraps(view)
    def wrapped(request: HttpRequest, token: str, *args: Any, **kwargs: Any) -> HttpResponse:
        address = address_of(request)
        if seconds := PAGE_RATE.seconds_to_wait(address):
            return _refuse_for_now(request, seconds)
        link = find_share_link(token)
        if link is None:
            if seconds := rate_limits.guesses.seconds_to_wait(address):
                return _refuse_for_now(request, seconds)
            message = _("This link has expired, been revoked or is incomplete.")
            # Sent from a page that was open before: the message takes the verdict's place.
            if request.htmx.target == "outcome":  # type: ignore[attr-defined]
                return _refuse(request, token, message)
            return _show_message(request, message, 404)
        response = view(request, link, token, *args, **kwargs)
        response["X-Robots-Tag"] = "noindex, nofollow"
        return response

    return wrapped


def _refuse_for_now(request: HttpRequest, seconds: int) -> HttpResponse:
    response = _show_message(request, rate_limits.explain_wait(seconds), 429)
    return add_retry_after(response, seconds)


def _show_message(request: HttpRequest, message: str, status: int) -> HttpResponse:
    return render(request, "share/closed.html", {"message": message}, status=status)


@sensitive_post_parameters("password")
@require_http_methods(["GET", "HEAD", "POST"])
@share_link_view
def open_share_link(request: HttpRequest, link: ShareLink, token: str) -> HttpResponse:
    """The shared template, or the form for the link's password."""
    if request.method == "POST":
        return _check_password(request, link, token)
    if not _is_unlocked(request, link):
        return render(request, "share/password.html", {"token": token})
    return render(request, "share/page.html", _describe_shared(link, token))


def _check_password(request: HttpRequest, link: ShareLink, token: str) -> HttpResponse:
    # The same throttle as for signing in, with the link in place of the name.
    attempt, seconds = rate_limits.start_attempt(f"link {link.id}", address_of(request))
    if attempt is None:
        context = {"token": token, "message": rate_limits.explain_wait(seconds)}
        response = render(request, "share/password.html", context, status=429)
        return add_retry_after(response, seconds)
    if not check_link_password(link, request.POST.get("password", "")):
        context = {"token": token, "message": _("Wrong password.")}
        return render(request, "share/password.html", context, status=422)
    rate_limits.forgive_attempts(attempt)
    request.session[_session_key(link)] = True
    return redirect("share", token)


def _is_unlocked(request: HttpRequest, link: ShareLink) -> bool:
    return not link.password or bool(request.session.get(_session_key(link)))


def _session_key(link: ShareLink) -> str:
    return f"link-{link.id}"


def _describe_shared(link: ShareLink, token: str) -> dict[str, Any]:
    state = public_state(link)
    return {
        "link": link,
        "token": token,
        "template": link.template,
        "state": state,
        # Even if it was removed since: the link still shows what it holds.
        "operation": operation_title(link.template.operation),
        "fields": _describe_fields(link, state.text) if link.kind == LinkKind.FILL else (),
        "submission": uuid.uuid4(),
    }


def _describe_fields(link: ShareLink, text: str) -> list[dict[str, str]]:
    """The fillable fields as inputs: id, name, label, kind and current value."""
    fields = []
    for number, pointer in enumerate(fillable_pointers(link)):
        current = text_at(text, pointer)
        tree = parse(current) if current else ""
        kind = _input_kind(tree)
        # People count rows from one.
        segments = pointers.split(pointer)
        label = " › ".join(str(int(s) + 1) if s.isdecimal() and len(s) < 9 else s for s in segments)
        fields.append(
            {
                "id": f"open-{number}",
                "name": pointer,
                "label": label,
                "kind": kind,
                "value": _format(tree, kind, current),
            }
        )
    return fields


def _input_kind(tree: Any) -> str:
    # `bool` is an int and `NumberToken` a str: the order of these checks matters.
    if isinstance(tree, bool):
        return "toggle"
    if isinstance(tree, NumberToken):
        return "number"
    if isinstance(tree, str):
        return "paragraphs" if "\n" in tree else "text"
    return "json"


def _format(tree: Any, kind: str, text: str) -> str:
    return text if kind == "json" else format_value(tree, kind)


@require_POST
@share_link_view
def record_visit(request: HttpRequest, link: ShareLink, token: str) -> HttpResponse:
    """Count an opening. The page asks for this, so that previews in chats don't count."""
    if _is_unlocked(request, link):
        record_opening(link)
    return HttpResponse(status=204)


@require_POST
@share_link_view
def send_shared(request: HttpRequest, link: ShareLink, token: str) -> HttpResponse:
    """Fill in and send, once per submission, through the connection that the link allows."""
    if link.kind != LinkKind.FILL or not _is_unlocked(request, link):
        raise Http404
    reload = _("Reload the page and send again.")
    submission = read_submission(request)
    if submission is None:
        raise Http404(reload)
    try:
        state = fill_fields(link, _read_values(link, request.POST))
        name = _send_name(link)
        plan = plan_state(link.template.operation, state, name, link.version, link.person)
    except (InvalidValue, AssignmentError, UnknownOperation) as reason:
        return _refuse(request, token, str(reason))
    except IncompleteInput as error:
        return _refuse(request, token, error.message)
    if LinkSend.objects.filter(link=link, submission=submission).exists():
        # The first verdict, or a rejection if this submission was sent with other values.
        sent = find_submitted(link.person, plan, submission)
        if isinstance(sent, Blocked):
            return _refuse(request, token, sent.message)
        return _show_outcome(request, link, token, submission)
    # A submission of another link or page: its exchange isn't this visitor's to see.
    if Exchange.objects.filter(submission=submission).exists():
        return _refuse(request, token, reload)
    if message := reserve_send(link, submission):
        return _refuse(request, token, message)
    sent = submit_plan(link.person, plan, submission, seconds=SEND_WAIT)
    if isinstance(sent, Blocked):
        release_send(link, submission)
        return _refuse(request, token, sent.message)
    return _show_outcome(request, link, token, submission)


def _send_name(link: ShareLink) -> str:
    names = {"name": link.template.name, "label": link.label or str(link.id)[:8]}
    return _("%(name)s, by link %(label)s") % names


def _read_values(link: ShareLink, post: Mapping[str, str]) -> dict[str, str]:
    """The typed values as JSON text, by fillable pointer. Raises IncompleteInput."""
    text, values = public_state(link).text, {}
    for pointer in fillable_pointers(link):
        if pointer in post:
            current = text_at(text, pointer)
            tree = parse(current) if current else ""
            # Browsers send CRLF for the line breaks of a text area.
            kind, typed = _input_kind(tree), post[pointer].replace("\r\n", "\n")
            # An unchanged value is sent as it is stored: it may hold a reference.
            if typed == _format(tree, kind, current):
                continue
            value = parse_input(kind, typed)
            values[pointer] = value if value is not None else "null"
    return values


def _refuse(request: HttpRequest, token: str, message: str) -> HttpResponse:
    context = {"message": message, "token": token, "next": uuid.uuid4()}
    return render(request, "share/_outcome.html", context)


@require_safe
@share_link_view
def show_sent(
    request: HttpRequest, link: ShareLink, token: str, submission: uuid.UUID
) -> HttpResponse:
    """The verdict of one send through this link; neither the reply's body nor its headers."""
    if not _is_unlocked(request, link):
        raise Http404
    return _show_outcome(request, link, token, submission)


def _show_outcome(
    request: HttpRequest, link: ShareLink, token: str, submission: uuid.UUID
) -> HttpResponse:
    # Submissions can be guessed from other pages: only those of this link are shown.
    if not LinkSend.objects.filter(link=link, submission=submission).exists():
        raise Http404
    exchange = Exchange.objects.get(submission=submission)
    if exchange.under_way:
        exchange = wait_for_exchange(exchange, SEND_WAIT)
    reply = view_reply(exchange)
    context = {"reply": reply, "token": token, "submission": submission, "next": uuid.uuid4()}
    return render(request, "share/_outcome.html", context)


@require_POST
@share_link_view
def fork_shared(request: HttpRequest, link: ShareLink, token: str) -> HttpResponse:
    """Copy what the link shows to the templates of a signed-in editor."""
    person = request.user
    if link.kind != LinkKind.FORK or not _is_unlocked(request, link):
        raise Http404
    if not isinstance(person, Person) or not person.may_edit:
        return _show_message(request, _("Sign in as an editor to fork this template."), 403)
    state = public_state(link)
    # In the version's note: the person may not be allowed to see the parent itself.
    note = _("Forked by link from %(name)s") % {"name": link.template.name}
    details = TemplateInput(link.template.name, link.template.description)
    # Without the connection and variant, which belong to the sharer.
    content = Content(State(state.text, state.metadata, state.path_values))
    parent = link.version
    template = create_template(person, link.template.operation, content, details, note, parent)
    return redirect("template", template.id)
