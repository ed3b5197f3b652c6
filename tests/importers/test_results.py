"""One request of a text becomes the result, with references for its credentials."""

import json

import pytest

from playground.importers import OperationShape
from playground.importers.results import match_operation
from tests.importers import paste

URL = "https://api.example.com/v3/workflows/w-1/schedule"


def test_the_first_request_that_matches_an_operation_is_chosen():
    found = paste(f"curl https://h/other ;\ncurl {URL} -d '{{}}'\n")
    assert found.operation == "launch"
    assert any("https://h/other" in note.message for note in found.notes)


def test_a_reference_replaces_a_credential_in_the_body():
    found = paste('{"token": "T-1", "id": 12, "email": "a@b"}')
    assert json.loads(found.document)["token"] == "{{secret:token}}"
    assert [(each.name, each.location, each.value) for each in found.credentials] == [
        ("token", "body:/token", "T-1")
    ]
    found = paste('{"account": {"uid": "U", "cookies": {"li_at": "AQ", "li_a": ""}}}')
    assert json.loads(found.document)["account"]["cookies"] == {
        "li_at": "{{secret:li_at}}",
        "li_a": "",
    }


def test_references_replace_credentials_in_the_url():
    found = paste("curl 'https://me:pw@h/api?token=T1&x=2' -d '{}'")
    assert found.url == "https://{{secret:login}}@h/api?token={{secret:token}}&x=2"


@pytest.mark.parametrize("key", ["s", "k", "secret", "api_key", "replaced", "}"])
def test_a_credential_that_is_a_word_or_a_letter_leaves_the_messages_intact(key):
    found = paste(f"POST https://h/v3/workflows/w/schedule\nx-api-key: {key}\n\n{{}}")
    assert [each.message for each in found.notes] == [
        "The text of an HTTP request.",
        "Matched the operation launch by its URL.",
        "A credential was replaced by {{secret:api_key}}.",
    ]


def test_a_credential_is_hidden_where_a_message_quotes_it():
    found = paste("curl https://h/a -H 'x-api-key: s3cr3t' -d '{}' > s3cr3t.json")
    assert "s3cr3t" not in str(found.notes)
    assert "{{secret:api_key}}.json" in str(found.notes)


def test_a_credential_is_in_no_note_and_in_no_repaired_line():
    text = '{"account": {"password": "CANARY-PW",}}\nexport X=1; tool --key CANARY-PW'
    found = paste(text)
    assert "CANARY-PW" not in str(found.notes) + str(found.changes)
    assert "CANARY" not in str(paste(f"curl {URL} -d 1; tool --key CANARY").notes)


def test_form_fields_become_a_document():
    found = paste("curl https://h/workflows/start -d token=T -d id=5")
    assert json.loads(found.document) == {"token": "{{secret:token}}", "id": "5"}
    assert [each.code for each in found.notes if each.kind == "repaired"] == ["form-fields"]


def test_a_body_that_is_no_json_is_noted():
    found = paste("curl https://h/a -H 'Content-Type: text/plain' -d 'plain words'")
    assert (found.document, found.body) == (None, "plain words")
    assert [each.code for each in found.notes if each.kind == "ignored"] == ["body-not-json"]


def test_more_than_five_other_requests_are_counted():
    found = paste("\n".join(f"curl https://h/{number}" for number in range(8)))
    assert found.url == "https://h/0"
    assert found.notes[-1].params["count"] == "7"
    assert found.notes[-1].params["names"].endswith("https://h/5 and 2 more")


SHAPES = (
    OperationShape("one", "POST", "/things/{id}", ("colour", "size", "name")),
    OperationShape("all", "POST", "/things/all", ("colour", "size", "shade")),
)


@pytest.mark.parametrize(
    ("url", "tree", "expected"),
    [
        ("https://h/v1/things/7?x=1", None, ("one", {"id": "7"}, "URL")),
        ("https://h/things/all", None, ("all", {}, "URL")),
        ("{{base}}/things/a%20b", None, ("one", {"id": "a b"}, "URL")),
        (None, {"size": 1, "shade": 2}, ("all", {}, "keys")),
        # Both operations have these keys, or the key says nothing, or most keys are others.
        (None, {"size": 1, "colour": 2}, None),
        (None, {"name": 1}, None),
        (None, {"shade": 1, "a": 1, "b": 1}, None),
    ],
)
def test_operations_are_matched_by_url_and_by_keys(url, tree, expected):
    match = match_operation("POST", url, tree, SHAPES)
    assert (match and (match.operation.id, match.path_values, match.by)) == expected
