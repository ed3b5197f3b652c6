"""Sends never block the threads that serve pages and the sandbox."""

import re
import uuid
from concurrent.futures import ThreadPoolExecutor
from time import monotonic

import pytest
import requests
from django.db import connections

from playground.calls.values import Outcome
from playground.history.models import Exchange
from playground.sending.submission import submit_draft, wait_for_exchange
from playground.workspace.models import Connection
from tests.conftest import PASSWORD
from tests.sending.conftest import THREADS
from tests.sending.stand_ins import wait_until

pytestmark = pytest.mark.django_db(transaction=True)
LONG = 60.0


def sign_in(origin: str, name: str) -> requests.Session:
    browser = requests.Session()
    page = browser.get(f"{origin}/sign-in/").text
    form = {"name": name, "password": PASSWORD, "csrfmiddlewaretoken": read_token(page)}
    answer = browser.post(f"{origin}/sign-in/", form, headers={"Referer": origin})
    assert answer.ok
    return browser


def read_token(page: str) -> str:
    found = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', page)
    assert found
    return found.group(1)


def press_test(browser: requests.Session, origin: str, connection: Connection) -> requests.Response:
    """Press "Test connection" as a browser does, and follow where it leads."""
    address = f"{origin}/connections/{connection.id}/"
    token = read_token(browser.get(address).text)
    form = {"submission": str(uuid.uuid4()), "csrfmiddlewaretoken": token}
    return browser.post(f"{address}test/", form, headers={"Referer": address}, timeout=LONG)


def look(reader: requests.Session, origin: str) -> float:
    """How many seconds a page takes."""
    began = monotonic()
    assert reader.get(f"{origin}/history/", timeout=LONG).ok
    return monotonic() - began


def test_twice_as_many_practice_sends_as_threads_all_succeed(sandbox, editor, draft) -> None:
    def send(_: int) -> str:
        try:
            return wait_for_exchange(submit_draft(editor, draft, uuid.uuid4()), LONG).outcome
        finally:
            connections.close_all()

    with ThreadPoolExecutor(2 * THREADS) as people:
        list(people.map(send, range(2 * THREADS)))
    ended = wait_until(lambda: not Exchange.objects.filter(outcome="sending").exists(), LONG)
    assert ended
    outcomes = Exchange.objects.values_list("outcome", flat=True)
    assert list(outcomes) == [Outcome.ACCEPTED] * (2 * THREADS)


def test_twice_as_many_connection_tests_as_threads_all_succeed(sandbox, editor, practice) -> None:
    browsers = [sign_in(sandbox, "editor") for _ in range(2 * THREADS)]
    with ThreadPoolExecutor(2 * THREADS) as people:
        answers = list(people.map(lambda each: press_test(each, sandbox, practice), browsers))
    assert [answer.status_code for answer in answers] == [200] * (2 * THREADS)
    assert wait_until(lambda: not Exchange.objects.filter(outcome="sending").exists(), LONG)
    assert set(Exchange.objects.values_list("outcome", flat=True)) == {Outcome.ACCEPTED}


def test_pages_respond_while_targets_hang(sandbox, editor, practice, standin) -> None:
    """Twice as many hanging sends as the server has threads."""
    standin.hold()
    practice.base_url = standin.origin
    practice.save()
    practice.secrets.update(hosts="127.0.0.1")
    browsers = [sign_in(sandbox, "editor") for _ in range(2 * THREADS)]
    reader = sign_in(sandbox, "editor")
    with ThreadPoolExecutor(2 * THREADS) as people:
        pressed = [people.submit(press_test, each, sandbox, practice) for each in browsers]
        assert all(standin.wait_for_call(LONG) for _ in range(2 * THREADS))
        took = [look(reader, sandbox) for _ in range(3)]
        assert all(each.result().ok for each in pressed)
    # A held thread would keep every one of them for the time limit.
    assert min(took) < LONG / 2
    assert Exchange.objects.filter(outcome="sending").count() == 2 * THREADS
    standin.release()
    assert wait_until(lambda: not Exchange.objects.filter(outcome="sending").exists(), LONG)
