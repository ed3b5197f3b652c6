"""The sentences of the rule book: what each code means, and how grave it is."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from playground.rules.problems import ERROR, NOTE, WARNING, Fix, Problem, Severity

BOOK: Mapping[str, tuple[Severity, str]] = MappingProxyType(
    {
        # The text
        "not-an-object": (ERROR, "A payload must be an object in braces, not {found}."),
        "duplicate-key": (
            WARNING,
            "`{name}` stands twice, in lines {first} and {second}; only the last one counts.",
        ),
        "more": (NOTE, "There are more problems; the first {limit} are listed."),
        # The schema
        "wrong-type": (ERROR, "{subject} must be {expected}, not {found}."),
        "does-not-fit": (ERROR, "{subject} {says}."),
        "missing": (ERROR, "{place} needs `{name}`."),
        "missing-when": (ERROR, "{subject} is required when {condition}."),
        "not-in-list": (ERROR, "{subject} must be one of {options}, not {found}."),
        "not-that-value": (ERROR, "{subject} must be {expected}."),
        "too-small": (ERROR, "{subject} must be at least {limit}."),
        "too-large": (ERROR, "{subject} must be at most {limit}."),
        "not-above": (ERROR, "{subject} must be more than {limit}."),
        "not-below": (ERROR, "{subject} must be less than {limit}."),
        "not-a-multiple": (ERROR, "{subject} must be a multiple of {limit}."),
        "empty": (ERROR, "{subject} is empty."),
        "too-short": (ERROR, "{subject} must have at least {limit} characters."),
        "too-long": (ERROR, "{subject} must have at most {limit} characters."),
        "wrong-form": (ERROR, "{subject} does not have the form {form}."),
        "too-few": (ERROR, "{subject} must have at least {limit} entries."),
        "too-many": (ERROR, "{subject} must have at most {limit} entries."),
        "same-twice": (ERROR, "{subject} has the same entry twice."),
        "lacks-entry": (ERROR, "{subject} lacks an entry that must be there."),
        "not-allowed": (ERROR, "{subject} is not allowed here."),
        "no-form-fits": (ERROR, "{subject} fits none of the allowed forms."),
        "not-judged": (ERROR, "{subject} does not fit the rule “{rule}”."),
        "unknown-field": (WARNING, "{subject} is no field of the guide.{hint}"),
        "unknown-field-refused": (ERROR, "{subject} is not allowed here.{hint}"),
        # References
        "unknown-variable": (ERROR, "{subject} uses a variable that nobody set: {name}.{hint}"),
        "unknown-secret": (ERROR, "{subject} uses a secret that is not kept here: {name}.{hint}"),
        "unknown-file": (ERROR, "{subject} uses a file that is not kept here: {name}."),
        # Launching a workflow
        "no-step": (WARNING, "There is no step: nothing is configured."),
        "step-address": (
            ERROR,
            "{place}: `step_uid` holds a whole browser address; only what stands behind ?step= "
            "belongs here.",
        ),
        "step-unknown": (ERROR, "{place}: the workflow has no step {found}.{hint}"),
        "step-twice": (ERROR, "{place} is the same step as {other}."),
        "step-perhaps-twice": (WARNING, "{place} is the same step as {other}."),
        "parameter-elsewhere": (ERROR, "{place}: `{name}` is a parameter of {other}."),
        "parameter-unknown": (WARNING, "{place} has no parameter `{name}`.{hint}"),
        "account-blank": (WARNING, "{subject} is blank."),
        "account-unknown": (WARNING, "{place}: account {found} is unknown.{hint}"),
        "account-twice": (WARNING, "{place} names account {found} twice."),
        "account-of-another": (
            WARNING,
            "{place}: account {found} belongs to {has}; this step uses {wants}.",
        ),
        "account-not-valid": (NOTE, "{place}: the login of account {found} no longer works."),
        "accounts-required": (ERROR, "{place} needs an account."),
        "accounts-not-used": (ERROR, "{place} takes no account."),
        "input-missing": (WARNING, "{place} needs `{name}`.{hint}"),
        "input-unknown": (WARNING, "{place}: no step knows `{name}`.{hint}"),
        "inputs-empty": (WARNING, "There is no input row, and the workflow needs {names}."),
        "inputs-one-key": (
            NOTE,
            "These {count} rows with one key each look like {rows}; as they stand, each is run "
            "on its own.",
        ),
        "repeat-nameless": (
            WARNING,
            "A repeating launch without a job name cannot be deleted later.",
        ),
        "repeat-twice": (WARNING, "A launch named {found} repeats already."),
        # Engaging a profile
        "not-used": (WARNING, "{subject} is not used {condition}."),
        "query-and-mode": (
            WARNING,
            "`custom_request` stands beside {other}; the guide leaves open which of them counts.",
        ),
        "group-missing": (ERROR, "{place} needs {options}."),
        "group-incomplete": (ERROR, "{place} needs `{name}` beside `{other}`."),
        "group-mixed": (ERROR, "{place} must be for one channel, not for {options}."),
        "not-explicit": (NOTE, "{place} does not say `{name}`."),
        "file-name-is-path": (ERROR, "{place}: `name` must be a file name, not a path."),
        "file-name-twice": (WARNING, "{place} has the same name as {other}."),
        "not-a-data-uri": (
            ERROR,
            "{place}: `data` must be a data URI such as data:text/csv;base64,… or a file.",
        ),
        "broken-base64": (ERROR, "{place}: the base64 of `data` is broken."),
        "not-base64": (WARNING, "{place}: `data` is a data URI, but not in base64."),
        "media-type-differs": (
            WARNING,
            "{place}: the media type {type} does not fit the name {found}.",
        ),
    }
)


def problem(code: str, pointer: str, fix: Fix | None = None, **params: str) -> Problem:
    """A problem of that code; its line is found later, for all problems at once."""
    severity, sentence = BOOK[code]
    return Problem(code, pointer, 0, severity, sentence.format(**params), params, fix)
