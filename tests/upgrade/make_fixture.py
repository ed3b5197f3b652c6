"""Make the data of the upgrade test: `python -m tests.upgrade.make_fixture`.

Run it with the version that people upgrade from. It starts that version's server on an empty
data folder and works with it the way people do, through pages, forms and the HTTP interface, so
it imports nothing of the playground. It writes three files: the data folder as a tarball, what
must be known to look at the data (addresses, tokens, passwords), and what people see in it.
"""

from __future__ import annotations

import json
import re
import shutil
import sqlite3
import sys
import tarfile
import tempfile
import time
import uuid
from contextlib import closing
from pathlib import Path
from typing import Any

import requests

from tests.upgrade.running import FIXTURE, KNOWN, SEEN, look_at, run_manage, serve

ID = r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}"
WORKFLOW = "00000000-0000-4782-8d20-000000000546"
ACCOUNT = "00000000-0000-4000-8000-000000000002"
PASSWORDS = {
    "Åsa": "kugelschreiber 71 blau",
    "édith": "crayon-à-papier-82",
    "victor": "длинный пароль",
}
LAUNCH = """{
  "job_name": "Night run",
  "steps": [
    {
      "accounts": ["00000000-0000-4000-8000-000000000002"],
      "parameters": {"max_results": 100},
      "step_uid": "00000000-0000-490a-877c-000000000ef5"
    }
  ],
  "inputs": [
    {"sales_navigator_profile_search_url": "https://www.linkedin.com/sales/search/people?query=x"}
  ]
}"""
# Every digit counts, and so does every sign outside ASCII.
ODD = """{
  "job_name": "Nachtlauf für Łódź 🌙",
  "price": 1.10,
  "big": 123456789012345678901234567890,
  "huge": 1e400,
  "minus": -0.0,
  "escaped": "\\u00e9\\u2028 \\ud83d\\ude00",
  "cities": ["北京", "Αθήνα", "القاهرة"],
  "steps": [
    {"step_uid": "s-1", "accounts": ["a-1"], "parameters": {"max_results": 25, "deep": {"x": []}}}
  ],
  "inputs": [
    {"url": "https://example.com/?q=ä&x=1"},
    {"url": "https://example.com/two"}
  ]
}"""
TWICE = """{
  "job_name": "first",
  "job_name": "second 🙂",
  "inputs": [],   "steps": []
}"""
PASTED_KEY = "kp_live_0123456789abcdef"
DEFINITION = """{"workflow": {"uid": "w-handmade", "name": "Von Hand – 手工", "weight": 1.10,
  "big": 98765432109876543210, "steps": [{"step_uid": "s-1", "step_name": "Suche",
  "integrations": ["linkedin"], "parameters_schema": {"properties": {"max_results": %s}}}]},
  "accounts": [{"uid": "a-1", "name": "Konto Ä", "integration": "linkedin", "is_valid": true}]}"""
FAR = "2099-12-31 00:00:00"


class Visitor:
    """Somebody with a browser: keeps cookies, answers forms, and insists on good answers."""

    def __init__(self, origin: str) -> None:
        self.origin, self.session = origin, requests.Session()

    def ask(self, method: str, path: str, status: int = 200, **sent: Any) -> requests.Response:
        headers = {**sent.pop("headers", {}), "Referer": self.origin}
        if method == "POST":
            headers["X-CSRFToken"] = self.session.cookies.get("playground_csrf", "")
        answer = self.session.request(method, self.origin + path, headers=headers, **sent)
        if answer.status_code not in (status, 204):
            raise SystemExit(f"{method} {path}: {answer.status_code}\n{cut(answer.text)}")
        return answer

    def get(self, path: str, status: int = 200, **sent: Any) -> requests.Response:
        return self.ask("GET", path, status, **sent)

    def post(self, path: str, status: int = 200, **fields: Any) -> requests.Response:
        return self.ask("POST", path, status, data=fields)

    def call(self, method: str, path: str, token: str, status: int = 200, **sent: Any) -> Any:
        headers = {"Authorization": f"Bearer {token}"}
        return self.ask(method, path, status, headers=headers, **sent).json()

    def edit(self, draft: str, kind: str = "set", pointer: str = "", **sent: Any) -> dict[str, Any]:
        """Edit a draft as its page does, at the revision that it has now."""
        revision = self.get(f"/drafts/{draft}/state/").json()["revision"]
        body = {"kind": kind, "pointer": pointer, "revision": revision, "tab": "one", **sent}
        body.setdefault("step", str(uuid.uuid4()))
        answer: dict[str, Any] = self.ask("POST", f"/drafts/{draft}/edit/", json=body).json()
        return answer

    def turn(self, draft: str, direction: str, times: int) -> None:
        for _ in range(times):
            self.ask("POST", f"/drafts/{draft}/turn/{direction}/", json={"tab": "one"})

    def begin(self, operation: str, connection: str, text: str, name: str, uid: str = "") -> str:
        """A new draft with this document and name; its id."""
        asked = {"operation": operation, "connection": connection, "workflow_uid": uid}
        draft = find_id(self.post("/drafts/new/", **asked).url)
        self.edit(draft, "replace", value=text)
        self.post(f"/drafts/{draft}/rename/", name=name)
        return draft

    def send(self, draft: str, token: str, **more: str) -> str:
        """Press Send and wait for the verdict; the id of the exchange."""
        answer = self.post(f"/drafts/{draft}/send/", press=str(uuid.uuid4()), **more)
        return self.await_exchange(find_id(answer.text, "/history/"), token)

    def await_exchange(self, exchange: str, token: str) -> str:
        for _ in range(200):
            if self.call("GET", f"/api/exchanges/{exchange}", token)["outcome"] != "sending":
                return exchange
            time.sleep(0.1)
        raise SystemExit(f"The exchange {exchange} does not end.")

    def save_template(self, draft: str, name: str, **more: str) -> str:
        """Keep the draft as a new template; its id."""
        self.post(f"/drafts/{draft}/template/new/", name=name, **more)
        found = self.get("/templates/", params={"find": name, "sort": "created"}).text
        return find_id(found, "/templates/")

    def share(self, template: str, kind: str, **more: Any) -> str:
        """Make a link; its token, which is shown this once."""
        wanted = {"kind": kind, "days": "365", "sure": "yes", **more}
        return find(r"/s/([\w-]{20,})/", self.post(f"/templates/{template}/share/", **wanted).text)


def find(pattern: str, text: str) -> str:
    found = re.search(pattern, text)
    if found is None:
        raise SystemExit(f"{pattern} is not in:\n{cut(text)}")
    return found[1]


def cut(page: str) -> str:
    """The main part of a page, for a complaint."""
    return (page.partition("<main")[2] or page)[:3000]


def find_id(text: str, before: str = "/") -> str:
    return find(f"{before}({ID})", text)


def fill(origin: str, data: Path) -> dict[str, Any]:
    """Work with everything there is; what must be known to look at it later."""
    known: dict[str, Any] = {"passwords": PASSWORDS, "workflow": WORKFLOW}
    owner, editor, viewer = make_people(origin, data, known)
    make_connections(owner, known)
    make_tokens(owner, editor, known)
    make_workflows(owner, editor, known)
    make_drafts(owner, editor, known)
    make_templates(owner, editor, viewer, known)
    send_drafts(owner, editor, viewer, known)
    make_links(owner, editor, known)
    return known


def make_people(origin: str, data: Path, known: dict[str, Any]) -> list[Visitor]:
    people = [Visitor(origin) for _ in PASSWORDS]
    names = list(PASSWORDS)
    link = find(r"/link/([\w-]+)", run_manage(data, "sign_in_link"))
    join(people[0], link, names[0])
    for person, name, role in zip(people[1:], names[1:], ("editor", "viewer"), strict=True):
        page = people[0].post("/people/invite/", role=role, note=f"für {name}").text
        join(person, find(r"/link/([\w-]+)", page), name)
    page = people[0].post("/people/invite/", role="editor", note="für später 🌱").text
    known["invite"] = find(r"/link/([\w-]+)", page)
    page = people[0].post("/people/invite/", role="viewer", note="").text
    gone = Visitor(origin)
    join(gone, find(r"/link/([\w-]+)", page), "gone")
    numbers = map(int, re.findall(r"/people/(\d+)/role/", people[0].get("/people/").text))
    newest = max(numbers)
    people[0].post(f"/people/{newest}/role/", role="editor")
    people[0].post(f"/people/{newest}/active/", active="no")
    stranger = Visitor(origin)
    stranger.get("/sign-in/")
    stranger.post("/sign-in/", 422, name="édith", password="wrong password")
    return people


def join(visitor: Visitor, link: str, name: str) -> None:
    visitor.get(f"/link/{link}/")
    visitor.post(f"/link/{link}/", name=name, password=PASSWORDS.get(name, "nobody minds 12"))


def make_connections(owner: Visitor, known: dict[str, Any]) -> None:
    named = {}
    for each in re.findall(f"/connections/({ID})/", owner.get("/connections/").text):
        form = owner.get(f"/connections/{each}/edit/").text
        named[find(r'name="name" value="([^"]+)"', form)] = each
    wanted = {
        "Team 北京": {
            "base_url": "https://api.example.com/v3",
            "setting_project_id": "project-ü-1",
            "secret_key": 'schlüssel-北京-7391 "quoted"',
            "variable_name": ["city", "size", "big", "listed"],
            "variable_value": ["Rom", "1.10", "12345678901234567890", '["ä", 1e400]'],
            "colour": "violet",
            "follow_redirects": "on",
        },
        "Produktion – Zürich": {
            "base_url": "https://prod.example.org:8443/v3",
            "secret_key": "production-key-0815",
            "colour": "red",
            "protected": "on",
        },
        "Soon gone": {"base_url": "https://gone.example.org", "secret_key": "gone-key"},
    }
    for name, fields in wanted.items():
        answer = owner.post(
            "/connections/new/?api=captain-data", name=name, **{"colour": "grey", **fields}
        )
        named[name] = find_id(answer.url)
    owner.post(f"/connections/{named.pop('Soon gone')}/delete/", confirm="Soon gone")
    fields = {"name": "Practice", "base_url": "sandbox:captain-data/v3", "colour": "blue"}
    fields |= {"setting_project_id": "00000000-0000-4f77-8a11-000000000700"}
    variables = {"variable_name": ["town", "rate"], "variable_value": ["Łódź", "0.30"]}
    owner.post(f"/connections/{named['Practice']}/edit/", **fields, **variables)
    known["connections"] = named


def make_tokens(owner: Visitor, editor: Visitor, known: dict[str, Any]) -> None:
    known["tokens"] = {}
    scopes = {"scope": ["read", "save", "send"], "days": "365"}
    for name, person in (("Åsa", owner), ("édith", editor)):
        page = person.post("/profile/tokens/", name=f"Skript von {name}", **scopes).text
        known["tokens"][name] = find(r"(pgt_[\w-]+)", page)
    page = editor.post("/profile/tokens/", name="verloren", **scopes).text
    known["revoked_token"] = find(r"(pgt_[\w-]+)", page)
    numbers = re.findall(r"/profile/tokens/(\d+)/revoke/", editor.get("/profile/tokens/").text)
    editor.post(f"/profile/tokens/{max(map(int, numbers))}/revoke/")


def make_workflows(owner: Visitor, editor: Visitor, known: dict[str, Any]) -> None:
    """Synced, imported, changed by hand and deleted ones."""
    practice, team = known["connections"]["Practice"], known["connections"]["Team 北京"]
    for connection in (practice, team):
        editor.post(f"/connections/{connection}/sync/")
        for _ in range(200):
            if "data-follows" not in editor.get(f"/connections/{connection}/sync/state/").text:
                break
            time.sleep(0.2)
    for number in ("25", "50"):
        upload(editor, team, DEFINITION % number)
    upload(editor, team, DEFINITION.replace("w-handmade", "w-gone") % "1")
    editor.post(f"/workflows/{team}/w-gone/delete/")
    exported = json.loads(editor.get(f"/workflows/{practice}/{WORKFLOW}/definition.json").text)
    exported["workflow"]["name"] = "Von Hand geändert"
    exported["workflow"]["steps"][0]["step_name"] = "Schritt ☂"
    upload(editor, practice, json.dumps(exported, ensure_ascii=False))
    known["workflows"] = {"w-handmade": team, WORKFLOW: practice}
    rows = set(re.findall(rf"/workflows/{practice}/([\w-]+)/", editor.get("/workflows/").text))
    known["workflows"] |= dict.fromkeys(sorted(rows - {WORKFLOW}), practice)


def upload(editor: Visitor, connection: str, text: str) -> None:
    files = {"file": ("definition.json", text.encode())}
    editor.ask("POST", "/workflows/import/", data={"connection": connection}, files=files)


def make_drafts(owner: Visitor, editor: Visitor, known: dict[str, Any]) -> None:
    practice, team = known["connections"]["Practice"], known["connections"]["Team 北京"]
    altcraft = known["connections"]["Practice Altcraft"]
    drafts: dict[str, str] = {}
    known["drafts"] = {"édith": drafts}

    # Many edits, some taken back and one of those made again.
    many = drafts["many edits"] = editor.begin(
        "launch-workflow", team, ODD, "Viele Änderungen ☕", "w-handmade"
    )
    for typed in ("N", "Na", "Nacht", "Nachtlauf {{city}} 🌙"):
        editor.edit(many, pointer="/job_name", typed=typed, step="typing")
    editor.edit(many, pointer="/price", value="2.50")
    editor.edit(
        many,
        pointer="/steps/0/parameters/max_results",
        typed="1000000000000000000000",
        **{"as": "integer"},
    )
    editor.edit(many, "off", "/cities")
    editor.edit(many, "off", "/steps/0/parameters/deep")
    editor.edit(many, "note", "/big", value="Nicht runden! 🔢\nzweite Zeile")
    editor.edit(many, "variable", "city", value="Paris")
    editor.edit(many, "variable", "ratio", value="1.10")
    editor.edit(many, "path", "workflow_uid", value="w-ü/2")
    editor.edit(many, "insert", "/inputs", index=1, value='{"url": "{{size}}"}')
    editor.edit(many, "duplicate", "/inputs", index=0)
    editor.edit(many, "move", "/inputs", index=0, to=2)
    editor.edit(many, "rename", "/minus", value="minus/zero~")
    editor.edit(many, pointer="/job_name", typed='{"half', **{"as": "json"})
    editor.edit(many, "remove", "/inputs/0")
    editor.edit(many, pointer="/inputs/0/url", typed="letzte Änderung")
    editor.turn(many, "undo", 4)
    editor.turn(many, "redo", 1)

    # Steps that were taken back and can still be made again.
    undone = editor.begin("launch-workflow", practice, LAUNCH, "Zurückgenommen", WORKFLOW)
    drafts["undone"] = undone
    for typed in ("eins ä", "zwei ö", "drei ü", "vier ß"):
        editor.edit(undone, pointer="/job_name", typed=typed)
    editor.edit(undone, "off", "/inputs")
    editor.edit(undone, "variable", "city", value="Bern")
    editor.turn(undone, "undo", 4)
    editor.turn(undone, "redo", 1)

    # An edit after undo drops what could have been made again.
    dropped = drafts["dropped"] = editor.begin(
        "launch-workflow", practice, LAUNCH, "Dropped", WORKFLOW
    )
    editor.edit(dropped, pointer="/job_name", typed="eins")
    editor.edit(dropped, pointer="/job_name", typed="zwei")
    editor.turn(dropped, "undo", 1)
    editor.edit(dropped, pointer="/job_name", typed="drei")
    editor.edit(dropped, "connect", value=team)

    # The JSON editor: half-typed, and a document with a key that comes twice.
    half = drafts["half-typed"] = editor.begin(
        "launch-workflow", practice, LAUNCH, "Halb getippt", WORKFLOW
    )
    editor.edit(half, "write", value=LAUNCH.replace('"Night run",', '"Nacht 🌘', 1))
    twice = drafts["twice"] = editor.begin("launch-workflow", practice, "{}", "Twice", WORKFLOW)
    editor.edit(twice, "write", value=TWICE)

    # A secret that was entered beside the document, and one that was pasted with a command.
    secret = drafts["secret"] = editor.begin(
        "launch-workflow", practice, LAUNCH, "Mit Geheimnis", WORKFLOW
    )
    entered = {"entered": {"/steps/0/parameters/api_token": "geheim-Ω-4820"}}
    editor.edit(secret, pointer="/steps/0/parameters/api_token", typed="")
    editor.ask("POST", f"/drafts/{secret}/secrets/", json=entered)
    curl = (
        "curl -X POST 'https://api.example.com/v3/workflows/w-7/schedule'"
        f" -H 'Authorization: x-api-key {PASTED_KEY}' -d '"
        '{"job_name": "aus curl 1.10", "password": "pasted-5566", "steps": [], "inputs": []}\''
    )
    drafts["pasted"] = find_id(editor.post("/paste/", text=curl).text, "/drafts/")

    # Files: their bytes stand encrypted beside the database.
    scenario = '{\n  "id": 12,\n  "matching": "email",\n  "email": "jürgen@example.com"\n}'
    filed = drafts["files"] = editor.begin("start-scenario", altcraft, scenario, "Mit Dateien 📎")
    contents = {"日本.txt": "今日は\n".encode() * 50, "odd.bin": bytes(range(256)) * 300}
    known["files"] = []
    values = []
    for name, content in contents.items():
        answer = editor.ask(
            "POST", f"/drafts/{filed}/files/", files={"file": (name, content)}
        ).json()
        values.append(answer["value"])
        known["files"].append([filed, find(r"file:(\w+)", answer["data"])])
    editor.edit(filed, pointer="/attach", value=f"[{', '.join(values)}]")
    editor.edit(filed, "choose", "/matching", value="Phone")
    editor.edit(filed, pointer="/phone", typed="+79000000000")
    editor.post(f"/drafts/{filed}/choices/", pointer="/id")

    account = {"integration": "linkedin", "uid": ACCOUNT}
    begun = editor.post(f"/connections/{practice}/accounts/update/", **account)
    drafts["account"] = find_id(begun.url, "/drafts/")
    known["discarded"] = editor.begin("launch-workflow", practice, ODD, "Weggeworfen", WORKFLOW)
    editor.post(f"/drafts/{known['discarded']}/discard/")
    own = owner.begin("launch-workflow", practice, LAUNCH, "Der Eigentümerin", WORKFLOW)
    known["drafts"]["Åsa"] = {"own": own}


def make_templates(owner: Visitor, editor: Visitor, viewer: Visitor, known: dict[str, Any]) -> None:
    drafts = known["drafts"]["édith"]
    templates: dict[str, str] = {}
    known["templates"] = templates

    # Versions and variants.
    many = drafts["many edits"]
    words = {
        "description": "Für die Nacht.\nZweite Zeile.",
        "tags": "nacht, vip 🌟",
        "folder": "Kunden/Zürich",
    }
    night = templates["night"] = editor.save_template(many, "Nachtlauf 夜", **words)
    editor.edit(many, pointer="/price", value="9.90")
    editor.edit(many, "on", "/cities")
    editor.post(f"/drafts/{many}/template/save/", name="VIP ★")
    editor.edit(many, pointer="/job_name", typed="ganz anders")
    editor.post(f"/drafts/{many}/template/save/", name="Zweite")
    editor.post(f"/drafts/{many}/variant/", variant="VIP ★")
    editor.edit(many, pointer="/big", value="77777777777777777777.70")
    editor.post(f"/drafts/{many}/template/save/", note="größer")
    editor.post(
        f"/templates/{night}/variables/",
        base="4",
        variable_name=["city", "ratio"],
        variable_value=["Wien", "2.20"],
    )
    editor.post(
        f"/templates/{night}/variants/", base="5", do="rename", name="Zweite", value="Dritte"
    )
    editor.post(f"/templates/{night}/versions/5/restore/")
    editor.edit(many, pointer="/price", value="3.33")  # unsaved

    # Shared with the team; one with a secret of its version.
    templates["secret"] = editor.save_template(
        drafts["secret"], "Mit Geheimnis", sharing="edit", tags="geheim"
    )
    templates["files"] = editor.save_template(
        drafts["files"], "Mit Dateien", sharing="view", folder="Kunden"
    )
    templates["twice"] = editor.save_template(drafts["twice"], "Doppelt", folder="Kunden/Zürich")
    launch = editor.begin(
        "launch-workflow", known["connections"]["Practice"], LAUNCH, "Zum Teilen", WORKFLOW
    )
    drafts["launch"] = launch
    templates["launch"] = editor.save_template(launch, "Zum Teilen", sharing="view")
    owner.post(f"/templates/{templates['secret']}/fork/")
    editor.edit(drafts["secret"], pointer="/job_name", typed="weiter als die Gabel")
    editor.post(f"/drafts/{drafts['secret']}/template/save/", note="nach der Gabelung")
    for person in (owner, editor, viewer):
        person.post(f"/templates/{templates['launch']}/star/")
    editor.post(f"/templates/{night}/star/")
    editor.post(f"/templates/{templates['twice']}/duplicate/")
    for name, address in (("Archiviert", "archive"), ("Gelöscht", "delete")):
        other = editor.save_template(drafts["half-typed"], name)
        editor.post(f"/templates/{other}/{address}/")
        templates[name] = other
    opened = editor.post(f"/templates/{night}/open/", variant="VIP ★", version="3")
    drafts["opened"] = find_id(opened.url, "/drafts/")
    editor.post(
        f"/templates/{templates['launch']}/edit/", name="Zum Teilen", sharing="edit", tags="x"
    )

    # What scripts made.
    token = known["tokens"]["Åsa"]
    wanted = {
        "name": "Von einem Skript",
        "operation": "launch-workflow",
        "document": ODD,
        "tags": ["api"],
    }
    made = owner.call("POST", "/api/templates", token, 201, json=wanted)["id"]
    better = {"base": 1, "document": ODD.replace("1.10", "1.100"), "variant": "genau"}
    owner.call("PUT", f"/api/templates/{made}", token, json=better)
    templates["script"] = made


def send_drafts(owner: Visitor, editor: Visitor, viewer: Visitor, known: dict[str, Any]) -> None:
    practice = known["connections"]["Practice"]
    token, drafts = known["tokens"]["édith"], known["drafts"]["édith"]
    exchanges: dict[str, str] = {}
    known["exchanges"] = exchanges
    names = {
        "accepted": "Nachtlauf {{town}} {{rate}} ✓",
        "refused": "No [fail:422]",
        "broken": "No [fail:500]",
        "unknown": "Wer weiß? [fail:close]",
        "shutdown": "Nacht [job:shutdown]",
    }
    for name, job_name in names.items():
        text = LAUNCH.replace("Night run", job_name)
        draft = editor.begin("launch-workflow", practice, text, f"Send {name}", WORKFLOW)
        exchanges[name] = editor.send(draft, token)
        drafts[f"sent {name}"] = draft
    exchanges["once more"] = editor.send(drafts["sent accepted"], token)
    exchanges["secret"] = editor.send(drafts["secret"], token)
    exchanges["files"] = editor.send(drafts["files"], token)
    elsewhere = editor.begin(
        "launch-workflow", known["connections"]["Team 北京"], LAUNCH, "Anderswo", "w-elsewhere"
    )
    exchanges["not sent"] = editor.send(elsewhere, token)
    drafts["elsewhere"] = elsewhere

    # Repeats, one of them ended.
    for name in ("Stündlich ä", "Täglich"):
        repeat = '"repeat_option": {"type": "hour", "value": 3},\n  "steps"'
        text = LAUNCH.replace("Night run", name).replace('"steps"', repeat, 1)
        draft = editor.begin("launch-workflow", practice, text, name, WORKFLOW)
        exchanges[name] = editor.send(draft, token)
    numbers = re.findall(r"/repeats/(\d+)/delete/", editor.get("/repeats/").text)
    editor.post(f"/repeats/{max(map(int, numbers))}/delete/", press=str(uuid.uuid4()))

    # Jobs that ended, one of them retried.
    time.sleep(5)
    for address in dict.fromkeys(
        re.findall(rf"(/jobs/{practice}/[\w-]+/)row/", editor.get("/jobs/").text)
    ):
        for _ in range(3):
            editor.get(f"{address}row/")
            time.sleep(0.2)
    job = editor.call("GET", f"/api/exchanges/{exchanges['shutdown']}", token)["job"]
    editor.post(f"/jobs/{practice}/{job}/retry/", press=str(uuid.uuid4()))

    editor.post(f"/history/{exchanges['accepted']}/share/")
    ignored = {
        "operation": "launch-workflow",
        "part": "reply",
        "pattern": ["/job_uid", "/workflow/*"],
    }
    pair = {"a": exchanges["accepted"], "b": exchanges["once more"]}
    editor.post("/compare/ignore/", **ignored, **pair)
    again = editor.post(f"/history/{exchanges['accepted']}/again/")
    drafts["again"] = find_id(again.url, "/drafts/")
    sent = owner.call(
        "POST",
        f"/api/templates/{known['templates']['launch']}/send",
        known["tokens"]["Åsa"],
        json={},
    )
    exchanges["api"] = owner.await_exchange(sent["exchange"], known["tokens"]["Åsa"])
    viewer.get(f"/connections/{practice}/edit/", 403)


def make_links(owner: Visitor, editor: Visitor, known: dict[str, Any]) -> None:
    practice, templates = known["connections"]["Practice"], known["templates"]
    links: dict[str, str] = {}
    links["view"] = editor.share(templates["night"], "view", variant="VIP ★", note="für Ömer")
    links["password"] = editor.share(templates["night"], "view", password="offenes Wort ä")
    opened = ["/job_name", "/steps/0/parameters/max_results"]
    links["fill"] = editor.share(
        templates["launch"], "fill", connection=practice, open=opened, most_sends="3", per_hour="3"
    )
    links["fork"] = editor.share(templates["secret"], "fork")
    links["revoked"] = editor.share(templates["night"], "view", note="zurückgezogen")
    page = editor.get(f"/templates/{templates['night']}/").text
    editor.post(f"/templates/links/{find_id(page, '/templates/links/')}/revoke/")
    stranger = Visitor(editor.origin)
    stranger.get(f"/s/{links['view']}/")
    stranger.post(f"/s/{links['view']}/opened/")
    stranger.get(f"/s/{links['fill']}/")
    press = str(uuid.uuid4())
    stranger.post(
        f"/s/{links['fill']}/send/", press=press, **{"/job_name": "Vom Link 🔗", opened[1]: "7"}
    )
    stranger.get(f"/s/{links['revoked']}/", 404)
    time.sleep(3)
    owner.post(f"/s/{links['fork']}/fork/")
    known |= {"links": links, "link_password": "offenes Wort ä", "press": press}


def settle(data: Path) -> None:
    """Make what ends with time last, and the database one file."""
    with closing(sqlite3.connect(data / "playground.sqlite3")) as database:
        for table in ("library_sharelink", "people_token", "people_link"):
            database.execute(f"UPDATE {table} SET expires_at = '{FAR}'")
        database.execute("DELETE FROM django_session")
        database.commit()
        database.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        database.execute("VACUUM")
        database.execute("PRAGMA journal_mode=DELETE")
    shutil.rmtree(data / "static", ignore_errors=True)


def pack(data: Path) -> None:
    with tarfile.open(FIXTURE, "w:gz", compresslevel=9) as archive:
        for name in ("playground.sqlite3", "signing.key", "secrets.key", "files"):
            archive.add(data / name, name)


def main() -> None:
    folder = Path(tempfile.mkdtemp(prefix="playground-fixture-"))
    data = folder / "data"
    data.mkdir(mode=0o700)
    try:
        with serve(data, folder / "log") as origin:
            known = fill(origin, data)
        settle(data)
        pack(data)
        KNOWN.write_text(json.dumps(known, ensure_ascii=False, indent=1) + "\n")
        (data / "static").mkdir()
        look_at(data, SEEN)
        print(
            f"{FIXTURE.stat().st_size} bytes of data, {SEEN.stat().st_size} bytes of what is seen."
        )
    finally:
        if "--keep" not in sys.argv:
            shutil.rmtree(folder)


if __name__ == "__main__":
    main()
