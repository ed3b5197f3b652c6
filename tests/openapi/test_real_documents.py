"""Documents of real APIs, which aren't part of the project: everything in them is read.

The environment variable OPENAPI_DOCUMENTS names their folder. They are as published, or compressed
with gzip.
"""

import gzip
import json
import os
import re
from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from typing import Any

import pytest

from playground.jsontext import pointers
from playground.jsontext.edits import remove_value, set_value
from playground.jsontext.splices import apply
from playground.openapi.credentials import Credential
from playground.openapi.documents import ApiDocument
from playground.openapi.entries import list_operation_entries
from playground.openapi.operation_reading import OperationReader, read_api
from playground.openapi.reading import read_openapi
from playground.openapi.report import make_report
from playground.openapi.samples import has_sample, make_fullest, make_smallest
from playground.rules.checking import check_document
from playground.rules.compiling import compile_schema
from playground.rules.problems import ERROR

FOLDER = os.environ.get("OPENAPI_DOCUMENTS", "")
NAMES = re.compile(r".+\.(json|ya?ml)(\.gz)?").fullmatch
FILES = sorted(each for each in Path(FOLDER).iterdir() if NAMES(each.name)) if FOLDER else []

# Of each body, so many values are made invalid.
MOST_NUMBERS, MOST_REQUIRED = 25, 3


@pytest.mark.skipif(not FILES, reason="OPENAPI_DOCUMENTS names no folder with documents")
@pytest.mark.parametrize("file", FILES, ids=lambda each: each.name)
def test_every_operation_of_a_real_document_is_read(file):
    data = file.read_bytes()
    source = read_openapi(gzip.decompress(data) if file.suffix == ".gz" else data)
    report = make_report(source)
    assert report.counts["operations"] == len(report.operations) > 0
    document = ApiDocument(source.raw)
    reader = OperationReader(document, read_api(document, "t", Credential((), ())), "t:")
    bodies = [
        each for entry in list_operation_entries(document) for each in reader.read(entry).bodies
    ]
    judged = valid = 0
    for body in bodies:
        compiled = compile_schema(body.schema)
        assert compiled is not None, body.schema
        for make in (make_smallest, make_fullest) if has_sample(body.schema) else ():
            judged += 1
            valid += compiled.validator.is_valid(make(body.schema))
    # Some schemas exclude what they require.
    assert valid >= judged * 0.99


@pytest.mark.skipif(not FILES, reason="OPENAPI_DOCUMENTS names no folder with documents")
@pytest.mark.parametrize("file", FILES, ids=lambda each: each.name)
def test_what_is_invalid_is_found_at_its_place(file):
    data = file.read_bytes()
    source = read_openapi(gzip.decompress(data) if file.suffix == ".gz" else data)
    document = ApiDocument(source.raw)
    reader = OperationReader(document, read_api(document, "t", Credential((), ())), "t:")
    made = found = 0
    for entry in list_operation_entries(document):
        schema = reader.read(entry).body_schema
        if schema is None or not has_sample(schema):
            continue
        compiled = compile_schema(schema)
        for text, place in break_samples(schema):
            # It may fit another alternative of a union.
            if compiled is None or compiled.validator.is_valid(json.loads(text)):
                continue
            made += 1
            problems = check_document(text, schema)
            found += any(each.pointer == place and each.severity == ERROR for each in problems)
    assert made
    assert found >= made * 0.99


def break_samples(schema: Any) -> Iterator[tuple[str, str]]:
    """Documents with one fault each, and its place: a key is missing, a number is text."""
    smallest, fullest = make_smallest(schema), make_fullest(schema)
    if isinstance(smallest, dict):
        for key in list(schema.get("required", ()))[:MOST_REQUIRED]:
            place = pointers.child("", key)
            text = json.dumps(smallest)
            yield apply(text, remove_value(text, place)), place
    text = json.dumps(fullest)
    for place in islice(list_numbers(fullest, ""), MOST_NUMBERS):
        yield apply(text, set_value(text, place, '"no number"')), place


def list_numbers(value: Any, at: str) -> Iterator[str]:
    if isinstance(value, dict | list):
        items = value.items() if isinstance(value, dict) else enumerate(value)
        for key, inner in items:
            yield from list_numbers(inner, pointers.child(at, key))
    elif isinstance(value, int | float) and not isinstance(value, bool):
        yield at
