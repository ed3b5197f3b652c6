"""The sandbox's data: public by design and the same on every machine."""

import json
import uuid
from copy import deepcopy
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any

import yaml

# Not secrets: they are documented, and open nothing but the sandbox.
PRACTICE_KEY = "practice-key-is-public"
PRACTICE_WORKSPACE = "00000000-0000-4f77-8a11-000000000700"
PRACTICE_TOKEN = "practice-token-is-public"

CAPTAIN_DATA_PATH = "/sandbox/captain-data/v3"
ALTCRAFT_PATH = "/sandbox/altcraft/api/v1.1"

FOLDER = Path(__file__).parent / "data"
LIST_KEYS = ("uid", "name", "created_at", "project_id", "template_uid")
FIRST_DAY = datetime(2024, 10, 26, 22, 35, 35, 803378)


@dataclass(frozen=True)
class PracticeAccount:
    """One account of an integration; `valid` is False if its login has expired."""

    uid: str
    name: str
    integration: str
    level: str
    valid: bool
    shared: bool = False


@dataclass(frozen=True)
class PracticeIntegration:
    """`credentials` are the fields its accounts log in with: cookies or `api_key`."""

    slug: str
    title: str
    credentials: tuple[str, ...]
    accounts: tuple[PracticeAccount, ...]


def load_workflows() -> list[dict[str, Any]]:
    """The workflows as the API's own `details` responses, in the order of the list."""
    return deepcopy(_read_workflows())


def find_workflow_details(uid: str) -> dict[str, Any] | None:
    """A workflow as the API's `details` response, or None."""
    found = next((each for each in _read_workflows() if each["uid"] == uid), None)
    return deepcopy(found)


def list_entries() -> list[dict[str, Any]]:
    """The workflows as in the list response: names, and the names of their steps."""
    entries = []
    for details in _read_workflows():
        described = describe_workflow(details)
        steps = [
            {"name": step["step_name"], "step_uid": step["step_uid"], "uid": step["step_uid"]}
            for step in details["steps"]
        ]
        entries.append({key: described[key] for key in LIST_KEYS} | {"steps": steps})
    return entries


def describe_workflow(details: dict[str, Any]) -> dict[str, Any]:
    """The workflow as in the launch response."""
    # Derived from its place in the list, so that every machine shows the same times.
    index = [each["uid"] for each in _read_workflows()].index(details["uid"])
    created = FIRST_DAY + timedelta(days=index, hours=index, microseconds=index * 7919)
    permalink = details["steps"][0]["permalink"]
    template = str(uuid.uuid5(uuid.NAMESPACE_URL, permalink))
    return {
        "uid": details["uid"],
        "permalink": f"{permalink}{details['uid']}",
        "name": details["name"],
        "created_at": created.isoformat(),
        "project_id": 1,
        "linked_templates": [template],
        "template_uid": template,
    }


def load_integrations() -> dict[str, PracticeIntegration]:
    """Every integration of the practice workspace by its slug (`linkedin`)."""
    return {
        slug: PracticeIntegration(
            slug,
            data["title"],
            tuple(data["credentials"]),
            tuple(PracticeAccount(integration=slug, **each) for each in data["accounts"]),
        )
        for slug, data in _read_yaml("accounts.yaml").items()
    }


def load_scenarios() -> list[dict[str, Any]]:
    """Altcraft scenarios: `id`, `name`, `list_id`, `is_active`."""
    return deepcopy(_read_yaml("profiles.yaml")["scenarios"])


def load_profiles() -> list[dict[str, Any]]:
    """Altcraft profiles: `profile_id`, `email`, `phone`, `fields`, `subscriptions`."""
    return deepcopy(_read_yaml("profiles.yaml")["profiles"])


# What is cached is shared: public functions return copies, so that no caller changes it.
@cache
def _read_workflows() -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = json.loads((FOLDER / "workflows.json").read_text("utf-8"))
    return found


@cache
def _read_yaml(name: str) -> Any:
    return yaml.safe_load((FOLDER / name).read_text("utf-8"))
