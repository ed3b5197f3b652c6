"""Documents of real APIs, which aren't part of the project: everything in them is read.

The environment variable OPENAPI_DOCUMENTS names their folder. They are as published, or compressed
with gzip.
"""

import gzip
import os
import re
from pathlib import Path

import pytest

from playground.openapi.credentials import Credential
from playground.openapi.documents import ApiDocument
from playground.openapi.entries import list_operation_entries
from playground.openapi.operation_reading import OperationReader, read_api
from playground.openapi.reading import read_openapi
from playground.openapi.report import make_report
from playground.openapi.samples import has_sample, make_fullest, make_smallest
from playground.rules.compiling import compile_schema

FOLDER = os.environ.get("OPENAPI_DOCUMENTS", "")
NAMES = re.compile(r".+\.(json|ya?ml)(\.gz)?").fullmatch
FILES = sorted(each for each in Path(FOLDER).iterdir() if NAMES(each.name)) if FOLDER else []


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
