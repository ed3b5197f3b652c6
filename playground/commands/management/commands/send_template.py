"""`manage.py send_template NAME`: sends a template and reports the verdict."""

from __future__ import annotations

import json
import sys
import uuid
from argparse import ArgumentParser
from typing import Any, NoReturn

from django.utils import timezone

from playground.calls.masking import format_masked, mask_call
from playground.calls.values import Outcome
from playground.commands.payload_arguments import add_payload_arguments, fill_payload
from playground.commands.scripts import (
    INVALID_ARGUMENTS,
    NOT_SENT,
    REFUSED,
    UNKNOWN,
    InvalidArgument,
    SendingCommand,
    find_template,
    find_version,
)
from playground.commands.server import serve_sandbox
from playground.commands.startup import (
    announce_public_origin,
    explain_missing_person,
    find_actor,
)
from playground.drafts.assignments import AssignmentError
from playground.history.models import Exchange
from playground.openapi.operations import UnknownOperation
from playground.payload_templates.models import Template
from playground.payload_templates.templates import record_use
from playground.payload_templates.versions import read_content
from playground.people.models import Person
from playground.sending.pipeline import assemble_plan
from playground.sending.plans import Plan, check_plan, plan_state
from playground.sending.submission import Blocked, submit_plan, wait_for_exchange

EXIT_STATUS = {
    Outcome.ACCEPTED: 0,
    Outcome.REFUSED: REFUSED,
    Outcome.HTTP_ERROR: REFUSED,
    Outcome.NOT_SENT: NOT_SENT,
}


class Command(SendingCommand):
    help = (
        "Send a template. The exit status is 0 if it was accepted, 1 if it was refused, 2 if the "
        "arguments aren't valid, 3 if nothing was sent, 4 if the outcome is unknown."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("name", help="name or ID of the template")
        parser.add_argument("--variant", default="", help="name of a variant")
        parser.add_argument("--number", type=int, default=0, help="a version; default: the newest")
        add_payload_arguments(parser)
        parser.add_argument("--confirm", default="", help="name of a protected connection")
        parser.add_argument("--user", default="", help="who sends; default: the first owner")
        parser.add_argument(
            "--key",
            type=uuid.UUID,
            help="a UUID: run again with the same key and arguments, it sends only once",
        )
        parser.add_argument("--dry-run", action="store_true", help="print the masked request only")
        parser.add_argument("--json", action="store_true", help="print one JSON object")

    def handle(self, *args: Any, **options: Any) -> None:
        self.as_json = options["json"]
        self.notes: list[str] = []
        person = find_actor(options["user"])
        if person is None:
            self.reject(explain_missing_person(options["user"]))
        try:
            template = find_template(person, options["name"])
            plan = self.plan(person, template, options)
        except (AssignmentError, InvalidArgument, UnknownOperation) as error:
            self.reject(str(error))
        # With --json they are part of the object.
        for note in () if self.as_json else self.notes:
            self.stderr.write(note)
        if options["dry_run"]:
            announce_public_origin()
            self.show(plan)
        elif plan.connection is None:
            self.reject("The template has no connection. Choose one with --connection.")
        else:
            with serve_sandbox(plan.connection):
                self.send(person, template, plan, options["confirm"], options["key"])

    def plan(self, person: Person, template: Template, options: dict[str, Any]) -> Plan:
        version = find_version(template, options["number"], options["variant"])
        state = read_content(version).state(options["variant"])
        state, self.notes = fill_payload(template.operation, state, options)
        return plan_state(template.operation, state, template.name, version, person)

    def show(self, plan: Plan) -> None:
        """Print the exact request, masked, and its problems."""
        problems, assembled = check_plan(plan), assemble_plan(plan)
        masked = mask_call(assembled.call)
        body = format_masked(masked.body) if masked.body is not None else ""
        errors = [each.message for each in problems if each.blocks]
        if assembled.failure is not None and not errors:
            errors = [assembled.failure.message]
        # The keys of the JSON stay as they are, whatever the fields are called in here.
        if self.as_json:
            answer = {
                "outcome": "blocked" if errors else "dry-run",
                "sentence": errors[0] if errors else "",
                "method": masked.method,
                "url": format_masked(masked.url),
                "headers": {name: format_masked(value) for name, value in masked.headers},
                "body": body,
                "problems": [each.as_dict() for each in problems],
                "notes": self.notes,
            }
            self.stdout.write(json.dumps(answer, ensure_ascii=False))
        else:
            headers = "".join(f"{name}: {format_masked(value)}\n" for name, value in masked.headers)
            self.stdout.write(f"{masked.method} {format_masked(masked.url)}\n{headers}\n{body}")
            for message in errors:
                self.stderr.write(message)
        if errors:
            sys.exit(NOT_SENT)

    def send(
        self,
        person: Person,
        template: Template,
        plan: Plan,
        confirm: str,
        key: uuid.UUID | None,
    ) -> None:
        # Without a key, running the command again is meant to send again.
        sent = submit_plan(person, plan, key or uuid.uuid4(), confirm)
        if isinstance(sent, Blocked):
            self.report({"outcome": "blocked", "sentence": sent.message})
            sys.exit(NOT_SENT)
        record_use(template)
        ended = wait_until_ended(sent)
        self.report(
            {
                "outcome": ended.outcome,
                "code": ended.code,
                "sentence": ended.message,
                "status": ended.status,
                "exchange": str(ended.id),
                "job": ended.job_uid,
            }
        )
        sys.exit(EXIT_STATUS.get(Outcome(ended.outcome), UNKNOWN))

    def report(self, answer: dict[str, Any]) -> None:
        answer["notes"] = self.notes
        text = json.dumps(answer, ensure_ascii=False) if self.as_json else answer["sentence"]
        self.stdout.write(text)

    def reject(self, message: str) -> NoReturn:
        if self.as_json:
            answer = {"outcome": "not-understood", "sentence": message}
            self.stdout.write(json.dumps(answer, ensure_ascii=False))
        self.stderr.write(message)
        sys.exit(INVALID_ARGUMENTS)


def wait_until_ended(exchange: Exchange) -> Exchange:
    """The exchange once it has ended, or once its deadline has passed."""
    # The deadline ends the waiting if another process has taken over and died.
    # It moves once a worker takes what waited for one.
    while exchange.under_way and (exchange.deadline is None or timezone.now() < exchange.deadline):
        exchange = wait_for_exchange(exchange, 5)
    return exchange
