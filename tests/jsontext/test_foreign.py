"""Placeholders of other tools, and our references that mean the same."""

import pytest

from playground.jsontext.foreign import find_foreign

PLACEHOLDERS = {
    "{{$guid}}": "{{uuid}}",
    "{{$randomUUID}}": "{{uuid}}",
    "{{ $uuid }}": "{{uuid}}",
    "{{$random.uuid}}": "{{uuid}}",
    "{{#guid}}": "{{uuid}}",
    "{{$isoTimestamp}}": "{{now}}",
    "{{$datetime iso8601}}": "{{now}}",
    "{{$datetime iso8601 1 d}}": "{{now+1d}}",
    "{{$datetime iso8601 -30 m}}": "{{now-30m}}",
    '{{$datetime "YYYY-MM-DD"}}': "{{today}}",
    "{% uuid 'v4' %}": "{{uuid}}",
    "{% uuid %}": "{{uuid}}",
    "{% now 'iso-8601', '' %}": "{{now}}",
    "{% now %}": "{{now}}",
    "{% now 'custom', 'YYYY-MM-DD' %}": "{{today}}",
    "{{ _.base-url }}": "{{base-url}}",
    "{{ _['my key'] }}": "{{my_key}}",
    # Seconds since 1970, and made-up values, are nothing that we have.
    "{{$timestamp}}": None,
    "{{$randomInt}}": None,
    "{{$randomInt 1 10}}": None,
    "{{$datetime rfc1123}}": None,
    "{{$datetime iso8601 1 M}}": None,
    "{{$processEnv TOKEN}}": None,
    "{{$guid x}}": None,
    "{% now 'millis', '' %}": None,
    "{% response 'body', 'req_1', 'b64::JC5pZA==::46b' %}": None,
    "${{ secrets.TOKEN }}": None,
}


@pytest.mark.parametrize(("written", "ours"), PLACEHOLDERS.items())
def test_each_is_found_and_translated(written, ours):
    found = list(find_foreign(f"a {written} b"))
    assert [(each.written, each.ours) for each in found] == [(written, ours)]


@pytest.mark.parametrize(
    "text",
    ["{{name}}", "{{now+1d}}", "{{secret:KEY}}", "{{7*7}}", "\\{{$guid}}", "${{amount}}", "{{ x }}",
     "{% if a %}", "{{#if a}}", "{{#each rows}}", "$guid", "{$guid}", "100%}", "{{$", "{%" * 999],
)  # fmt: skip
def test_our_references_and_other_texts_are_left_alone(text):
    assert not list(find_foreign(text))
