"""The next requests of a batch, put together before they are claimed."""

import threading
import uuid
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from itertools import groupby

from django.db.models import F
from django.utils import timezone
from django.utils.translation import gettext as _

from playground.apis.models import ImportedApi
from playground.batches.documents import Builder
from playground.batches.mapping import Mapping
from playground.batches.models import Batch, Row
from playground.calls.values import Failure
from playground.drafts.metadata import Metadata
from playground.drafts.models import Draft
from playground.drafts.states import State
from playground.history.bodies import pack_body
from playground.history.bulk_recording import Start, make_start
from playground.history.models import Body
from playground.openapi.operations import UnknownOperation, get_operation
from playground.people.models import Person
from playground.rules.problems import ERROR
from playground.sending.access_tokens import describe_tokens
from playground.sending.pipeline import (
    Assembled,
    Wire,
    assemble_plan,
    fetch_tokens,
    load_wire,
    make_exchange,
)
from playground.sending.plans import WORKFLOW_UID, Plan, check_plan, describe_context
from playground.workspace.models import Connection
from playground.workspace.secrets import note_secret_use

# Secrets are looked up again after that time even if nothing says that they changed.
WIRE_SECONDS = timedelta(seconds=5)
# Enough to tell two documents of an API apart, and short enough for the column.
LONGEST_DIGEST = 16
# Rows that are read ahead at a time, where many of them make one request.
MOST_ROWS_AHEAD = 5000
# They would fail every row alike, and somebody has to do something about them.
PAUSING = frozenset(
    {
        "base-placeholder",
        "credential-missing",
        "file-unavailable",
        "header-controlled",
        "secret-host",
        "secret-unknown",
    }
)


class MustPause(Exception):
    """Nothing of the batch can be sent now; the message says why, for people."""


@dataclass(frozen=True)
class RequestRows:
    """The rows of one request, the first of which leads it."""

    number: int
    rows: Sequence[Row] = field(repr=False)


@dataclass(frozen=True)
class Prepared:
    """A request that is ready to be recorded and sent, or to be ended with a failure."""

    batch_id: uuid.UUID
    request: int
    # Its row; None if there are several.
    row: Row | None = field(repr=False)
    plan: Plan = field(repr=False)
    assembled: Assembled = field(repr=False)
    start: Start = field(repr=False)

    @property
    def failure(self) -> Failure | None:
        return self.assembled.failure


class Preparer:
    """Reads requests ahead and puts their calls together; belongs to one lane.

    `share` of `shares` says which requests it prefers, so that lanes don't fight over the same.
    """

    def __init__(self, batch: Batch, share: int = 0, shares: int = 1) -> None:
        self._batch, self._share, self._shares = batch, share, shares
        try:
            self._operation = get_operation(batch.operation)
        except UnknownOperation:
            raise MustPause(_("The operation no longer exists.")) from None
        state = State(batch.text, Metadata.read(batch.metadata), batch.path_values)
        mapping = Mapping.read(batch.mapping)
        self._builder = Builder(self._operation, state, batch.columns, mapping)
        self._after = 0
        self._ready: list[Prepared] = []
        self._contexts: dict[str, Body] = {}
        self._stamp, self._tokens, self._wire_at = "", "", timezone.now()
        self._noted: set[str] = set()
        self.connection: Connection | None = None
        self.person: Person | None = None

    def refresh(self) -> None:
        """Judge again what may have changed since the last round. Raises MustPause."""
        batch = self._batch
        self.person = Person.objects.filter(pk=batch.person_id or 0).first()
        found = Connection.objects.filter(pk=batch.connection_id) if batch.connection_id else None
        self.connection = found.first() if found is not None else None
        check_sender(batch, self.person, self.connection)
        now, stamp = timezone.now(), describe_facts(self.connection)
        is_old = abs(now - self._wire_at) > WIRE_SECONDS
        if stamp != self._stamp or is_old or self._describe_tokens() != self._tokens:
            # What was prepared with other secrets is read and put together again.
            if stamp != self._stamp:
                self._drop()
            self._stamp, self._wire_at = stamp, now
            self._noted = set()
            self._common = self._plan()
            if failure := fetch_tokens(self._common, threading.Event()):
                raise MustPause(failure.message)
            if (tokens := self._describe_tokens()) != self._tokens:
                # Prepared calls contain the old token, which the API may have rejected.
                self._drop()
                self._tokens = tokens
            self._wire: Wire = load_wire(self._common)

    def take(self, wanted: int) -> list[Prepared]:
        """Return the next requests, at most so many. Raises MustPause."""
        while len(self._ready) < wanted:
            requests = self._read(wanted - len(self._ready))
            if not requests:
                break
            self._ready += map(self._prepare, requests)
        taken, self._ready = self._ready[:wanted], self._ready[wanted:]
        return taken

    def put_back(self, prepared: Sequence[Prepared]) -> None:
        """Keep what was taken and not claimed for the next round."""
        self._ready = [*prepared, *self._ready]

    def note_use(self, prepared: Iterable[Prepared]) -> None:
        """Record when the secrets of these requests were used, once in a while."""
        names = {name for each in prepared for name in each.assembled.unrecorded} - self._noted
        if names:
            note_secret_use(self.connection, self._batch.draft_id, names)
            self._noted |= names

    def forget(self, requests: Iterable[int]) -> None:
        """Leave out requests that were claimed although the database reported an error."""
        claimed = set(requests)
        self._ready = [each for each in self._ready if each.request not in claimed]

    def _describe_tokens(self) -> str:
        return describe_tokens(self.connection, self._operation.credential)

    def _drop(self) -> None:
        self._ready, self._after = [], 0
        self._contexts.clear()

    def _plan(self) -> Plan:
        batch = self._batch
        draft = Draft.objects.filter(pk=batch.draft_id).first() if batch.draft_id else None
        return Plan(
            operation=self._operation,
            connection=self.connection,
            draft=draft,
            name=batch.name,
            version=batch.version,
            person=self.person,
        )

    def _read(self, wanted: int) -> list[RequestRows]:
        found = self._find(wanted)
        if not found and self._after:
            # From the beginning, for what other lanes left and what is to be sent again.
            self._after, self._shares = 0, 1
            found = self._find(wanted)
        if not found:
            return []
        self._after = found[-1].number
        if self._batch.request_count >= self._batch.row_count - self._batch.bad_row_count:
            return [RequestRows(each.request or 0, [each]) for each in found]
        return list(self._read_groups([each.request or 0 for each in found]))

    def _find(self, wanted: int) -> list[Row]:
        batch = self._batch
        rows = Row.objects.filter(
            batch=batch, state=Row.State.WAITING, leader=True, number__gt=self._after
        )
        if self._shares > 1:
            rows = rows.annotate(share=F("request") % self._shares).filter(share=self._share)
        size = max(1, batch.row_count // max(1, batch.request_count))
        most = max(1, min(wanted, MOST_ROWS_AHEAD // size))
        # Those that are ready wait in the database, too.
        ready = {each.request for each in self._ready}
        found = rows.order_by("number")[: most + len(ready)]
        return [each for each in found if each.request not in ready][:most]

    def _read_groups(self, numbers: list[int]) -> Iterator[RequestRows]:
        rows = Row.objects.filter(batch=self._batch, request__in=numbers)
        for number, group in groupby(rows.order_by("request", "number"), lambda row: row.request):
            yield RequestRows(number or 0, list(group))

    def _prepare(self, request: RequestRows) -> Prepared:
        built = self._builder.build(request.rows)
        plan = self._fill(request, built.text, built.metadata, built.path_values)
        errors = [each.message for each in built.problems if each.severity == ERROR]
        if not errors and self._stamp != self._batch.checked_facts:
            # The rules may know more of the connection than when the rows were checked.
            errors = [each.message for each in check_plan(plan) if each.blocks]
        assembled = assemble_plan(plan, self._wire)
        if errors:
            failure = Failure("invalid", _("Not sent: %s") % errors[0], left=False)
            assembled = Assembled(assembled.call, failure)
        if assembled.failure is not None and assembled.failure.code in PAUSING:
            raise MustPause(assembled.failure.message)
        exchange = make_exchange(plan, self.person, None)
        # A draft's page shows what was sent from there, not thousands of rows.
        exchange.draft_id = None
        start = make_start(
            exchange, assembled.call, plan.text, plan.metadata, self._describe_context(plan)
        )
        row = request.rows[0] if len(request.rows) == 1 else None
        return Prepared(self._batch.pk, request.number, row, plan, assembled, start)

    def _fill(
        self, request: RequestRows, text: str, metadata: str, path_values: dict[str, str]
    ) -> Plan:
        common = self._common
        return Plan(
            operation=common.operation,
            connection=common.connection,
            path_values=path_values,
            text=text,
            metadata=metadata,
            draft=common.draft,
            name=_("%(name)s, row %(row)d") % {
                "name": self._batch.name[:250],
                "row": request.rows[0].number,
            },
            version=common.version,
            person=common.person,
        )  # fmt: skip

    def _describe_context(self, plan: Plan) -> Body:
        # It is the same for all rows of a workflow, unless variables are used.
        if "{{" in plan.text or any("{{" in each for each in plan.path_values.values()):
            return pack_body(describe_context(plan).encode())
        key = plan.path_values.get(WORKFLOW_UID, "")
        if key not in self._contexts:
            self._contexts[key] = pack_body(describe_context(plan).encode())
        return self._contexts[key]


def check_sender(batch: Batch, person: Person | None, connection: Connection | None) -> None:
    """Raise MustPause if the person may no longer send this, or not there."""
    if person is None:
        raise MustPause(_("The account of the person who started this was deleted."))
    if not person.may_edit:
        raise MustPause(_("%s is no longer an editor.") % person.get_username())
    if connection is None:
        name = batch.connection_name or _("The connection")
        raise MustPause(_("%s was deleted. Start a new batch over another connection.") % name)
    if connection.base_url != batch.base_url:
        text = _("%s has another address since this was started. Check it, then resume.")
        raise MustPause(text % connection.name)
    if connection.protected and not batch.confirmed:
        raise MustPause(_("%s is protected now. Type its name to resume.") % connection.name)


def describe_facts(connection: Connection | None) -> str:
    """Return a text that differs once the rules might judge by other facts."""
    if connection is None:
        return ""
    facts = f"{connection.facts_version}/{connection.changed_at.timestamp()}"
    documents = ImportedApi.objects.filter(pk=connection.api)
    digest = documents.values_list("document", flat=True).first()
    # A newer document of the API has different schemas.
    return f"{facts}/{digest[:LONGEST_DIGEST]}" if digest else facts


def find_submission(batch_id: uuid.UUID, request: int, attempt: int) -> uuid.UUID:
    """Return the idempotency key of an attempt: the same attempt can't be recorded twice."""
    return uuid.uuid5(batch_id, f"{request}/{attempt}")
