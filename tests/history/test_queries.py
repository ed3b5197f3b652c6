"""The list shows what a person may see, newest first, a page at a time."""

import uuid
from datetime import UTC, date, datetime

import pytest

from playground.calls.values import Outcome, Reply, Verdict
from playground.history import queries
from playground.history.models import Exchange
from playground.history.queries import (
    ExchangeSearch,
    find_exchange,
    list_exchanges,
    visible_exchanges,
)
from playground.history.recording import record_abandoned, record_end
from playground.people.models import Role
from tests.conftest import make_person
from tests.history.exchanges import (
    ACCEPTED,
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


@pytest.mark.parametrize("text", ["%", "_", "\\", "100%", "a_b", "c\\d"])
def test_wildcards_in_a_search_are_ordinary_characters(editor, text: str) -> None:
    make_exchange(editor, name="Axb cd 1000")
    one = make_exchange(editor, name="100% A_B C\\D")
    assert found(editor, text=text) == [one]


@pytest.mark.parametrize("text", ["ärger", "Ärger", "ÄRGER", "STRASSE", "straße", "ΣΊΣΥΦΟΣ"])
def test_a_search_ignores_the_case_of_any_letter(editor, text: str) -> None:
    one = make_exchange(editor, name="ÄRGER Straße σίσυφος")
    assert found(editor, text=text) == [one]


def test_a_job_is_found_by_its_uid(editor) -> None:
    started = start_exchange(editor)
    one = record_end(started, make_call(), Reply(200, "OK", (), b"{}"), ACCEPTED, "JOB-é-7")
    assert found(editor, text="job-É-7") == [one]


def test_a_send_under_way_is_found_and_listed_once_after_it(editor, owner) -> None:
    done = make_exchange(editor, name="Night run 1")
    running = start_exchange(editor, name="Night run 2")
    start_exchange(editor, name="Other")
    start_exchange(owner, name="Night run of somebody else")
    assert found(editor, text="NIGHT run") == [running, done]
    assert found(editor, text="night", outcome="sending") == [running]
    assert found(editor, text="night", outcome="accepted") == [done]
    end_exchange(running)
    assert found(editor, text="night run") == [running, done]


def test_a_late_result_replaces_the_search_text(editor) -> None:
    started = start_exchange(editor, name="Night run")
    given_up = record_abandoned(started, Verdict(Outcome.UNKNOWN, "abandoned", "Unknown", {}))
    assert found(editor, text="night run") == [given_up]
    late = record_end(started, make_call(), Reply(200, "OK", (), b"{}"), ACCEPTED, "job-late")
    assert found(editor, text="night job-late") == [late]


def test_common_and_rare_words_are_paged_without_gap_or_repeat(editor, owner, monkeypatch) -> None:
    monkeypatch.setattr(queries, "RECENT", 4)
    made = []
    for number in range(30):
        kind = "rare" if number % 11 == 0 else "common"
        person = owner if number % 5 == 0 else editor
        operation = "update-account" if number % 3 == 0 else "launch-workflow"
        made.append(make_exchange(person, name=f"{kind} send", operation=operation))
    for reader, text, operation in [
        (owner, "send", ""),
        (owner, "common", ""),
        (owner, "rare", ""),
        (owner, "common", "update-account"),
        (owner, "rare send", "update-account"),
        (owner, "nothing", ""),
        (editor, "send", ""),
        (editor, "common", "update-account"),
        (editor, "rare", ""),
    ]:
        expected = [
            each
            for each in reversed(made)
            if (reader == owner or each.person_id == reader.pk)
            and all(word in each.name for word in text.split())
            and operation in ("", each.operation)
        ]
        seen, before = [], None
        while True:
            search = ExchangeSearch(text=text, operation=operation, before=before)
            page = list_exchanges(reader, search, size=3)
            assert len(page.rows) <= 3
            seen += page.rows
            before = page.next_before
            if before is None:
                break
        assert seen == expected, (reader, text, operation)


def test_a_common_word_is_looked_for_among_the_newest_only(
    editor, django_assert_num_queries
) -> None:
    fill_history(editor, 60)
    # The newest number, those under way, and one page.
    with django_assert_num_queries(3):
        assert len(found(editor, text="night run")) == 50
    with django_assert_num_queries(4):
        assert found(editor, text="no such thing") == []


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
