"""Results made up from a job's inputs: plausible, and the same each time they are asked for."""

import hashlib
import re
from collections.abc import Iterator
from typing import Any

MOST_ROWS_EACH = 2500
FIRST_NAMES = ("Ada", "Omar", "Chloé", "Kenta", "Zofia", "Nia", "Mateo", "Ingrid", "Ravi", "Lena")
LAST_NAMES = ("Lovelace", "Haddad", "Moreau", "Sato", "Kowalska", "Okafor", "Silva", "Berg", "Rao")
COMPANIES = ("Analytical", "Northwind", "Blue Harbour", "Fern & Co", "Kitsune Labs", "Olive Press")
TITLES = ("Head of Sales", "Data Engineer", "Founder", "Marketing Lead", "Product Manager")
PLACES = ("London", "Paris", "Kraków", "Nairobi", "Osaka", "São Paulo", "Oslo", "Pune")


def find_keys(details: dict[str, Any]) -> dict[str, Any]:
    """The input keys of a workflow: those of its first step, the others are fed by it."""
    steps = details["steps"]
    keys: dict[str, Any] = steps[0]["input_schema"] if steps else {}
    return keys


def judge_input(details: dict[str, Any], row: dict[str, Any]) -> str:
    """Why an input fails, empty when it works."""
    if any(isinstance(value, str) and "fail" in value.lower() for value in row.values()):
        return "This input failed on purpose: it says so."
    missing = [name for name, key in find_keys(details).items() if _misses(row, name, key)]
    return f"Missing: {', '.join(missing)}." if missing else ""


def _misses(row: dict[str, Any], name: str, key: dict[str, Any]) -> bool:
    return bool(key["required"]) and not any(row.get(one) for one in [name, *key["variations"]])


def count_rows_each(details: dict[str, Any], steps: list[dict[str, Any]]) -> int:
    """How many rows one input gives: `max_results` of the first step that has it, else one."""
    sent = {step.get("step_uid"): step.get("parameters") or {} for step in steps}
    for step in details["steps"]:
        known = step["parameters_schema"]["properties"] | sent.get(step["step_uid"], {})
        most = known.get("max_results")
        if isinstance(most, int) and not isinstance(most, bool):
            return max(0, min(most, MOST_ROWS_EACH))
    return 1


def make_rows(
    details: dict[str, Any], inputs: list[dict[str, Any]], each: int, start: int, count: int
) -> Iterator[dict[str, Any]]:
    """Rows `start` to `start + count` of what the working inputs give, `each` rows an input."""
    columns = [name for step in details["steps"][-1:] for name in step["output_schema"]]
    for place in range(start, min(start + count, len(inputs) * each)):
        source = inputs[place // each]
        yield _make_row(columns, source, place)


def _make_row(columns: list[str], source: dict[str, Any], place: int) -> dict[str, Any]:
    luck = hashlib.sha256(f"{sorted(map(str, source.items()))}{place}".encode()).digest()
    person = _invent_person(luck) | _read_slug(source)
    known = {key: value for key, value in source.items() if key in columns and key != "meta"}
    told = _tell_person(person, luck)
    number = _read_number(luck)
    made = {name: told[name] if name in told else _guess_value(name, number) for name in columns}
    return made | known | ({"meta": source["meta"]} if "meta" in source else {})


def _invent_person(luck: bytes) -> dict[str, str]:
    return {
        "first_name": FIRST_NAMES[luck[0] % len(FIRST_NAMES)],
        "last_name": LAST_NAMES[luck[1] % len(LAST_NAMES)],
        "company_name": COMPANIES[luck[2] % len(COMPANIES)],
        "job_title": TITLES[luck[3] % len(TITLES)],
        "location": PLACES[luck[4] % len(PLACES)],
    }


def _read_slug(source: dict[str, Any]) -> dict[str, str]:
    """Names that the input itself tells: its keys, or `/in/ada-lovelace` in an address."""
    told: dict[str, str] = {
        k: str(source[k]) for k in ("first_name", "last_name", "company_name") if k in source
    }
    address = str(source.get("linkedin_profile_url", ""))
    found = re.search(r"/in/([a-z]{1,40})-([a-z]{1,40})\b", address)
    if found:
        told |= {"first_name": found[1].title(), "last_name": found[2].title()}
    return told


def _tell_person(person: dict[str, str], luck: bytes) -> dict[str, Any]:
    slug = _spell(f"{person['first_name']}-{person['last_name']}")
    domain = f"{_spell(person['company_name'])}.example"
    number = _read_number(luck)
    return person | {
        "full_name": f"{person['first_name']} {person['last_name']}",
        "headline": f"{person['job_title']} at {person['company_name']}",
        "email": f"{slug.replace('-', '.')}@{domain}",
        "email_status": ("valid", "valid", "catch_all")[number % 3],
        "score": number % 100 / 100,
        "website": f"https://www.{domain}/",
        "skills": ["Writing", "Statistics", "日本語"][: number % 4],
        "viewed": number % 2 == 0,
        "connection_degree": number % 3 + 1,
        "linkedin_profile_url": f"https://www.linkedin.com/in/{slug}/",
        "invitation_status": "sent",
        "post_text": f"What I learned in my {number % 9 + 2} years as {person['job_title']} …",
    }


def _read_number(luck: bytes) -> int:
    return int.from_bytes(luck[5:9], "big")


def _guess_value(name: str, number: int) -> Any:
    if name.endswith("_url"):
        return f"https://www.linkedin.com/{name.removesuffix('_url')}/{number}"
    if name.endswith("_at") or name.startswith("tenure_"):
        return f"20{10 + number % 15}-{number % 12 + 1:02d}-{number % 28 + 1:02d}"
    if name.startswith("number_") or name.endswith(("_id", "_length")):
        return number % 5000
    return None


def _spell(text: str) -> str:
    plain = "".join(char if char.isascii() and char.isalnum() else "-" for char in text.lower())
    return re.sub("-+", "-", plain).strip("-") or "x"
