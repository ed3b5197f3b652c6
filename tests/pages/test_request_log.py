"""The log: one line an event, as text or as JSON."""

import json
import logging
import sys

from playground.request_log import JsonFormatter, TextFormatter


def record(message: str, **more: object) -> logging.LogRecord:
    made = logging.LogRecord("playground.audit", logging.INFO, "", 1, message, (), None)
    made.__dict__.update(more)
    return made


def test_a_text_line_is_one_line() -> None:
    line = TextFormatter().format(record("ada\nroot sign-in: ok"))
    assert "\n" not in line
    assert "ada\\nroot" in line


def test_a_json_line_carries_the_facts() -> None:
    line = JsonFormatter().format(record("ada\nsign-in", facts={"person": "ada", "result": "ok"}))
    assert "\n" not in line
    entry = json.loads(line)
    assert (entry["person"], entry["result"], entry["level"]) == ("ada", "ok", "info")


def test_a_trace_stays_on_the_line_too() -> None:
    try:
        raise ValueError("x")
    except ValueError:
        broken = record("broken", exc_info=sys.exc_info())
    assert "\n" not in TextFormatter().format(broken)
    assert "ValueError" in json.loads(JsonFormatter().format(broken))["trace"]
