"""HTTPie, for bash and every shell like it."""

from __future__ import annotations

import re

from playground.calls.snippets.bash import ARGUMENT_LIMIT, LINE, words
from playground.calls.snippets.fragments import Pieces, comments, plan, refuse_nul
from playground.calls.values import MaskedCall


def write(call: MaskedCall) -> str:
    """The call as one `http` command; raises `UnsupportedCall` for a NUL."""
    made = plan(call)
    refuse_nul((made.url, made.body), "a shell")
    piped = made.size() > ARGUMENT_LIMIT
    options = ["" if piped else "--ignore-stdin"]
    text = "".join(each for each in made.url if isinstance(each, str))
    if re.search(r"/\.\.?(?:/|$|\?)", text):
        options.append("--path-as-is")
    if made.body is not None and not piped:
        options.append(f"--raw={words(made.body)}")
    options.append(f"{words((made.method,))} {words(made.url)}")
    options += [_header(name, value) for name, value in made.headers]
    if made.body is not None and not made.has_type:
        options.append("'Content-Type:'")
    command = "http " + LINE.join(each for each in options if each)
    if piped and made.body is not None:
        command = f"printf %s {words(made.body)} |\n{command}"
    return "\n".join([*comments(made, "#"), command]) + "\n"


def _header(name: str, value: Pieces) -> str:
    """A space after the colon keeps `:=` and `:@` from meaning something else."""
    return words((f"{name}: ", *value)) if value else words((f"{name};",))
