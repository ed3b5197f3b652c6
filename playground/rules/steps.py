"""Rules about the steps of a launch: their UIDs, accounts and parameters."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import unquote

from playground.jsontext import pointers
from playground.jsontext.printing import dump, quote
from playground.rules.context import Context, has_reference, is_blank, is_literal
from playground.rules.facts import AccountFacts, StepFacts
from playground.rules.fixes import fix_by_removing, fix_by_renaming, fix_by_setting
from playground.rules.problems import Fix, FixEdit, Problem, make_problem
from playground.rules.schema import check_schema
from playground.rules.wording import (
    abbreviate,
    did_you_mean,
    find_similar,
    join_words,
    label_object,
    label_value,
    stands_for_uid,
    types_of,
)

KEY = "steps"
MOST_OWNERS = 3
# Comparing a misspelt UID with ten thousand accounts would take longer than an edit may.
MOST_COMPARED = 500
# The web app shows a step's UID only in the address bar, so people paste the whole address.
_address = re.compile(
    r"^\s*(?:[a-z][a-z0-9+.-]*://|www\.)|[?&#]step=|^\s*[\w-]+(?:\.[\w-]+)+/", re.I
)
_step_in_address = re.compile(r"[?&#]step=([^&#\s]+)", re.I)


def check_steps(context: Context) -> Iterator[Problem]:
    """URLs in place of UIDs, steps the workflow doesn't have, duplicate steps."""
    if context.plain.get(KEY) == []:
        yield make_problem("no-step", f"/{KEY}", _fix_by_adding_all(context))
    indexes: dict[str, list[int]] = {}
    unknown: list[tuple[int, str]] = []
    for index, step in context.items(KEY):
        uid = step.get("step_uid")
        if not is_literal(uid):
            continue
        if context.facts.step(uid):
            indexes.setdefault(uid, []).append(index)
            continue  # nearly every step
        if _address.search(uid):
            yield _report_address(context, index, uid)
            continue
        if context.facts.steps is None and stands_for_uid(uid):
            pointer, found = f"/{KEY}/{index}/step_uid", abbreviate(uid)
            place = _label_step(context, index)
            yield make_problem("step-placeholder", pointer, place=place, found=found)
            continue
        if context.facts.steps is not None:
            unknown.append((index, uid))
        indexes.setdefault(uid, []).append(index)
    if unknown:
        yield from _report_unknown_steps(context, unknown)
    if sum(map(len, indexes.values())) > len(indexes):
        yield from _report_duplicates(context, indexes)


def _fix_by_adding_all(context: Context) -> Fix | None:
    if not context.facts.steps:
        return None
    steps = [new_step(step) for step in context.facts.steps]
    return fix_by_setting(f"/{KEY}", dump(steps), "Add the workflow's steps")


def new_step(step: StepFacts) -> dict[str, Any]:
    """An element of the steps array for a step of the workflow, its parameters at defaults."""
    return {"accounts": [], "parameters": step.defaults, "step_uid": step.uid}


def _report_address(context: Context, index: int, uid: str) -> Problem:
    pointer = f"/{KEY}/{index}/step_uid"
    match = _step_in_address.search(uid)
    fix = None
    if match:
        found = unquote(match.group(1))
        fix = fix_by_setting(pointer, quote(found), f"Use {abbreviate(found)}")
    return make_problem("step-address", pointer, fix, place=_label_step(context, index))


def _report_unknown_steps(context: Context, unknown: list[tuple[int, str]]) -> Iterator[Problem]:
    uids = [step.get("step_uid") for _, step in context.items(KEY)]
    given = {uid for uid in uids if isinstance(uid, str)}
    steps = {step.uid: step for step in context.facts.steps or ()}
    unused = {uid: step for uid, step in steps.items() if uid not in given}
    # One step left over and one UID unknown: they belong together, however it is spelled.
    only = next(iter(unused)) if len(unused) == len(given - steps.keys()) == 1 else ""
    for index, uid in unknown:
        pointer, place = f"/{KEY}/{index}/step_uid", _label_step(context, index)
        meant = unused.get(only or find_similar(uid, unused) or "")
        hint, fix = "", None
        if meant:
            hint = f" Did you mean {meant.name}, {abbreviate(meant.uid)}?"
            fix = fix_by_setting(
                pointer, quote(meant.uid), f"Use the UID of {abbreviate(meant.name)}"
            )
        found = abbreviate(uid)
        yield make_problem("step-unknown", pointer, fix, place=place, found=found, hint=hint)


def _report_duplicates(context: Context, indexes: dict[str, list[int]]) -> Iterator[Problem]:
    # A workflow may have the same step several times; then so may the payload.
    allowed = Counter(step.uid for step in context.facts.steps or ())
    code = "step-perhaps-twice" if context.facts.steps is None else "step-twice"
    for uid, places in indexes.items():
        for index in places[max(1, allowed[uid]) :]:
            fix = fix_by_removing(f"/{KEY}/{index}", "Remove this step")
            place, other = _label_step(context, index), _label_step(context, places[0]).lower()
            yield make_problem(code, f"/{KEY}/{index}/step_uid", fix, place=place, other=other)


def _label_step(context: Context, index: int) -> str:
    return label_object(context.schema, f"/{KEY}/{index}")


# Accounts


def check_accounts(context: Context) -> Iterator[Problem]:
    """The accounts of each step: known, of the right integration, no duplicates."""
    for index, step in context.items(KEY):
        given = step.get("accounts")
        if not isinstance(given, list):
            continue
        # By UID and never by position: people reorder steps.
        facts, pointer = context.facts.step(step.get("step_uid")), f"/{KEY}/{index}/accounts"
        if facts and facts.accounts == "required" and not given:
            yield make_problem("accounts-required", pointer, place=_label_step(context, index))
        elif facts and facts.accounts == "none" and given:
            fix = fix_by_setting(pointer, "[]", "Remove all accounts")
            yield make_problem("accounts-not-used", pointer, fix, place=_label_step(context, index))
        seen: set[str] = set()
        for position, uid in enumerate(given):
            if isinstance(uid, str) and not has_reference(uid):
                yield from _check_account(context, index, position, uid, facts, uid in seen)
                seen.add(uid)


def _check_account(
    context: Context, index: int, position: int, uid: str, facts: StepFacts | None, is_seen: bool
) -> Iterator[Problem]:
    """The first thing that is wrong with one account."""
    pointer, known = f"/{KEY}/{index}/accounts/{position}", context.facts.accounts
    place, remove = _label_step(context, index), fix_by_removing(pointer)
    if is_blank(uid):
        subject = label_value(context.schema, pointer)
        yield make_problem("account-blank", pointer, remove, subject=subject)
    elif is_seen:
        yield make_problem("account-twice", pointer, remove, place=place, found=abbreviate(uid))
    elif uid not in (known or {}):
        yield from check_account_uid(context, pointer, uid, place)
    elif known is not None:
        account = known[uid]
        found = abbreviate(account.name or uid)
        wanted = {each.casefold() for each in facts.integrations} if facts else set()
        if (
            facts
            and wanted
            and account.integration
            and account.integration.casefold() not in wanted
        ):
            yield make_problem(
                "account-of-another",
                pointer,
                remove,
                place=place,
                found=found,
                has=account.integration,
                wants=join_words(facts.integrations),
            )
        elif not account.valid:
            yield make_problem("account-not-valid", pointer, place=place, found=found)


def check_account_uid(context: Context, pointer: str, uid: str, place: str) -> Iterator[Problem]:
    """The UID of an account that isn't known: a placeholder, or perhaps misspelt."""
    known = context.facts.accounts
    if known is not None and uid in known:
        return
    if stands_for_uid(uid):
        found = abbreviate(uid)
        yield make_problem("account-placeholder", pointer, place=place, found=found)
    elif known is not None:
        yield _report_unknown_account(known, pointer, uid, place)


def _report_unknown_account(
    accounts: Mapping[str, AccountFacts], pointer: str, uid: str, place: str
) -> Problem:
    # People often type an account's name where its UID belongs.
    meant = next((each for each in accounts.values() if each.name and each.name == uid), None)
    if meant is None and len(accounts) <= MOST_COMPARED:
        meant = accounts.get(find_similar(uid, accounts) or "")
    hint, fix = "", None
    if meant:
        hint = f" Did you mean {abbreviate(meant.name)}, {abbreviate(meant.uid)}?"
        fix = fix_by_setting(
            pointer, quote(meant.uid), f"Use {abbreviate(meant.name or meant.uid)}"
        )
    return make_problem(
        "account-unknown", pointer, fix, place=place, found=abbreviate(uid), hint=hint
    )


# Parameters


def check_parameters(context: Context) -> Iterator[Problem]:
    """The parameters of known steps: their types, and names that the step doesn't have."""
    for index, step in context.items(KEY):
        facts, given = context.facts.step(step.get("step_uid")), step.get("parameters")
        if facts is None or not isinstance(given, dict):
            continue
        # The API's schema knows only that parameters are an object; the definition knows more.
        at = f"/{KEY}/{index}/parameters"
        found = list(check_schema(context, facts.parameters, given, at))
        yield from found
        if facts.required:
            yield from _check_required(context, facts, given, at, {each.pointer for each in found})
        known = facts.properties
        if given.keys() <= known.keys():
            continue  # nearly every step
        for name in given:
            if name not in known:
                yield _report_unknown_parameter(context, index, facts, given, name)


def _check_required(
    context: Context, facts: StepFacts, given: dict[str, Any], at: str, reported: set[str]
) -> Iterator[Problem]:
    """Required parameters that are present but have no value."""
    for name in facts.required:
        pointer = pointers.child(at, name)
        if name not in given or not is_blank(given[name]) or pointer in reported:
            continue
        # A schema may say that null is a value.
        if given[name] is None and "null" in types_of(facts.properties.get(name, {})):
            continue
        yield make_problem("empty", pointer, subject=label_value(context.schema, pointer))


def _report_unknown_parameter(
    context: Context, index: int, facts: StepFacts, given: dict[str, Any], name: str
) -> Problem:
    pointer = pointers.child(f"/{KEY}/{index}/parameters", name)
    place = _label_step(context, index)
    owners = [each for each in context.facts.steps or () if name in each.properties]
    if not owners:
        similar = find_similar(name, facts.properties)
        fix, hint = fix_by_renaming(pointer, similar, given), did_you_mean(similar)
        return make_problem(
            "parameter-unknown", pointer, fix, place=place, name=abbreviate(name), hint=hint
        )
    uids = {owner.uid for owner in owners}
    indexes = {
        step["step_uid"]: other
        for other, step in context.items(KEY)
        if isinstance(step.get("step_uid"), str) and step["step_uid"] in uids
    }
    labels = [_label_owner(context, each, indexes) for each in owners[:MOST_OWNERS]]
    fix = _fix_by_moving(context, pointer, name, list(indexes.values()))
    return make_problem(
        "parameter-elsewhere",
        pointer,
        fix,
        place=place,
        name=abbreviate(name),
        other=join_words(labels, "and"),
    )


def _label_owner(context: Context, owner: StepFacts, indexes: dict[str, int]) -> str:
    if owner.uid in indexes:
        return f"{_label_step(context, indexes[owner.uid]).lower()}, {abbreviate(owner.name)}"
    return f"the step {abbreviate(owner.name)}, which isn't in the payload"


def _fix_by_moving(context: Context, pointer: str, name: str, indexes: list[int]) -> Fix:
    """Move a parameter to its own step; remove it if that step has it or there are several."""
    if len(indexes) == 1:
        own = context.plain[KEY][indexes[0]].get("parameters", {})
        if isinstance(own, dict) and name not in own:
            target = pointers.child(f"/{KEY}/{indexes[0]}/parameters", name)
            set_there = FixEdit("set", target, context.source(pointer))
            label = f"Move to {_label_step(context, indexes[0]).lower()}"
            return Fix(label, (FixEdit("remove", pointer), set_there))
    return fix_by_removing(pointer)
