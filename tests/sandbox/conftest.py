"""A client that calls the sandbox over real HTTP."""

import json
from dataclasses import dataclass
from typing import Any

import pytest
import requests

from playground.sandbox import practice

LAUNCHED = "00000000-0000-4eeb-ada7-000000000540"
STEP = "00000000-0000-451f-ac94-0000000000a7"
KEYS = {"x-api-key": practice.PRACTICE_KEY, "x-project-id": practice.PRACTICE_WORKSPACE}


@dataclass(frozen=True)
class Caller:
    """Calls one of the sandbox's APIs; a body that isn't bytes is sent as JSON."""

    origin: str
    headers: dict[str, str]

    def call(self, method: str, path: str, body: Any = None, **headers: str) -> requests.Response:
        data = body if body is None or isinstance(body, bytes) else json.dumps(body).encode()
        kind = {"Content-Type": "application/json"} if data is not None else {}
        return requests.request(
            method,
            self.origin + path,
            data=data,
            headers=kind | self.headers | headers,
            timeout=60,
            allow_redirects=False,
        )

    def get(self, path: str, **headers: str) -> requests.Response:
        return self.call("GET", path, **headers)

    def launch(self, body: Any = None, workflow: str = LAUNCHED, **headers: str):
        if body is None:
            body = make_launch()
        return self.call("POST", f"/workflows/{workflow}/schedule", body, **headers)


def make_launch(**changed: Any) -> dict[str, Any]:
    step = {"accounts": [], "parameters": {}, "output_column": None, "step_uid": STEP}
    inputs = [{"linkedin_profile_url": "https://www.linkedin.com/in/yann-lecun/"}]
    return {"job_name": "Night run", "steps": [step], "inputs": inputs} | changed


@pytest.fixture
def caller(transactional_db, live_server) -> Caller:
    return Caller(live_server.url + practice.CAPTAIN_DATA_PATH, KEYS)


@pytest.fixture
def at_once(settings):
    """Jobs end as soon as they are launched."""
    settings.SANDBOX_JOB_PENDING_SECONDS = settings.SANDBOX_JOB_RUNNING_SECONDS = 0


@pytest.fixture
def altcraft(transactional_db, live_server) -> Caller:
    return Caller(live_server.url + practice.ALTCRAFT_PATH, {})
