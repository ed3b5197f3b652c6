"""The page of an operation: what its document says, how replies are judged, and new drafts."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from playground.apis.models import ImportedOperation
from playground.apis.rules import set_reply_rule
from playground.drafts.drafts import start_draft
from playground.drafts.metadata import EMPTY
from playground.openapi.links import ANY_SUCCESS
from playground.openapi.operations import Operation, find_title
from playground.openapi.parameters import Parameter
from playground.pages.apis.access import get_imported_api, get_operation_or_404, key_of
from playground.pages.apis.reply_rule_form import (
    ReplyRuleForm,
    Trial,
    describe_rule,
    make_form,
    try_rule,
)
from playground.pages.builder.parameters import read_start
from playground.pages.drafts import choose_connection
from playground.pages.markdown import render_markdown
from playground.pages.replies import ICONS, KINDS
from playground.pages.responses import breadcrumbs
from playground.people.access import needs, person_of
from playground.people.models import Role
from playground.workspace.models import Connection

# RFC 9110, section 9.3: some servers reject a body here, so an optional one starts left out.
BODY_IS_UNUSUAL = ("GET", "HEAD", "DELETE")
LONGEST_TITLE = 100
# The stored document of an operation without a body, which is never sent.
NO_DOCUMENT = "{}"
MOST_EXAMPLES = 50
SHOWN_EXAMPLE = 4000


@dataclass(frozen=True)
class StartingPoint:
    """An example body to start with. `id` is its value in forms."""

    id: str
    title: str
    help: str
    media_type: str
    text: str

    @property
    def shown(self) -> str:
        """The beginning of its text, as shown on the page."""
        is_long = len(self.text) > SHOWN_EXAMPLE
        return f"{self.text[:SHOWN_EXAMPLE]}\n…" if is_long else self.text


@needs(Role.VIEWER)
@require_safe
def show_operation(request: HttpRequest, api_id: str, key: str) -> HttpResponse:
    return _render_operation(request, api_id, key)


def _render_operation(
    request: HttpRequest,
    api_id: str,
    key: str,
    form: ReplyRuleForm | None = None,
    trial: Trial | None = None,
) -> HttpResponse:
    """Render the page; `form` is the rule as typed, `trial` its verdict on the last reply."""
    operation = get_operation_or_404(api_id, key)
    row = ImportedOperation.objects.filter(api=api_id, key=key).select_related("api").first()
    api_title = row.api.title if row else operation.api.title
    context = {
        "operation": operation,
        "api_id": api_id,
        "key": key_of(operation),
        "api_title": api_title,
        "obstacle": row.obstacle if row else "",
        "description": render_markdown(operation.summary),
        "parameters": [_describe_parameter(each) for each in operation.parameters],
        "media_types": [each.media_type for each in operation.bodies],
        "servers": operation.servers or operation.api.servers,
        "replies": [(status, list(content)) for status, content in operation.replies.items()],
        "examples": list_examples(operation),
        "connections": Connection.objects.filter(api=api_id).order_by("-practice", "name"),
        "trail": breadcrumbs(
            (_("APIs"), reverse("apis")),
            (api_title, reverse("api", args=[api_id])),
            operation.title,
        ),
    }
    if row is not None:
        own = operation.verdict.own
        outcome = trial.verdict.outcome if trial and trial.verdict else ""
        context |= {
            "rule": describe_rule(own) if own else [],
            "rule_form": form or make_form(own),
            "rule_open": form is not None,
            "trial": trial,
            "trial_kind": KINDS.get(outcome, ""),
            "trial_icon": ICONS.get(outcome, "note"),
            "links": list_links(operation),
        }
    status = 422 if form is not None and form.errors else 200
    return render(request, "apis/operation.html", context, status=status)


def list_links(operation: Operation) -> list[dict[str, Any]]:
    """The operations that continue with a reply of this operation."""
    api_id = operation.id.partition(":")[0]
    return [
        {
            "link": each,
            "title": find_title(each.operation),
            "key": each.operation.removeprefix(f"{api_id}:"),
            "is_own": each.status == ANY_SUCCESS,
            "values": [(key, _as_typed(value)) for key, value in each.parameters.items()],
        }
        for each in operation.links
    ]


def _as_typed(value: object) -> object:
    """The value of a link as people type it: a pointer points into the reply's body."""
    return value.removeprefix("$response.body#") if isinstance(value, str) else value


def _describe_parameter(parameter: Parameter) -> dict[str, Any]:
    types = sorted(parameter.types) if len(parameter.types) < 4 else []
    return {
        "parameter": parameter,
        "help": render_markdown(parameter.help),
        "types": types,
        "choices": parameter.schema.get("enum", ())[:12]
        if isinstance(parameter.schema.get("enum"), list)
        else (),
    }


def list_examples(operation: Operation) -> list[StartingPoint]:
    """The examples of all media types, in document order."""
    return list(_read_examples(operation))[:MOST_EXAMPLES]


def _read_examples(operation: Operation) -> Iterator[StartingPoint]:
    for index, body in enumerate(operation.bodies):
        for number, example in enumerate(body.examples):
            yield StartingPoint(
                id=f"{index}-{number}",
                title=(example.title or _("Example"))[:LONGEST_TITLE],
                help=example.help,
                media_type=body.media_type,
                text=json.dumps(example.value, indent=2, ensure_ascii=False),
            )


@needs(Role.EDITOR)
@require_POST
def start_operation(request: HttpRequest, api_id: str, key: str) -> HttpResponse:
    """Open a draft with the chosen example, or by default the smallest valid body."""
    operation = get_operation_or_404(api_id, key)
    wanted = request.POST.get("example", "")
    example = next((each for each in list_examples(operation) if each.id == wanted), None)
    text, metadata = operation.sample_text or NO_DOCUMENT, EMPTY
    if example is not None:
        text = example.text
        if example.media_type != operation.bodies[0].media_type:
            metadata = replace(EMPTY, media_type=example.media_type)
    elif operation.bodies and not operation.body_required and operation.method in BODY_IS_UNUSUAL:
        metadata = replace(EMPTY, is_body_left_out=True)
    draft = start_draft(
        person_of(request),
        operation.id,
        text,
        connection=choose_connection(request.POST.get("connection", ""), api_id),
        path_values=start_values(operation),
        metadata=metadata,
    )
    return redirect("builder", draft.id)


@needs(Role.EDITOR)
@require_POST
def change_rule(request: HttpRequest, api_id: str, key: str) -> HttpResponse:
    """Store the rule; with `try`, only judge the last reply by it."""
    api, operation = get_imported_api(api_id), get_operation_or_404(api_id, key)
    form = make_form(operation.verdict.own, request.POST)
    if not form.is_valid():
        return _render_operation(request, api_id, key, form)
    if "try" in request.POST:
        trial = try_rule(person_of(request), operation, form.rule)
        return _render_operation(request, api_id, key, form, trial)
    set_reply_rule(person_of(request), api, key, form.rule)
    if form.rule is None:
        messages.success(request, _("Saved. Replies are judged as the document describes them."))
    else:
        messages.success(request, _("Saved. Replies from now on are judged by this rule."))
    return redirect("api_operation", api_id, key)


def start_values(operation: Operation) -> dict[str, str]:
    """Every path parameter, so that the builder shows it, and required ones with a value."""
    values = {each.key: read_start(each) for each in operation.path_fields}
    for each in operation.parameters:
        if each.place != "path" and each.required and (start := read_start(each)):
            values[each.key] = start
    return values
