"""All replies that are decompressed side by side share one bound on memory."""

import gc
import gzip
import threading
import time
from concurrent.futures import ThreadPoolExecutor

import pytest

from playground.calls.values import Call, Failure, Reply
from playground.network import Limits, Policy, send_call
from playground.network.memory import UNPACKING, MemoryBudget
from tests.network.servers import answer, serve

BOMB = gzip.compress(bytes(5_000_000))
LIMITS = Limits(
    total_seconds=60, idle_seconds=60, unpacked_bytes=1_000_000, unpacking_bytes=2_500_000
)
WAY_OUT = 60.0


@pytest.fixture
def bomb():
    gc.collect()
    assert UNPACKING.used == 0, "every reply of an earlier test gave its share back"
    with serve(answer("HTTP/1.1 200 OK", "Content-Encoding: gzip", body=BOMB)) as server:
        yield server


def fetch(server, limits: Limits = LIMITS) -> Reply | Failure:
    policy = Policy.read(own_origins=[server.origin])
    return send_call(Call("GET", server.origin), policy, limits)


def test_replies_share_the_memory_and_wait_for_it(bomb) -> None:
    held, most = [fetch(bomb), fetch(bomb)], 2_000_000
    assert UNPACKING.used == most
    with ThreadPoolExecutor(1) as pool:
        third = pool.submit(fetch, bomb)
        time.sleep(0.3)
        assert not third.done()
        assert UNPACKING.used == most
        held.pop()
        gc.collect()
        reply = third.result(WAY_OUT)
    assert isinstance(reply, Reply)
    assert (len(reply.body), reply.truncated, reply.unreadable) == (1_000_000, True, "")
    del reply, third
    held.clear()
    gc.collect()
    assert UNPACKING.used == 0


def test_a_reply_that_gets_no_memory_stays_packed_and_says_so(bomb, caplog) -> None:
    held = [fetch(bomb), fetch(bomb)]
    reply = fetch(bomb, Limits(total_seconds=60, idle_seconds=1, unpacking_bytes=2_500_000))
    assert isinstance(reply, Reply)
    assert reply.body == BOMB
    assert reply.unreadable == (
        "compressed as gzip and left so, because other replies were using the memory "
        "(PLAYGROUND_MAX_UNPACKING_BYTES)"
    )
    assert "PLAYGROUND_MAX_UNPACKING_BYTES" in caplog.text
    assert len(held) == 2


def test_a_reply_larger_than_all_the_memory_is_cut_there(bomb) -> None:
    reply = fetch(bomb, Limits(unpacking_bytes=300_000))
    assert isinstance(reply, Reply)
    assert (len(reply.body), reply.truncated) == (300_000, True)


def test_a_small_reply_needs_no_room_for_a_large_one(bomb) -> None:
    held = [fetch(bomb), fetch(bomb)]
    data = gzip.compress(b"hello")
    with serve(answer("HTTP/1.1 200 OK", "Content-Encoding: gzip", body=data)) as server:
        reply = fetch(server)
    assert isinstance(reply, Reply)
    assert (reply.body, len(held)) == (b"hello", 2)


def test_cancelling_ends_the_wait(bomb) -> None:
    held, cancel = [fetch(bomb), fetch(bomb)], threading.Event()
    policy = Policy.read(own_origins=[bomb.origin])
    with ThreadPoolExecutor(1) as pool:
        waiting = pool.submit(send_call, Call("GET", bomb.origin), policy, LIMITS, cancel)
        time.sleep(0.2)
        cancel.set()
        failure = waiting.result(WAY_OUT)
    assert isinstance(failure, Failure)
    assert (failure.code, len(held)) == ("cancelled", 2)


def test_a_damaged_reply_gives_its_memory_back() -> None:
    gc.collect()
    with serve(answer("HTTP/1.1 200 OK", "Content-Encoding: gzip", body=BOMB[:-9])) as server:
        reply = fetch(server, Limits())
        assert isinstance(reply, Reply)
        assert reply.unreadable
    assert UNPACKING.used == 0


def test_the_bound_holds_for_many_at_once() -> None:
    budget, most, lock = MemoryBudget(), [0], threading.Lock()

    def take(_: int) -> bool:
        assert budget.reserve(30, 100, 60, lambda: None)
        with lock:
            most[0] = max(most[0], budget.used)
        time.sleep(0.01)
        budget.release(30)
        return True

    with ThreadPoolExecutor(20) as pool:
        assert all(pool.map(take, range(60)))
    assert most[0] <= 90
    assert budget.used == 0
