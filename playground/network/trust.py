"""Whose certificates are believed."""

import ssl
from functools import lru_cache

import certifi


@lru_cache(maxsize=8)
def load_trust(ca_file: str) -> ssl.SSLContext:
    """Public authorities, and those of the administrator's own file beside them.

    Raises OSError (ssl.SSLError among them) for a file that is no bundle of certificates.
    """
    context = ssl.create_default_context(cafile=certifi.where())
    if ca_file:
        context.load_verify_locations(cafile=ca_file)
    return context
