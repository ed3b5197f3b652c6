"""The accounts of steps: known, of the right integration, named once."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from playground.jsontext.printing import quote
from playground.rules.context import Case, holds_reference, is_blank
from playground.rules.facts import AccountFacts, StepFacts
from playground.rules.labels import cut, list_words, name_value
from playground.rules.messages import problem
from playground.rules.problems import Fix, FixEdit, Problem
from playground.rules.steps import KEY, place_of_step, step_facts
from playground.rules.suggestions import find_near

Accounts = Mapping[str, AccountFacts]


def judge_accounts(case: Case) -> Iterator[Problem]:
    """What each step's accounts are, and whether a definition made by hand wants any."""
    for index, step in case.items(KEY):
        given = step.get("accounts")
        if not isinstance(given, list):
            continue
        facts, at = step_facts(case, step), f"/{KEY}/{index}/accounts"
        yield from _judge_need(case, index, facts, given)
        seen: set[str] = set()
        for place, uid in enumerate(given):
            if isinstance(uid, str) and not holds_reference(uid):
                found = _judge_account(case, index, f"{at}/{place}", uid, facts, seen)
                if found:
                    yield found
                seen.add(uid)


def _judge_need(
    case: Case, index: int, facts: StepFacts | None, given: list[object]
) -> Iterator[Problem]:
    pointer = f"/{KEY}/{index}/accounts"
    if facts and facts.accounts == "required" and not given:
        yield problem("accounts-required", pointer, place=place_of_step(case, index))
    if facts and facts.accounts == "none" and given:
        fix = Fix("Remove them", (FixEdit("set", pointer, "[]"),))
        yield problem("accounts-not-used", pointer, fix, place=place_of_step(case, index))


def _judge_account(
    case: Case, index: int, pointer: str, uid: str, facts: StepFacts | None, seen: set[str]
) -> Problem | None:
    """The first thing there is to say about one account."""
    place, found = place_of_step(case, index), cut(uid)
    remove = Fix("Remove it", (FixEdit("remove", pointer),))
    if is_blank(uid):
        return problem("account-blank", pointer, remove, subject=name_value(case.schema, pointer))
    if uid in seen:
        return problem("account-twice", pointer, remove, place=place, found=found)
    if case.facts.accounts is None:
        return None
    account = case.facts.accounts.get(uid)
    if account is None:
        return _blame_unknown(case.facts.accounts, pointer, uid, place)
    found = cut(account.name) or found
    if facts and _is_of_another(account, facts):
        wants = list_words(facts.integrations)
        has = account.integration
        return problem(
            "account-of-another", pointer, remove, place=place, found=found, has=has, wants=wants
        )
    if not account.valid:
        return problem("account-not-valid", pointer, place=place, found=found)
    return None


def _blame_unknown(accounts: Accounts, pointer: str, uid: str, place: str) -> Problem:
    """An unknown account; perhaps a name was written where a UID belongs."""
    by_name = {each.name: each for each in accounts.values() if each.name}
    near = by_name.get(uid) or accounts.get(_near_uid(uid, accounts) or "")
    hint, fix = "", None
    if near:
        hint = f" Did you mean {cut(near.name)}, {cut(near.uid)}?"
        edit = FixEdit("set", pointer, quote(near.uid))
        fix = Fix(f"Take {cut(near.name or near.uid)}", (edit,))
    return problem("account-unknown", pointer, fix, place=place, found=cut(uid), hint=hint)


def _near_uid(uid: str, accounts: Accounts) -> str | None:
    return find_near(uid, accounts) if len(accounts) <= 500 else None


def _is_of_another(account: AccountFacts, facts: StepFacts) -> bool:
    wanted = {each.casefold() for each in facts.integrations}
    return bool(wanted and account.integration) and account.integration.casefold() not in wanted
