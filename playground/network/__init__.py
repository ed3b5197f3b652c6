"""The only door through which bytes leave."""

from playground.network.guard import Allowed, judge_target
from playground.network.limits import Limits
from playground.network.policy import BadEntry, Policy
from playground.network.targets import Refusal, Target, canonical_url
from playground.network.transport import send

__all__ = [
    "Allowed",
    "BadEntry",
    "Limits",
    "Policy",
    "Refusal",
    "Target",
    "canonical_url",
    "judge_target",
    "send",
]
