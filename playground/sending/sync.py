"""Sync of a connection: its workflows and accounts are read, one call after the other."""

import threading
from collections.abc import Callable, Mapping
from typing import Any

from django.utils import timezone

from playground.openapi.operations import get_operation
from playground.people.audit import record_event
from playground.sending.api_calls import CallResult, call_operation, call_with_backoff
from playground.sending.plans import plan_operation
from playground.workspace import accounts, workflows
from playground.workspace.models import Connection, SyncRun, Workflow

MOST_PAGES = 2000
MOST_MESSAGES = 200
MOST_NAMES = 5
Watch = Callable[[SyncRun], None]
Row = Mapping[str, Any]


def can_sync(connection: Connection) -> bool:
    """Return whether the connection's API lists workflows and accounts."""
    return connection.api == get_operation("list-workflows").api.id


def carry_out(run: SyncRun, cancel: threading.Event, watch: Watch = lambda run: None) -> None:
    """Carry out a sync. Whatever goes wrong, the run ends with a message."""
    try:
        _Sync(run, cancel, watch).run_all()
    except Exception as error:
        if not SyncRun.objects.filter(pk=run.pk).exists():
            return  # deleted in the meantime, with its connection
        message = f"API Playground failed while syncing ({type(error).__name__})."
        end_run(run, SyncRun.Outcome.FAILED, message)
        raise
    finally:
        watch(run)


class _Sync:
    """One sync under way. What it knows is in its run, saved after every step: pages poll it."""

    def __init__(self, run: SyncRun, cancel: threading.Event, watch: Watch) -> None:
        self.run, self.cancel, self.watch = run, cancel, watch
        self.connection = run.connection

    def run_all(self) -> None:
        listed = self._list_workflows()
        if listed is None:
            end_run(self.run, SyncRun.Outcome.FAILED)
            return
        self._read_workflows(listed)
        self._read_accounts()
        outcome = SyncRun.Outcome.PARTLY if self.run.failures else SyncRun.Outcome.COMPLETE
        # Not save(): people may have edited the connection while the sync ran.
        Connection.objects.filter(pk=self.connection.pk).update(synced_at=timezone.now())
        end_run(self.run, outcome)

    def _list_workflows(self) -> list[Row] | None:
        self._report("Reading the list of workflows")
        result = self._call("list-workflows")
        rows = _parse_rows(result, "workflows")
        if rows is None:
            self._add_failure("The list of workflows", result.refusal)
            return None
        unique = {row["uid"]: row for row in rows if _has_uid(row)}
        if nameless := sum(not _has_uid(row) for row in rows):
            self._add_failure("The list of workflows", f"{nameless} entries have no UID")
        self._advance(total=1 + len(unique))
        return list(unique.values())

    def _read_workflows(self, listed: list[Row]) -> None:
        before = dict(self.connection.workflows.values_list("uid", "details"))
        count = sum(self._read_workflow(row, before) for row in listed)
        uids = {str(row["uid"]) for row in listed}
        for gone in workflows.mark_unlisted(self.connection, uids):
            self._add_change(f"{gone.name} is no longer listed.")
        self.run.counts = {**self.run.counts, "workflows": count}

    def _read_workflow(self, row: Row, before: Mapping[str, str]) -> bool:
        """Return whether the workflow was read and stored."""
        uid, name = str(row["uid"]), str(row.get("name") or row["uid"])
        self._report(f"Reading {name}")
        result = self._call("get-workflow", {"workflow_uid": uid})
        text = result.text if result.accepted else ""
        stored = workflows.store_workflow(self.connection, text, uid, name) if text else None
        self._advance()
        if stored is None:
            self._add_failure(name, result.refusal)
        elif uid not in before:
            self._add_change(f"{stored.name} is new.")
        elif before[uid] != stored.details:
            self._add_workflow_change(stored)
        return stored is not None

    def _add_workflow_change(self, stored: Workflow) -> None:
        if stored.api_differs:
            self._add_change(f"{stored.name} changed. The definition edited here stays in force.")
            return
        latest = stored.changes.first()
        if latest is not None and latest.made_at >= self.run.started_at:
            self._add_change(f"{stored.name}: {' '.join(latest.messages)}")

    def _read_accounts(self) -> None:
        slugs = accounts.list_integrations(self.connection)
        self._advance(total=self.run.total + len(slugs), by=0)
        is_first = self.connection.synced_at is None
        count = 0
        for slug in slugs:
            before = accounts.read_validity(self.connection, slug)
            count += self._read_integration(slug)
            self._advance()
            after = accounts.read_validity(self.connection, slug)
            # After the first sync everything would be new.
            self._add_account_changes(slug, before, after, report_new=bool(before) or not is_first)
        self.run.counts = {**self.run.counts, "accounts": count}

    def _read_integration(self, slug: str) -> int:
        """Read and store all pages of one integration; return how many accounts there are."""
        seen: dict[str, Row] = {}
        for page in range(MOST_PAGES):
            what = f"accounts of {slug}" + (f", page {page + 1}" if page else "")
            self._report(f"Reading the {what}")
            query = {"page": str(page), "stats": "true"}
            result = self._call("list-accounts", {"integration_uid": slug}, query)
            rows = _parse_rows(result, "accounts")
            if rows is None:
                self._add_failure(f"The {what}", result.refusal)
                # What was read is stored; what wasn't read may still exist.
                return accounts.store_accounts(self.connection, slug, list(seen.values()), False)
            listed = {row["uid"]: row for row in rows if _has_uid(row)}
            new = listed.keys() - seen.keys()
            seen |= listed
            body = result.parse()
            has_next = isinstance(body, dict) and body.get("next_page_exist") is True
            # Without anything new the next page is not read: an API might say "more" forever.
            if not (has_next and new):
                break
        return accounts.store_accounts(self.connection, slug, list(seen.values()))

    def _add_account_changes(
        self,
        slug: str,
        before: accounts.Validity,
        after: accounts.Validity,
        report_new: bool,
    ) -> None:
        if report_new:
            new = [name for uid, (name, _) in after.items() if uid not in before]
            self._add_names(new, f"New in {slug}")
        gone = [name for uid, (name, _) in before.items() if uid not in after]
        self._add_names(gone, f"No longer in {slug}")
        for uid, (name, valid) in after.items():
            was_valid = before[uid][1] if uid in before else valid
            if was_valid is not False and valid is False:
                self._add_change(f"{name} ({slug}) must be reconnected.")
            elif was_valid is False and valid:
                self._add_change(f"{name} ({slug}) is valid again.")

    def _add_names(self, names: list[str], label: str) -> None:
        if names:
            others = len(names) - MOST_NAMES
            more = f" and {others} more" if others > 0 else ""
            self._add_change(f"{label}: {', '.join(names[:MOST_NAMES])}{more}.")

    def _call(
        self, operation: str, path: Mapping[str, str] | None = None, query: Row | None = None
    ) -> CallResult:
        # Never recorded as an exchange: lists of accounts carry live session cookies.
        plan = plan_operation(operation, self.connection, path, query)
        step = self.run.step
        return call_with_backoff(
            lambda: call_operation(plan, cancel=self.cancel),
            self.cancel,
            lambda seconds: self._report(f"{step}. Waiting {seconds:.0f} s as the API asked"),
        )

    def _add_failure(self, what: str, message: str) -> None:
        if len(self.run.failures) < MOST_MESSAGES:
            self.run.failures = [*self.run.failures, f"{what[:200]}: {message}"]

    def _add_change(self, message: str) -> None:
        if len(self.run.changes) < MOST_MESSAGES:
            self.run.changes = [*self.run.changes, message]

    def _report(self, step: str) -> None:
        self.run.step = step[:300]
        self._save()

    def _advance(self, total: int | None = None, by: int = 1) -> None:
        self.run.done += by
        self.run.total = total or self.run.total
        self._save()

    def _save(self) -> None:
        self.run.save()
        self.watch(self.run)


def end_run(run: SyncRun, outcome: str, failure: str = "") -> None:
    """Store the end of a sync, with the message of a failure."""
    run.outcome, run.ended_at, run.step = outcome, timezone.now(), ""
    if failure:
        run.failures = [*run.failures, failure]
    run.save()
    result = f"{len(run.failures)} failures" if run.failures else "ok"
    record_event(run.person, "sync", run.connection.name, result)


def _parse_rows(result: CallResult, key: str) -> list[Row] | None:
    """Return the objects of a list: an array, or an object with the array under `key`."""
    body = result.parse() if result.accepted else None
    listed = body.get(key) if isinstance(body, dict) else body
    if not isinstance(listed, list):
        return None
    return [row for row in listed if isinstance(row, dict)]


def _has_uid(row: Row) -> bool:
    uid = row.get("uid")
    return isinstance(uid, str) and bool(uid.strip())
