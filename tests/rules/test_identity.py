"""Caches by identity: room for a workflow's many schemas, and no mix-ups."""

from playground.rules import schema
from playground.rules.context import ByIdentity


def test_only_the_same_object_is_equal():
    one, other = {"type": "string"}, {"type": "string"}
    assert ByIdentity(one) == ByIdentity(one)
    assert hash(ByIdentity(one)) == hash(ByIdentity(one))
    assert ByIdentity(one) != ByIdentity(other)
    assert ByIdentity(one) != one


def test_the_schemas_of_a_thousand_steps_are_compiled_once():
    schemas = [{"type": "object", "maxProperties": n} for n in range(1000)]
    first = [schema.compile_schema(each) for each in schemas]
    again = [schema.compile_schema(each) for each in schemas]
    assert all(a is b for a, b in zip(first, again, strict=True))
