"""Create, list and revoke a template's share links, and its link and badge for wikis."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from typing import Any
from urllib.parse import quote

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST

from playground.drafts.credentials import find_shown_credentials
from playground.drafts.states import State
from playground.forms.places import read_place
from playground.history.models import Exchange
from playground.jsontext import pointers
from playground.jsontext.errors import JSONSyntaxError
from playground.jsontext.parsing import parse
from playground.openapi.operations import get_operation
from playground.pages.parameters import read_number, read_uuid
from playground.pages.payload_templates.access import (
    get_managed_template,
    require_manager,
    require_operation,
)
from playground.pages.replies import KINDS, WORDS
from playground.pages.responses import breadcrumbs
from playground.payload_templates.models import LinkKind, ShareLink, Template
from playground.payload_templates.secrets import names_accounts
from playground.payload_templates.share_links import (
    DEFAULT_DAYS,
    DEFAULT_SENDS,
    DEFAULT_SENDS_PER_HOUR,
    MAX_DAYS,
    MAX_SENDS,
    MAX_SENDS_PER_HOUR,
    ShareLinkInput,
    create_share_link,
    revoke_share_link,
    validate_share_link_input,
)
from playground.payload_templates.versions import get_version, read_content
from playground.people.access import needs, person_of
from playground.people.audit import record_event
from playground.people.models import Role
from playground.sending.plans import gather_facts, plan_state
from playground.workspace.models import Connection

MAX_FIELDS, MAX_LINKS, MAX_SENDS_SHOWN = 200, 100, 20
MAX_EXAMPLE = 60


@needs(Role.EDITOR)
@never_cache
@sensitive_post_parameters("password")
@require_http_methods(["GET", "HEAD", "POST"])
def share_template(request: HttpRequest, template_id: uuid.UUID) -> HttpResponse:
    """The form; then the link, which only this response shows."""
    template = get_managed_template(request, template_id)
    require_operation(template)
    if request.method != "POST":
        context = _describe_form(template, request.GET.get("variant", ""))
        return render(request, "share/new.html", context)
    link = _read_link_input(request)
    context = _describe_form(template, link.variant)
    message = validate_share_link_input(template, link)
    if not message and context["suspicious"] and not request.POST.get("sure"):
        message = _("Check the values that look like secrets, and confirm that they can be shown.")
    if message:
        context |= {"message": message, "values": request.POST, "filled": link.fillable_fields}
        # An empty choice must stay empty: the template's own connection isn't put back.
        context["chosen"] = request.POST.get("connection", "")
        return render(request, "share/new.html", context, status=422)
    token = create_share_link(person_of(request), template, link)
    record_event(request, "template-link", template.name, link.kind)
    address = request.build_absolute_uri(reverse("share", args=[token]))
    badge = _write_badge(request, address)
    context |= {"address": address, "badge": badge, "days": link.days}
    return render(request, "share/made.html", context)


def _describe_form(template: Template, variant: str) -> dict[str, Any]:
    content = read_content(get_version(template))
    state = content.state(variant)
    operation = get_operation(template.operation)
    schema = operation.find_body_schema(state.metadata.media_type) or {}
    return {
        "template": template,
        "variants": [each.name for each in content.variants],
        "variant": state.variant,
        "kinds": LinkKind.choices,
        # Protected ones aren't offered: links can't send through them.
        "connections": Connection.objects.filter(api=operation.api.id, protected=False),
        "fields": _name_fields(template, state, schema, _list_fields(schema, state.text)),
        "suspicious": find_shown_credentials(state, possible=True),
        "values": {
            "days": DEFAULT_DAYS,
            "max_sends": DEFAULT_SENDS,
            "max_sends_per_hour": DEFAULT_SENDS_PER_HOUR,
        },
        "limits": {
            "days": MAX_DAYS,
            "max_sends": MAX_SENDS,
            "max_sends_per_hour": MAX_SENDS_PER_HOUR,
        },
        "chosen": str(template.connection_id or ""),
        "filled": (),
        "trail": breadcrumbs(
            (_("Templates"), reverse("templates")),
            (template.name, reverse("template", args=[template.id])),
            _("Share by link"),
        ),
    }


def _list_fields(schema: Mapping[str, Any], text: str) -> list[str]:
    """The pointers of all plain values that can be filled in; never accounts."""
    try:
        tree = parse(text)
    except JSONSyntaxError:
        return []
    found: list[str] = []
    _collect_pointers(tree, "", found)
    return [pointer for pointer in found if not names_accounts(schema, pointer)][:MAX_FIELDS]


def _name_fields(
    template: Template, state: State, schema: Mapping[str, Any], found: list[str]
) -> list[tuple[str, str]]:
    """Pairs of each pointer and the name that recipients see: "Step 1: Find e-mails › Limit"."""
    if not found:
        return []
    tree = parse(state.text)
    facts = gather_facts(plan_state(template.operation, state))
    places = ((pointer, read_place(schema, facts, tree, pointer)) for pointer in found)
    return [(p, " › ".join(filter(None, (at.heading, at.field.label)))) for p, at in places]


def _collect_pointers(tree: Any, at: str, found: list[str]) -> None:
    # Some of them may be accounts: twice as many are enough for a full list.
    if len(found) > MAX_FIELDS * 2:
        return
    if isinstance(tree, dict | list) and tree:
        items = tree.items() if isinstance(tree, dict) else enumerate(tree)
        for segment, inner in items:
            _collect_pointers(inner, pointers.child(at, segment), found)
    elif at:
        found.append(at)


def _read_link_input(request: HttpRequest) -> ShareLinkInput:
    post = request.POST
    id = read_uuid(post.get("connection", ""))
    return ShareLinkInput(
        kind=post.get("kind", ""),
        days=_read_limit(post.get("days"), DEFAULT_DAYS),
        variant=post.get("variant", ""),
        password=post.get("password", ""),
        label=post.get("label", ""),
        connection=Connection.objects.filter(id=id).first() if id else None,
        # Pointers only: the empty one is the whole document, with its accounts.
        fillable_fields=tuple(each for each in post.getlist("open") if each.startswith("/")),
        max_sends=_read_limit(post.get("max_sends"), DEFAULT_SENDS),
        max_sends_per_hour=_read_limit(post.get("max_sends_per_hour"), DEFAULT_SENDS_PER_HOUR),
    )


def _read_limit(text: str | None, default: int) -> int:
    """The default where nothing was sent; 0, which is refused, for anything but a number."""
    return default if text is None else read_number(text, digits=7)


@needs(Role.EDITOR)
@require_POST
def revoke_link(request: HttpRequest, link_id: uuid.UUID) -> HttpResponse:
    link = ShareLink.objects.select_related("template").filter(id=link_id).first()
    if link is None:
        raise Http404(_("This link doesn't exist."))
    # By the template, not by who made the link: owners can revoke any of them.
    require_manager(request, link.template)
    revoke_share_link(link)
    record_event(request, "template-link-revoked", link.template.name)
    context = {"template": link.template, "links": describe_links(link.template)}
    return render(request, "template/_links.html", context)


def describe_links(template: Template) -> list[dict[str, Any]]:
    """The template's links, each with the newest exchanges sent through it."""
    links = list(template.links.select_related("version", "connection", "person")[:MAX_LINKS])
    rows: dict[uuid.UUID, list[dict[str, Any]]] = {link.id: [] for link in links}
    link_of = {
        each.submission: link.id for link in links for each in link.sends.all()[:MAX_SENDS_SHOWN]
    }
    found = Exchange.objects.filter(submission__in=list(link_of)).order_by("-number")
    for exchange in found:
        word, kind = WORDS.get(exchange.outcome, ""), KINDS.get(exchange.outcome, "note")
        link_id = link_of[exchange.submission]  # type: ignore[index]
        rows[link_id].append({"exchange": exchange, "word": word, "kind": kind})
    return [{"link": link, "sends": rows[link.id]} for link in links]


def describe_wiki_links(request: HttpRequest, template: Template, state: State) -> dict[str, str]:
    """An address that opens the template with a value filled in, and a badge that links to it."""
    address = reverse("prefill_template", args=[template.id]) + _example_fragment(state.text)
    address = request.build_absolute_uri(address)
    return {"open_address": address, "open_badge": _write_badge(request, address)}


def _write_badge(request: HttpRequest, address: str) -> str:
    """Markdown of an image that links to the address."""
    picture = request.build_absolute_uri(f"{settings.STATIC_URL}badge.svg")
    return f"[![Open in Playground]({picture})]({address})"


def _example_fragment(text: str) -> str:
    """The document's first plain value, as an example of how to fill in values.

    A fragment isn't sent to servers, so values don't end up in their logs.
    """
    try:
        tree = parse(text)
    except JSONSyntaxError:
        return ""
    for key, value in tree.items() if isinstance(tree, dict) else ():
        if not isinstance(value, str) or len(value) >= MAX_EXAMPLE or "{{" in value:
            continue
        # Other keys would need escapes, of JSON Pointer and of the fragment.
        if key.isidentifier():
            return f"#/{key}={quote(value)}"
    return ""
