"""Finding practice profiles as Altcraft does: by e-mail, phone, id, field or database query."""

from collections.abc import Callable
from typing import Any

from playground.sandbox.answers import Refusal
from playground.sandbox.practice import practice_profiles

Profile = dict[str, Any]


def find_profile(body: dict[str, Any]) -> Profile | None:
    """The profile that the body means; its fields have been checked."""
    if "matching" not in body and "custom_request" in body:
        return _find(lambda one: _matches(_flatten(one), body["custom_request"]))
    mode = body.get("matching") or "email"
    if mode == "custom":
        return _find(lambda one: _has_value(one, body["field_name"], body["field_value"]))
    wanted = str(body[mode]).lower()
    return _find(lambda one: one[mode].lower() == wanted)


def has_subscription(profile: Profile, wanted: dict[str, Any]) -> bool:
    keys = {key: value for key, value in wanted.items() if key != "not_strict"}
    return any(_matches(one, keys) for one in profile["subscriptions"])


def _find(fits: Callable[[Profile], bool]) -> Profile | None:
    return next((one for one in practice_profiles() if fits(one)), None)


def _has_value(profile: Profile, name: str, value: Any) -> bool:
    """Text and whole number differ; tags are told as `"tag-1, tag-2"`, all of them meant."""
    if name not in profile["fields"]:
        known = ", ".join(profile["fields"])
        raise Refusal(400, f"field_name: profiles have no field {name!r}; they have {known}.")
    own = profile["fields"][name]
    if isinstance(own, list):
        tags = [tag.strip() for tag in str(value).split(",")]
        return bool(own) and all(tag in own for tag in tags)
    return type(own) is type(value) and bool(own == value)


def _flatten(profile: Profile) -> dict[str, Any]:
    plain = {name: profile[name] for name in ("email", "phone")}
    return {"_id": profile["profile_id"], **plain, **profile["fields"]}


COMPARISONS: dict[str, Callable[[Any, Any], bool]] = {
    "$eq": lambda own, said: own == said or (isinstance(own, list) and said in own),
    "$ne": lambda own, said: own != said,
    "$gt": lambda own, said: own > said,
    "$gte": lambda own, said: own >= said,
    "$lt": lambda own, said: own < said,
    "$lte": lambda own, said: own <= said,
    "$in": lambda own, said: own in said,
    "$nin": lambda own, said: own not in said,
    "$exists": lambda own, said: (own is not None) == bool(said),
}


def _matches(fields: dict[str, Any], query: Any) -> bool:
    """A small part of MongoDB's query language: `$and`, `$or` and the COMPARISONS."""
    if not isinstance(query, dict):
        raise Refusal(400, "custom_request: $and and $or take lists of objects.")
    return all(_holds(fields, name, said) for name, said in query.items())


def _holds(fields: dict[str, Any], name: str, said: Any) -> bool:
    if name in ("$and", "$or"):
        parts = [_matches(fields, part) for part in said] if isinstance(said, list) else []
        return all(parts) if name == "$and" else any(parts)
    if name.startswith("$"):
        raise Refusal(400, f"custom_request: the operator {name[:40]!r} is not known.")
    own = fields.get(name)
    if isinstance(said, dict) and any(key.startswith("$") for key in said):
        return all(_compare(own, operator, value) for operator, value in said.items())
    return COMPARISONS["$eq"](own, said)


def _compare(own: Any, operator: str, said: Any) -> bool:
    if operator not in COMPARISONS:
        raise Refusal(400, f"custom_request: the operator {operator[:40]!r} is not known.")
    try:
        return COMPARISONS[operator](own, said)
    except TypeError:  # values of different kinds do not compare
        return False
