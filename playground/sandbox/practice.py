"""The practice data: what the sandbox knows, public by design and the same on every machine."""

import json
import uuid
from copy import deepcopy
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any

import yaml

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
    """One account of an integration; `valid` says whether its login still works."""

    uid: str
    name: str
    integration: str
    level: str
    valid: bool
    shared: bool = False


@dataclass(frozen=True)
class PracticeIntegration:
    """`credentials` are the fields its accounts sign in with: cookies or `api_key`."""

    slug: str
    title: str
    credentials: tuple[str, ...]
    accounts: tuple[PracticeAccount, ...]


def practice_workflows() -> list[dict[str, Any]]:
    """The workflows as the API's own `details` answers, in the order of the list."""
    return deepcopy(_read_workflows())


def find_workflow(uid: str) -> dict[str, Any] | None:
    found = next((one for one in _read_workflows() if one["uid"] == uid), None)
    return deepcopy(found)


def list_entries() -> list[dict[str, Any]]:
    """The workflows as the list answer has them: what they are called and their steps' names."""
    return [_name_workflow(one) for one in _read_workflows()]


def describe_workflow(details: dict[str, Any]) -> dict[str, Any]:
    """The workflow as the launch answer has it."""
    place = [one["uid"] for one in _read_workflows()].index(details["uid"])
    created = FIRST_DAY + timedelta(days=place, hours=place, microseconds=place * 7919)
    template = str(uuid.uuid5(uuid.NAMESPACE_URL, details["steps"][0]["permalink"]))
    return {
        "uid": details["uid"],
        "permalink": f"{details['steps'][0]['permalink']}{details['uid']}",
        "name": details["name"],
        "created_at": created.isoformat(),
        "project_id": 1,
        "linked_templates": [template],
        "template_uid": template,
    }


def practice_integrations() -> dict[str, PracticeIntegration]:
    """Every integration of the practice workspace by its slug."""
    return {slug: _make_integration(slug, data) for slug, data in _read("accounts.yaml").items()}


def practice_accounts(integration: str) -> tuple[PracticeAccount, ...]:
    """The accounts of one integration (`linkedin`), none when it is unknown."""
    found = practice_integrations().get(integration)
    return found.accounts if found else ()


def practice_scenarios() -> list[dict[str, Any]]:
    """Altcraft scenarios: `id`, `name`, `list_id`, `is_active`."""
    return deepcopy(_read("profiles.yaml")["scenarios"])


def practice_profiles() -> list[dict[str, Any]]:
    """Altcraft profiles: `profile_id`, `email`, `phone`, `fields`, `subscriptions`."""
    return deepcopy(_read("profiles.yaml")["profiles"])


@cache
def _read_workflows() -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = json.loads((FOLDER / "workflows.json").read_text("utf-8"))
    return found


@cache
def _read(name: str) -> Any:
    return yaml.safe_load((FOLDER / name).read_text("utf-8"))


def _name_workflow(details: dict[str, Any]) -> dict[str, Any]:
    described = describe_workflow(details)
    kept = {key: described[key] for key in LIST_KEYS}
    return kept | {"steps": [_name_step(step) for step in details["steps"]]}


def _name_step(step: dict[str, Any]) -> dict[str, str]:
    return {"name": step["step_name"], "step_uid": step["step_uid"], "uid": step["step_uid"]}


def _make_integration(slug: str, data: dict[str, Any]) -> PracticeIntegration:
    accounts = tuple(PracticeAccount(integration=slug, **one) for one in data["accounts"])
    return PracticeIntegration(slug, data["title"], tuple(data["credentials"]), accounts)
