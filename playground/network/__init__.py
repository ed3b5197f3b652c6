"""The only entry point to the network: every outgoing byte passes its guard."""

from playground.network.guard import Allowed, check_target
from playground.network.kept import KeptConnection
from playground.network.limits import Limits
from playground.network.messages import GuardRefusal
from playground.network.policy import InvalidPolicy, Policy
from playground.network.targets import Target
from playground.network.transport import send_call

__all__ = [
    "Allowed",
    "GuardRefusal",
    "InvalidPolicy",
    "KeptConnection",
    "Limits",
    "Policy",
    "Target",
    "check_target",
    "send_call",
]
