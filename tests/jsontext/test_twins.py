"""The plain twin of a document: the same whether it is read from the text or made of the tree."""

from decimal import Decimal

from hypothesis import given

from playground.jsontext.parsing import read
from playground.jsontext.plain_values import may_have_twice, read_twin, twin_of
from tests.jsontext.trees import documents


@given(documents())
def test_a_tree_that_was_read_has_the_twin_of_its_text(document: tuple[object, str]) -> None:
    text = document[1]
    twin, expected = twin_of(read(text)), read_twin(text)
    assert expected.colons == text.count(":")
    assert twin == expected._replace(colons=None)
    assert repr(twin) == repr(expected._replace(colons=None))


def test_what_holds_no_number_is_shared_and_what_holds_one_is_not_changed() -> None:
    tree = read('{"rows": [{"a": "x"}, {"b": null}], "more": [{"a": 1.10}], "deep": [[["y"]]]}')
    assert isinstance(tree, dict)
    twin = twin_of(tree)
    assert twin.value["rows"] is tree["rows"]
    assert twin.value["more"] == [{"a": Decimal("1.10")}]
    assert tree["more"] == read('[{"a": 1.10}]')
    assert twin.members == 6


def test_a_key_that_stands_twice_is_noticed_in_either() -> None:
    text = '{"a": 1, "a": {"b": "c"}}'
    assert may_have_twice(text, read_twin(text))
    assert may_have_twice(text, twin_of(read(text)))
