"""Connections: base URLs and hosts, saving, and the variables that payloads may use."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from urllib.parse import urlsplit

import idna
from django.db.models import QuerySet

from playground.calls.assembling import PLACEHOLDER
from playground.jsontext.errors import JSONSyntaxError
from playground.jsontext.parsing import NumberToken, Tree, parse
from playground.jsontext.printing import dump_inline, quote
from playground.people.models import Person
from playground.workspace.models import Connection

# Names of the style sheet's colours; stored, so that a theme can change what they look like.
COLOURS = ("grey", "blue", "green", "amber", "red", "violet")
SANDBOX = "sandbox:"
SANDBOX_HOST = "sandbox"
# RFC 6761 reserves .invalid: no host can ever have this name.
NOWHERE = frozenset({"nowhere.invalid"})
# URL parsers disagree about these characters: `http://a\@b` leads to a or to b.
UNSAFE = re.compile(r"[\s\\\x00-\x1f\x7f]")
SANDBOX_PATH = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*(/[A-Za-z0-9][A-Za-z0-9._-]*)*")
VARIABLE_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_.-]{0,99}")
MOST_VARIABLES, LONGEST_VARIABLE = 200, 100_000


@dataclass(frozen=True)
class ConnectionInput:
    """The values of the connection form. `variables` by name, as typed."""

    name: str
    api: str
    base_url: str
    settings: dict[str, str] = field(default_factory=dict)
    variables: dict[str, str] = field(default_factory=dict)
    colour: str = "grey"
    protected: bool = False
    follow_redirects: bool = False
    sends_per_minute: int | None = None


def load_connection(key: str) -> Connection | None:
    """Return the connection with this ID; None if there is none, or for an empty text."""
    return Connection.objects.filter(pk=key).first() if key else None


def validate_connection(
    values: ConnectionInput, connection: Connection | None = None
) -> dict[str, str]:
    """Return everything that prevents saving: field name to message."""
    found = {
        "name": _validate_name(values.name.strip(), connection),
        "base_url": validate_base_url(normalize_base_url(values.base_url)),
        "variables": _validate_variables(values.variables),
        "colour": "" if values.colour in COLOURS else "Choose one of the colours.",
    }
    return {name: message for name, message in found.items() if message}


def save_connection(values: ConnectionInput, connection: Connection | None = None) -> Connection:
    """Save a new connection or changes of one. Raises ValueError for invalid values."""
    if problems := validate_connection(values, connection):
        raise ValueError(" ".join(problems.values()))
    base_url = normalize_base_url(values.base_url)
    moved = connection is not None and changes_host(connection, values.api, base_url)
    saved = connection or Connection()
    saved.name, saved.api, saved.base_url = values.name.strip(), values.api, base_url
    saved.settings = {key: value for key, value in values.settings.items() if value}
    saved.variables = dump_variables(values.variables)
    saved.colour, saved.protected = values.colour, values.protected
    saved.follow_redirects = values.follow_redirects
    saved.sends_per_minute = values.sends_per_minute
    saved.practice = saved.practice and base_url.startswith(SANDBOX)
    saved.save()
    # Otherwise anyone who can edit a connection could have its credential sent to their own host.
    if moved:
        saved.secrets.all().delete()
    # They may have been fetched for another client or with other scopes.
    saved.access_tokens.all().delete()
    saved.touch_facts()
    return saved


def list_connections(person: Person) -> QuerySet[Connection]:
    """Return the team's connections: every active person sees them, nobody their secrets."""
    rows = Connection.objects.prefetch_related("secrets")
    return rows if person.is_active else rows.none()


def changes_host(connection: Connection, api: str, base_url: str) -> bool:
    """Return whether calls would go to another API or host, or no longer over TLS."""
    former = connection.base_url
    downgraded = former.startswith("https:") and base_url.startswith("http:")
    return connection.api != api or host_of(former) != host_of(base_url) or downgraded


def resolve_base_url(base_url: str, sandbox_origin: str) -> str:
    """Return the URL to call: `sandbox:captain-data/v3` becomes a path of `sandbox_origin`.

    The origin (`http://127.0.0.1:8000`) is joined at the last moment, as the port may be
    another one after each start. Other URLs are returned unchanged.
    """
    if not base_url.startswith(SANDBOX):
        return base_url
    return f"{sandbox_origin.rstrip('/')}/sandbox/{base_url[len(SANDBOX) :]}"


def host_of(base_url: str) -> str:
    """Return the host that a credential for this URL is bound to.

    That is `host`, `host:port` if the URL names a port, or `sandbox` for the practice server.
    """
    # A name rather than an address: the credential survives a change of the port.
    if base_url.startswith(SANDBOX):
        return SANDBOX_HOST
    parts = urlsplit(base_url)
    name = _to_ascii((parts.hostname or "").rstrip("."))
    return f"{name}:{parts.port}" if parts.port else name


def resolve_hosts(hosts: str, sandbox_origin: str) -> frozenset[str]:
    """Return the hosts a stored secret may go to; NOWHERE if it is bound to none.

    An empty set would be wrong: to `calls` it means that a secret may go anywhere.
    """
    own = urlsplit(sandbox_origin).netloc.lower()
    found = (own if host == SANDBOX_HOST else host for host in hosts.split())
    return frozenset(host for host in found if host) or NOWHERE


def normalize_base_url(typed: str) -> str:
    """Return the URL as it is stored: trimmed, without trailing slashes."""
    return typed.strip().rstrip("/")


def validate_base_url(base_url: str) -> str:
    """Return why this can't be a base URL; empty if it can."""
    if base_url.startswith(SANDBOX):
        if SANDBOX_PATH.fullmatch(base_url[len(SANDBOX) :]):
            return ""
        return "Write the API's path after sandbox:, as in sandbox:captain-data/v3."
    if UNSAFE.search(base_url):
        return "The base URL can't contain spaces, backslashes or control characters."
    if placeholder := PLACEHOLDER.search(base_url):
        return f"Replace {placeholder[0][:60]} with its value: base URLs can't have placeholders."
    try:
        parts = urlsplit(base_url)
        port_is_valid = parts.port is None or parts.port > 0
    except ValueError:
        return "This URL isn't valid. Check the host and the port."
    if parts.scheme not in ("http", "https"):
        return "Start the base URL with https:// or http://."
    if not parts.hostname or not port_is_valid:
        return "The base URL has no valid host."
    if "@" in parts.netloc:
        return "Remove the part before @. Enter the credential in its own field."
    # Operations append their path: after a query or a fragment it would not be one.
    if parts.query or parts.fragment or base_url.endswith(("?", "#")):
        return "Remove the ? or # and everything after it."
    return ""


def load_variables(connection: Connection | None) -> dict[str, Tree]:
    """Return the variables' values by name, as trees."""
    try:
        tree = parse(connection.variables) if connection else {}
    except JSONSyntaxError:
        return {}  # written by hand into the database: the form shows them as empty
    return tree if isinstance(tree, dict) else {}


def format_variables(connection: Connection | None) -> dict[str, str]:
    """Return the variables by name as somebody would type them."""
    return {name: format_typed(value) for name, value in load_variables(connection).items()}


def dump_variables(typed: Mapping[str, str]) -> str:
    """Return the JSON text to store for variables as typed."""
    # Put together by hand: json.dumps would change 1.10 to 1.1.
    pairs = (f"{quote(name)}: {parse_typed(value)}" for name, value in typed.items())
    return "{" + ", ".join(pairs) + "}"


def parse_typed(typed: str) -> str:
    """Return the JSON text of a typed value: JSON as it is, anything else as a string.

    Quotes make text of what would be JSON: `12` is a number, `"12"` a string.
    """
    try:
        parse(typed)
    except JSONSyntaxError:
        return quote(typed)
    return typed.strip()


def format_typed(value: Tree) -> str:
    """Return what somebody would type for this value."""
    if not isinstance(value, str) or isinstance(value, NumberToken):
        return dump_inline(value)
    # The input has one line: a line break written as \n survives it, a real one would not.
    is_plain = parse_typed(value) == quote(value) and "\n" not in value
    return value if is_plain else quote(value)


def _validate_name(name: str, connection: Connection | None) -> str:
    # Names must be unique: scripts and templates refer to connections by name.
    if not name:
        return "Give the connection a name."
    if len(name) > 100:
        return "The name can have at most 100 characters."
    others = Connection.objects.filter(name=name)
    others = others.exclude(pk=connection.pk) if connection else others
    return f"There is already a connection named {name}." if others.exists() else ""


def _validate_variables(variables: dict[str, str]) -> str:
    invalid = [name for name in variables if not VARIABLE_NAME.fullmatch(name)]
    if not invalid:
        return ""
    rule = "Use letters, digits, _ . - and start with a letter or _."
    return f"{invalid[0]!r} isn't a valid variable name. {rule}"


def _to_ascii(name: str) -> str:
    """Return the host name as DNS and TLS know it."""
    if ":" in name:
        return f"[{name}]"
    # UTS 46, as browsers do it: Bücher.example and bücher.example are one host.
    try:
        return name if name.isascii() else idna.encode(name, uts46=True).decode()
    except idna.IDNAError:
        return name
