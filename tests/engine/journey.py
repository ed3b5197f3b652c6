"""A person's whole journey over HTTP, each request to another web process than the one before."""

from __future__ import annotations

import html
import json
import re
import time
import uuid
from collections.abc import Callable
from dataclasses import dataclass, field
from http.cookies import SimpleCookie
from itertools import cycle
from typing import Any

import requests

from tests.engine.deployment import LONG, ORIGIN

FOLLOWED = re.compile(r'hx-get="([^"]+)"[^>]*data-follows')
OUTCOME = re.compile(r'data-outcome="([^"]+)"')
TOKEN = re.compile(r'name="csrf-token" content="([^"]+)"')
HTML = {"HX-Request": "true"}


@dataclass
class Browser:
    """Sends requests as nginx passes them on, to the web processes in turn."""

    origins: list[str]
    cookies: dict[str, str] = field(default_factory=dict)
    token: str = ""

    def __post_init__(self) -> None:
        self._turns = cycle(self.origins)

    def ask(self, method: str, path: str, **options: object) -> requests.Response:
        headers = {
            "Host": ORIGIN.removeprefix("https://"),
            "Origin": ORIGIN,
            "X-Forwarded-For": "203.0.113.7",
            "X-Forwarded-Proto": "https",
            "X-CSRFToken": self.token,
            "Cookie": "; ".join(f"{name}={value}" for name, value in self.cookies.items()),
            **options.pop("headers", {}),  # type: ignore[dict-item]
        }
        answer = self.pass_on(method, path.removeprefix(ORIGIN), headers=headers, **options)
        self.keep_cookies(answer)
        assert answer.status_code < 400, f"{method} {path}: {answer.status_code}\n{answer.text}"
        if found := TOKEN.search(answer.text):
            self.token = found[1]
        return answer

    def pass_on(self, method: str, path: str, **options: Any) -> requests.Response:
        """Ask the next process; like nginx, skip one that accepts no connection."""
        options |= {"allow_redirects": False, "timeout": LONG}
        try:
            return requests.request(method, next(self._turns) + path, **options)
        except requests.ConnectionError as error:
            # Any other failure may have come after the request arrived.
            if "NewConnectionError" not in repr(error):
                raise
            return requests.request(method, next(self._turns) + path, **options)

    def keep_cookies(self, answer: requests.Response) -> None:
        for line in answer.raw.headers.getlist("Set-Cookie"):
            # A page over https sets no cookie that would be sent without it.
            assert "Secure" in line
            for name, morsel in SimpleCookie(line).items():
                self.cookies[name] = morsel.value

    def get(self, path: str, **options: object) -> str:
        return self.ask("GET", path, **options).text

    def post(self, path: str, **options: object) -> requests.Response:
        return self.ask("POST", path, **options)


@dataclass
class Journey:
    """One person who builds, sends, follows, cancels, saves and shares, and a guest."""

    browser: Browser
    draft: str = ""
    digest: str = ""
    revision: int = 0

    def sign_in(self, link: str) -> None:
        self.browser.get(link)
        answer = self.browser.post(link, data={"name": "ada", "password": ""})
        assert answer.headers["Location"] == "/"

    def build(self, name: str) -> None:
        """Open the first practice workflow and type a name for its job."""
        fields = read_form(self.browser.get("/"), "/drafts/new/", "workflow_uid")
        self.draft = self.browser.post("/drafts/new/", data=fields).headers["Location"]
        self.reload()
        self.type_name(name)
        assert self.read_name() == name

    def reload(self) -> None:
        page = self.browser.get(self.draft)
        self.digest = find(r'data-digest="([^"]*)"', page)
        self.revision = int(find(r'data-revision="(\d+)"', page))

    def type_name(self, name: str) -> None:
        edit = {
            "kind": "set",
            "pointer": "/job_name",
            "typed": name,
            "as": "text",
            "revision": self.revision,
            "tab": "journey",
            "step": str(uuid.uuid4()),
            "digest": self.digest,
        }
        answer = self.browser.post(f"{self.draft}edit/", json=edit).json()
        self.revision, self.digest = answer["revision"], answer.get("digest", self.digest)

    def read_name(self) -> str:
        document = json.loads(self.browser.get(f"{self.draft}document.json"))
        return str(document["job_name"])

    def press_send(self) -> str:
        form = {"submission": str(uuid.uuid4()), "revision": self.revision}
        return self.browser.post(f"{self.draft}send/", data=form, headers=HTML).text

    def send(self) -> str:
        """Send and follow until the verdict; return the address of the job."""
        reply = follow(self.press_send(), self.browser.get, until=OUTCOME)
        assert find(OUTCOME.pattern, reply) == "accepted", reply
        return find(r'id="follow_job" href="([^"]+)"', reply)

    def follow(self, fragment: str) -> str:
        """The fragment as it is once nothing is in progress."""
        return follow(fragment, self.browser.get)

    def follow_job(self, address: str) -> str:
        return self.follow(self.browser.get(address))

    def cancel(self) -> str:
        """Send, cancel once the call is under way, and return the outcome."""
        reply = self.press_send()
        address = find(r'hx-post="(/history/[^"]+/cancel/)"', reply)
        exchange = address.removesuffix("cancel/")
        end = time.monotonic() + LONG
        while "Waiting for a worker" in reply and time.monotonic() < end:
            reply = self.browser.get(f"{exchange}reply/", headers=HTML)
        return find(OUTCOME.pattern, self.follow(self.browser.post(address, headers=HTML).text))

    def save(self) -> str:
        """Save the draft as a template; return its address."""
        form = {"name": "Night run", "sharing": "edit"}
        self.browser.post(f"{self.draft}template/new/", data=form, headers=HTML)
        return find(r'href="(/templates/[0-9a-f-]{36}/)"', self.browser.get("/templates/"))

    def share(self, template: str) -> str:
        """Make a link by which guests fill in the name and send; return its address."""
        page = self.browser.get(f"{template}share/")
        connection = find(r'<option value="([0-9a-f-]{36})"', page)
        form = {"kind": "fill", "days": "1", "connection": connection, "open": "/job_name"}
        made = self.browser.post(f"{template}share/", data=form).text
        return find(r'id="share_address">([^<]+)<', made)


def send_as_guest(browser: Browser, link: str) -> str:
    """Fill in and send what a link shares; return the last fragment."""
    fields = read_form(browser.get(link), "/send/") | {"/job_name": "By a guest"}
    sent = browser.post(f"{link}send/", data=fields, headers=HTML).text
    return follow(sent, browser.get, re.compile(r'hx-get="([^"]+/sent/[^"]+)"'))


def follow(
    fragment: str,
    get: Callable[..., str],
    pattern: re.Pattern[str] = FOLLOWED,
    until: re.Pattern[str] | None = None,
) -> str:
    """What comes in place of the fragment in the end, or as soon as `until` is in it."""
    end = time.monotonic() + LONG
    while (found := pattern.search(fragment)) and time.monotonic() < end:
        if until and until.search(fragment):
            return fragment
        time.sleep(0.1)
        fragment = get(html.unescape(found[1]), headers=HTML)
    assert not found, "it hasn't ended"
    return fragment


def find(pattern: str, page: str) -> str:
    found = re.search(pattern, page)
    assert found, f"{pattern} isn't in:\n{page}"
    return html.unescape(found[1])


def read_form(page: str, action: str, field: str = "") -> dict[str, str]:
    """The hidden fields of the first form whose action ends like this, and which has the field."""
    forms = re.findall(rf'<form[^>]* action="[^"]*{action}"[^>]*>((?:.|\n)*?)</form>', page)
    form = next(each for each in forms if f'name="{field}' in each)
    hidden = re.findall(r'<input type="hidden" name="([^"]+)"[^>]* value="([^"]*)"', form)
    return {name: html.unescape(value) for name, value in hidden}
