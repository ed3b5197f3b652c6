"""What the practice APIs refuse in a body, naming the field."""

from typing import Any

from .answers import Refusal

MODE_FIELDS = {
    "email": "email",
    "phone": "phone",
    "profile_id": "profile_id",
    "custom": "field_name",
}
UNITS = ("minute", "hour", "day", "week", "month")


def check_launch(body: dict[str, Any], details: dict[str, Any]) -> None:
    """The launch body against the workflow; the first fault is refused."""
    _need(body, "", "job_name", str)
    if not body["job_name"].strip():
        raise Refusal(400, "job_name is blank.", pointer="/job_name")
    for place, step in enumerate(_need(body, "", "steps", list)):
        _check_step(step, f"/steps/{place}", details)
    for place, row in enumerate(_need(body, "", "inputs", list)):
        if not isinstance(row, dict):
            raise Refusal(400, f"inputs[{place}] has to be an object.", pointer=f"/inputs/{place}")
    if body.get("repeat_option") is not None:
        _check_repeat(body)


def check_account(body: dict[str, Any]) -> dict[str, Any]:
    account: dict[str, Any] = _need(body, "", "account", dict)
    for name in ("uid", "name"):
        if account.get(name) is not None and not isinstance(account[name], str):
            raise Refusal(400, f"account.{name} has to be a string.", pointer=f"/account/{name}")
    return account


def check_start(body: dict[str, Any]) -> None:
    """The body that starts a scenario, by the vendor's table of parameters."""
    _need(body, "", "id", int)
    for name, kind in (("content", dict), ("subscription_filter", dict), ("attach", list)):
        if body.get(name) is not None:
            _need(body, "", name, kind)
    if "matching" not in body and "custom_request" in body:
        if not _need(body, "", "custom_request", dict):
            raise Refusal(400, "custom_request is empty.", pointer="/custom_request")
        return
    mode = body.get("matching", "email")
    if mode not in MODE_FIELDS:
        raise Refusal(
            400, f"matching has to be one of {', '.join(MODE_FIELDS)}.", pointer="/matching"
        )
    if not _need(body, "", MODE_FIELDS[mode], str).strip():
        raise Refusal(400, f"{MODE_FIELDS[mode]} is empty.", pointer=f"/{MODE_FIELDS[mode]}")
    if mode == "custom":
        _need(body, "", "field_value", int if isinstance(body.get("field_value"), int) else str)


def _check_step(step: Any, pointer: str, details: dict[str, Any]) -> None:
    if not isinstance(step, dict):
        raise Refusal(400, f"{_spell(pointer)} has to be an object.", pointer=pointer)
    uid = _need(step, pointer, "step_uid", str)
    accounts = _need(step, pointer, "accounts", list)
    _need(step, pointer, "parameters", dict)
    if not all(isinstance(one, str) for one in accounts):
        place = f"{pointer}/accounts"
        raise Refusal(400, f"{_spell(place)} has to hold account UIDs.", pointer=place)
    if uid not in [one["step_uid"] for one in details["steps"]]:
        place = f"{pointer}/step_uid"
        raise Refusal(
            400, f"{_spell(place)}: this workflow has no step {uid[:60]!r}.", pointer=place
        )


def _check_repeat(body: dict[str, Any]) -> None:
    option = _need(body, "", "repeat_option", dict)
    unit = _need(option, "/repeat_option", "type", str)
    if unit not in UNITS:
        raise Refusal(
            400,
            f"repeat_option.type has to be one of {', '.join(UNITS)}.",
            pointer="/repeat_option/type",
        )
    if _need(option, "/repeat_option", "value", int) < 1:
        raise Refusal(
            400, "repeat_option.value has to be 1 or more.", pointer="/repeat_option/value"
        )


NAMES = {str: "a string", list: "a list", dict: "an object", int: "a whole number"}


def _need(holder: dict[str, Any], pointer: str, name: str, kind: type) -> Any:
    place = f"{pointer}/{name}"
    if name not in holder:
        raise Refusal(400, f"{_spell(place)} is required.", pointer=place)
    value = holder[name]
    if not isinstance(value, kind) or (kind is int and isinstance(value, bool)):
        raise Refusal(400, f"{_spell(place)} has to be {NAMES[kind]}.", pointer=place)
    return value


def _spell(pointer: str) -> str:
    """`/steps/0/step_uid` as `steps[0].step_uid`."""
    spelled = ""
    for part in pointer.strip("/").split("/"):
        spelled += f"[{part}]" if part.isdigit() else f".{part}" if spelled else part
    return spelled
