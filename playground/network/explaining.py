"""Turns what went wrong on a line into a failure with a sentence for people."""

from __future__ import annotations

import http.client
import socket
import ssl

from playground.calls.values import Failure
from playground.network.limits import Limits
from playground.network.reading import BadPacking, CutShort, HeadTooLarge
from playground.network.redirects import SecretStays
from playground.network.refusals import Refused
from playground.network.sentences import fail, fail_refused
from playground.network.trips import TooManyHops, Trip, WrongHost
from playground.network.watching import Watch

# OpenSSL's numbers for why a certificate is not trusted (X509_V_ERR_…).
_CERTIFICATE = {
    9: "the certificate is not valid yet",
    10: "the certificate has expired",
    18: "the certificate is signed by itself",
    19: "the certificate is signed by an unknown authority",
    20: "the certificate is signed by an unknown authority",
    21: "the certificate is signed by an unknown authority",
    62: "the certificate is for another name",
    64: "the certificate is for another name",
}
_UNCONDITIONAL: dict[type[Exception], str] = {
    HeadTooLarge: "headers-too-large",
    CutShort: "cut-short",
    BadPacking: "packed",
    http.client.IncompleteRead: "cut-short",
    http.client.LineTooLong: "headers-too-large",
}


def explain(error: Exception, trip: Trip, watch: Watch, limits: Limits) -> Failure | None:
    """The failure for an error of this room or of the libraries below; None for any other."""
    if watch.stopped:  # whatever the line said then, it was us who shut it
        return _explain_stop(watch, trip.left)
    if isinstance(error, Refused):
        return fail_refused(error.code, trip.left, error.params)
    if isinstance(error, WrongHost):
        return fail("secret-host", trip.left, name=error.name, host=trip.host)
    if isinstance(error, SecretStays):
        return fail("secret-redirect", trip.left, host=trip.host)
    if isinstance(error, TooManyHops):
        return fail("too-many-redirects", trip.left, hops=str(limits.hops))
    for kind, code in _UNCONDITIONAL.items():
        if isinstance(error, kind):
            return fail(code, trip.left)
    if isinstance(error, OSError):
        return _explain_line(error, trip, limits)
    if trip.awaiting and isinstance(error, http.client.HTTPException | ValueError):
        many = isinstance(error, http.client.HTTPException) and "more than" in str(error)
        return fail("headers-too-large" if many else "garbage", trip.left)
    return None


def _explain_stop(watch: Watch, left: bool) -> Failure:
    if watch.stopped == "timeout":
        return fail("timeout", left, seconds=f"{watch.seconds:g}")
    words = fail("cancelled-after" if left else "cancelled", left)
    return Failure("cancelled", words.message, left)


def _explain_line(error: OSError, trip: Trip, limits: Limits) -> Failure:
    if trip.awaiting:
        return _explain_silence(error, trip, limits)
    host = trip.host
    if isinstance(error, ssl.SSLError | ssl.CertificateError):
        return fail("tls", trip.left, host=host, reason=_explain_tls(error))
    if isinstance(error, socket.gaierror):
        return fail("name-not-found", trip.left, host=host)
    if trip.proxied:
        return fail("proxy", trip.left, host=host)
    if isinstance(error, TimeoutError):
        return fail("connect-timeout", trip.left, host=host, seconds=f"{limits.connect_seconds:g}")
    if isinstance(error, ConnectionRefusedError):
        return fail("connection-refused", trip.left, host=host)
    return fail("unreachable", trip.left, host=host)


def _explain_silence(error: OSError, trip: Trip, limits: Limits) -> Failure:
    if isinstance(error, TimeoutError):
        return fail("idle", trip.left, seconds=f"{limits.idle_seconds:g}")
    if isinstance(error, http.client.BadStatusLine) and not isinstance(error, ConnectionError):
        return fail("garbage", trip.left)
    return fail("closed", trip.left)


def _explain_tls(error: Exception) -> str:
    code = getattr(error, "verify_code", None)
    if code is not None:
        return _CERTIFICATE.get(code, "the certificate cannot be trusted")
    return "the server does not speak TLS as it should"
