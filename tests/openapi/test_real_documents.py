"""Documents of real APIs, which aren't part of the project: everything in them is read.

They are in `shared/openapi` next to the project's folder, or in the folder that the environment
variable OPENAPI_DOCUMENTS names; compressed with gzip, otherwise as published.
"""

import gzip
import os
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

HOME = Path(__file__).resolve().parent.parent.parent
FOLDER = Path(os.environ.get("OPENAPI_DOCUMENTS") or HOME.parent / "shared" / "openapi")
FILES = sorted(FOLDER.glob("*.gz"))


@pytest.mark.skipif(not FILES, reason="there are no documents to read")
@pytest.mark.parametrize("file", FILES, ids=lambda each: each.name)
def test_every_operation_of_a_real_document_is_read(file):
    source = read_openapi(gzip.decompress(file.read_bytes()))
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
