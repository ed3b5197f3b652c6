"""Repeating launches: a repeat is deleted by its job name."""

from __future__ import annotations

from collections.abc import Iterator

from playground.rules.context import Case, is_blank
from playground.rules.labels import cut
from playground.rules.messages import problem
from playground.rules.problems import Problem


def judge_repeat(case: Case) -> Iterator[Problem]:
    """A repeat without a job name, or with one that repeats already."""
    if not isinstance(case.twin.get("repeat_option"), dict):
        return
    name = case.twin.get("job_name")
    if is_blank(name):
        yield problem("repeat-nameless", "/job_name")
    elif isinstance(name, str) and name in case.facts.repeats:
        yield problem("repeat-twice", "/job_name", found=f'"{cut(name)}"')
