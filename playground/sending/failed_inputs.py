"""A draft of those inputs of a launch that failed, to launch them again."""

import json
from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Any

from django.db import transaction

from playground.drafts.metadata import Metadata
from playground.drafts.models import Draft
from playground.history.models import Exchange
from playground.jsontext.parsing import parse_plain
from playground.jsontext.pointers import find_child
from playground.jsontext.scanning import children
from playground.people.models import Person
from playground.rules.launch import KEY
from playground.sending.job_results import has_failed, reports_outcome
from playground.sending.resending import draft_from_exchange, read_sent_state

Row = Mapping[str, Any]


class NothingToRerun(Exception):
    """There is no draft to make; `message` says why."""

    def __init__(self, message: str) -> None:
        super().__init__(message)
        self.message = message


def draft_failed_inputs(person: Person, exchange: Exchange, rows: Sequence[Row]) -> Draft:
    """Create a draft as it was sent, with only the inputs that failed.

    `rows` are the inputs as the API lists them. Raises NothingToRerun.
    """
    sent = read_sent_state(exchange)
    document: Any = parse_plain(sent.text).value if sent else None
    inputs = document.get(KEY) if isinstance(document, dict) else None
    if not isinstance(inputs, list):
        raise NothingToRerun("What was sent has no list of inputs.")
    if not any(map(reports_outcome, rows)):
        raise NothingToRerun("The API doesn't report which inputs failed.")
    failed = [index for index, row in enumerate(rows) if has_failed(row)]
    if not failed:
        raise NothingToRerun("No input of this job failed.")
    kept = _match(inputs, rows, failed)
    if kept is None:
        raise NothingToRerun("The inputs that failed can't be found among those that were sent.")
    with transaction.atomic():
        draft = draft_from_exchange(person, exchange)
        assert draft is not None  # there was a document
        places = {old: new for new, old in enumerate(kept)}
        draft.text = _keep_inputs(draft.text, kept)
        metadata = Metadata.read(draft.metadata).reorder(f"/{KEY}", places.get)
        draft.metadata = metadata.write()
        draft.save(update_fields=["text", "metadata"])
    return draft


def _match(inputs: list[Any], rows: Sequence[Row], failed: list[int]) -> list[int] | None:
    """Return the indexes of the sent inputs that failed; None if that can't be told."""
    keys = {key for each in inputs if isinstance(each, dict) for key in each}
    places = defaultdict(list)
    for index in reversed(range(len(inputs))):
        places[_identify(inputs[index], keys)].append(index)
    found: set[int] = set()
    for index in failed:
        identity = _identify(rows[index].get("input", rows[index]), keys)
        if index < len(inputs) and _identify(inputs[index], keys) == identity:
            place = index
        # An API may list them in another order.
        elif places[identity]:
            place = places[identity].pop()
        # References were resolved in what was sent: then only the place tells.
        elif len(inputs) == len(rows):
            place = index
        else:
            return None
        found.add(place)
    return sorted(found)


def _identify(value: Any, keys: set[str]) -> str:
    """Return a text that is equal for equal inputs; other keys of a row don't count."""
    if isinstance(value, dict):
        value = {key: value[key] for key in keys & value.keys()}
    return json.dumps(value, sort_keys=True, default=str)


def _keep_inputs(text: str, indexes: list[int]) -> str:
    """Return the document with only those inputs, each as it was typed."""
    array = find_child(text, f"/{KEY}")
    assert array is not None  # it was read from there
    found = list(children(text, array.start))
    # What is between the first two separates all: the layout of the list stays.
    gap = text[found[0].end : found[1].begin] if len(found) > 1 else ","
    kept = gap.join(text[found[index].start : found[index].end] for index in indexes)
    return text[: found[0].start] + kept + text[found[-1].end :]
