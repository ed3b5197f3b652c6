"""What the practice APIs refuse in a body: the errors of the one rule book, the first one told."""

from typing import Any

from playground.jsontext.errors import JSONSyntaxError
from playground.jsontext.parsing import decode
from playground.openapi.operations import get_operation
from playground.openapi.workflows import WorkflowDefinition
from playground.rules.checking import check
from playground.rules.facts import NO_FACTS, Facts, read_facts
from playground.rules.problems import ERROR
from playground.sandbox.answers import Refusal


def check_launch(body: bytes, details: dict[str, Any]) -> None:
    """A launch against the workflow it is for; what only warns is taken, as the real API does."""
    _refuse_errors(body, "launch-workflow", read_facts(WorkflowDefinition.read(details).as_facts()))


def check_account(body: bytes) -> None:
    _refuse_errors(body, "update-account")


def check_start(body: bytes) -> None:
    _refuse_errors(body, "start-scenario")


def _refuse_errors(body: bytes, operation: str, facts: Facts = NO_FACTS) -> None:
    try:
        text = decode(body)
    except JSONSyntaxError as error:
        raise Refusal(400, error.message) from None
    problems = check(text, get_operation(operation).body_schema, facts)
    first = next((one for one in problems if one.severity == ERROR), None)
    if first is not None:
        raise Refusal(400, _name_place(first.pointer, first.message), pointer=first.pointer)


def _name_place(pointer: str, sentence: str) -> str:
    """`/steps/0/step_uid` as `steps[0].step_uid` before what is wrong there."""
    spelled = ""
    for part in pointer.strip("/").split("/"):
        spelled += f"[{part}]" if part.isdigit() else f".{part}" if spelled else part
    return f"{spelled}: {sentence}" if spelled else sentence
