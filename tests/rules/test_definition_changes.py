"""Differences between two definitions of a workflow, in words."""

import pytest

from playground.rules.definition_changes import MESSAGES, compare_definitions
from playground.rules.facts import Facts, InputKey, StepFacts


def step(**changes: object) -> StepFacts:
    return StepFacts(**{"uid": "a", "name": "Find", **changes})  # type: ignore[arg-type]


def parameter(*required: str, **schema: object) -> StepFacts:
    return step(parameters={"properties": {"n": schema}, "required": required})


def steps(*listed: StepFacts) -> Facts:
    return Facts(steps=listed)


def key(name: str = "url", required: bool = False, *variations: str) -> Facts:
    return Facts(inputs=(InputKey(name, required, "", variations),))


CHANGES = {
    "step-gone": (steps(step()), steps(), "Step Find was removed."),
    "step-new": (steps(), steps(step()), "Step Find was added."),
    "step-new-uid": (steps(step()), steps(step(uid="b")), "Step Find has a new UID, b."),
    "steps-order": (
        steps(step(), step(uid="b", name="Mail")),
        steps(step(uid="b", name="Mail"), step()),
        "The steps are in a different order.",
    ),
    "parameter-new": (
        steps(step()),
        steps(parameter(default=1)),
        "Find: parameter n was added, with the default 1.",
    ),
    "parameter-new-bare": (steps(step()), steps(parameter()), "Find: parameter n was added."),
    "parameter-gone": (steps(parameter()), steps(step()), "Find: parameter n was removed."),
    "parameter-type": (
        steps(parameter(type="integer")),
        steps(parameter(type=["string", "null"])),
        "Find: the type of n is now string or null.",
    ),
    "parameter-default": (
        steps(parameter(default=1)),
        steps(parameter(default=True)),
        "Find: the default of n is now true.",
    ),
    "parameter-choices": (
        steps(parameter(enum=[1])),
        steps(parameter(enum=[2])),
        "Find: the allowed values of n changed.",
    ),
    "parameter-required": (steps(parameter()), steps(parameter("n")), "Find: n is now required."),
    "parameter-optional": (
        steps(parameter("n")),
        steps(parameter()),
        "Find: n is no longer required.",
    ),
    "accounts-required": (
        steps(step()),
        steps(step(accounts="required")),
        "Find now needs an account.",
    ),
    "accounts-optional": (
        steps(step()),
        steps(step(accounts="optional")),
        "Find now accepts accounts.",
    ),
    "accounts-none": (steps(step()), steps(step(accounts="none")), "Find no longer uses accounts."),
    "accounts-unknown": (
        steps(step(accounts="none")),
        steps(step()),
        "Find no longer specifies whether it needs an account.",
    ),
    "integrations": (
        steps(step()),
        steps(step(integrations=("linkedin", "slack"))),
        "Find now uses: linkedin, slack.",
    ),
    "input-renamed": (
        key("url", False, "link"),
        key("link"),
        "Input key url was renamed to link.",
    ),
    "input-gone": (key(), Facts(), "Input key url was removed."),
    "input-new": (Facts(), key(), "Input key url was added."),
    "input-new-required": (Facts(), key("url", True), "Input key url was added and is required."),
    "input-required": (key(), key("url", True), "Input key url is now required."),
    "input-optional": (key("url", True), key(), "Input key url is no longer required."),
    "input-variations": (
        key(),
        key("url", False, "link"),
        "Other names accepted for input key url: link.",
    ),
}


@pytest.mark.parametrize("code", MESSAGES)
def test_each_change_has_its_message(code: str) -> None:
    before, after, message = CHANGES[code]
    assert [(c.code, c.message) for c in compare_definitions(before, after)] == [(code, message)]


@pytest.mark.parametrize("facts", [Facts(), steps(step(), parameter(default=1)), key()])
def test_an_unchanged_definition_has_no_changes(facts: Facts) -> None:
    assert compare_definitions(facts, facts) == []


def test_a_long_default_is_shortened_to_one_line() -> None:
    (change,) = compare_definitions(steps(step()), steps(parameter(default=["word"] * 50)))
    assert "\n" not in change.message
    assert len(change.message) < 120
