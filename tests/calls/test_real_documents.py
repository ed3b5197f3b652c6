"""Operations of real APIs with every parameter and every field filled can be sent."""

import gzip
from collections import Counter

import pytest

from playground.calls.assembling import Endpoint, assemble
from playground.calls.values import Failure, Secret
from playground.jsontext.printing import dump
from playground.openapi.documents import ApiDocument
from playground.openapi.entries import list_operation_entries
from playground.openapi.operation_reading import OperationReader, read_api
from playground.openapi.parameters import Parameter
from playground.openapi.reading import read_openapi
from playground.openapi.samples import make_fullest
from playground.openapi.security import read_document_security
from playground.rules.facts import NO_FACTS
from playground.rules.parameters import check_typed_values
from tests.openapi.test_real_documents import FILES

# Samples may be empty strings, and a few documents describe values that no style can express.
EXPLAINED = {"path-missing", "parameter-nested"}


def type_value(parameter: Parameter) -> str:
    value = make_fullest(parameter.schema)
    is_json = parameter.media_type or not isinstance(value, str)
    return dump(value) if is_json else value


@pytest.mark.skipif(not FILES, reason="there are no documents to read")
@pytest.mark.parametrize("file", FILES, ids=lambda each: each.name)
def test_every_operation_of_a_real_document_can_be_sent(file) -> None:
    document = ApiDocument(read_openapi(gzip.decompress(file.read_bytes())).raw)
    security, reading = read_document_security(document)
    api = read_api(document, "t", reading.credential)
    reader = OperationReader(document, api, "t:", security)
    known = [each.name for each in reading.credential.fields]
    tokens = [each.field for way in reading.credential.schemes for each in way.tokens]
    stored = {name: Secret(name, f"secret-{name}") for name in [*known, *tokens]}
    sent: Counter[str] = Counter()
    problems = 0
    for entry in list_operation_entries(document):
        operation = reader.read(entry)
        values = {each.key: type_value(each) for each in operation.parameters}
        problems += len(list(check_typed_values(operation.parameters, values, NO_FACTS)))
        for body in operation.bodies or (None,):
            call = assemble(
                operation,
                Endpoint("https://api.example", stored),
                path_values=values,
                text=dump(make_fullest(body.schema)) if body else "",
                media_type=body.media_type if body else "",
            )
            sent[call.code if isinstance(call, Failure) else "sent"] += 1
    assert sent.keys() <= {"sent", *EXPLAINED}, sent
    assert sent["sent"] >= sent.total() * 0.98
    # Nearly all samples are valid, and valid values have no problems.
    assert problems <= sent.total() * 0.02
