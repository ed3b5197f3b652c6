"""A secret is masked in every form it may be echoed in, and nothing else is."""

import json
from base64 import b64encode, urlsafe_b64encode
from html import escape
from urllib.parse import quote, quote_plus

import pytest
from hypothesis import given
from hypothesis import strategies as st

from playground.calls.masking import (
    format_masked,
    holds_secret,
    mask_call,
    mask_reply,
    mask_text,
    mask_texts,
)
from playground.calls.values import Call, Insertion, Placeholder, Reply, Secret

ODD = 'pä"ß w/+ö\\rd&<😀>'
FORMS = {
    "raw": lambda text: text,
    "json": lambda text: json.dumps(text)[1:-1],
    "json upper": lambda text: json.dumps(text)[1:-1].replace("\\ud", "\\uD"),
    "json unicode": lambda text: json.dumps(text, ensure_ascii=False)[1:-1],
    "json slash": lambda text: json.dumps(text)[1:-1].replace("/", "\\/"),
    "json twice": lambda text: json.dumps(json.dumps(text)[1:-1])[1:-1],
    "json all": lambda text: "".join(
        f"\\u{int.from_bytes(unit, 'big'):04x}" for sign in text for unit in _units(sign)
    ),
    "url": lambda text: quote(text, safe=""),
    "url plus": quote_plus,
    "url lower": lambda text: "".join(f"%{byte:02x}" for byte in text.encode()),
    "url twice": lambda text: quote(quote(text, safe=""), safe=""),
    "html": escape,
    "base64": lambda text: b64encode(text.encode()).decode(),
    "base64 url": lambda text: urlsafe_b64encode(text.encode()).decode(),
    "base64 in url": lambda text: quote(b64encode(text.encode()).decode(), safe=""),
}


def _units(sign: str) -> list[bytes]:
    packed = sign.encode("utf-16-be")
    return [packed[at : at + 2] for at in range(0, len(packed), 2)]


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("value", ["abcdef", "sk-live-0123456789", ODD, "a b c d e"])
def test_a_secret_is_masked_in_every_form(form: str, value: str) -> None:
    text = f'before "{FORMS[form](value)}" after'
    assert mask_text(text, [Secret("key", value)]) == 'before "{{secret:key}}" after'


@pytest.mark.parametrize("encode", [b64encode, urlsafe_b64encode])
@pytest.mark.parametrize("before", range(7))
@pytest.mark.parametrize("after", range(4))
def test_a_secret_is_masked_inside_a_longer_base64_text(encode, before: int, after: int) -> None:
    value = "s?cr>t~value"
    text = encode(b"u" * before + value.encode() + b"v" * after).decode()
    masked = mask_text(text, [Secret("key", value)])
    assert masked.count("{{secret:key}}") == 1
    rest = masked.replace("{{secret:key}}", "")
    assert len(rest) <= len(text) - len(b64encode(value.encode())) + 4


TEXTS = st.text(st.characters(codec="utf-8", exclude_categories=["Cs"]), min_size=6, max_size=30)


@given(value=TEXTS, lead=st.text(max_size=5), form=st.sampled_from(sorted(FORMS)))
def test_no_form_of_any_value_survives(value: str, lead: str, form: str) -> None:
    written = FORMS[form](value)
    masked = mask_text(f"{lead}{written} end", [Secret("key", value)])
    assert written not in masked.replace("{{secret:key}}", "\0")


@given(data=st.binary(max_size=8), value=TEXTS, more=st.binary(max_size=5))
def test_no_alignment_of_any_value_survives(data: bytes, value: str, more: bytes) -> None:
    text = b64encode(data + value.encode() + more).decode()
    assert "{{secret:key}}" in mask_text(text, [Secret("key", value)])


@given(st.text(), st.lists(st.text(min_size=1, max_size=12), max_size=3))
def test_text_without_a_secret_stays_the_same(text: str, values: list[str]) -> None:
    secrets = [Secret(f"s{number}", f"\ue000{value}\ue001") for number, value in enumerate(values)]
    if not holds_secret(text.encode("utf-8", "surrogatepass"), secrets):
        assert mask_text(text, secrets) == text


def test_a_short_value_stays_in_replies() -> None:
    assert mask_text('{"pin": "12345"}', [Secret("pin", "12345")]) == '{"pin": "12345"}'
    assert mask_text('{"a": ""}', [Secret("none", "")]) == '{"a": ""}'


def test_a_public_value_is_shown() -> None:
    assert mask_text("practice-key", [Secret("key", "practice-key", public=True)]) == "practice-key"


def test_the_longest_value_wins_and_overlaps_leave_nothing() -> None:
    secrets = [Secret("short", "abcdef"), Secret("long", "abcdefghij"), Secret("next", "ijklmn")]
    assert mask_text("abcdefghij", secrets) == "{{secret:long}}"
    assert mask_text("abcdefx", secrets) == "{{secret:short}}x"
    assert mask_text("abcdefghijklmn!", secrets) == "{{secret:long}}{{secret:next}}!"
    assert mask_text("aaaaaaaaa", [Secret("a", "aaaaaa")]) == "{{secret:a}}"


def test_masking_takes_time_proportional_to_the_text() -> None:
    """Sizes that anything worse than linear would not survive."""
    secrets = [Secret(f"s{n}", f"key-{n}-0123456789") for n in range(20)]
    for text in ("\\" * 300_000, "%25" * 100_000, "key-" * 75_000, "A" * 300_000, "&#x" * 100_000):
        assert mask_text(text, secrets) == text


def call(**more) -> Call:
    return Call("POST", "https://api.example.com/x", **more)


def test_a_call_has_placeholders_for_its_secrets() -> None:
    key, other = Secret("key", "sk-12345678"), Secret("other", 'wo"rd-99')
    masked = mask_call(
        call(
            headers=(("Authorization", "Bearer sk-12345678"), ("X", "plain")),
            body=b'{"a": "wo\\"rd-99", "b": "c2stMTIzNDU2Nzg=", "c": "\xc3\xa9"}',
            secrets=(key, other),
        )
    )
    assert masked.headers == (("Authorization", ("Bearer ", Placeholder("key"))), ("X", ("plain",)))
    assert masked.body == (
        '{"a": "',
        Placeholder("other", "json"),
        '", "b": "',
        Placeholder("key", "base64"),
        '", "c": "é"}',
    )
    assert (
        format_masked(masked.body) == '{"a": "{{secret:other}}", "b": "{{secret:key}}", "c": "é"}'
    )


def test_a_short_value_is_masked_only_where_it_was_inserted() -> None:
    place = Insertion("body", 7, 9, Placeholder("pin", "json"))
    pin = Secret("pin", "11")
    masked = mask_call(call(body=b'{"a": "11", "b": "11"}', secrets=(pin,), insertions=(place,)))
    assert masked.body is not None
    assert format_masked(masked.body) == '{"a": "{{secret:pin}}", "b": "11"}'


def test_a_short_value_that_was_never_inserted_is_masked_everywhere() -> None:
    masked = mask_call(call(body=b'{"a": "11", "b": 111}', secrets=(Secret("pin", "11"),)))
    assert masked.body is not None
    assert "11" not in format_masked(masked.body)


def test_a_public_value_in_a_call_is_shown() -> None:
    key = Secret("key", "practice-key", public=True)
    place = Insertion("header 0", 0, 12, Placeholder("key"))
    masked = mask_call(call(headers=(("X", "practice-key"),), secrets=(key,), insertions=(place,)))
    assert masked.headers == (("X", ("practice-key",)),)
    assert masked.body is None


def test_the_repr_of_a_call_shows_no_secret() -> None:
    key = Secret("key", "sk-12345678")
    whole = call(headers=(("X", "sk-12345678"),), body=b"sk-12345678", secrets=(key,))
    assert "sk-12345678" not in repr(whole)


def test_texts_masked_together_are_masked_like_each_alone() -> None:
    secrets = [Secret("key", "sk-12345678"), Secret("pin", "11")]
    texts = ["plain 11", "", "Bearer sk-12345678", "sk-1234", "5678", "c2stMTIzNDU2Nzg="]
    assert mask_texts(texts, secrets) == [mask_text(each, secrets) for each in texts]
    assert mask_texts(texts, secrets)[2:4] == ["Bearer {{secret:key}}", "sk-1234"]
    assert mask_texts(["plain", "pin 11"], secrets) == ["plain", "pin 11"]


def test_a_reply_loses_its_echoes_in_headers_reason_and_body() -> None:
    key = Secret("key", "sk-12345678")
    headers = (("X-sk-12345678", "a"), ("Content-Type", "text/plain; charset=utf-16"))
    body = "key sk-12345678".encode("utf-16")
    masked = mask_reply(Reply(200, "Hi sk-12345678", headers, body), [key])
    assert masked.reason == "Hi {{secret:key}}"
    assert masked.headers == (("X-{{secret:key}}", "a"), headers[1])
    assert masked.body.decode("utf-16-le").endswith("key {{secret:key}}")


def test_a_reply_without_an_echo_stays_the_same() -> None:
    reply = Reply(200, "OK", (("X", "y"),), b"\xff\x00 broken \xf0")
    assert mask_reply(reply, [Secret("key", "sk-12345678")]) == reply
