"""Search and order are the same on every database."""

import pytest

from playground.people.search import contain_text, contain_words, equal_text
from playground.workspace.models import Connection

NAMES = ["Zeta", "émile", "Émile Zola", "ÉMILE", "alpha", "Beta 100%"]


@pytest.fixture
def connections(db: None) -> list[Connection]:
    return [Connection.objects.create(name=name, api="x", base_url="https://x") for name in NAMES]


@pytest.mark.parametrize("text", ["émile", "Émile", "ÉMILE"])
def test_search_ignores_the_case_of_any_letter(connections, text: str) -> None:
    found = Connection.objects.filter(contain_text(text, "name"))
    assert {each.name for each in found} == {"émile", "Émile Zola", "ÉMILE"}
    same = Connection.objects.filter(equal_text(text, "name"))
    assert {each.name for each in same} == {"émile", "ÉMILE"}


def test_every_word_is_found_in_some_field(connections) -> None:
    found = Connection.objects.filter(contain_words("ZOLA émi https", "name", "base_url"))
    assert [each.name for each in found] == ["Émile Zola"]
    assert Connection.objects.filter(contain_words("", "name")).count() == len(NAMES)


@pytest.mark.parametrize("text", ["%", "_", "\\"])
def test_wildcards_are_ordinary_characters(connections, text: str) -> None:
    found = Connection.objects.filter(contain_text(text, "name"))
    assert [each.name for each in found] == [name for name in NAMES if text in name]


def test_names_are_sorted_without_regard_to_case(connections) -> None:
    names = [name for name in Connection.objects.values_list("name", flat=True) if name.isascii()]
    assert names == ["alpha", "Beta 100%", "Zeta"]
