"""Running the failed inputs of a job again: a new draft, nothing is sent yet."""

import uuid

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from playground.pages.exchanges import get_exchange
from playground.people.access import needs, person_of
from playground.people.models import Role
from playground.sending.failed_inputs import NothingToRerun, draft_failed_inputs
from playground.sending.job_results import ALL, read_job_rows
from playground.workspace.models import Connection

ROWS_WAIT = 10.0


@needs(Role.EDITOR)
@require_POST
def rerun_failed(request: HttpRequest, exchange_id: uuid.UUID) -> HttpResponse:
    exchange = get_exchange(request, exchange_id)
    if not exchange.job_uid or not exchange.fingerprint:
        raise Http404(_("This request launched no job."))
    connection = get_object_or_404(Connection, pk=exchange.connection_id)
    rows = read_job_rows(connection, exchange.job_uid, "inputs", ALL, ROWS_WAIT)
    if not rows.ready or rows.refusal:
        # Reading continues in the background: the next press finds everything.
        message = rows.refusal or _("The inputs are still loading. Try again in a moment.")
        messages.warning(request, message)
        return redirect("exchange", exchange.id)
    try:
        draft = draft_failed_inputs(person_of(request), exchange, rows.rows)
    except NothingToRerun as reason:
        messages.warning(request, reason.message)
        return redirect("exchange", exchange.id)
    messages.info(request, _("This draft has only the inputs that failed. Nothing is sent yet."))
    return redirect("builder", draft.id)
