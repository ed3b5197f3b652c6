"""A browser, and the playground served over real HTTP on a free port."""

import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings as product
from django.contrib.staticfiles.handlers import StaticFilesHandler
from django.core.wsgi import get_wsgi_application
from django.db import connections
from playwright.sync_api import BrowserContext, Error, Page, expect
from waitress.server import create_server
from waitress.wasyncore import close_all

from playground.commands.practice import fill_practice
from playground.engine.threads import get_pool
from playground.people.models import Person
from playground.sending.policy import announce_origin
from tests.browser.actions import open_launch
from tests.browser.chromium import FLAGS, find_chromium
from tests.conftest import signed_in
from tests.sending import stand_ins

THREE_STEPS = "Find leads and their emails"
PICTURES = Path(product.HOME) / "build" / "pictures"
# Milliseconds. Several browsers on two cores are slow, and a passing test never waits this long.
PATIENCE = 60_000
expect.set_options(timeout=PATIENCE)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    here = Path(__file__).parent
    for item in items:
        if here in item.path.parents:
            item.add_marker(pytest.mark.browser)


@pytest.fixture(scope="session")
def browser_type_launch_args() -> dict[str, object]:
    path = find_chromium()
    if not path:
        pytest.fail("Chromium is missing; `make test` installs it.")
    return {
        "executable_path": path,
        "headless": True,
        "chromium_sandbox": False,
        "args": FLAGS,
    }


@pytest.fixture
def server(transactional_db: None) -> Iterator[str]:
    """The origin of a running playground, such as http://127.0.0.1:40123."""
    listener = socket.socket()
    listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    listener.bind(("127.0.0.1", 0))
    application = StaticFilesHandler(get_wsgi_application())
    served = create_server(application, sockets=[listener], threads=8)
    thread = threading.Thread(target=served.run, daemon=True)
    thread.start()
    origin = f"http://127.0.0.1:{served.effective_port}"
    announce_origin(origin)
    yield origin
    served.task_dispatcher.shutdown(timeout=5)
    # Closed in the thread that waits for its sockets; it would wait for dead ones otherwise.
    served.trigger.pull_trigger(lambda: close_all(served._map))
    thread.join(5)
    # Jobs that are being read must not end in the next test.
    stand_ins.wait_until(lambda: not get_pool().count_tasks(), 10)
    connections.close_all()


@pytest.fixture
def context(context: BrowserContext) -> Iterator[BrowserContext]:
    """Its pages are left before it is closed: during a navigation, Chromium may hang on that."""
    context.set_default_timeout(PATIENCE)
    yield context
    for page in context.pages:
        with suppress(Error):
            page.goto("about:blank")


@pytest.fixture
def open_as(server: str, context: BrowserContext) -> Callable[..., Page]:
    """Open a page on which a person is signed in, at `path`, or blank at None."""

    def open_page(person: Person, path: str | None = "/") -> Page:
        cookie = signed_in(person).cookies[product.SESSION_COOKIE_NAME].value
        context.add_cookies([{"name": product.SESSION_COOKIE_NAME, "value": cookie, "url": server}])
        page = context.new_page()
        page.person, page.origin = person, server  # type: ignore[attr-defined]
        if path is not None:
            page.goto(server + path)
        return page

    return open_page


@pytest.fixture
def page(open_as: Callable[..., Page], editor: Person, settings: Any) -> Page:
    """A blank page of an editor, with practice data; `actions` lead to the builder.

    Errors of its scripts and violations of the content security policy are in `page.errors`.
    """
    settings.SANDBOX_JOB_PENDING_SECONDS = settings.SANDBOX_JOB_RUNNING_SECONDS = 0.3
    fill_practice()
    opened = open_as(editor, None)
    errors: list[str] = []
    opened.on("pageerror", lambda error: errors.append(str(error)))
    opened.on("console", lambda m: errors.append(m.text) if "Content Security" in m.text else None)
    opened.errors = errors  # type: ignore[attr-defined]
    return opened


@pytest.fixture
def builder(page: Page) -> Page:
    """The builder with a launch of a workflow of three steps."""
    return open_launch(page, THREE_STEPS)


@pytest.fixture
def anonymous_page(context: BrowserContext) -> Page:
    """A blank page on which nobody is signed in."""
    return context.new_page()


@pytest.fixture
def owner_page(open_as: Callable[[Person], Page], owner: Person) -> Page:
    """The start page as the owner sees it."""
    return open_as(owner)


@pytest.fixture
def take_screenshot() -> Callable[[Page, str], None]:
    """Save a picture of a page as build/pictures/NAME.png."""

    def take(page: Page, name: str) -> None:
        PICTURES.mkdir(parents=True, exist_ok=True)
        page.screenshot(path=PICTURES / f"{name}.png", full_page=True)

    return take
