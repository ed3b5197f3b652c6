"""Sync of a connection: its workflows and accounts are read, one call after the other."""

import threading
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.db import transaction
from django.utils import timezone

from playground.history.processes import has_ended, identify_process
from playground.openapi.operations import get_operation
from playground.people.audit import record_event
from playground.people.models import Person
from playground.sending import failures
from playground.sending.api_calls import CallResult, call_operation
from playground.sending.backoff import call_with_backoff
from playground.sending.plans import plan_operation
from playground.sending.pool import Task, get_pool
from playground.workspace import workflows
from playground.workspace.accounts import store_accounts
from playground.workspace.models import Connection, SyncRun, Workflow

MOST_PAGES = 2000
MOST_SENTENCES = 200
KEPT_RUNS = 10
FORGOTTEN = timedelta(hours=1)
Watch = Callable[[SyncRun], None]


def can_sync(connection: Connection) -> bool:
    """Whether its API lists workflows and accounts."""
    return connection.api == get_operation("list-workflows").api.id


def start_sync(connection: Connection, person: Person | None) -> SyncRun:
    """Start a sync in the pool; the one under way when there is one."""
    with transaction.atomic():
        current = find_sync(connection)
        if current is not None and current.under_way:
            return current
        run = _make_run(connection, person)
    pool = get_pool()
    if not pool.submit(Task(run.id, lambda cancel: run_sync(run, cancel))):
        _end(run, SyncRun.Outcome.FAILED, failures.pool_full(pool.size).message)
    return run


def find_sync(connection: Connection) -> SyncRun | None:
    """The newest sync; one that nobody carries any more shows as failed."""
    run = connection.syncs.first()
    if run is not None and run.under_way and _is_lost(run):
        run.outcome = SyncRun.Outcome.FAILED
        run.failures = [*run.failures, "API Playground stopped before the sync ended."]
    return run


def sync_now(connection: Connection, watch: Watch) -> SyncRun:
    """The whole sync in this thread, for a command; `watch` sees every step."""
    run = _make_run(connection, None)
    run_sync(run, threading.Event(), watch)
    return run


def run_sync(run: SyncRun, cancel: threading.Event, watch: Watch = lambda run: None) -> None:
    """Make the sync. Whatever goes wrong on the way, the run ends and says so."""
    try:
        _Sync(run, cancel, watch).make()
    except Exception as error:
        if not SyncRun.objects.filter(pk=run.pk).exists():
            return  # deleted meanwhile, with its connection
        sentence = f"API Playground failed while syncing ({type(error).__name__})."
        _end(run, SyncRun.Outcome.FAILED, sentence)
        raise
    finally:
        watch(run)


@dataclass(frozen=True)
class Listed:
    """What some pages brought: `rows`, and whether the last page was reached."""

    rows: list[Mapping[str, Any]]
    complete: bool


class _Sync:
    """One sync while it is made: it counts, tells and remembers what failed."""

    def __init__(self, run: SyncRun, cancel: threading.Event, watch: Watch) -> None:
        self.run, self.cancel, self.watch = run, cancel, watch
        self.connection = run.connection
        self.was_synced = self.connection.synced_at is not None

    def make(self) -> None:
        listed = self._read_workflows()
        if listed is None:
            _end(self.run, SyncRun.Outcome.FAILED)
            return
        self._read_details(listed)
        self._read_accounts()
        outcome = SyncRun.Outcome.PARTLY if self.run.failures else SyncRun.Outcome.COMPLETE
        Connection.objects.filter(pk=self.connection.pk).update(synced_at=timezone.now())
        _end(self.run, outcome)

    def _read_workflows(self) -> Listed | None:
        self._tell("Reading the list of workflows")
        answer = self._ask("list-workflows")
        rows = _rows(answer.read(), "workflows") if answer.accepted else None
        if rows is None:
            self._fail("The list of workflows", answer)
            return None
        unique = {row["uid"]: row for row in rows if _has_uid(row)}
        if nameless := sum(not _has_uid(row) for row in rows):
            self._miss("The list of workflows", f"{nameless} of its entries have no UID")
        self._step(total=1 + len(unique))
        return Listed(list(unique.values()), complete=True)

    def _read_details(self, listed: Listed) -> None:
        before = dict(self.connection.workflows.values_list("uid", "details"))
        count = sum(
            self._read_one(str(row["uid"]), str(row.get("name") or row["uid"]), before)
            for row in listed.rows
        )
        uids = {str(row["uid"]) for row in listed.rows}
        for gone in workflows.mark_unlisted(self.connection, uids):
            self._change(f"{gone.name} is no longer listed.")
        self.run.counts = {**self.run.counts, "workflows": count}

    def _read_one(self, uid: str, name: str, before: Mapping[str, str]) -> bool:
        """Whether it was read and kept."""
        self._tell(f"Reading {name}")
        answer = self._ask("get-workflow", {"workflow_uid": uid})
        stored = answer.accepted and answer.text
        kept = workflows.store_workflow(self.connection, stored, uid, name) if stored else None
        self._step()
        if kept is None:
            self._fail(name, answer)
        elif uid not in before:
            self._change(f"{kept.name} is new.")
        elif before[uid] != kept.details:
            self._tell_change(kept)
        return kept is not None

    def _tell_change(self, kept: Workflow) -> None:
        if kept.api_differs:
            sentence = "{} changed; what was edited by hand still counts here."
            self._change(sentence.format(kept.name))
            return
        latest = kept.changes.first()
        if latest is not None and latest.made_at >= self.run.started_at:
            self._change(f"{kept.name}: {' '.join(latest.messages)}")

    def _read_accounts(self) -> None:
        slugs = list(_integrations_of(self.connection))
        self._step(total=self.run.total + len(slugs), by=0)
        count = 0
        for slug in slugs:
            listed = self._list_accounts(slug)
            self._step()
            if listed is None:
                continue
            before = _validity(self.connection, slug)
            count += store_accounts(self.connection, slug, listed.rows, listed.complete)
            self._compare_accounts(slug, before)
        self.run.counts = {**self.run.counts, "accounts": count}

    def _list_accounts(self, slug: str) -> Listed | None:
        """The pages of one integration; None when not even the first one came."""
        seen: dict[str, Mapping[str, Any]] = {}
        for page in range(MOST_PAGES):
            self._tell(f"Reading the accounts of {slug}" + (f", page {page + 1}" if page else ""))
            query = {"page": str(page), "stats": "true"}
            answer = self._ask("list-accounts", {"integration_uid": slug}, query)
            told = answer.read()
            rows = _rows(told, "accounts") if answer.accepted else None
            if rows is None:
                self._fail(
                    f"The accounts of {slug}" + (f", page {page + 1}" if page else ""), answer
                )
                return Listed(list(seen.values()), complete=False) if seen else None
            fresh = {r["uid"]: r for r in rows if _has_uid(r)}
            news = fresh.keys() - seen.keys()
            seen |= fresh
            # An API that says "more" for ever, without anything new, is not asked for ever.
            if not (isinstance(told, dict) and told.get("next_page_exist") is True and news):
                break
        return Listed(list(seen.values()), complete=True)

    def _compare_accounts(self, slug: str, before: Mapping[str, tuple[str, bool | None]]) -> None:
        after = _validity(self.connection, slug)
        new = [name for uid, (name, _) in after.items() if uid not in before]
        gone = [name for uid, (name, _) in before.items() if uid not in after]
        if self.was_synced or before:
            self._name(new, "New in {}: {}.", slug)
        self._name(gone, "No longer in {}: {}.", slug)
        for uid, (name, valid) in after.items():
            if uid in before and before[uid][1] is not False and valid is False:
                self._change(f"{name} ({slug}) has to be connected again.")
            elif uid in before and before[uid][1] is False and valid:
                self._change(f"{name} ({slug}) is valid again.")

    def _name(self, names: list[str], sentence: str, slug: str) -> None:
        if names:
            more = f" and {len(names) - 5} more" if len(names) > 5 else ""
            self._change(sentence.format(slug, ", ".join(names[:5]) + more))

    def _ask(
        self,
        operation: str,
        path_values: Mapping[str, str] | None = None,
        query_values: Mapping[str, str] | None = None,
    ) -> CallResult:
        """One call, never kept as an exchange: answers about accounts carry live cookies."""
        plan = plan_operation(operation, self.connection, path_values, query_values)
        step = self.run.step
        return call_with_backoff(
            lambda: call_operation(plan, cancel=self.cancel),
            self.cancel,
            lambda seconds: self._tell(f"{step}: the API asks to wait {seconds:.0f} s"),
        )

    def _fail(self, what: str, answer: CallResult) -> None:
        sentence = answer.verdict.message
        if answer.accepted:
            sentence = "the answer is not in the shape that is known"
        self._miss(what, sentence)

    def _miss(self, what: str, sentence: str) -> None:
        if len(self.run.failures) < MOST_SENTENCES:
            self.run.failures = [*self.run.failures, f"{what[:200]}: {sentence}"]

    def _change(self, sentence: str) -> None:
        if len(self.run.changes) < MOST_SENTENCES:
            self.run.changes = [*self.run.changes, sentence]

    def _tell(self, sentence: str) -> None:
        self.run.step = sentence[:300]
        self._save()

    def _step(self, total: int | None = None, by: int = 1) -> None:
        self.run.done, self.run.total = self.run.done + by, total or self.run.total
        self._save()

    def _save(self) -> None:
        self.run.save()
        self.watch(self.run)


def _make_run(connection: Connection, person: Person | None) -> SyncRun:
    old = connection.syncs.values_list("pk", flat=True)[KEPT_RUNS:]
    SyncRun.objects.filter(pk__in=list(old)).delete()
    return SyncRun.objects.create(
        connection=connection,
        person=person,
        process=identify_process(),
        step="Waiting for its turn",
    )


def _end(run: SyncRun, outcome: str, failure: str = "") -> None:
    run.outcome, run.ended_at, run.step = outcome, timezone.now(), ""
    if failure:
        run.failures = [*run.failures, failure]
    run.save()
    told = f"{len(run.failures)} failures" if run.failures else "ok"
    record_event(run.person, "sync", run.connection.name, told)


def _is_lost(run: SyncRun) -> bool:
    return has_ended(run.process) or run.started_at < timezone.now() - FORGOTTEN


def _rows(told: Any, key: str) -> list[Mapping[str, Any]] | None:
    """The objects of a list answer: an array, or an object that has it under its name."""
    listed = told.get(key) if isinstance(told, dict) else told
    if not isinstance(listed, list):
        return None
    return [row for row in listed if isinstance(row, dict)]


def _has_uid(row: Mapping[str, Any]) -> bool:
    uid = row.get("uid")
    return isinstance(uid, str) and bool(uid.strip())


def _integrations_of(connection: Connection) -> Iterator[str]:
    """The slugs that steps use, and those of accounts known already, each once."""
    found: dict[str, None] = {}
    for row in connection.workflows.all():
        for step in workflows.read_definition(row).steps:
            found |= dict.fromkeys(step.integrations)
    found |= dict.fromkeys(connection.accounts.values_list("integration", flat=True))
    return (slug for slug in found if 0 < len(slug.strip()) <= 200)


def _validity(connection: Connection, slug: str) -> dict[str, tuple[str, bool | None]]:
    rows = connection.accounts.filter(integration=slug).values_list("uid", "name", "valid")
    return {uid: (name or uid, valid) for uid, name, valid in rows}
