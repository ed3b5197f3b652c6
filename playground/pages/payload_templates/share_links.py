"""Making, listing and revoking the links of one template."""

from __future__ import annotations

import uuid
from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST

from playground.drafts.credentials import find_possible_credentials, mask_value
from playground.history.models import Exchange
from playground.importers.credentials import Collector
from playground.jsontext import pointers
from playground.jsontext.errors import JSONSyntaxError
from playground.jsontext.parsing import parse
from playground.openapi.operations import get_operation
from playground.pages.payload_templates.finding import get_managed_template, require_operation
from playground.pages.payload_templates.wiki import write_badge
from playground.pages.replies import KINDS, WORDS
from playground.payload_templates.models import LinkKind, ShareLink, Template
from playground.payload_templates.secrets import names_accounts
from playground.payload_templates.share_links import (
    ShareLinkInput,
    create_share_link,
    revoke_share_link,
    validate_share_link_input,
)
from playground.payload_templates.templates import may_manage
from playground.payload_templates.versions import get_version, read_content
from playground.people.audit import record_event
from playground.people.models import Role
from playground.people.permissions import needs, person_of
from playground.workspace.models import Connection

SHOWN_FIELDS = 200


@needs(Role.EDITOR)
@never_cache
@sensitive_post_parameters("password")
@require_http_methods(["GET", "HEAD", "POST"])
def share(request: HttpRequest, template_id: uuid.UUID) -> HttpResponse:
    """The form, and after it the address, which is shown this once."""
    template = get_managed_template(request, template_id)
    require_operation(template)
    context = describe_form(template, request.GET.get("variant", ""))
    if request.method != "POST":
        return render(request, "share/new.html", context)
    wanted = read_wanted(request)
    suspicious = _suspicious(template, wanted.variant)
    sentence = validate_share_link_input(template, wanted)
    if not sentence and suspicious and not request.POST.get("sure"):
        sentence = _("Look at the values that may be secrets, and say that they may be shown.")
    if sentence:
        context |= describe_form(template, wanted.variant)
        context |= {"sentence": sentence, "suspicious": suspicious, "typed": request.POST}
        context |= {"chosen": request.POST.get("connection", ""), "opened": wanted.fillable_fields}
        return render(request, "share/new.html", context, status=422)
    token = create_share_link(person_of(request), template, wanted)
    record_event(request, "template-link", template.name, wanted.kind)
    address = request.build_absolute_uri(reverse("share", args=[token]))
    badge = write_badge(request, address)
    context |= {"address": address, "badge": badge, "days": wanted.days}
    return render(request, "share/made.html", context)


@needs(Role.EDITOR)
@require_POST
def revoke_link(request: HttpRequest, link_id: uuid.UUID) -> HttpResponse:
    """From this moment the address opens nothing."""
    link = ShareLink.objects.select_related("template").filter(id=link_id).first()
    if link is None:
        raise Http404(_("There is no such link."))
    if not may_manage(person_of(request), link.template):
        raise PermissionDenied(_("Only who made this template may do that."))
    revoke_share_link(link)
    record_event(request, "template-link-revoked", link.template.name)
    context = {"template": link.template, "links": describe_links(link.template)}
    return render(request, "template/_links.html", context)


def describe_links(template: Template) -> list[dict[str, Any]]:
    """Each link with what was sent through it."""
    links = list(template.links.select_related("version", "connection", "person")[:100])
    presses = {each.submission: link for link in links for each in link.sends.all()[:20]}
    rows: dict[uuid.UUID, list[dict[str, Any]]] = {link.id: [] for link in links}
    found = Exchange.objects.filter(submission__in=list(presses)).order_by("-number")
    for exchange in found:
        word, kind = WORDS.get(exchange.outcome, ""), KINDS.get(exchange.outcome, "note")
        link = presses[exchange.submission]  # type: ignore[index]
        rows[link.id].append({"exchange": exchange, "word": word, "kind": kind})
    return [{"link": link, "sends": rows[link.id]} for link in links]


def describe_form(template: Template, variant: str) -> dict[str, Any]:
    content = read_content(get_version(template))
    state = content.state(variant)
    api = get_operation(template.operation).api.id
    return {
        "template": template,
        "variants": [each.name for each in content.variants],
        "variant": state.variant,
        "kinds": LinkKind.choices,
        "connections": Connection.objects.filter(api=api, protected=False),
        "places": list_places(template.operation, state.text),
        "suspicious": _suspicious(template, variant),
        "typed": {},
        "chosen": str(template.connection_id or ""),
        "opened": (),
        "trail": [
            {"href": reverse("templates"), "text": _("Templates")},
            {"href": reverse("template", args=[template.id]), "text": template.name},
            {"text": _("Share by link")},
        ],
    }


def list_places(operation: str, text: str) -> list[str]:
    """The fields that can be left open: values of the document, but no accounts."""
    schema = get_operation(operation).body_schema or {}
    try:
        tree = parse(text)
    except JSONSyntaxError:
        return []
    found: list[str] = []
    _collect(tree, "", found)
    return [place for place in found if not names_accounts(schema, place)][:SHOWN_FIELDS]


def _collect(tree: Any, at: str, found: list[str]) -> None:
    if len(found) > SHOWN_FIELDS * 2:
        return
    if isinstance(tree, dict | list) and tree:
        items = tree.items() if isinstance(tree, dict) else enumerate(tree)
        for segment, inner in items:
            _collect(inner, pointers.child(at, segment), found)
    elif at:
        found.append(at)


def read_wanted(request: HttpRequest) -> ShareLinkInput:
    post = request.POST
    try:
        connection = Connection.objects.filter(id=uuid.UUID(post.get("connection", ""))).first()
    except ValueError:
        connection = None
    return ShareLinkInput(
        kind=post.get("kind", ""),
        days=_whole(post.get("days", "7")),
        variant=post.get("variant", ""),
        password=post.get("password", ""),
        label=post.get("label", ""),
        connection=connection,
        fillable_fields=tuple(place for place in post.getlist("open") if place.startswith("/")),
        max_sends=_whole(post.get("max_sends", "10")),
        max_sends_per_hour=_whole(post.get("max_sends_per_hour", "5")),
    )


def _suspicious(template: Template, variant: str) -> list[str]:
    state = read_content(get_version(template)).state(variant)
    beside = {**state.metadata.off, **state.metadata.away}
    found = [place for place, kept in beside.items() if _is_suspicious(place, kept)]
    names = [
        name for name, kept in state.metadata.variables.items() if find_possible_credentials(kept)
    ]
    return [*find_possible_credentials(state.text), *found, *(f"{{{{{name}}}}}" for name in names)]


def _is_suspicious(place: str, kept: str) -> bool:
    return bool(find_possible_credentials(kept)) or mask_value(place, kept, Collector()) != kept


def _whole(text: str) -> int:
    return int(text) if text.isdecimal() and len(text) < 8 else 0
