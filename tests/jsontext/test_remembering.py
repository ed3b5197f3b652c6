"""What is remembered by identity: the last answer, and nothing that only looks the same."""

from playground.jsontext.caching import remember_last
from playground.jsontext.reference_syntax import has_braces
from playground.jsontext.splices import Splice, difference


def test_the_last_answer_is_given_to_whoever_asks_the_same_again() -> None:
    asked: list[tuple[object, ...]] = []

    @remember_last
    def count(*things: object) -> int:
        asked.append(things)
        return len(asked)

    one, other = ["a"], ["a"]
    assert [count(one), count(one), count(other), count(one), count(one, one)] == [1, 1, 2, 3, 4]


def test_what_is_remembered_of_one_text_is_not_told_of_another() -> None:
    plain, held = '{"a": "b"}', '{"a": "{{b}}"}'
    assert [has_braces(each) for each in (plain, held, held, plain)] == [False, True, True, False]
    assert difference(plain, held) == Splice(7, "b", "{{b}}")
    assert difference(plain, held) == Splice(7, "b", "{{b}}")
    assert difference(held, plain) == Splice(7, "{{b}}", "b")
