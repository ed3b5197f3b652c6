"""Random documents: JSON texts in any layout, with their trees."""

from __future__ import annotations

import json

from hypothesis import strategies as st

from playground.jsontext import pointers
from playground.jsontext.parsing import NumberToken

NUMBERS = ["0", "-0", "1.10", "1E400", "1e-7", "10000000000000000000000000000000000000000", "7"]
CHARACTERS = st.characters(exclude_categories=["Cs"])
GAPS = st.sampled_from(["", "", "", " ", "\n", "\n  ", "\t", "\r\n", "  \n\n    ", "\n\t"])


@st.composite
def string_literals(draw: st.DrawFn) -> tuple[str, str]:
    """A string and one way to write it."""
    value = draw(st.text(CHARACTERS, max_size=6))
    return value, json.dumps(value, ensure_ascii=draw(st.booleans())).replace(
        "/", draw(st.sampled_from(["/", "\\/"]))
    )


def scalars() -> st.SearchStrategy[tuple[object, str]]:
    """A scalar and its literal."""
    numbers = st.sampled_from(NUMBERS).map(lambda token: (NumberToken(token), token))
    words = st.sampled_from([(True, "true"), (False, "false"), (None, "null")])
    return st.one_of(numbers, words, string_literals())


@st.composite
def documents(draw: st.DrawFn, depth: int = 3) -> tuple[object, str]:
    """A tree and one of its texts."""
    kind = draw(st.sampled_from("vooaa" if depth else "v"))
    if kind == "v":
        return draw(scalars())
    size = draw(st.integers(0, 4))
    gap = lambda: draw(GAPS)  # noqa: E731
    if kind == "a":
        items = [draw(documents(depth - 1)) for _ in range(size)]
        body = ",".join(gap() + text + gap() for _, text in items) or gap()
        return [tree for tree, _ in items], f"[{body}]"
    tree, parts = {}, []
    for _ in range(size):
        key, literal = draw(string_literals())
        value, text = draw(documents(depth - 1))
        tree[key] = value
        parts.append(f"{gap()}{literal}{gap()}:{gap()}{text}{gap()}")
    return tree, "{" + (",".join(parts) or gap()) + "}"


def places(tree: object, pointer: str = "") -> list[str]:
    """The pointers of all values of a tree."""
    found = [pointer]
    items = tree.items() if isinstance(tree, dict) else ()
    items = enumerate(tree) if isinstance(tree, list) else items
    for segment, inner in items:
        found += places(inner, pointers.child(pointer, segment))
    return found


def value_at(tree: object, pointer: str) -> object:
    """The value at a pointer of a tree."""
    for segment in pointers.split(pointer):
        tree = tree[int(segment)] if isinstance(tree, list) else tree[segment]  # type: ignore[index]
    return tree
