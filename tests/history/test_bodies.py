"""Bodies are stored once and come back unchanged."""

import pytest
from django.db import connection as database
from django.test.utils import CaptureQueriesContext
from hypothesis import given
from hypothesis import strategies as st

from playground.calls.values import MaskedCall, Placeholder
from playground.history.bodies import (
    dump_masked_call,
    load_masked_call,
    read_body,
    read_body_start,
    read_request,
    store_bodies,
)
from playground.history.models import Body
from tests.history.exchanges import make_exchange, start_exchange

pytestmark = pytest.mark.django_db


@given(st.binary(max_size=200))
def test_every_body_comes_back_unchanged(data) -> None:
    [stored] = store_bodies(data)
    assert read_body(stored) == data
    assert read_body(Body.objects.get(digest=stored.digest)) == data


def test_only_the_start_of_a_body_is_unpacked() -> None:
    [stored] = store_bodies(b"0123456789" * 1000)
    assert read_body_start(stored, 12) == b"012345678901"


def test_the_same_body_is_stored_once(editor) -> None:
    bodies = {make_exchange(editor).reply_body_id for _ in range(3)}
    assert len(bodies) == 1
    assert Body.objects.filter(digest__in=bodies).count() == 1


def test_several_bodies_are_stored_by_one_insert() -> None:
    store_bodies(b"known")
    with CaptureQueriesContext(database) as seen:
        stored = store_bodies(b"known", b"new", b"new")
    assert [read_body(each) for each in stored] == [b"known", b"new", b"new"]
    assert sum("INSERT" in each["sql"] for each in seen) == 1
    assert Body.objects.count() == 2


pieces = st.lists(st.one_of(st.text(), st.builds(Placeholder, st.text(), st.text()))).map(tuple)


@given(pieces, st.lists(st.tuples(st.text(), pieces)).map(tuple), st.none() | pieces)
def test_a_masked_call_comes_back_unchanged(url, headers, body) -> None:
    masked = MaskedCall("POST", url, headers, body)
    assert load_masked_call(dump_masked_call(masked)) == masked


def test_the_request_is_stored_with_holes_for_its_secrets(editor) -> None:
    masked = read_request(start_exchange(editor))
    assert masked is not None
    assert dict(masked.headers)["Authorization"] == ("x-api-key ", Placeholder("key"))
