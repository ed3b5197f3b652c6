"""`python -m tests.trace [--list edit|send|save]`: counts what three actions of the builder run.

The sandbox is served by a process of its own on the same throw-away data, so nothing it does is
counted. The actions run in this process, through the whole middleware. Every action is done
twice and the second time is counted. COMMIT and PRAGMA are not counted as statements, as Django
does not pass them to execute wrappers; BEGIN and SAVEPOINT are.
Comprehensions do not count as functions.
"""

from __future__ import annotations

import argparse
import gzip
import html
import json
import logging
import os
import re
import subprocess
import sys
import time
import uuid
from collections import defaultdict
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from types import CodeType
from typing import Any

import django
from django.conf import settings
from django.contrib.auth import get_user_model
from django.test import Client
from django.urls import reverse

# The import gives this process a data folder of its own: it must come before Django's.
from tests import own_data  # noqa: F401
from tests.trace.recording import CODE, HOME, Recorder, Trace, shorten_path
from tests.trace.shape import describe_shape

SETTINGS_MODULE = "playground.settings"
SERVE = [sys.executable, "manage.py", "serve"]
OPERATION = "launch-workflow"
FIELD = "/job_name"

ACTIONS = ("edit", "send", "save")
GREETING = re.compile(r"(http://[^/\s]+)/")
# Seconds the sending thread gets to finish its work once the verdict is there.
REST = 0.3
# Seconds between two sends: within one second their reply headers, which are stored once, agree.
PAUSE = 1.1
MOST_POLLS = 100
BROWSER_HEADERS = {"Accept-Encoding": "gzip", "Origin": "http://127.0.0.1"}


@contextmanager
def serve_sandbox() -> Iterator[str]:
    """Prepare the data and serve it from another process; yields the address of the server."""
    environment = {**os.environ, "PLAYGROUND_PORT": "0", "PYTHONUNBUFFERED": "1"}
    process = subprocess.Popen(
        SERVE,
        cwd=HOME,
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )
    try:
        assert process.stdout
        for line in process.stdout:
            if found := GREETING.search(line):
                yield found[1]
                return
        raise SystemExit(f"The sandbox did not start (exit {process.wait()}).")
    finally:
        process.terminate()
        process.wait(60)


def set_up_django(sandbox_origin: str) -> None:
    os.environ["PLAYGROUND_SANDBOX_ORIGIN"] = sandbox_origin
    os.environ["DJANGO_SETTINGS_MODULE"] = SETTINGS_MODULE
    django.setup()
    # What the heartbeat does every few seconds is no part of an action.
    settings.HEARTBEAT_SECONDS = 0
    # Log lines are made as always, but nobody reads them here.
    for handler in logging.getLogger().handlers:
        if isinstance(handler, logging.StreamHandler):
            handler.setStream(open(os.devnull, "w"))  # noqa: SIM115


def read_text(response: Any) -> str:
    """The body of an answer, which may be compressed."""
    is_packed = response.get("Content-Encoding") == "gzip"
    text = (gzip.decompress(response.content) if is_packed else response.content).decode()
    if response.status_code >= 400:
        raise SystemExit(f"An answer was not as expected ({response.status_code}): {text[:300]}")
    return text


def find_in(text: str, pattern: str) -> str:
    found = re.search(pattern, text)
    if found is None:
        raise SystemExit(f"A page was not as expected: nothing in it matches {pattern}")
    return html.unescape(found[1])


def sign_in() -> Client:
    """A client of a new person, checked as strictly as a browser."""
    person = get_user_model().objects.create_user(f"trace-{uuid.uuid4().hex[:8]}", role="owner")
    client = Client(enforce_csrf_checks=True, SERVER_NAME="127.0.0.1", headers=BROWSER_HEADERS)
    client.force_login(person)
    return client


@dataclass
class Builder:
    """One draft open in the builder, as the page in a browser keeps it."""

    client: Client
    draft_id: str
    token: str
    press: str
    digest: str
    revision: int
    tab: str = field(default_factory=lambda: str(uuid.uuid4()))

    @classmethod
    def open_new(cls, client: Client) -> Builder:
        """Begin a draft of the first practice workflow and open its page."""
        home = read_text(client.get(reverse("home")))
        token = find_in(home, r'name="csrf-token" content="([^"]+)"')
        begun = client.post(
            reverse("create_draft"),
            {
                "csrfmiddlewaretoken": token,
                "operation": OPERATION,
                "connection": find_in(home, r'name="connection" value="([^"]+)"'),
                "workflow_uid": find_in(home, r'name="workflow_uid" value="([^"]+)"'),
            },
        )
        read_text(begun)
        draft_id = find_in(begun.headers["Location"], r"/([0-9a-f-]{36})/")
        page = read_text(client.get(reverse("builder", args=[draft_id])))
        return cls(
            client,
            draft_id,
            find_in(page, r'name="csrf-token" content="([^"]+)"'),
            find_in(page, r'name="submission" value="([^"]+)"'),
            find_in(page, r'data-digest="([^"]*)"'),
            int(find_in(page, r'data-revision="(\d+)"')),
        )

    def edit(self) -> None:
        """Type a value that was not there before into one field."""
        sent = {
            "pointer": FIELD,
            "step": f"{self.tab}-1",
            "digest": self.digest,
            "kind": "set",
            "typed": f"Typed {uuid.uuid4().hex[:8]}",
            "as": "text",
            "revision": self.revision,
            "tab": self.tab,
        }
        response = self.client.post(
            reverse("edit_draft", args=[self.draft_id]),
            json.dumps(sent),
            content_type="application/json",
            headers={"X-CSRFToken": self.token},
        )
        answer = json.loads(read_text(response))
        if answer["revision"] != self.revision + 1:
            raise SystemExit(f"The edit was not recorded: {answer}")
        self.revision, self.digest = answer["revision"], answer.get("digest", self.digest)

    def send(self) -> None:
        """Press Send and poll the result, as the page does, until the verdict is there."""
        text = self._post("send_draft", {"submission": self.press, "confirm": ""})
        self.press = find_in(text, r'name="submission" value="([^"]+)"')
        for _ in range(MOST_POLLS):
            # The job that was launched is followed as well, after the verdict.
            follows = re.search(r'id="reply"[^>]*hx-get="([^"]+)"[^>]*delay:([\d.]+)s', text)
            if not follows:
                break
            time.sleep(float(follows[2]))
            address = html.unescape(follows[1])
            text = read_text(self.client.get(address, headers={"HX-Request": "true"}))
        outcome = find_in(text, r'data-outcome="([^"]+)"')
        if outcome != "accepted":
            raise SystemExit(f"The sandbox did not accept the send: {outcome}")
        time.sleep(REST)

    def save(self) -> None:
        """Save the draft as a new template."""
        name = f"Template {uuid.uuid4().hex[:8]}"
        typed = {"name": name, "description": "", "tags": "", "folder": "", "sharing": "private"}
        text = self._post("save_template", typed)
        if html.escape(name) not in text:
            raise SystemExit("The template was not saved.")

    def _post(self, view: str, typed: dict[str, str]) -> str:
        headers = {"X-CSRFToken": self.token, "HX-Request": "true"}
        path = reverse(view, args=[self.draft_id])
        return read_text(self.client.post(path, typed, headers=headers))


def measure_actions(recorder: Recorder) -> dict[str, Trace]:
    """Do everything once, then once more and record it. Before each press something is typed, so
    that a Send meets what it meets in real life: a document that was never sent before."""
    client = sign_in()
    first, second = Builder.open_new(client), Builder.open_new(client)
    traces: dict[str, Trace] = {}

    def record(name: str, act: Callable[[], None]) -> None:
        with recorder.record() as traces[name]:
            act()

    second.edit()
    record("edit", second.edit)
    second.send()
    time.sleep(PAUSE)
    second.edit()
    record("send", second.send)
    # The warm-up saves another draft: a draft of a template would be saved in another way.
    first.edit()
    first.save()
    record("save", second.save)
    return traces


def describe_counts(traces: dict[str, Trace]) -> str:
    """One row for each action; a second one where other threads took part in it."""
    lines = [f"{'action':<24}{'files':>8}{'functions':>12}{'SQL':>8}"]
    for name, trace in traces.items():
        lines.append(describe_row(name, trace))
        own = trace.select_own_thread()
        if len(own.calls) < len(trace.calls):
            lines.append(describe_row("  on the page's thread", own))
    return "\n".join(lines)


def describe_row(name: str, trace: Trace) -> str:
    files, functions = len(trace.list_files()), len(trace.count_calls())
    return f"{name:<24}{files:>8}{functions:>12}{len(trace.statements):>8}"


def describe_trace(trace: Trace) -> str:
    """Packages with their files, each function with its number of calls, then the statements."""
    calls = trace.count_calls()
    by_file: dict[str, list[CodeType]] = defaultdict(list)
    for code in calls:
        by_file[shorten_path(code.co_filename)].append(code)
    packages: dict[str, list[str]] = defaultdict(list)
    for path in trace.list_files():
        packages[path.split("/")[0] if "/" in path else "(top)"].append(path)
    lines: list[str] = []
    for package, paths in sorted(packages.items()):
        functions = sum(len(by_file[path]) for path in paths)
        lines.append(f"\n{package}: {len(paths)} files, {functions} functions")
        for path in paths:
            found = sorted(by_file[path], key=lambda code: code.co_firstlineno)
            named = ", ".join(f"{code.co_qualname} ×{calls[code]}" for code in found)
            lines.append(f"  {path} ({len(found)}): {named}")
    lines.append(f"\n{len(trace.statements)} statements")
    for number, each in enumerate(trace.statements, 1):
        lines.append(f"  {number:>2} [{each.thread_name}] {' < '.join(each.callers)}")
        lines.append(f"     {each.sql}")
    return "\n".join(lines)


def read_arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.trace")
    parser.add_argument("--list", choices=ACTIONS, help="also list what this action runs")
    return parser.parse_args()


def main() -> None:
    arguments = read_arguments()
    with serve_sandbox() as origin:
        set_up_django(origin)
        recorder = Recorder()
        recorder.install()
        traces = measure_actions(recorder)
        recorder.uninstall()
    print(describe_counts(traces))
    print(f"\n{describe_shape(CODE)}")
    if arguments.list:
        print(describe_trace(traces[arguments.list]))


if __name__ == "__main__":
    main()
