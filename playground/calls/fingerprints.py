"""Whether two replies say the same, ids and times apart."""

import hashlib
from contextlib import suppress

from playground.calls.values import Reply
from playground.jsontext.diff import settle
from playground.jsontext.parsing import NotJson

# A longer body is taken byte for byte: reading it would hold up the send's end.
LONGEST = 1_000_000


def digest_reply(reply: Reply) -> str:
    """The same for replies of the same status whose bodies differ in ids and times only."""
    body = reply.body
    if len(body) <= LONGEST:
        with suppress(UnicodeDecodeError, NotJson):
            body = settle(body.decode()).encode("utf-8", "surrogatepass")
    return hashlib.sha256(b"%d\n" % reply.status + body).hexdigest()
