"""Reads calls among JSON values: Python's `datetime(2026, 3, 1)`, Mongo's `ObjectId("…")`.

Source for Mongo: MongoDB Extended JSON (v2). Unknown calls stay as typed.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, date, datetime, time, timedelta, timezone, tzinfo

from playground.importers.literals import is_text, normalize_number
from playground.importers.repair_tokenizer import JsonToken
from playground.jsontext.parsing import Tree, try_parse
from playground.jsontext.printing import dump_inline, quote

# Converts the text of one argument to JSON text; None if it can't.
ParseValue = Callable[[str], str | None]

CALL = re.compile(r"(?:new\s+)?([A-Za-z_$][\w$.]{0,100})\(")
INSIDE = re.compile(r"[^()\[\]{}\"',]+")
QUOTED = re.compile(r"\"(?:[^\"\\]|\\.)*\"|'(?:[^'\\]|\\.)*'", re.S)
KEYWORD = re.compile(r"\s*([A-Za-z_]\w*)\s*=(?!=)")
REGEX = re.compile(r"/(?![/*])((?:[^/\\\n]|\\.){1,1000})/([a-z]*)(?=\s*[,}\])])")
ENUM = re.compile(r"<\w+(?:\.\w+)+: ([^<>\n]{1,200})>")
UTC_NAME = re.compile(r"(?:datetime\.)?timezone\.utc|<?UTC>?|pytz\.utc|tzutc\(\)", re.I)
OFFSET = re.compile(r".*timedelta\((?:days=(-?\d+), ?)?seconds=(\d+)\).*", re.S)
MAX_CALL = 200_000

# Calls whose first argument is the value itself.
PLAIN = frozenset({
    "UUID", "PosixPath", "WindowsPath", "PurePosixPath", "Path", "str", "bytes", "bytearray",
    "HttpUrl", "Url", "AnyUrl", "URL", "EmailStr", "SecretStr", "OrderedDict", "Counter", "dict",
    "mappingproxy", "defaultdict", "list", "tuple", "set", "frozenset", "deque", "array", "int",
    "float", "bool",
    "int8", "int16", "int32", "int64", "uint8", "uint16", "uint32", "uint64", "float16",
    "float32", "float64", "str_", "bool_", "NumberInt", "Map", "Set", "String", "Object",
})  # fmt: skip
PAIRS = frozenset({"OrderedDict", "dict", "mappingproxy", "Map"})
# Neither a JSON value nor an object.
KEPT = frozenset({"timedelta", "range", "slice", "object", "lambda"})
LISTS = frozenset({"list", "tuple", "set", "frozenset", "deque", "array", "Set"})
# The keys of Mongo's extended JSON for calls with one argument.
EXTENDED = {
    "ISODate": "$date", "Date": "$date", "ObjectId": "$oid", "ObjectID": "$oid",
    "NumberLong": "$numberLong", "Long": "$numberLong", "NumberDecimal": "$numberDecimal",
    "Decimal128": "$numberDecimal", "Int64": "$numberLong",
}  # fmt: skip


def starts_call(text: str, at: int) -> bool:
    """Whether a call, a regular expression or a member of an enumeration starts here."""
    char = text[at]
    if char == "/" or char == "<":
        return bool(REGEX.match(text, at) or ENUM.match(text, at))
    return (char.isalpha() or char in "_$") and CALL.match(text, at) is not None


def read_call(text: str, at: int, parse_value: ParseValue) -> JsonToken | None:
    """The value of the call, regular expression or member of an enumeration at an offset."""
    if regex := REGEX.match(text, at):
        tree = {"$regex": regex[1], **({"$options": regex[2]} if regex[2] else {})}
        return JsonToken(regex.end(), dump_inline(tree), "shell-value")
    if enum := ENUM.match(text, at):
        value = parse_value(enum[1])
        return JsonToken(enum.end(), value, "shell-value") if value else None
    call = CALL.match(text, at)
    if call is None:
        return None
    parts = _split_arguments(text, call.end())
    if parts is None:
        return None
    arguments, end = parts
    value = _convert(call[1], arguments, parse_value)
    if value is None:
        return JsonToken(end, quote(text[at:end]), "call")
    return JsonToken(end, value, "shell-value")


def _split_arguments(text: str, at: int) -> tuple[list[str], int] | None:
    """The arguments of a call whose parenthesis opened before `at`, and the call's end."""
    arguments: list[str] = []
    depth, start, limit = 0, at, at + MAX_CALL
    while at < len(text) and at < limit:
        char = text[at]
        if char in "\"'" and (quoted := QUOTED.match(text, at)):
            at = quoted.end()
            continue
        if inside := INSIDE.match(text, at):
            at = inside.end()
            continue
        if char in ")]}" and depth == 0:
            if char != ")":
                return None
            arguments.append(text[start:at])
            return ([each for each in arguments if each.strip()], at + 1)
        if char == "," and depth == 0:
            arguments.append(text[start:at])
            start = at + 1
        depth += (char in "([{") - (char in ")]}")
        at += 1
    return None


def _convert(name: str, arguments: list[str], parse_value: ParseValue) -> str | None:
    last = name.rsplit(".", 1)[-1]
    given = {found[1]: each[found.end() :] for each in arguments if (found := KEYWORD.match(each))}
    plain = [each for each in arguments if not KEYWORD.match(each)]
    if last in ("datetime", "date", "time", "FakeDatetime", "FakeDate"):
        return _convert_time(last, plain, given)
    if last in KEPT:
        return None
    if last == "defaultdict":
        # The factory before the value, `<class 'list'>`, isn't part of it.
        plain = plain[1:]
    values = [parse_value(each) for each in plain]
    if any(each is None for each in values):
        return None
    trees = [each[0] for each in map(try_parse, filter(None, values)) if each]
    if given and not plain:
        return _convert_members(given, parse_value)
    if last in EXTENDED and len(trees) == 1 and not given:
        inner = str(trees[0]) if isinstance(trees[0], str) else None
        if inner is None or (EXTENDED[last] == "$date" and not is_text(trees[0])):
            return None
        return dump_inline({EXTENDED[last]: inner})
    if last in ("Decimal", "BigDecimal", "BigInteger", "BigInt") and len(trees) == 1:
        # The digits as typed; `NaN` isn't a JSON number.
        number = normalize_number(str(trees[0]))
        return quote(number) if is_text(number) else str(number)
    return _convert_plain(last, trees)


def _convert_plain(last: str, trees: list[Tree]) -> str | None:
    if last == "Timestamp" and len(trees) == 2:
        return dump_inline({"$timestamp": {"t": trees[0], "i": trees[1]}})
    if last == "Timestamp" and len(trees) == 1 and is_text(trees[0]):
        return dump_inline(trees[0])
    if last == "BinData" and len(trees) == 2 and str(trees[0]).isdecimal():
        kind = f"{int(str(trees[0])):02x}"
        return dump_inline({"$binary": {"base64": trees[1], "subType": kind}})
    if last in ("MinKey", "MaxKey") and not trees:
        return dump_inline({f"${last[0].lower()}{last[1:]}": 1})
    if last in PLAIN and not trees:
        return "{}" if last in PAIRS else "[]" if last in LISTS else None
    if last not in PLAIN or len(trees) != 1:
        return None
    tree = trees[0]
    if last in PAIRS and isinstance(tree, list):
        pairs = [each for each in tree if isinstance(each, list) and len(each) == 2]
        return (
            dump_inline({str(key): value for key, value in pairs})
            if len(pairs) == len(tree)
            else None
        )
    return dump_inline(tree)


def _convert_members(given: dict[str, str], parse_value: ParseValue) -> str | None:
    """`Name(a=1, b="x")`, the repr of dataclasses and models."""
    members = []
    for key, text in given.items():
        value = parse_value(text)
        if value is None:
            return None
        members.append(f"{quote(key)}: {value}")
    return "{" + ", ".join(members) + "}"


def _convert_time(name: str, plain: list[str], given: dict[str, str]) -> str | None:
    zone: tzinfo | None = None
    if "tzinfo" in given:
        zone = _read_zone(given.pop("tzinfo").strip())
        if zone is None:
            return None
    given.pop("fold", None)
    try:
        numbers = [int(each) for each in plain]
        named = {key: int(each) for key, each in given.items()}
        return quote(_make_time(name.removeprefix("Fake").lower(), numbers, named, zone))
    except (ValueError, TypeError, OverflowError):
        return None


def _make_time(name: str, numbers: list[int], named: dict[str, int], zone: tzinfo | None) -> str:
    if name == "date":
        return date(*numbers, **named).isoformat()
    kind: Callable[..., datetime | time] = datetime if name == "datetime" else time
    return kind(*numbers, **named, tzinfo=zone).isoformat()


def _read_zone(text: str) -> tzinfo | None:
    if UTC_NAME.fullmatch(text):
        return UTC
    offset = OFFSET.fullmatch(text)
    if offset is None:
        return None
    return timezone(timedelta(days=int(offset[1] or 0), seconds=int(offset[2])))
