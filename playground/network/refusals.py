"""A target that is refused: as an exception on the way, as a value at the door."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from playground.calls.values import Params
from playground.network.sentences import say


@dataclass(frozen=True)
class Refusal:
    """Why a target may not be called: a code of `sentences.REFUSALS` and one sentence."""

    code: str
    sentence: str
    params: Params = field(default_factory=dict)


class Refused(Exception):
    """Not an OSError: the libraries below would take it for a broken line and try again."""

    def __init__(self, code: str, **params: str) -> None:
        super().__init__(code)
        self.code = code
        self.params: Mapping[str, str] = params

    def as_refusal(self) -> Refusal:
        return Refusal(self.code, say(self.code, self.params), self.params)
