"""What somebody with a share link sees, without signing in: view, fill and send, fork."""

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
from playground.drafts.incomplete import text_at
from playground.forms.kinds import IncompleteInput, format_value, parse_input
from playground.history.models import Exchange
from playground.jsontext import pointers
from playground.jsontext.parsing import NumberToken, parse
from playground.openapi.operations import UnknownOperation, get_operation
from playground.pages.replies import view_reply
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
from playground.people.audit import address_of
from playground.people.models import Person
from playground.people.rate_limits import RateLimit, forgive_attempts, start_attempt
from playground.sending.plans import plan_state
from playground.sending.submission import Blocked, submit_plan, wait_for_exchange

PAGES, GUESSES = RateLimit(300, 60), RateLimit(20, 60)
QUICK = 1.0

View = Callable[..., HttpResponse]


def for_holders(view: View) -> View:
    """Open to whoever has the token, at a bounded pace; the view gets the link."""

    @login_not_required
    @never_cache
    @wraps(view)
    def opened(request: HttpRequest, token: str, *args: Any, **kwargs: Any) -> HttpResponse:
        address = address_of(request)
        if not PAGES.allows(address):
            return _say(request, _("Too many requests. Wait a minute."), 429)
        link = find_share_link(token)
        if link is None:
            if not GUESSES.allows(address):
                return _say(request, _("Too many requests. Wait a minute."), 429)
            sentence = _("This link opens nothing (any more): it ended, was revoked, or is cut.")
            # On a page that stands open the sentence takes the place of the verdict.
            if request.htmx.target == "outcome":  # type: ignore[attr-defined]
                return _refuse(request, token, sentence)
            return _say(request, sentence, 404)
        response = view(request, link, token, *args, **kwargs)
        response["X-Robots-Tag"] = "noindex, nofollow"
        return response

    return opened


@sensitive_post_parameters("password")
@require_http_methods(["GET", "HEAD", "POST"])
@for_holders
def open_share(request: HttpRequest, link: ShareLink, token: str) -> HttpResponse:
    """The page, or the question for its password."""
    if request.method == "POST":
        return _judge_password(request, link, token)
    if not _is_unlocked(request, link):
        return render(request, "share/password.html", {"token": token})
    return render(request, "share/page.html", describe(link, token))


@require_POST
@for_holders
def note_opened(request: HttpRequest, link: ShareLink, token: str) -> HttpResponse:
    """Counted by the page itself, so that previews in chats do not count."""
    if _is_unlocked(request, link):
        record_opening(link)
    return HttpResponse(status=204)


@require_POST
@for_holders
def send_share(request: HttpRequest, link: ShareLink, token: str) -> HttpResponse:
    """Fill and send, once a submission, through the connection that the sharer allowed."""
    if link.kind != LinkKind.FILL or not _is_unlocked(request, link):
        raise Http404
    submission = _read_press(request)
    if LinkSend.objects.filter(link=link, submission=submission).exists():
        return show_outcome(request, link, token, submission)
    try:
        state = fill_fields(link, _read_values(link, request.POST))
        plan = plan_state(link.template.operation, state, _name_of(link), link.version, link.person)
    except (InvalidValue, AssignmentError, UnknownOperation) as reason:
        return _refuse(request, token, str(reason))
    except IncompleteInput as error:
        return _refuse(request, token, error.message)
    if Exchange.objects.filter(submission=submission).exists():
        return _refuse(request, token, _("Reload the page and press Send again."))
    if sentence := reserve_send(link, submission):
        return _refuse(request, token, sentence)
    sent = submit_plan(link.person, plan, submission, seconds=QUICK)
    if isinstance(sent, Blocked):
        release_send(link, submission)
        return _refuse(request, token, sent.message)
    return show_outcome(request, link, token, submission)


@require_safe
@for_holders
def show_sent(
    request: HttpRequest, link: ShareLink, token: str, submission: uuid.UUID
) -> HttpResponse:
    """The verdict of one send through this link; no reply body, no header."""
    if not _is_unlocked(request, link):
        raise Http404
    return show_outcome(request, link, token, submission)


@require_POST
@for_holders
def fork_share(request: HttpRequest, link: ShareLink, token: str) -> HttpResponse:
    """Into the library of whoever is signed in and may edit."""
    person = request.user
    if link.kind != LinkKind.FORK or not _is_unlocked(request, link):
        raise Http404
    if not isinstance(person, Person) or not person.may_edit:
        return _say(request, _("Sign in as an editor to fork this template."), 403)
    state = public_state(link)
    note = _("Forked by link from %(name)s") % {"name": link.template.name}
    wanted = TemplateInput(link.template.name, link.template.description)
    content = Content(state.__class__(state.text, state.metadata, state.path_values))
    parent = link.version
    template = create_template(person, link.template.operation, content, wanted, note, parent)
    return redirect("template", template.id)


def describe(link: ShareLink, token: str) -> dict[str, Any]:
    state = public_state(link)
    try:
        title = get_operation(link.template.operation).title
    except UnknownOperation:
        title = link.template.operation
    return {
        "link": link,
        "token": token,
        "template": link.template,
        "state": state,
        "operation": title,
        "fields": describe_fields(link, state.text) if link.kind == LinkKind.FILL else (),
        "submission": uuid.uuid4(),
    }


def describe_fields(link: ShareLink, text: str) -> list[dict[str, str]]:
    """The open fields as inputs: name, label, kind, what stands there."""
    fields = []
    for number, place in enumerate(fillable_pointers(link)):
        value = text_at(text, place)
        tree = parse(value) if value else ""
        kind = _kind_of(tree)
        label = " › ".join(_count_from_one(each) for each in pointers.split(place))
        fields.append(
            {"id": f"open-{number}", "name": place, "label": label, "kind": kind,
             "value": _shown(tree, kind, value)}
        )  # fmt: skip
    return fields


def _count_from_one(segment: str) -> str:
    return str(int(segment) + 1) if segment.isdecimal() and len(segment) < 9 else segment


def show_outcome(
    request: HttpRequest, link: ShareLink, token: str, submission: uuid.UUID
) -> HttpResponse:
    if not LinkSend.objects.filter(link=link, submission=submission).exists():
        raise Http404
    exchange = Exchange.objects.get(submission=submission)
    if exchange.under_way:
        exchange = wait_for_exchange(exchange, QUICK)
    reply = view_reply(exchange)
    context = {"reply": reply, "token": token, "submission": submission, "next": uuid.uuid4()}
    return render(request, "share/_outcome.html", context)


def _read_values(link: ShareLink, post: Mapping[str, str]) -> dict[str, str]:
    """What was typed as JSON texts, by open pointer. Raises IncompleteInput."""
    text, values = public_state(link).text, {}
    for place in fillable_pointers(link):
        if place in post:
            standing = text_at(text, place)
            tree = parse(standing) if standing else ""
            kind, typed = _kind_of(tree), post[place].replace("\r\n", "\n")
            # As it stood, it is sent as it stands: it may hold a reference.
            if typed == _shown(tree, kind, standing):
                continue
            value = parse_input(kind, typed)
            values[place] = value if value is not None else "null"
    return values


def _kind_of(tree: Any) -> str:
    if isinstance(tree, bool):
        return "toggle"
    if isinstance(tree, NumberToken):
        return "number"
    if isinstance(tree, str):
        return "paragraphs" if "\n" in tree else "text"
    return "json"


def _shown(tree: Any, kind: str, standing: str) -> str:
    return standing if kind == "json" else format_value(tree, kind)


def _judge_password(request: HttpRequest, link: ShareLink, token: str) -> HttpResponse:
    attempt, seconds = start_attempt(f"link {link.id}", address_of(request))
    if attempt is None:
        sentence = _("Too many attempts. Try again in %(n)s seconds.") % {"n": seconds}
        context = {"token": token, "sentence": sentence}
        return render(request, "share/password.html", context, status=429)
    if not check_link_password(link, request.POST.get("password", "")):
        context = {"token": token, "sentence": _("This is not the link's password.")}
        return render(request, "share/password.html", context, status=422)
    forgive_attempts(attempt)
    request.session[_session_key(link)] = True
    return redirect("share", token)


def _is_unlocked(request: HttpRequest, link: ShareLink) -> bool:
    return not link.password or bool(request.session.get(_session_key(link)))


def _session_key(link: ShareLink) -> str:
    return f"link-{link.id}"


def _read_press(request: HttpRequest) -> uuid.UUID:
    try:
        return uuid.UUID(request.POST.get("submission", ""))
    except ValueError:
        raise Http404(_("Reload the page and press Send again.")) from None


def _name_of(link: ShareLink) -> str:
    by = link.label or str(link.id)[:8]
    return _("%(name)s, by the link %(by)s") % {"name": link.template.name, "by": by}


def _refuse(request: HttpRequest, token: str, sentence: str) -> HttpResponse:
    context = {"sentence": sentence, "token": token, "next": uuid.uuid4()}
    return render(request, "share/_outcome.html", context)


def _say(request: HttpRequest, sentence: str, status: int) -> HttpResponse:
    return render(request, "share/closed.html", {"sentence": sentence}, status=status)
