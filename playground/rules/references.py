"""Rules about references that don't exist, and about placeholders of other tools."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from dataclasses import replace
from typing import Any

from playground.jsontext import pointers
from playground.jsontext.foreign import find_foreign, may_have_foreign
from playground.jsontext.printing import quote
from playground.jsontext.references import Reference, find_references
from playground.rules.context import Context
from playground.rules.facts import Facts
from playground.rules.fixes import fix_by_setting
from playground.rules.problems import Problem, make_problem
from playground.rules.wording import abbreviate, did_you_mean, find_similar, label_value

_spaced = re.compile(
    r"(?<!\\)\{\{(?:[ \t]+row|row[ \t]+)[ \t]*\.[ \t]*(?P<title>[^{}\r\n]{1,200}?)[ \t]*\}\}"
).finditer


def check_references(context: Context) -> Iterator[Problem]:
    """References whose names are unknown, in a document whose references aren't resolved."""
    for pointer, text in _find_texts(context.plain, ""):
        for reference in find_references(text):
            if reference.kind == "row":
                subject = label_value(context.schema, pointer)
                yield from check_row_reference(reference, context.facts, subject, pointer)
                continue
            known = _known_names(context.facts, reference.kind)
            if known is not None and reference.name not in known:
                yield _report_unknown(context, pointer, text, reference, known)
        if context.facts.columns is not None:
            yield from _check_spaces(context, pointer, text)


def _check_spaces(context: Context, pointer: str, text: str) -> Iterator[Problem]:
    """What other tools take for a column: `{{ row.name }}`."""
    for found in _spaced(text):
        subject, name = label_value(context.schema, pointer), abbreviate(found[0])
        right = abbreviate(f"{{{{row.{found['title']}}}}}")
        yield make_problem("spaced-column", pointer, subject=subject, name=name, right=right)


def check_row_reference(
    reference: Reference, facts: Facts, subject: str, pointer: str
) -> Iterator[Problem]:
    """A reference to a row where there are no rows, or to a column that they don't have."""
    if reference.variable in (facts.variables or ()):
        return
    name = abbreviate(reference.name)
    if facts.columns is None:
        yield make_problem("row-without-batch", pointer, subject=subject, name=name)
    elif reference.name not in facts.columns:
        hint = did_you_mean(find_similar(reference.name, facts.columns))
        yield make_problem("unknown-column", pointer, subject=subject, name=name, hint=hint)


def check_foreign(context: Context) -> Iterator[Problem]:
    """Placeholders of other tools, which would be sent as they are written."""
    for pointer, text in _find_texts(context.plain, ""):
        for each in find_foreign(text):
            fix = None
            if each.ours:
                whole = f"{text[: each.start]}{each.ours}{text[each.end :]}"
                fix = fix_by_setting(pointer, quote(whole), f"Use {each.ours}")
            subject, name = label_value(context.schema, pointer), abbreviate(each.written)
            yield make_problem("foreign-placeholder", pointer, fix, subject=subject, name=name)


def _find_texts(value: Any, pointer: str) -> Iterator[tuple[str, str]]:
    """The texts that may contain a reference, with their pointers; keys never do."""
    if isinstance(value, str):
        if may_have_foreign(value):
            yield pointer, value
    elif isinstance(value, dict | list):
        for segment, inner in value.items() if isinstance(value, dict) else enumerate(value):
            # No pointer is built for the thousands of values without braces.
            if isinstance(inner, dict | list) or (
                isinstance(inner, str) and may_have_foreign(inner)
            ):
                yield from _find_texts(inner, pointers.child(pointer, segment))


def _known_names(facts: Facts, kind: str) -> Collection[str] | None:
    """None for dynamic references, and where it isn't known which names exist."""
    names: dict[str, Collection[str] | None] = {
        "variable": facts.variables,
        "secret": facts.secrets,
        "file": facts.files,
    }
    return names.get(kind)


def _report_unknown(
    context: Context, pointer: str, text: str, reference: Reference, known: Collection[str]
) -> Problem:
    subject, name = label_value(context.schema, pointer), abbreviate(reference.name)
    # Files have random ids: none is a misspelling of another.
    if reference.kind == "file":
        return make_problem("unknown-file", pointer, subject=subject, name=name)
    similar = find_similar(reference.name, known)
    fix = None
    if similar is not None:
        right = replace(reference, name=similar).spelling
        whole = f"{text[: reference.start]}{right}{text[reference.end :]}"
        fix = fix_by_setting(pointer, quote(whole), f"Use {abbreviate(similar)}")
    code, hint = f"unknown-{reference.kind}", did_you_mean(similar)
    return make_problem(code, pointer, fix, subject=subject, name=name, hint=hint)
