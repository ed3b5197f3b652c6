"""The rules that schemas name in `x-rules`: each reads the whole document, yields problems."""

from collections.abc import Callable, Iterator, Mapping

from playground.rules.accounts import judge_accounts
from playground.rules.attachments import judge_attachments
from playground.rules.context import Case
from playground.rules.inputs import judge_inputs
from playground.rules.matching import judge_matching
from playground.rules.parameters import judge_parameters
from playground.rules.problems import Problem
from playground.rules.repeat import judge_repeat
from playground.rules.steps import judge_steps

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
