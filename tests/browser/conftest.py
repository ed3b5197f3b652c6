"""A browser in front of the playground, served for real on a free port."""

import socket
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from django.conf import settings
from django.contrib.staticfiles.handlers import StaticFilesHandler
from django.core.wsgi import get_wsgi_application
from django.db import connections
from playwright.sync_api import BrowserContext, Page
from waitress.server import create_server

from playground.people.models import Person
from playground.sending.doors import announce_origin
from tests.browser.chromium import find_chromium
from tests.browser.flags import FLAGS
from tests.conftest import signed_in

PICTURES = Path(settings.HOME) / "build" / "pictures"


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
    served.maintenance(0)
    served.task_dispatcher.shutdown(timeout=5)
    served.close()
    connections.close_all()


@pytest.fixture
def sign_in_page(server: str, context: BrowserContext) -> Callable[[Person], Page]:
    """Gives a page on which this person is signed in, standing at the start."""

    def open_page(person: Person) -> Page:
        cookie = signed_in(person).cookies[settings.SESSION_COOKIE_NAME].value
        context.add_cookies(
            [{"name": settings.SESSION_COOKIE_NAME, "value": cookie, "url": server}]
        )
        page = context.new_page()
        page.goto(f"{server}/")
        return page

    return open_page


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
