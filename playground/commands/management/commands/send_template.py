"""`manage.py send_template NAME`: sends a template; the exit status tells the verdict."""

from __future__ import annotations

import json
import sys
import uuid
from argparse import ArgumentParser
from pathlib import Path
from typing import Any, NoReturn

from django.core.management.base import BaseCommand
from django.utils import timezone

from playground.calls.masking import format_masked, mask_call
from playground.calls.values import Outcome
from playground.commands.actor import explain_nobody, find_actor
from playground.commands.startup_links import name_origin, practising
from playground.drafts.assignments import (
    AssignmentError,
    assign_connection,
    assign_file,
    assign_typed,
    assign_variable,
)
from playground.drafts.editing import State
from playground.history.models import Exchange
from playground.openapi.operations import UnknownOperation
from playground.payload_templates.models import Template, Version
from playground.payload_templates.templates import find_templates_by_name, record_use
from playground.payload_templates.variants import find_variant
from playground.payload_templates.versions import get_version, read_content
from playground.people.models import Person
from playground.sending.pipeline import assemble_plan
from playground.sending.plans import Plan, check_plan, plan_state
from playground.sending.submission import Blocked, submit_plan, wait_for_exchange
from playground.workspace.models import Connection

REFUSED, NOT_UNDERSTOOD, NOT_SENT, UNKNOWN = 1, 2, 3, 4
STATUS = {
    Outcome.ACCEPTED: 0,
    Outcome.REFUSED: REFUSED,
    Outcome.HTTP_ERROR: REFUSED,
    Outcome.NOT_SENT: NOT_SENT,
}


class Command(BaseCommand):
    help = (
        "Sends a template. Ends with 0 when it was accepted, 1 when it was refused, 2 when the "
        "question was not understood, 3 when nothing was sent, 4 when nobody knows."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("name", help="the template's name or id")
        parser.add_argument("--variant", default="", help="the name of a variant")
        parser.add_argument("--number", type=int, default=0, help="a version, else the newest")
        parser.add_argument("--connection", help="send over this connection instead")
        parser.add_argument(
            "--set", action="append", default=[], metavar="/POINTER=VALUE", dest="values"
        )
        parser.add_argument(
            "--var", action="append", default=[], metavar="NAME=VALUE", dest="variables"
        )
        parser.add_argument(
            "--file", action="append", default=[], metavar="/POINTER=FILE", dest="files"
        )
        parser.add_argument("--confirm", default="", help="the name of a protected connection")
        parser.add_argument("--user", default="", help="who sends; else the first owner")
        parser.add_argument("--dry-run", action="store_true", help="show it, masked; send nothing")
        parser.add_argument("--json", action="store_true", help="one JSON object as the answer")

    def handle(self, *args: Any, **options: Any) -> None:
        self.as_json = options["json"]
        person = find_actor(options["user"])
        if person is None:
            self.refuse(explain_nobody(options["user"]))
        template = self.find(person, options["name"])
        try:
            plan = self.plan(person, template, options)
        except (AssignmentError, UnknownOperation) as sentence:
            self.refuse(str(sentence))
        if options["dry_run"]:
            name_origin()
            self.show(plan)
        elif plan.connection is None:
            self.refuse("The template has no connection: give one with --connection.")
        else:
            with practising(plan.connection):
                self.send(person, template, plan, options["confirm"])

    def find(self, person: Person, name: str) -> Template:
        found = find_templates_by_name(person, name)
        own = [row for row in found if row.person_id == person.pk] or found
        if len(own) == 1:
            return own[0]
        if not own:
            self.refuse(f"There is no template named {name}.")
        ids = ", ".join(str(row.id) for row in own)
        self.refuse(f"{len(own)} templates are named {name}: say which by its id: {ids}.")

    def plan(self, person: Person, template: Template, options: dict[str, Any]) -> Plan:
        version = self.load_version(template, options["number"])
        state = self.read(version, options["variant"])
        if options["connection"]:
            connection = Connection.objects.filter(name=options["connection"]).first()
            if connection is None:
                self.refuse(f"There is no connection named {options['connection']}.")
            state = assign_connection(state, str(connection.id))
        for pair in options["variables"]:
            name, typed = self.split(pair, "NAME=value")
            state = assign_variable(state, name, typed)
        for pair in options["values"]:
            pointer, typed = self.split(pair)
            state = assign_typed(state, pointer, typed)
        for pair in options["files"]:
            pointer, file = self.split(pair)
            state = assign_file(state, pointer, file, self.read_text(file))
        return plan_state(template.operation, state, template.name, version, person)

    def load_version(self, template: Template, number: int) -> Version:
        if number < 0 or number > template.latest_version:
            self.refuse(f"{template.name} has no version {number}.")
        return get_version(template, number)

    def read(self, version: Version, variant: str) -> State:
        content = read_content(version)
        if variant and find_variant(content.variants, variant) is None:
            names = ", ".join(each.name for each in content.variants) or "none"
            name = version.template.name
            self.refuse(f"{name} has no variant {variant}. There are: {names}.")
        return content.state(variant)

    def read_text(self, file: str) -> str:
        try:
            return Path(file).read_text("utf-8")
        except OSError as error:
            self.refuse(f"{file} cannot be read: {error.strerror}.")
        except UnicodeDecodeError:
            self.refuse(f"{file} is no UTF-8 text.")

    def split(self, pair: str, form: str = "/pointer=value") -> tuple[str, str]:
        pointer, equals, value = pair.partition("=")
        if not equals:
            self.refuse(f"Say {form}, not {pair!r}.")
        return pointer, value

    def show(self, plan: Plan) -> None:
        """The exact request, masked, and its problems."""
        problems, assembled = check_plan(plan), assemble_plan(plan)
        masked = mask_call(assembled.call)
        body = format_masked(masked.body) if masked.body is not None else ""
        errors = [each.message for each in problems if each.blocks]
        if assembled.failure is not None and not errors:
            errors = [assembled.failure.message]
        if self.as_json:
            answer = {
                "outcome": "blocked" if errors else "dry-run",
                "sentence": errors[0] if errors else "",
                "method": masked.method,
                "url": format_masked(masked.url),
                "headers": {name: format_masked(value) for name, value in masked.headers},
                "body": body,
                "problems": [each.as_dict() for each in problems],
            }
            self.stdout.write(json.dumps(answer, ensure_ascii=False))
        else:
            headers = "".join(f"{name}: {format_masked(value)}\n" for name, value in masked.headers)
            self.stdout.write(f"{masked.method} {format_masked(masked.url)}\n{headers}\n{body}")
            for sentence in errors:
                self.stderr.write(sentence)
        if errors:
            sys.exit(NOT_SENT)

    def send(self, person: Person, template: Template, plan: Plan, confirm: str) -> None:
        sent = submit_plan(person, plan, uuid.uuid4(), confirm)
        if isinstance(sent, Blocked):
            self.tell({"outcome": "blocked", "sentence": sent.sentence})
            sys.exit(NOT_SENT)
        record_use(template)
        ended = follow(sent)
        self.tell(
            {
                "outcome": ended.outcome,
                "code": ended.code,
                "sentence": ended.message,
                "status": ended.status,
                "exchange": str(ended.id),
                "job": ended.job_uid,
            }
        )
        sys.exit(STATUS.get(Outcome(ended.outcome), UNKNOWN))

    def tell(self, answer: dict[str, Any]) -> None:
        text = json.dumps(answer, ensure_ascii=False) if self.as_json else answer["sentence"]
        self.stdout.write(text)

    def refuse(self, sentence: str) -> NoReturn:
        if getattr(self, "as_json", False):
            answer = {"outcome": "not-understood", "sentence": sentence}
            self.stdout.write(json.dumps(answer, ensure_ascii=False))
        self.stderr.write(sentence)
        sys.exit(NOT_UNDERSTOOD)


def follow(exchange: Exchange) -> Exchange:
    """The exchange when it has ended; its own deadline ends the waiting."""
    end = exchange.deadline
    while exchange.under_way and (end is None or timezone.now() < end):
        exchange = wait_for_exchange(exchange, 5)
    return exchange
