"""Detect whether a body says that a call failed, and extract the reason."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping
from http import HTTPStatus
from itertools import islice

from playground.calls.fields import Fields, find_value, follow, shorten

LONGEST_REASON = 300
_MOST_DETAILS, _MOST_EXAMINED = 3, 50

# Keys are compared without case and separators: `error_message`, `errorMessage` and
# `error message` are equal.
_SEPARATORS = re.compile(r"[^a-z0-9]")
# Any non-empty value means that something failed.
_ERRORS = re.compile(
    r"err(?:or)?s?(?:message|msg|description|label|code|no|type|reason)?"
    r"|fault(?:code|string)?|exception"
)
_TRUE_IF_WELL = re.compile(r"(?:is)?(?:success|successful|succeeded|ok)")
_TRUE_IF_FAILED = re.compile(r"(?:is|has)?(?:errors?|failed|failure)")
# A number from 400 to 599 or a word such as `forbidden` means that something failed.
_STATUSES = re.compile(
    r"(?:http|response|return|result)?(?:status|code)(?:code|text|message)?"
    r"|result|outcome|state|reason|type"
)
# Free text, which counts if it begins or ends like an error message, whatever is documented.
_TEXTS = ("message", "msg", "detail")
# Objects that APIs wrap their answer in.
_ENVELOPES = ("data", "result", "response", "meta", "status", "header", "body", "payload", "output")
_NO = frozenset(["false", "0", "no"])
_NOTHING = _NO | {"", "200", "none", "null", "nil", "n/a", "ok", "success", "successful"}
_PHRASES = frozenset(
    re.sub(r"[^a-z]+", " ", status.phrase.lower()) for status in HTTPStatus if status >= 400
)
_FAILURE_WORD = re.compile(
    r"(?:an? )?(?:internal |unknown |fatal )?(?:errors?|fail(?:ed|ure)?|fault|denied|rejected"
    r"|refused|declined|exception|invalid)(?: .{0,60})?"
    r"|(?!(?:.* )?(?:no|without|zero) ).{0,60}\b(?:error|failed|failure|denied|exception|expired"
    r"|exceeded|forbidden|not (?:allowed|permitted|found|authori[sz]ed|authenticated)"
    r"|unauthori[sz]ed|unauthenticated|limited|blocked|aborted|cancell?ed|unsuccessful"
    r"|timeout|timed out)"
)
_HTTP_FAILURE = re.compile(r"[45]\d\d(?:[ :.-].*)?")

# Where the reason is, best first; then places that have at least a word for it. Pointers to
# normalized keys.
_MESSAGES = (
    *("/message", "/errortext", "/detail", "/error/message", "/error/detail", "/errormessage"),
    *("/errordescription", "/errormsg", "/errmsg", "/error/errormessage", "/error/description"),
    *("/error/title", "/error/reason", "/fault/faultstring", "/faultstring", "/fault/message"),
    *("/exception/message", "/status/message", "/msg", "/description", "/reason", "/details"),
    *("/title", "/error", "/exception", "/fault"),
)
_LABELS = (
    *("/errorlabel", "/error/code", "/error/type", "/errorcode", "/code", "/error/status"),
    *("/status", "/statuscode", "/result", "/type"),
)
_LISTS = (
    *("/errors", "/detail", "/details", "/error/errors", "/error/details", "/error", "/message"),
    *("/invalidparams", "/violations", "/validationerrors", "/messages"),
)
_PLACES = (
    *("/path", "/pointer", "/source/pointer", "/loc", "/field", "/propertypath", "/param"),
    *("/property", "/name", "/location"),
)


def says_it_failed(fields: Fields, documented: Collection[str] = ()) -> bool:
    """Whether an object says that the call failed; False if it doesn't say.

    `documented` are properties of a success: their words and errors are data, such as the status
    of a job. A status of 400 to 599 never is.
    """
    if not isinstance(fields, Mapping):
        return False
    exempt = {_normalize(each) for each in documented}
    # One shared property proves nothing: a refusal may have a `message` or `status`, too.
    if len(exempt & {_normalize(each) for each in fields}) < 2:
        exempt = set()
    return any(_is_failure(_normalize(name), fields[name], exempt) for name in fields)


def _is_failure(name: str, value: Fields, exempt: Collection[str]) -> bool:
    if (
        _STATUSES.fullmatch(name)
        and isinstance(value, str)
        and _HTTP_FAILURE.fullmatch(value.strip())
    ):
        return True
    if name in _TEXTS and isinstance(value, str):
        return _is_failure_word(value)
    if name in exempt:
        return False
    if _ERRORS.fullmatch(name):
        return _has_content(value)
    if _TRUE_IF_WELL.fullmatch(name):
        return value is False or (isinstance(value, str) and value.strip().lower() in _NO)
    if _TRUE_IF_FAILED.fullmatch(name):
        return value is True or (isinstance(value, str) and value.strip().lower() in ("true", "1"))
    if _STATUSES.fullmatch(name) and isinstance(value, str):
        return _is_failure_word(value)
    # Only one level deep: anything deeper is payload data.
    if name in _ENVELOPES and isinstance(value, Mapping):
        plain = ((_normalize(each), inner) for each, inner in value.items())
        return any(_is_failure(each, inner, ()) for each, inner in plain if each not in _ENVELOPES)
    return False


def describe_reason(fields: Fields) -> str | None:
    """The reason a body gives for a failure, as one line; None if it gives none.

    The message in any of the usual formats, followed by its first details and their locations,
    as in validation errors and GraphQL.
    """
    fields = _normalize_keys(fields[0] if isinstance(fields, list) and fields else fields)
    message = find_value(fields, _MESSAGES)
    details = [*islice((d for d in list_details(fields) if d != message), _MOST_DETAILS)]
    if message is not None and not details:
        return shorten(message, LONGEST_REASON)
    if details:
        whole = "; ".join(details)
        return shorten(f"{message.rstrip('.:')}: {whole}" if message else whole, LONGEST_REASON)
    for name in _ENVELOPES:
        inner = _normalize_keys(follow(fields, f"/{name}"))
        if isinstance(inner, Mapping) and (found := find_value(inner, _MESSAGES)) is not None:
            return found
    return find_value(fields, _LABELS)


def list_details(fields: Fields) -> Iterator[str]:
    """Each detail of an object as `place: message`, for any spelling of its keys."""
    fields = _normalize_keys(fields)
    for pointer in _LISTS:
        found = follow(fields, pointer)
        if isinstance(found, list):
            first = found[:_MOST_EXAMINED]
            yield from (text for each in first if (text := _describe_detail(each)))
        elif isinstance(found, Mapping) and pointer.endswith(("errors", "details")):
            # Rails and Laravel: the messages of each field.
            for name, messages in islice(found.items(), _MOST_EXAMINED):
                first = messages[0] if isinstance(messages, list) and messages else messages
                if isinstance(first, str):
                    yield shorten(f"{name}: {first}")


def _describe_detail(detail: Fields) -> str:
    if isinstance(detail, str):
        return shorten(detail)
    detail = _normalize_keys(detail)
    message = find_value(detail, _MESSAGES[:-3]) or find_value(detail, ("/error", *_LABELS))
    if message is None:
        return ""
    place = next((p for p in (follow(detail, each) for each in _PLACES) if p), None)
    if isinstance(place, list):
        place = ".".join(each for each in place if isinstance(each, str))
    return shorten(f"{place}: {message}") if isinstance(place, str) else message


def _normalize_keys(fields: Fields) -> Fields:
    """The object with normalized keys, including those of nested error objects."""
    if not isinstance(fields, Mapping):
        return fields
    found = {_normalize(name): value for name, value in fields.items()}
    for name in ("error", "fault", "exception", "status"):
        if isinstance(found.get(name), Mapping):
            found[name] = {_normalize(key): value for key, value in found[name].items()}
    return found


def _normalize(name: str) -> str:
    return _SEPARATORS.sub("", name.lower())


def _has_content(value: Fields) -> bool:
    if isinstance(value, Mapping):
        return any(_has_content(each) for each in value.values())
    if isinstance(value, list):
        return any(_has_content(each) for each in value)
    if not isinstance(value, str):
        return value is True
    plain = value.strip().lower()
    return plain not in _NOTHING and plain.strip("0.") != ""


def _is_failure_word(text: str) -> bool:
    if len(text) > 80:
        return False
    # `INVALID_INPUT`, `accessDenied` and `Not Found` are words with separators of some kind.
    spaced = re.sub(r"(?<=[a-z])(?=[A-Z])", " ", text)
    plain = re.sub(r"[^a-z]+", " ", spaced.lower()).strip()
    return plain in _PHRASES or _FAILURE_WORD.fullmatch(plain) is not None
