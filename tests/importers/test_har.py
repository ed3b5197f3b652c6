"""HAR logs and single entries of them."""

import json

from tests.importers import paste, refuse


def test_a_log_and_a_single_entry_are_read():
    def entry(url, text):
        request = {
            "method": "POST",
            "url": url,
            "httpVersion": "HTTP/2",
            "headers": [{"name": ":path", "value": "/"}, {"name": "cookie", "value": "s=1"}],
            "postData": {"mimeType": "application/json", "text": text},
        }
        return {"request": request, "response": {}}

    entries = [entry("https://h/a", "{}"), entry("https://h/v1/workflows/start", '{"id": 1.0}')]
    found = paste(json.dumps({"log": {"entries": entries}}))
    assert (found.operation, found.body) == ("engage", '{"id": 1.0}')
    assert dict(found.headers)["cookie"] == "{{secret:cookie}}"
    assert paste(json.dumps(entries[1])).operation == "engage"


def test_bodies_in_base64_and_form_fields_are_read():
    request = {"method": "post", "url": "https://h/a", "httpVersion": "HTTP/1.1"}
    encoded = {"mimeType": "application/json", "encoding": "base64", "text": "eyJhIjoxfQ=="}
    found = paste(json.dumps({"request": {**request, "postData": encoded}}))
    assert (found.method, found.body) == ("POST", '{"a":1}')
    form = {
        "mimeType": "application/x-www-form-urlencoded",
        "params": [{"name": "a", "value": "b c"}],
    }
    found = paste(json.dumps({"request": {**request, "postData": form}}))
    assert (found.body, json.loads(found.document)) == ("a=b+c", {"a": "b c"})


def test_a_log_without_requests_is_rejected():
    assert refuse('{"log": {"entries": []}}') == "This HAR log has no requests."


def _params(*params: dict, mime: str = "application/x-www-form-urlencoded") -> str:
    data = {"mimeType": mime, "params": list(params)}
    headers = [{"name": "Content-Type", "value": mime}]
    request = {"method": "POST", "url": "https://h/a", "headers": headers, "postData": data}
    return json.dumps({"log": {"entries": [{"request": request}]}})


def test_fields_that_a_recorder_left_encoded_are_decoded_once():
    found = paste(
        _params({"name": "id", "value": "12"}, {"name": "email", "value": "kim%40example.com"})
    )
    assert json.loads(found.document) == {"id": "12", "email": "kim@example.com"}
    assert found.body == "id=12&email=kim%40example.com"
    plain = paste(_params({"name": "a", "value": "50% of 1"}, {"name": "b", "value": "%41 + c"}))
    assert json.loads(plain.document) == {"a": "50% of 1", "b": "%41 + c"}


def test_fields_of_multipart_forms_are_read_and_their_files_rejected():
    found = paste(_params({"name": "a", "value": "b c"}, mime="multipart/form-data; boundary=--x"))
    assert json.loads(found.document) == {"a": "b c"}
    assert "is in the file x.png" in refuse(_params({"name": "f", "fileName": "x.png"}))
