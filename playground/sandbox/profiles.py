"""Find practice profiles as Altcraft does: by email, phone, id, field or database query."""

from collections.abc import Callable
from typing import Any

from playground.sandbox.bodies import ApiError
from playground.sandbox.practice import load_profiles

Profile = dict[str, Any]


def find_profile(body: dict[str, Any]) -> Profile | None:
    """The profile that the body refers to; its fields have been checked."""
    if "matching" not in body and "custom_request" in body:
        return _find(lambda each: _matches(_flatten(each), body["custom_request"]))
    mode = body.get("matching") or "email"
    if mode == "custom":
        return _find(lambda each: _has_value(each, body["field_name"], body["field_value"]))
    wanted = str(body[mode]).lower()
    return _find(lambda each: each[mode].lower() == wanted)


def has_subscription(profile: Profile, wanted: dict[str, Any]) -> bool:
    keys = {key: value for key, value in wanted.items() if key != "not_strict"}
    return any(_matches(each, keys) for each in profile["subscriptions"])


def _find(fits: Callable[[Profile], bool]) -> Profile | None:
    return next((each for each in load_profiles() if fits(each)), None)


def _has_value(profile: Profile, name: str, value: Any) -> bool:
    if name not in profile["fields"]:
        known = ", ".join(profile["fields"])
        message = f"field_name: profiles have no field {name!r}. Choose one of: {known}."
        raise ApiError(400, message)
    own = profile["fields"][name]
    if isinstance(own, list):
        # Several tags are one text, "tag-1, tag-2", and the profile needs all of them.
        tags = [tag.strip() for tag in str(value).split(",")]
        return bool(own) and all(tag in own for tag in tags)
    # A text field doesn't match a number, however similar they look: "123420" isn't 123420.
    return type(own) is type(value) and bool(own == value)


def _flatten(profile: Profile) -> dict[str, Any]:
    plain = {name: profile[name] for name in ("email", "phone")}
    return {"_id": profile["profile_id"], **plain, **profile["fields"]}


# The part of MongoDB's query language that examples of `custom_request` use, and a little more.
COMPARISONS: dict[str, Callable[[Any, Any], bool]] = {
    "$eq": lambda own, given: own == given or (isinstance(own, list) and given in own),
    "$ne": lambda own, given: own != given,
    "$gt": lambda own, given: own > given,
    "$gte": lambda own, given: own >= given,
    "$lt": lambda own, given: own < given,
    "$lte": lambda own, given: own <= given,
    "$in": lambda own, given: own in given,
    "$nin": lambda own, given: own not in given,
    "$exists": lambda own, given: (own is not None) == bool(given),
}


def _matches(fields: dict[str, Any], query: Any) -> bool:
    """Whether the fields fulfil a query of `$and`, `$or` and the COMPARISONS."""
    if not isinstance(query, dict):
        raise ApiError(400, "custom_request: $and and $or need lists of objects.")
    return all(_fulfils(fields, name, value) for name, value in query.items())


def _fulfils(fields: dict[str, Any], name: str, value: Any) -> bool:
    if name in ("$and", "$or"):
        parts = [_matches(fields, part) for part in value] if isinstance(value, list) else []
        return all(parts) if name == "$and" else any(parts)
    if name.startswith("$"):
        raise ApiError(400, f"custom_request: unknown operator {name[:40]!r}.")
    own = fields.get(name)
    if isinstance(value, dict) and any(key.startswith("$") for key in value):
        return all(_compare(own, operator, each) for operator, each in value.items())
    return COMPARISONS["$eq"](own, value)


def _compare(own: Any, operator: str, value: Any) -> bool:
    if operator not in COMPARISONS:
        raise ApiError(400, f"custom_request: unknown operator {operator[:40]!r}.")
    try:
        return COMPARISONS[operator](own, value)
    except TypeError:  # values of different types don't compare
        return False
