"""The sandbox's Altcraft: always HTTP 200, with the outcome in the body's `error`."""

import csv
import io
import uuid
from datetime import UTC, datetime, timedelta
from xml.etree import ElementTree

import time_machine

from playground.sandbox.practice import PRACTICE_TOKEN

SUCCESS = b'{"data": null, "error": 0, "error_text": "Successful operation"}'
START = "/workflows/start"
LIST = "/workflows/list"
FILES = [
    {"data": "data:text/csv;base64,5LuK5pel44GvCg==", "name": "日本.txt"},
    {"data": "data:text/csv;base64,SEVMTE8K", "name": "US.txt"},
]
CONTENT = {"data_lines": ["Channel A", "Channel B"], "email_title": "New videos"}
PROFILE = {"matching": "profile_id", "profile_id": "66102b984a5d12bd6cc0912f"}
CUSTOM = {"matching": "custom", "field_name": "CRM_ID"}
PUSH = {"subscription_id": "CAREFULWITHTHATAXE", "provider": "Chrome"}


def make_start(**changed):
    return {"token": PRACTICE_TOKEN, "id": 12, "email": "john@example.com"} | changed


def make_bare(**fields):
    return {"token": PRACTICE_TOKEN, "id": 12} | fields


STARTS = [
    make_start(),
    make_start(matching="email"),
    make_start(email="John@Example.com", resource_id=24),
    make_bare(matching="phone", phone="+79000000000", resource_id=24),
    make_bare(matching="profile_id", profile_id="5a74876369d42613b31947b8"),
    make_bare(**PROFILE, attach=FILES, content=CONTENT),
    make_bare(**CUSTOM, field_value="123420"),
    make_bare(matching="custom", field_name="customer_number", field_value=123420),
    make_bare(matching="custom", field_name="segments", field_value="tag-1, tag-2"),
    make_bare(custom_request={"_city": "Paris"}),
    make_bare(custom_request={"$or": [{"_age": {"$gt": 90}}, {"segments": "vip"}]}),
    make_start(subscription_filter=PUSH | {"not_strict": False}),
    make_start(subscription_filter={"phone": "+0", "not_strict": True}),
]


def test_it_starts_a_scenario_in_every_mode_of_matching(altcraft, subtests):
    for body in STARTS:
        for slash in ["", "/"]:
            with subtests.test(body=body, slash=slash):
                reply = altcraft.call("POST", START + slash, body)
                assert reply.status_code == 200
                assert reply.content == SUCCESS
                assert reply.headers["Content-Type"] == "application/json"


REFUSED = [
    ({"id": 12, "email": "john@example.com"}, 401, "token required"),
    (make_start(token="wrong"), 401, "token"),
    (make_start(id=99), 403, "No access to scenario 99"),
    (make_start(id=14), 403, "14 is not active"),
    (make_start(id="12"), 400, "id"),
    (make_start(id=True), 400, "id"),
    ({"token": PRACTICE_TOKEN, "email": "john@example.com"}, 400, "id"),
    (make_bare(), 400, "email"),
    (make_start(email=None), 400, "email"),
    (make_start(email=""), 400, "email"),
    (make_start(matching="phone"), 400, "phone"),
    (make_start(matching="name"), 400, "matching"),
    (make_bare(matching="phone", phone=79000000000), 400, "phone"),
    (make_bare(**CUSTOM), 400, "field_value"),
    (make_bare(**CUSTOM, field_value=1.5), 400, "field_value"),
    (make_bare(**CUSTOM | {"field_name": "shoe"}, field_value="42"), 400, "field_name"),
    (make_bare(custom_request={}), 400, "custom_request"),
    (make_bare(custom_request=[]), 400, "custom_request"),
    (make_bare(custom_request={"_age": {"$where": "1"}}), 400, "custom_request"),
    (make_bare(custom_request={"$or": ["x"]}), 400, "custom_request"),
    (make_start(format="yaml"), 400, "format"),
    (make_start(content=[]), 400, "content"),
    (make_start(email="nobody@example.com"), 440, "Profile"),
    (make_bare(**CUSTOM, field_value=123420), 440, "Profile"),
    (make_bare(custom_request={"_age": {"$gt": "text"}}), 440, "Profile"),
    (
        make_start(email="jane@example.com", subscription_filter=PUSH | {"not_strict": False}),
        440,
        "subscription",
    ),
]


def test_it_reports_errors_in_the_body(altcraft, subtests):
    for body, error, said in REFUSED:
        with subtests.test(body=body, error=error, said=said):
            reply = altcraft.call("POST", START, body)
            data = reply.json()
            assert reply.status_code == 200
            assert data["data"] is None
            assert data["error"] == error
            assert said in data["error_text"]


def test_it_refuses_a_body_that_is_not_a_json_object(altcraft, subtests):
    for body in [b"", b"{", b"[]", b"\xff", b"[" * 9999, b'{"id": NaN}']:
        with subtests.test(body=body):
            reply = altcraft.call("POST", START, body, Authorization=f"Bearer {PRACTICE_TOKEN}")
            assert reply.status_code == 200
            assert reply.json()["error"] == 400


def test_it_refuses_another_content_type(altcraft):
    reply = altcraft.call("POST", START, make_start(), **{"Content-Type": "application/xml"})
    assert reply.json()["error"] == 400


def test_a_body_that_is_too_large_and_a_wrong_method_have_their_own_status(altcraft):
    large = altcraft.call("POST", START, b" " * (10 * 1024 * 1024 + 1))
    assert (large.status_code, large.json()["error"]) == (413, 413)
    wrong = altcraft.get(START)
    assert (wrong.status_code, wrong.headers["Allow"]) == (405, "POST")


def test_an_unknown_method_is_refused(altcraft):
    reply = altcraft.call("POST", "/workflows/jump", {"token": PRACTICE_TOKEN})
    assert reply.json()["error"] == 400


def test_the_token_may_be_in_the_header_or_the_url(altcraft):
    body = make_start()
    del body["token"]
    reply = altcraft.call("POST", START, body, Authorization=f"Bearer {PRACTICE_TOKEN}")
    assert reply.content == SUCCESS
    reply = altcraft.call("POST", f"{START}?token={PRACTICE_TOKEN}", body)
    assert reply.content == SUCCESS


def test_it_responds_in_csv_wherever_the_format_is_set(altcraft, subtests):
    for place in ["body", "header", "address"]:
        with subtests.test(place=place):
            body = make_start(**({"format": "csv"} if place == "body" else {}))
            headers = {"format": "csv"} if place == "header" else {}
            reply = altcraft.call(
                "POST", START + ("?format=csv" * (place == "address")), body, **headers
            )
            assert reply.headers["Content-Type"].startswith("text/csv")
            rows = list(csv.DictReader(io.StringIO(reply.text, newline="")))
            assert rows == [{"data": "", "error": "0", "error_text": "Successful operation"}]


def test_it_responds_in_xml(altcraft):
    reply = altcraft.call("POST", START, make_start(format="xml"))
    assert reply.headers["Content-Type"] == "application/xml"
    assert reply.content == (
        b"<xml><data/><error>0</error><error_text>Successful operation</error_text></xml>"
    )


def test_errors_have_the_requested_format_too(altcraft):
    reply = altcraft.call("POST", START, make_start(format="xml", id=99))
    assert ElementTree.fromstring(reply.content).findtext("error") == "403"


def test_an_error_with_odd_names_is_valid_xml(altcraft):
    body = make_bare(**CUSTOM | {"field_name": "<\x01&"}, field_value="1", format="xml")
    data = ElementTree.fromstring(altcraft.call("POST", START, body).content)
    assert data.findtext("error") == "400"


def test_a_duplicate_request_gets_the_first_response(altcraft):
    first = altcraft.call("POST", START, make_start())
    second = altcraft.call("POST", START, make_start())
    assert "Duplicate-Request" not in first.headers
    assert second.headers["Duplicate-Request"] == "true"
    assert second.headers["Duplicate-Key"]
    assert second.content == first.content


def test_any_change_of_body_or_url_makes_a_new_request(altcraft):
    altcraft.call("POST", START, make_start())
    for path, body in (
        (START, make_start(content={"n": 1})),
        (f"{START}?request_id=1", make_start()),
        (START, make_start(format="xml")),
    ):
        assert "Duplicate-Request" not in altcraft.call("POST", path, body).headers


def test_a_request_id_forces_a_new_run_once(altcraft):
    altcraft.call("POST", START, make_start())
    for name in ("Request-ID", "X-Request-ID"):
        headers = {name: str(uuid.uuid4())}
        assert (
            "Duplicate-Request" not in altcraft.call("POST", START, make_start(), **headers).headers
        )
        again = altcraft.call("POST", START, make_start(), **headers)
        assert again.headers["Duplicate-Request"] == "true"


def test_a_refused_request_is_not_stored(altcraft):
    for _ in range(2):
        reply = altcraft.call("POST", START, make_start(id=14))
        assert "Duplicate-Request" not in reply.headers


def test_a_day_later_the_same_request_runs_again(altcraft):
    with time_machine.travel(datetime.now(UTC), tick=True) as traveller:
        altcraft.call("POST", START, make_start())
        traveller.shift(timedelta(hours=25))
        assert "Duplicate-Request" not in altcraft.call("POST", START, make_start()).headers


def test_it_lists_scenarios_in_pages(altcraft):
    seen, first = [], 1
    while first:
        data = altcraft.call(
            "POST", LIST, {"token": PRACTICE_TOKEN, "from_id": first, "limit": 4}
        ).json()
        seen += data["data"]
        first = data["next_from_id"]
    assert data["total"] == len(seen)
    assert {12, 11, 14} <= {one["id"] for one in seen}
    assert [one["id"] for one in seen if not one["is_active"]] == [14]
    assert set(seen[0]) >= {"id", "name", "list_id", "is_active", "ui_tags", "mode", "nodes"}


def test_the_list_is_never_a_duplicate_and_may_be_xml(altcraft):
    for _ in range(2):
        reply = altcraft.call("POST", LIST + "/", {"token": PRACTICE_TOKEN, "format": "xml"})
        assert "Duplicate-Request" not in reply.headers
    names = [one.findtext("name") for one in ElementTree.fromstring(reply.content).findall("data")]
    assert "再入荷のお知らせ" in names


def test_the_list_names_a_wrong_field(altcraft, subtests):
    for changed in [{"limit": 0}, {"limit": "x"}, {"from_id": True}]:
        with subtests.test(changed=changed):
            data = altcraft.call("POST", LIST, {"token": PRACTICE_TOKEN} | changed).json()
            assert data["error"] == 400
            assert next(iter(changed)) in data["error_text"]
