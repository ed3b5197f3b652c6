"""How fast a batch sends and when it stops by itself, as a form."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext as _

from playground.batches.access import Confirmation
from playground.batches.models import Batch, Row
from playground.batches.options import Options, validate_options
from playground.batches.running import find_confirmation

FAILED = (Row.State.REFUSED, Row.State.NOT_SENT)
FIELDS = ("rate", "concurrency", "failures", "percent", "webhook")


class InvalidOptions(ValueError):
    """What was typed can't be used; `errors` are sentences by the name of their field."""

    def __init__(self, errors: dict[str, str]) -> None:
        super().__init__(" ".join(errors.values()))
        self.errors = errors


def describe_options(
    batch: Batch, errors: Mapping[str, str], typed: Mapping[str, Any] | None = None
) -> dict[str, Any]:
    """The context of `batch/_options.html`: what was typed, else what is set."""
    rate = batch.requests_per_second
    stored = {
        "rate": "" if rate is None else f"{rate:g}",
        "concurrency": str(batch.concurrency),
        "failures": str(batch.stop_after_failures or ""),
        "percent": str(batch.stop_after_percent or ""),
        "webhook": batch.webhook,
    }
    values = {name: str(typed.get(name, "")) for name in FIELDS} if typed else stored
    return {
        "options": values,
        "option_errors": {name: errors[name] for name in FIELDS if name in errors},
        "confirmation": describe_confirmation(batch),
    }


def describe_confirmation(batch: Batch) -> Confirmation | None:
    """What has to be typed before the waiting requests, else the failed ones, are sent."""
    waiting = int(batch.counts.get(Row.State.WAITING, 0))
    failed = sum(int(batch.counts.get(each, 0)) for each in FAILED)
    return find_confirmation(batch, waiting or failed)


def read_options(sent: Mapping[str, Any]) -> Options:
    """The options of a sent form. Raises InvalidOptions."""
    errors: dict[str, str] = {}
    concurrency = _read_whole(sent, "concurrency", errors)
    options = Options(
        requests_per_second=_read_rate(str(sent.get("rate", "")), errors),
        concurrency=Options.concurrency if concurrency is None else concurrency,
        stop_after_failures=_read_whole(sent, "failures", errors),
        stop_after_percent=_read_whole(sent, "percent", errors),
        webhook=str(sent.get("webhook", "")),
    )
    # Each field alone, so that every message is at its field.
    alone = {
        "rate": Options(requests_per_second=options.requests_per_second),
        "concurrency": Options(concurrency=options.concurrency),
        "failures": Options(stop_after_failures=options.stop_after_failures),
        "percent": Options(stop_after_percent=options.stop_after_percent),
        "webhook": Options(webhook=options.webhook),
    }
    for name, option in alone.items():
        if name not in errors and (message := validate_options(option)):
            errors[name] = message
    if errors:
        raise InvalidOptions(errors)
    return options


def _read_rate(text: str, errors: dict[str, str]) -> float | None:
    typed = text.strip().replace(",", ".")
    if not typed:
        return None
    try:
        rate = float(typed) if len(typed) < 20 else float("nan")
    except ValueError:
        rate = float("nan")
    if not 0 < rate < float("inf"):
        errors["rate"] = _("Enter a number above 0, such as 5 or 0.5, or nothing for no limit.")
        return None
    return rate


def _read_whole(sent: Mapping[str, Any], name: str, errors: dict[str, str]) -> int | None:
    typed = str(sent.get(name, "")).strip()
    if not typed:
        return None
    if not (typed.isascii() and typed.isdecimal() and len(typed) <= 9):
        errors[name] = _("Enter a whole number, or nothing.")
        return None
    return int(typed)
