"""A launch without problems, to break one thing at a time."""

from playground.rules.facts import AccountFacts, Facts, InputKey, StepFacts

SEARCH = {
    "type": "object",
    "properties": {
        "max_results": {"type": "integer", "default": 100},
        "excludeViewedLeads": {"type": "boolean", "default": False},
    },
}

MAIL = {
    "type": "object",
    "properties": {"depth": {"type": "integer", "default": 1}, "anything": {"default": None}},
}

FACTS = Facts(
    workflow="Find e-mails",
    steps=(
        StepFacts("s1", "Search leads", ("linkedin",), SEARCH),
        StepFacts("s2", "Find mail", ("slack",), MAIL),
    ),
    inputs=(InputKey("first_name", True), InputKey("profile_url", True, "", ("url", "link"))),
    more_inputs=frozenset(["email"]),
    accounts={
        "a1": AccountFacts("a1", "Jane", "linkedin"),
        "a2": AccountFacts("a2", "Team", "slack"),
        "a3": AccountFacts("a3", "Old", "linkedin", valid=False),
    },
)


def launch(**changes):
    """A payload without problems, with changes; None takes a key out."""
    steps = [
        {"accounts": ["a1"], "parameters": {"max_results": 5}, "step_uid": "s1"},
        {"accounts": ["a2"], "parameters": {}, "step_uid": "s2"},
    ]
    inputs = [{"first_name": "Ada", "profile_url": "https://x"}]
    whole = {"inputs": inputs, "job_name": "Night run", "steps": steps, **changes}
    return {key: value for key, value in whole.items() if value is not None}


def with_step(index=0, **changes):
    document = launch()
    step = {**document["steps"][index], **changes}
    document["steps"][index] = {key: v for key, v in step.items() if v is not None}
    return document
