"""Explain an exception raised during a send as a failure."""

from __future__ import annotations

import http.client
import socket
import ssl
from dataclasses import dataclass, field

from playground.calls.values import Failure, Redirect
from playground.network.limits import Limits, Watchdog
from playground.network.messages import GuardRefused, SendError, describe_failure

# OpenSSL's X509_V_ERR_… numbers; Python has no names for them.
_CERTIFICATE_ERRORS = {
    9: "the certificate isn't valid yet",
    10: "the certificate has expired",
    18: "the certificate is self-signed",
    19: "the certificate is signed by an unknown authority",
    20: "the certificate is signed by an unknown authority",
    21: "the certificate is signed by an unknown authority",
    62: "the certificate is for a different host",
    64: "the certificate is for a different host",
}


@dataclass
class Progress:
    """How far a send has come, which decides what an exception means.

    `left` is True once a byte of any hop may have left; `awaiting` once the request of the
    present hop is on its way. `sent_at` is the monotonic time of the first byte, 0 before it.
    `redirects` are those met so far.
    """

    host: str = ""
    left: bool = False
    awaiting: bool = False
    proxied: bool = False
    sent_at: float = 0.0
    redirects: list[Redirect] = field(default_factory=list)


def explain_failure(
    error: Exception, progress: Progress, watchdog: Watchdog, limits: Limits
) -> Failure | None:
    """The failure behind an exception; None for an exception that is a bug."""
    left = progress.left
    # Closing a socket under a thread raises almost anything there, so this comes first.
    if watchdog.stopped == "timeout":
        return describe_failure("timeout", left, seconds=f"{watchdog.seconds:g}")
    if watchdog.stopped:
        message = describe_failure("cancelled-after" if left else "cancelled", left).message
        return Failure("cancelled", message, left)
    if isinstance(error, GuardRefused):
        return error.as_failure(left)
    if isinstance(error, SendError):
        return describe_failure(error.code, left, **error.params)
    if isinstance(error, http.client.IncompleteRead):
        return describe_failure("cut-short", left)
    if isinstance(error, http.client.LineTooLong):
        return describe_failure("headers-too-large", left)
    if isinstance(error, OSError):
        explain = _explain_while_awaiting if progress.awaiting else _explain_while_connecting
        return explain(error, progress, limits)
    if progress.awaiting and isinstance(error, http.client.HTTPException | ValueError):
        # "got more than 100 headers" has no exception class of its own.
        too_many = isinstance(error, http.client.HTTPException) and "more than" in str(error)
        return describe_failure("headers-too-large" if too_many else "garbage", left)
    return None


def _explain_while_connecting(error: OSError, progress: Progress, limits: Limits) -> Failure:
    host, left = progress.host, progress.left
    if isinstance(error, ssl.SSLError | ssl.CertificateError):
        return describe_failure("tls", left, host=host, reason=_explain_tls(error))
    # Which address failed is the proxy's business: its own name may be the unknown one.
    if progress.proxied:
        return describe_failure("proxy", left, host=host)
    if isinstance(error, socket.gaierror):
        return describe_failure("name-not-found", left, host=host)
    if isinstance(error, TimeoutError):
        seconds = f"{limits.connect_seconds:g}"
        return describe_failure("connect-timeout", left, host=host, seconds=seconds)
    if isinstance(error, ConnectionRefusedError):
        return describe_failure("connection-refused", left, host=host)
    return describe_failure("unreachable", left, host=host)


def _explain_while_awaiting(error: OSError, progress: Progress, limits: Limits) -> Failure:
    if isinstance(error, TimeoutError):
        return describe_failure("idle", progress.left, seconds=f"{limits.idle_seconds:g}")
    return describe_failure("closed", progress.left)


def _explain_tls(error: Exception) -> str:
    code = getattr(error, "verify_code", None)
    if code is not None:
        return _CERTIFICATE_ERRORS.get(code, "the certificate isn't trusted")
    return "the TLS handshake failed"
