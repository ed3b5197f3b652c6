"""Recognizes credentials by their format, whatever their key."""

from __future__ import annotations

import re
from base64 import b64decode
from binascii import Error

from playground.importers.credentials import SECRET_HEADERS, SECRET_KEYS, is_placeholder

# A header line copied from a browser: everything after these names is the credential.
_HEADER = re.compile(
    r"(?im)^\s*(?:-H\s*)?['\"]?(authorization|proxy-authorization|cookie|set-cookie|x-api-key|"
    r"api-key|x-auth-token)['\"]?\s*[:=]\s*['\"]?(\S.*?)['\"]?\s*$"
)
_SCHEME = re.compile(
    r"\s*(?:authorization\s*:\s*)?(basic|bearer|token|apikey|api-key|x-api-key|digest|oauth)"
    r"\s+(?:token=)?[\"']?([A-Za-z0-9._~+/=:-]{6,})[\"']?\s*",
    re.I,
)
_COOKIE = re.compile(r"\s*([!#$%&'*+.^`|~\w-]{1,100})=([^;,\s]*|\"[^\"]*\")\s*")
_ATTRIBUTES = frozenset(
    {"path", "domain", "expires", "maxage", "samesite", "priority", "secure", "httponly"}
)
_SESSION_NAMES = (SECRET_KEYS | SECRET_HEADERS | {
    "sid", "connectsid", "phpsessid", "aspnetsessionid", "session", "sess", "csrf", "csrftoken",
    "xsrftoken", "auth", "jwt", "bcookie", "bscookie", "liap", "cfclearance", "rememberme",
}) - {"token"}  # fmt: skip
_SESSION_ENDINGS = ("sessionid", "sessid", "session", "token", "sid", "auth")
_JWT = re.compile(r"(?<![\w.-])eyJ[\w-]{8,}\.[\w-]{4,}\.[\w-]*")
_LOGIN = re.compile(
    r"(?<![A-Za-z0-9+.-])[A-Za-z][A-Za-z0-9+.-]{0,30}://([^/?#\s@:\"']*):([^/?#\s@\"']+)@"
)
_PEM = re.compile(r"-----BEGIN [A-Z ]*PRIVATE KEY-----")
_RANDOM_LENGTH = 20


def is_credential_value(value: str) -> bool:
    """Whether this is a cookie string, authorization, token, URL with a password or private key."""
    if _JWT.search(value) or _PEM.search(value):
        return True
    if any(not is_placeholder(login[2]) for login in _LOGIN.finditer(value)):
        return True
    if any(not is_placeholder(header[2]) for header in _HEADER.finditer(value)):
        return True
    return _is_authorization(value) or _is_cookie_string(value)


def _is_authorization(value: str) -> bool:
    found = _SCHEME.fullmatch(value)
    if found is None:
        return False
    token = found[2]
    if found[1].lower() == "basic":
        return _is_login(token)
    # One plain word after it is more likely to be prose: "Bearer certificate".
    return len(token) >= _RANDOM_LENGTH or not token.isalpha() or token != token.lower()


def _is_login(token: str) -> bool:
    try:
        decoded = b64decode(token + "=" * (-len(token) % 4), validate=True)
    except (Error, ValueError):
        return False
    return b":" in decoded


def _is_cookie_string(value: str) -> bool:
    pairs = [_COOKIE.fullmatch(part) for part in value.split(";") if part.strip()]
    if not pairs or len(value) > 20_000:
        return False
    for pair, text in zip(pairs, (p for p in value.split(";") if p.strip()), strict=True):
        # Set-Cookie has flags without a value.
        if pair is None and _plain(text) not in _ATTRIBUTES:
            return False
    return any(_is_session(pair[1], pair[2], len(pairs)) for pair in pairs if pair)


def _is_session(name: str, value: str, pairs: int) -> bool:
    if is_placeholder(value) or not value.strip('"') or _plain(name) in _ATTRIBUTES:
        return False
    if _plain(name) in _SESSION_NAMES or _plain(name).endswith(_SESSION_ENDINGS):
        return True
    return pairs > 1 and _is_random(value)


def _is_random(value: str) -> bool:
    has_both = any(c.isdigit() for c in value) and any(c.isalpha() for c in value)
    return len(value) >= _RANDOM_LENGTH and has_both


def _plain(name: str) -> str:
    return re.sub(r"[^a-z0-9]", "", name.lower())
