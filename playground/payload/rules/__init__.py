"""The rules that schemas name in `x-rules`: each reads the whole document, yields problems."""

from collections.abc import Callable, Iterator, Mapping

from playground.payload.problems import Problem
from playground.payload.rules.accounts import judge_accounts
from playground.payload.rules.attachments import judge_attachments
from playground.payload.rules.case import Case
from playground.payload.rules.inputs import judge_inputs
from playground.payload.rules.matching import judge_matching
from playground.payload.rules.parameters import judge_parameters
from playground.payload.rules.repeat import judge_repeat
from playground.payload.rules.steps import judge_steps

Rule = Callable[[Case], Iterator[Problem]]

RULES: Mapping[str, Rule] = {
    "steps": judge_steps,
    "accounts": judge_accounts,
    "parameters": judge_parameters,
    "inputs": judge_inputs,
    "repeat": judge_repeat,
    "matching": judge_matching,
    "attachments": judge_attachments,
}
