"""Validators never fetch what a schema refers to: neither files nor other hosts."""

from pathlib import Path

import pytest
from jsonschema_rs import Draft202012Validator

from playground.openapi.bundling import bundle
from playground.openapi.sample_values import SampleValidators
from playground.openapi.validators import compile_validator
from tests.openapi.schemas import make_node


@pytest.fixture
def address(tmp_path: Path) -> str:
    path = tmp_path / "secret.json"
    path.write_text('{"type": "object"}')
    return path.as_uri()


@pytest.mark.parametrize("keyword", ["$ref", "contentSchema", "items"])
def test_no_address_is_followed(address: str, keyword: str) -> None:
    written = {keyword: address if keyword == "$ref" else {"$ref": address}}
    Draft202012Validator(written)  # by itself it reads the file
    assert compile_validator(written) is None


@pytest.mark.parametrize("local", [True, False])
def test_what_a_text_contains_is_not_validated(address: str, local: bool) -> None:
    reference = "#/components/schemas/Pet" if local else address
    schema = {"type": "string", "contentSchema": {"$ref": reference}}
    node = make_node(schema, Pet={"type": "object"})
    # It doesn't keep the rest from being validated either.
    assert bundle(node) == {"type": "string"}
    validators = SampleValidators()
    assert validators.is_valid(node, "{}")
    assert not validators.is_valid(node, {})
