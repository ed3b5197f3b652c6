"""The list shows what a person may see, newest first, a page at a time."""

import pytest

from playground.history.reading import Search, find_exchange, list_exchanges, visible_to
from playground.people.models import Role
from tests.conftest import make_person
from tests.history.exchanges import make_exchange, start_exchange

pytestmark = pytest.mark.django_db


def test_people_see_their_own_and_owners_see_all(editor, owner) -> None:
    other = make_person(Role.EDITOR, "other")
    make_exchange(editor)
    make_exchange(other)
    assert visible_to(editor).count() == 1
    assert visible_to(owner).count() == 2


def test_knowing_the_id_opens_nothing(editor, owner) -> None:
    exchange = make_exchange(owner)
    assert find_exchange(editor, exchange.id) is None
    assert find_exchange(owner, exchange.id) == exchange


def test_pages_follow_each_other_without_gap_or_repeat(editor) -> None:
    numbers = [make_exchange(editor).number for _ in range(7)]
    seen, before = [], None
    while True:
        page = list_exchanges(editor, Search(before=before), size=3)
        seen += [row.number for row in page.rows]
        before = page.next_before
        if before is None:
            break
    assert seen == numbers[::-1]


def test_it_finds_by_outcome_operation_and_words(editor) -> None:
    done = make_exchange(editor, name="Night run")
    running = start_exchange(editor, operation="update-account")
    found = {
        "outcome": list_exchanges(editor, Search(outcome="accepted")).rows,
        "operation": list_exchanges(editor, Search(operation="update-account")).rows,
        "words": list_exchanges(editor, Search(text="RUN night")).rows,
        "nothing": list_exchanges(editor, Search(text="no such words")).rows,
    }
    assert found == {
        "outcome": (done,),
        "operation": (running,),
        "words": (done,),
        "nothing": (),
    }


def test_the_list_costs_few_queries_and_no_bodies(editor, django_assert_max_num_queries) -> None:
    for _ in range(5):
        make_exchange(editor)
    with django_assert_max_num_queries(1):
        rows = list_exchanges(editor, Search()).rows
        assert [row.person_name for row in rows] == ["editor"] * 5
