"""The list shows what a person may see, newest first, a page at a time."""

import uuid
from datetime import UTC, date, datetime

import pytest

from playground.history import queries
from playground.history.models import Exchange
from playground.history.queries import (
    ExchangeSearch,
    find_exchange,
    list_exchanges,
    visible_exchanges,
)
from playground.people.models import Role
from tests.conftest import make_person
from tests.history.exchanges import (
    end_exchange,
    fill_history,
    make_call,
    make_exchange,
    start_exchange,
)

pytestmark = pytest.mark.django_db


def test_people_see_their_own_and_owners_see_all(editor, owner) -> None:
    other = make_person(Role.EDITOR, "other")
    make_exchange(editor)
    make_exchange(other)
    assert visible_exchanges(editor).count() == 1
    assert visible_exchanges(owner).count() == 2


def test_knowing_the_id_is_not_enough(editor, owner) -> None:
    exchange = make_exchange(owner)
    assert find_exchange(editor, exchange.id) is None
    assert find_exchange(owner, exchange.id) == exchange


def test_pages_follow_each_other_without_gap_or_repeat(editor) -> None:
    numbers = [make_exchange(editor).number for _ in range(7)]
    seen, before = [], None
    while True:
        page = list_exchanges(editor, ExchangeSearch(before=before), size=3)
        seen += [row.number for row in page.rows]
        before = page.next_before
        if before is None:
            break
    assert seen == numbers[::-1]


def test_search_by_outcome_operation_and_words(editor) -> None:
    done = make_exchange(editor, name="Night run")
    running = start_exchange(editor, operation="update-account")
    found = {
        "outcome": list_exchanges(editor, ExchangeSearch(outcome="accepted")).rows,
        "operation": list_exchanges(editor, ExchangeSearch(operation="update-account")).rows,
        "words": list_exchanges(editor, ExchangeSearch(text="RUN night")).rows,
        "nothing": list_exchanges(editor, ExchangeSearch(text="no such words")).rows,
    }
    assert found == {
        "outcome": (done,),
        "operation": (running,),
        "words": (done,),
        "nothing": (),
    }


def test_the_list_needs_one_query(editor, django_assert_max_num_queries) -> None:
    for _ in range(5):
        make_exchange(editor)
    with django_assert_max_num_queries(1):
        rows = list_exchanges(editor, ExchangeSearch()).rows
        assert [row.person_name for row in rows] == ["editor"] * 5


def found(reader, **asked: object) -> list[object]:
    return list(list_exchanges(reader, ExchangeSearch(**asked)).rows)


def test_search_by_connection_person_and_day(owner, editor) -> None:
    connection = uuid.uuid4()
    one = make_exchange(editor, connection_id=connection)
    other = make_exchange(owner)
    Exchange.objects.filter(pk=one.pk).update(started_at=datetime(2026, 3, 1, 23, 59, tzinfo=UTC))
    Exchange.objects.filter(pk=other.pk).update(started_at=datetime(2026, 3, 2, tzinfo=UTC))
    assert found(owner, connection=connection) == [one]
    assert found(owner, person=owner.pk) == [other]
    assert found(editor, person=owner.pk) == []
    assert found(owner, until=date(2026, 3, 1)) == [one]
    assert found(owner, since=date(2026, 3, 2)) == [other]
    assert found(owner, since=date(2026, 3, 1), until=date(2026, 3, 2)) == [other, one]
    assert found(owner, since=date(2026, 3, 3)) == []
    assert found(owner, until=date(2026, 2, 1)) == []


def test_words_are_found_in_name_workflow_and_url_in_any_case(editor) -> None:
    one = make_exchange(editor, name="ÜBUNG 100%", path_values={"workflow_uid": "Flow-7"})
    make_exchange(editor, name="Other")
    for text in ("übung", "flow-7", "100%", "ÜBUNG FLOW", "api.example.com übung"):
        assert found(editor, text=text) == [one], text
    assert found(editor, text="10_%") == []


def test_bodies_are_searched_on_request(editor) -> None:
    call = make_call(body='{"city": "Zürich"}'.encode())
    sent = start_exchange(editor, call=call)
    answered = end_exchange(start_exchange(editor), b'{"found": "needle"}')
    assert found(editor, text="needle") == []
    assert found(editor, text="NEEDLE", bodies=True) == [answered]
    assert found(editor, text="zürich", bodies=True) == [sent]
    # The message may quote the reply, so it is sealed and found in the same way.
    assert answered.message
    assert found(editor, text=answered.message) == []
    assert found(editor, text=answered.message, bodies=True) == [answered]


def test_a_search_of_bodies_continues_where_it_stopped(editor, monkeypatch) -> None:
    monkeypatch.setattr(queries, "MOST_BODIES", 2)
    made = [end_exchange(start_exchange(editor), b"needle %d" % number) for number in range(5)]
    first = list_exchanges(editor, ExchangeSearch(text="needle 0", bodies=True))
    assert (first.rows, first.searched) == ((), 2)
    second = list_exchanges(
        editor, ExchangeSearch(text="needle 0", bodies=True, before=first.next_before)
    )
    third = list_exchanges(
        editor, ExchangeSearch(text="needle 0", bodies=True, before=second.next_before)
    )
    assert third.rows == (made[0],)


def test_a_shared_exchange_opens_by_id_but_is_in_no_other_list(editor, owner) -> None:
    exchange = make_exchange(owner)
    assert find_exchange(editor, exchange.id) is None
    Exchange.objects.filter(pk=exchange.pk).update(shared=True)
    assert find_exchange(editor, exchange.id) == exchange
    assert found(editor) == []


def test_a_long_history_needs_few_queries(as_owner, owner, django_assert_max_num_queries) -> None:
    fill_history(owner, 3_000)
    for query in (
        "",
        "text=workflow-7",
        "outcome=refused",
        "since=2020-01-01&operation=engage-profile",
    ):
        with django_assert_max_num_queries(10):
            page = as_owner.get(f"/history/?{query}")
        assert page.content.count(b"data-exchange") == 50
    assert found(owner, text="night run 3000")[0].name == "Night run 3000"
