"""Limits of accounts as bars, with the same figures in words."""

from __future__ import annotations

from dataclasses import dataclass

from playground.workspace.accounts import AccountLimit, read_limits
from playground.workspace.models import Account

# Of the limit, from which it is marked.
NEARLY_USED = 0.9
# An account may have a hundred limits; the others are folded.
MOST_SHOWN = 4


@dataclass(frozen=True)
class LimitBar:
    """What `accounts/_limit.html` draws; `width` is of 100, None for no bar."""

    limit: AccountLimit
    kind: str
    width: float | None


@dataclass(frozen=True)
class LimitBars:
    shown: list[LimitBar]
    folded: list[LimitBar]


def draw_limits(account: Account) -> LimitBars:
    """Return the bars of an account, those used most first."""
    bars = [_draw(each) for each in read_limits(account)]
    return LimitBars(bars[:MOST_SHOWN], bars[MOST_SHOWN:])


def _draw(limit: AccountLimit) -> LimitBar:
    if limit.share is None:
        return LimitBar(limit, "", None)
    kind = (
        "used-up" if limit.share >= 1 else "nearly-used" if limit.share >= NEARLY_USED else "used"
    )
    return LimitBar(limit, kind, round(limit.share * 100, 1))
