"""Check a document: the same list of problems for form, editor, API and command line."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from itertools import islice

from playground.jsontext.errors import JSONSyntaxError
from playground.jsontext.foreign import may_have_tags
from playground.jsontext.parsing import PlainDocument, find_duplicate_keys, parse, parse_plain
from playground.jsontext.pointers import lines_of
from playground.jsontext.references import may_have_references
from playground.openapi.schemas import SchemaNode
from playground.rules.attachments import check_attachments
from playground.rules.context import LIMIT, Context, Schema
from playground.rules.facts import NO_FACTS, Facts
from playground.rules.hints import check_hints, check_matching, fix_by_choosing_mode
from playground.rules.launch import check_account_update, check_inputs, check_repeat
from playground.rules.problems import ERROR, ORDER, Problem, make_problem
from playground.rules.references import check_foreign, check_references
from playground.rules.schema import check_schema
from playground.rules.steps import check_accounts, check_parameters, check_steps
from playground.rules.wording import abbreviate, describe_value, types_of

Resolve = Callable[[str], str]
Read = Callable[[str], PlainDocument]
# The rules that schemas name in `x-rules`. Each reads the whole document.
RULES: Mapping[str, Callable[[Context], Iterator[Problem]]] = {
    "steps": check_steps,
    "accounts": check_accounts,
    "parameters": check_parameters,
    "inputs": check_inputs,
    "repeat": check_repeat,
    "account": check_account_update,
    "matching": check_matching,
    "attachments": check_attachments,
}


def check_document(
    text: str,
    schema: Schema | None,
    facts: Facts = NO_FACTS,
    resolve: Resolve | None = None,
    read: Read = parse_plain,
    limit: int = LIMIT,
    lines: bool = True,
) -> list[Problem]:
    """Every problem of a document in line order; never raises, whatever the text.

    `schema` is the operation's body schema with its hints (see `playground.openapi`). At most
    `limit` problems are listed, errors first; one more then reports that the list was truncated.
    `resolve` returns the text with the values of its variables: rules then check those, and report
    pointers of `text`. `read` returns what `parse_plain` does, for callers that may have parsed the
    text before. Finding the lines takes longer than most rules: without `lines` they are 0.
    """
    try:
        document = read(text)
    except JSONSyntaxError as error:
        return [report_not_json(error)]
    if not isinstance(document.value, dict) and not may_be_other(schema):
        found = [make_problem("not-an-object", "", found=describe_value(parse(text)))]
        return _locate(text, found, limit, lines)
    context = written = Context(text, document.value, schema or {}, facts, limit)
    found = []
    if document.has_duplicate_keys:
        found += islice(_check_duplicates(text), limit + 1)
    has_references = may_have_references(text)
    if has_references and resolve is not None:
        resolved = resolve(text)
        context = replace(context, text=resolved, plain=parse_plain(resolved).value)
    for each in islice(check_schema(context, context.schema, context.plain), limit + 1):
        found.append(replace(each, fix=each.fix or fix_by_choosing_mode(context, each)))
    found += islice(check_hints(context), limit + 1)
    if has_references:
        # Only the names of references are checked as written, everything else as resolved.
        found += islice(check_references(written), limit + 1)
    # The others have braces like our own, which are looked for in a long text only once.
    if has_references or may_have_tags(text):
        found += islice(check_foreign(written), limit + 1)
    for name in context.schema.get("x-rules", ()):
        # An imported document may name any rule.
        if name in RULES and isinstance(context.plain, dict):
            found += islice(RULES[name](context), limit + 1)
    return _locate(text, found, limit, lines) if found else []


def may_be_other(schema: Schema | None) -> bool:
    """Whether a document of this schema may be something other than an object."""
    # Schemas of the built-in APIs are dicts, and their documents are always objects.
    return isinstance(schema, SchemaNode) and types_of(schema) != ["object"]


def blocks(problems: list[Problem]) -> bool:
    """Whether any of them keeps the document from being sent."""
    return any(each.severity == ERROR for each in problems)


def report_not_json(error: JSONSyntaxError) -> Problem:
    """The parser's error as a problem of the whole document."""
    params = {name: str(value) for name, value in error.params.items()}
    params["column"] = str(error.column)
    return Problem("not-json", "", error.line, ERROR, error.message, params)


def _check_duplicates(text: str) -> Iterator[Problem]:
    for each in find_duplicate_keys(text):
        found = make_problem(
            "duplicate-key",
            each.pointer,
            name=abbreviate(each.key),
            first=str(each.first_line),
            second=str(each.second_line),
        )
        # The pointer alone would lead to either of the two.
        yield replace(found, line=each.second_line)


def _locate(text: str, found: list[Problem], limit: int, wanted: bool) -> list[Problem]:
    """The problems with their lines, if wanted, in order, at most as many as the limit."""
    listed = found
    if len(found) > limit:
        listed = sorted(found, key=lambda each: ORDER[each.severity])[:limit]
    # All lines in one pass over the text, however many problems there are.
    missing = {each.pointer for each in listed if not each.line and wanted}
    lines = lines_of(text, missing) if missing else {}
    located = [
        replace(each, line=lines[each.pointer])
        if each.pointer in missing and not each.line
        else each
        for each in listed
    ]
    located.sort(key=lambda each: (each.line, ORDER[each.severity]))
    if len(found) > limit:
        located.append(replace(make_problem("more", "", limit=str(limit)), line=1))
    return located
