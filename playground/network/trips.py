"""How far one send has come, and what can end it on the way."""

import time
from dataclasses import dataclass


@dataclass
class Trip:
    """Filled in while the send goes on; `left` is True once a byte of a call may have left.

    `awaiting` says that this hop's request is on its way. `sent_at` is the monotonic time of
    the first byte, 0 before it.
    """

    host: str = ""
    left: bool = False
    awaiting: bool = False
    proxied: bool = False
    sent_at: float = 0.0
    seconds_to_first_byte: float = 0.0
    address: str = ""

    def set_out(self) -> None:
        """The connection stands: from here on bytes of the call leave."""
        self.left = self.awaiting = True
        self.sent_at = self.sent_at or time.monotonic()


class TooManyHops(Exception):
    """The answers sent the call on too often."""


class WrongHost(Exception):
    """A secret of the call was not given for the host it would go to."""

    def __init__(self, name: str) -> None:
        super().__init__(name)
        self.name = name
