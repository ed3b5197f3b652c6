"""The practice workspace over HTTP: its workflows and accounts."""

from playground.sandbox import practice
from playground.sandbox.models import UpdatedAccount

ACCOUNTS = "/integrations/linkedin/accounts"
JANE = "00000000-0000-47f8-9a3c-000000000ccb"


def test_it_describes_the_workspace(caller):
    known = "name email plan_name current_month_start current_month_end"
    known += " tasks_left tasks_max tasks_used"
    assert list(caller.get("/workspace").json()) == known.split()


def test_it_lists_workflows_and_their_details(caller):
    data = caller.get("/workflows").json()
    assert set(data[0]) == {
        "uid",
        "name",
        "created_at",
        "project_id",
        "template_uid",
        "steps",
    }
    assert set(data[0]["steps"][0]) == {"name", "step_uid", "uid"}
    details = [caller.get(f"/workflows/{one['uid']}/details").json() for one in data]
    assert details == practice.load_workflows()


def test_accounts_have_pages_cookies_and_limits(caller):
    first = caller.get(f"{ACCOUNTS}?page=0&stats=true").json()
    assert list(first) == ["integration", "accounts", "next_page_exist", "number_total_acounts"]
    assert first["integration"] == {"uid": "linkedin", "title": "LinkedIn"}
    assert (len(first["accounts"]), first["next_page_exist"]) == (10, True)
    jane = first["accounts"][0]
    assert jane["uid"] == JANE
    assert set(jane["cookies"]) == {"li_at", "li_a", "JSESSIONID"}
    assert jane["limits"][0]["limit_value"] == 25
    last = caller.get(f"{ACCOUNTS}?page=1&stats=false").json()
    assert (len(last["accounts"]), last["next_page_exist"]) == (1, False)
    assert "limits" not in last["accounts"][0]
    assert first["number_total_acounts"] == last["number_total_acounts"] == 11


def test_an_account_is_updated_and_added_without_storing_its_credentials(caller):
    body = {"account": {"uid": JANE, "name": "Jane", "cookies": {"li_at": "REAL"}}}
    reply = caller.call("POST", ACCOUNTS, body)
    assert reply.status_code == 200
    assert "REAL" not in reply.text
    added = caller.call("POST", ACCOUNTS, {"account": {"name": "Zoe", "api_key": "REAL"}}).json()
    data = [a for page in (0, 1) for a in caller.get(f"{ACCOUNTS}?page={page}").json()["accounts"]]
    assert (data[0]["name"], data[-1]["name"]) == ("Jane", "Zoe")
    assert data[-1]["uid"] == added["account"]["uid"]
    assert all("REAL" not in str(vars(one)) for one in UpdatedAccount.objects.all())


def test_an_account_body_is_checked(caller):
    for body, named in (({}, "account"), ({"account": []}, "account")):
        reply = caller.call("POST", ACCOUNTS, body)
        assert reply.status_code == 400
        assert named in reply.json()["message"]
    assert caller.call("POST", ACCOUNTS, {"account": {"uid": 7}}).status_code == 400
    assert caller.call("POST", ACCOUNTS, {"account": {"uid": "nobody"}}).status_code == 404


def test_an_unknown_path_is_not_found(caller):
    for path in ("/integrations/nowhere/accounts", "/users", "/workflows/x/details", "/jobs/"):
        assert caller.get(path).status_code == 404
    assert caller.call("POST", "/workspace", {}).status_code == 405
