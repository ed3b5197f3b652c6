"""A browser in front of the playground, served for real on a free port."""

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
from playground.people.models import Person
from playground.sending.policy import announce_origin
from tests.browser.chromium import find_chromium
from tests.browser.flags import FLAGS
from tests.browser.walking import launch
from tests.conftest import signed_in

THREE_STEPS = "Find leads and their emails"
PICTURES = Path(product.HOME) / "build" / "pictures"
# Milliseconds: browsers side by side on two cores take their time.
expect.set_options(timeout=20_000)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    here = Path(__file__).parent
    for item in items:
        if here in item.path.parents:
            item.add_marker(pytest.mark.browser)


@pytest.fixture(scope="session")
def browser_type_launch_args() -> dict[str, object]:
    path = find_chromium()
    if not path:
        pytest.fail("There is no Chromium; `make test` gets one.")
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
    # In the thread that waits for its sockets: closed from here, it would wait for dead ones.
    served.trigger.pull_trigger(lambda: close_all(served._map))
    thread.join(5)
    connections.close_all()


@pytest.fixture
def context(context: BrowserContext) -> Iterator[BrowserContext]:
    """Its pages come to rest before it is closed: closed in the middle of a navigation,
    Chromium may never say that it is."""
    yield context
    for page in context.pages:
        with suppress(Error):
            page.goto("about:blank")


@pytest.fixture
def sign_in_page(server: str, context: BrowserContext) -> Callable[..., Page]:
    """Gives a page on which this person is signed in, standing at the start or at `path`;
    at None it stands nowhere yet."""

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
def page(sign_in_page: Callable[..., Page], editor: Person, settings: Any) -> Page:
    """A page of an editor's beside the practice data, that stands nowhere yet: see `walking`.
    What its scripts did wrong is in `page.errors`."""
    settings.SANDBOX_JOB_PENDING_SECONDS = settings.SANDBOX_JOB_RUNNING_SECONDS = 0.3
    fill_practice()
    opened = sign_in_page(editor, None)
    errors: list[str] = []
    opened.on("pageerror", lambda error: errors.append(str(error)))
    opened.on("console", lambda m: errors.append(m.text) if "Content Security" in m.text else None)
    opened.errors = errors  # type: ignore[attr-defined]
    return opened


@pytest.fixture
def builder(page: Page) -> Page:
    """The launch of a workflow of three steps."""
    return launch(page, THREE_STEPS)


@pytest.fixture
def stranger(context: BrowserContext) -> Page:
    """A page on which nobody is signed in."""
    return context.new_page()


@pytest.fixture
def signed_in_page(sign_in_page: Callable[[Person], Page], owner: Person) -> Page:
    """The start page as the owner sees it."""
    return sign_in_page(owner)


@pytest.fixture
def take_picture() -> Callable[[Page, str], None]:
    """Keeps a picture of a page under build/pictures/NAME.png."""

    def take(page: Page, name: str) -> None:
        PICTURES.mkdir(parents=True, exist_ok=True)
        page.screenshot(path=PICTURES / f"{name}.png", full_page=True)

    return take
