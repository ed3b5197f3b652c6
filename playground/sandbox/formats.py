"""Altcraft's answers as JSON, CSV or XML."""

import csv
import io
import json
import re
from typing import Any
from xml.sax.saxutils import escape

from playground.sandbox.answers import write_json

KINDS = {"json": "application/json", "csv": "text/csv; charset=utf-8", "xml": "application/xml"}
NOT_XML = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
NOT_A_NAME = re.compile("[^A-Za-z0-9_]")


def write_answer(answer: dict[str, Any], kind: str) -> bytes:
    """The answer (`data`, `error`, `error_text` …) in one of the KINDS."""
    writers = {"json": write_json, "csv": _write_csv, "xml": _write_xml}
    return writers[kind](answer)


def _write_csv(answer: dict[str, Any]) -> bytes:
    """A line of names and a line of values; the vendor's own layout is not known."""
    lines = io.StringIO()
    writer = csv.writer(lines)
    writer.writerow(answer)
    writer.writerow([_write_cell(value) for value in answer.values()])
    return lines.getvalue().encode()


def _write_cell(value: Any) -> Any:
    return json.dumps(value, ensure_ascii=False) if isinstance(value, dict | list) else value


def _write_xml(answer: dict[str, Any]) -> bytes:
    return _write_element("xml", answer).encode()


def _write_element(name: str, value: Any, marks: str = "") -> str:
    if isinstance(value, list):
        return "".join(_write_element(name, one, " array='true'") for one in value)
    if isinstance(value, dict):
        inside = "".join(_write_element(NOT_A_NAME.sub("_", k), v) for k, v in value.items())
    elif value is None:
        inside = ""
    else:
        plain = str(value).lower() if isinstance(value, bool) else str(value)
        inside = escape(NOT_XML.sub("�", plain))
    return f"<{name}{marks}>{inside}</{name}>" if inside else f"<{name}{marks}/>"
