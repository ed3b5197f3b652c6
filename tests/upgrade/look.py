"""Look at a data folder: what people see in it, as facts without any wording or markup.

Run through `manage.py shell` with UPGRADE_KNOWN (what `make_fixture` wrote) and UPGRADE_SEEN
(where the facts go). Whatever depends on names inside the playground stands at the top; all else
goes through addresses, forms, commands and the HTTP interface, which stay as they are.
"""

from __future__ import annotations

import hashlib
import io
import json
import os
import re
import tempfile
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

from django.apps import apps
from django.conf import settings
from django.contrib.auth import get_user_model
from django.core.management import call_command
from django.db import connection, models
from django.test import Client

# --- Names inside the playground. Change these when the names change. ---
SECRET_MODEL, SECRET_NAME, SECRET_VALUE, SECRET_HOSTS = "Secret", "name", "value", "hosts"
EVENT_MODEL, EVENT_ACTION, EVENT_TARGET, EVENT_RESULT = "AuditEvent", "action", "target", "result"
# --- ---

ID = r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}"
# What people typed or an API told, sought on pages. None of it is a word of the playground's own.
WORDS = (
    "Nachtlauf 夜", "Mit Geheimnis", "Mit Dateien", "Doppelt", "Zum Teilen", "Archiviert",
    "Gelöscht", "Von einem Skript", "VIP ★", "Dritte", "größer", "nach der Gabelung", "vip 🌟",
    "Kunden/Zürich", "Viele Änderungen ☕", "Halb getippt", "Weggeworfen", "Der Eigentümerin",
    "Team 北京", "Produktion – Zürich", "Practice Altcraft", "https://api.example.com/v3",
    "https://prod.example.org:8443/v3", "Von Hand – 手工", "Von Hand geändert", "Schritt ☂",
    "Konto Ä", "Stündlich ä", "Täglich", "Nachtlauf Łódź 0.30 ✓", "Vom Link 🔗", "für Ömer",
    "zurückgezogen", "für später 🌱", "Skript von édith", "Skript von Åsa", "verloren", "victor",
    "Nicht runden! 🔢", "日本.txt", "odd.bin", "/workflow/*", "/job_uid", "Paris", "Wien", "1.10",
    "00000000-0000-4000-8000-000000000002", "Zurückgenommen",
    "geheim-Ω-4820", "kp_live_0123456789abcdef", "production-key-0815", "schlüssel-北京-7391",
)  # fmt: skip
PAGES = (
    "/", "/drafts/", "/templates/", "/templates/?sort=name", "/templates/?starred=1",
    "/templates/?archived=1", "/templates/?folder=Kunden", "/templates/?tag=nacht",
    "/connections/", "/history/", "/history/?text=Stündlich", "/history/?text=Łódź&bodies=on",
    "/history/?outcome=unknown", "/repeats/",
    "/jobs/", "/workflows/", "/drift/", "/people/", "/audit/", "/profile/", "/profile/tokens/",
    "/find/?find=nacht",
)  # fmt: skip
CONNECTION_FIELDS = (
    "name", "base_url", "colour", "protected", "follow_redirects", "setting_", "secret_",
    "variable_",
)  # fmt: skip
MANY = 200

Facts = dict[str, Any]


class PageReader(HTMLParser):
    """The text of a page, its forms' fields by name, and its JSON and other preformatted texts."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.words: list[str] = []
        self.fields: dict[str, list[str]] = {}
        self.texts: list[str] = []
        self._open: list[tuple[str, list[str]]] = []
        self._select = ""
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        found = {name: value or "" for name, value in attrs}
        self.words += found.values()
        name, kind = found.get("name", ""), found.get("type", "")
        if tag == "input" and name and (kind not in ("checkbox", "radio") or "checked" in found):
            self.fields.setdefault(name, []).append(found.get("value", ""))
        if tag == "select":
            self._select = name
        if tag == "option" and "selected" in found:
            self.fields.setdefault(self._select, []).append(found.get("value", ""))
        if tag == "pre" or "preview" in found.get("class", "").split():
            self._open.append((tag, []))

    def handle_endtag(self, tag: str) -> None:
        if self._open and self._open[-1][0] == tag:
            self.texts.append("".join(self._open.pop()[1]))

    def handle_data(self, data: str) -> None:
        self.words.append(data)
        for _, text in self._open:
            text.append(data)

    def find_words(self) -> list[str]:
        whole = "\n".join(self.words)
        return [word for word in WORDS if word in whole]


class Viewer:
    """Somebody who looks: asks for addresses and writes down what they answer."""

    def __init__(self, name: str = "") -> None:
        # A page that fails is a fact too: status 500, beside what all others show.
        self.client = Client(raise_request_exception=False, headers={"host": "localhost"})
        if name:
            self.client.force_login(get_user_model().objects.get(username=name))

    def get(self, url: str, **headers: str) -> tuple[int, bytes]:
        answer = self.client.get(url, headers=headers)
        return answer.status_code, b"".join(answer)

    def read_json(self, url: str, **headers: str) -> Any:
        status, content = self.get(url, **headers)
        return json.loads(content) if status == 200 else status

    def read_text(self, url: str) -> Any:
        status, content = self.get(url)
        return content.decode() if status == 200 else status

    def read_digest(self, url: str) -> Any:
        status, content = self.get(url)
        return [len(content), digest(content)] if status == 200 else status

    def read_page(self, url: str) -> PageReader | None:
        status, content = self.get(url)
        return PageReader(content.decode()) if status == 200 else None

    def describe_page(self, url: str) -> Any:
        """Which ids stand in it, in their order, and which of the words."""
        status, content = self.get(url)
        if status != 200:
            return status
        page = content.decode()
        kinds = ("drafts", "templates", "history", "connections")
        links = {kind: list(dict.fromkeys(re.findall(f"/{kind}/({ID})/", page))) for kind in kinds}
        return {"words": PageReader(page).find_words(), **{k: v for k, v in links.items() if v}}

    def post(self, url: str, sent: Any) -> Any:
        """The answer to an object that is sent as JSON."""
        return self.client.post(url, json.dumps(sent), content_type="application/json")


def look(known: Facts) -> Facts:
    """All facts; what only looks comes first, what writes comes last."""
    seen: Facts = {"tables": look_at_tables(), "triggers": count_triggers()}
    seen |= {"secrets": look_at_secrets(), "events": look_at_events()}
    people = {name: Viewer(name) for name in known["passwords"]}
    seen["pages"] = {
        name: {url: each.describe_page(url) for url in list_pages(known)}
        for name, each in people.items()
    }
    seen["drafts"] = look_at_drafts(people, known)
    seen["templates"] = look_at_templates(people, known)
    seen["history"] = look_at_history(people, known)
    seen["connections"] = look_at_connections(people, known)
    seen["api"] = look_at_api(known)
    seen["commands"] = look_at_commands(known)
    seen["doors"] = look_at_doors(known)
    seen["links"] = look_at_links(known)
    seen["turned"] = turn_drafts(people, known)
    seen["kept"] = keep_drafts(people, known)
    seen["again"] = send_again(people, known)
    seen["sound"] = check_database()
    return seen


def list_pages(known: Facts) -> list[str]:
    exchanges = known["exchanges"]
    pair = f"/compare/?a={exchanges['accepted']}&b={exchanges['once more']}&part=reply"
    practice = known["connections"]["Practice"]
    accounts = [f"/connections/{each}/accounts/" for each in known["connections"].values()]
    return [*PAGES, pair, *accounts, f"/connections/{practice}/accounts/?valid=no"]


def look_at_tables() -> Facts:
    """Of each table its number of rows and a digest of each column.

    A column that was renamed keeps its digest, so that no value can be lost unseen.
    """
    return {
        model._meta.label: {
            "rows": model._default_manager.count(),
            "columns": {f.attname: digest_column(model, f.attname) for f in list_fields(model)},
        }
        for model in list_models()
    }


def list_models() -> list[type[models.Model]]:
    own = [each for each in apps.get_models() if not each.__module__.startswith("django.")]
    return sorted(own, key=lambda model: model._meta.label)


def list_fields(model: type[models.Model]) -> list[Any]:
    return list(model._meta.concrete_fields)


def digest_column(model: type[models.Model], name: str) -> str:
    rows = model._default_manager.order_by("pk").values_list(name, flat=True)
    return digest("\n".join(write_value(each) for each in rows).encode("utf-8", "replace"))


def write_value(value: Any) -> str:
    if isinstance(value, bytes | memoryview):
        return bytes(value).hex()
    if isinstance(value, dict | list):
        return json.dumps(value, sort_keys=True)
    return f"{value}"


def digest(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()[:16]


def find_model(name: str) -> type[models.Model]:
    return next(each for each in apps.get_models() if each.__name__ == name)


def count_triggers() -> int:
    """Those that tell changes of what is known outside the documents."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM sqlite_master WHERE type = 'trigger'")
        return int(cursor.fetchone()[0])


def check_database() -> list[Any]:
    """What SQLite has to say against its tables after all the writing: only "ok"."""
    with connection.cursor() as cursor:
        cursor.execute("PRAGMA integrity_check")
        found = list(cursor.fetchall())
        cursor.execute("PRAGMA foreign_key_check")
        return [row[0] for row in [*found, *cursor.fetchall()]]


def look_at_secrets() -> list[Any]:
    """Name, decrypted value and hosts of every secret."""
    fields = (SECRET_NAME, SECRET_VALUE, SECRET_HOSTS)
    return sorted(map(list, find_model(SECRET_MODEL)._default_manager.values_list(*fields)))


def look_at_events() -> list[Any]:
    fields = (EVENT_ACTION, EVENT_TARGET, EVENT_RESULT)
    return [
        *map(list, find_model(EVENT_MODEL)._default_manager.order_by("pk").values_list(*fields))
    ]


def list_drafts(people: dict[str, Viewer], known: Facts) -> Iterator[tuple[str, Viewer, str]]:
    for person, drafts in known["drafts"].items():
        for name, draft in drafts.items():
            yield name, people[person], f"/drafts/{draft}/"


def read_state(person: Viewer, address: str) -> Any:
    """Text, revision and what is half-typed; no problems, whose rules may change."""
    state = person.read_json(f"{address}state/")
    wanted = ("text", "revision", "half")
    return {name: state[name] for name in wanted} if isinstance(state, dict) else state


def look_at_drafts(people: dict[str, Viewer], known: Facts) -> Facts:
    still = "resolved/?at=2030-01-02T03:04:05Z&seed=00000000-0000-4000-8000-000000000001"
    seen: Facts = {}
    for name, person, address in list_drafts(people, known):
        page = person.read_page(address)
        seen[name] = {
            **read_state(person, address),
            "document": person.read_text(f"{address}document.json"),
            "resolved": person.read_text(address + still),
            "words": page.find_words() if page else None,
            "others": [each.get(f"{address}state/")[0] for each in people.values()],
        }
    seen["(discarded)"] = people["édith"].get(f"/drafts/{known['discarded']}/")[0]
    seen["(files)"] = [
        [
            people["édith"].read_digest(f"/drafts/{draft}/files/{file}/"),
            people["édith"].read_digest(f"/drafts/{draft}/files/{file}/uri/"),
        ]
        for draft, file in known["files"]
    ]
    return seen


def look_at_templates(people: dict[str, Viewer], known: Facts) -> Facts:
    """Each template as its files, for each person; the page of each of its versions."""
    return {
        name: {
            person: {
                "yaml": each.read_text(f"/templates/{template}/file.yaml"),
                "json": each.read_text(f"/templates/{template}/file.json"),
                "versions": [
                    page and page.texts and page.find_words()
                    for page in (
                        each.read_page(f"/templates/{template}/?version={number}")
                        for number in range(1, 8)
                    )
                ],
                "compared": each.get(f"/templates/{template}/compare/?a=1")[0],
            }
            for person, each in people.items()
        }
        for name, template in known["templates"].items()
    }


def look_at_history(people: dict[str, Viewer], known: Facts) -> Facts:
    """The request as it was sent, masked, the kept reply byte for byte, and who may see them."""
    seen: Facts = {}
    for name, exchange in known["exchanges"].items():
        address = f"/history/{exchange}/"
        for person, each in people.items():
            request = each.read_page(f"{address}?part=request")
            seen[f"{name}, {person}"] = {
                "request": request.texts if request else None,
                "body": each.read_text(f"{address}body/"),
                "text": each.read_text(f"{address}text/?part=raw"),
                "headers": (page := each.read_page(f"{address}?part=headers")) and page.texts,
            }
    return seen


def look_at_connections(people: dict[str, Viewer], known: Facts) -> Facts:
    """The form of each connection, which never holds a secret."""
    seen: Facts = {}
    for name, kept in known["connections"].items():
        page = people["Åsa"].read_page(f"/connections/{kept}/edit/")
        fields = page.fields if page else {}
        seen[name] = {
            key: [value for value in values if value]
            for key, values in fields.items()
            if key.startswith(CONNECTION_FIELDS)
        }
        for person, each in people.items():
            seen[f"{name}, {person}"] = each.describe_page(f"/connections/{kept}/")
    for uid, kept in known["workflows"].items():
        address = f"/workflows/{kept}/{uid}/"
        seen[uid] = people["victor"].read_text(f"{address}definition.json")
        seen[f"{uid}, page"] = people["victor"].describe_page(address)
    return seen


def look_at_api(known: Facts) -> Facts:
    """What scripts read with the tokens they have."""
    nobody = Viewer()
    seen: Facts = {}

    def ask(token: str, url: str) -> Any:
        return nobody.read_json(url, authorization=f"Bearer {token}")

    for person, token in known["tokens"].items():
        listed = ask(token, "/api/templates")
        seen[person] = {"/api/templates": listed}
        for each in listed["templates"] if isinstance(listed, dict) else ():
            address = f"/api/templates/{each['id']}"
            versions = [f"{address}?version={n}" for n in range(1, each["version"] + 1)]
            for url in (address, *versions, f"{address}?variant=VIP ★"):
                seen[person][url] = ask(token, url)
        for name, exchange in known["exchanges"].items():
            seen[person][f"exchange {name}"] = ask(token, f"/api/exchanges/{exchange}")
    seen["revoked"] = ask(known["revoked_token"], "/api/templates")
    return seen


def look_at_commands(known: Facts) -> Facts:
    """The files that commands write: templates for each person, workflows."""
    seen: Facts = {}
    with tempfile.TemporaryDirectory() as folder:
        for person in known["passwords"]:
            target = Path(folder) / person
            call_command("export_templates", str(target), user=person, verbosity=0)
            files = sorted(path for path in target.rglob("*") if path.is_file())
            seen[person] = {str(each.relative_to(target)): each.read_text() for each in files}
    for uid in known["workflows"]:
        out = io.StringIO()
        call_command("export_workflow", uid, stdout=out)
        seen[uid] = out.getvalue()
    return seen


def look_at_doors(known: Facts) -> Facts:
    """Whom passwords and links let in."""
    seen: Facts = {}
    for name, password in known["passwords"].items():
        form = {"name": name, "password": password}
        seen[name] = Viewer().client.post("/sign-in/", form).status_code
    form = {"name": "édith", "password": "wrong password"}
    seen["wrong password"] = Viewer().client.post("/sign-in/", form).status_code
    seen["invite"] = Viewer().get(f"/link/{known['invite']}/")[0]
    return seen


def look_at_links(known: Facts) -> Facts:
    """What a stranger with each link sees: the document, and the fields to fill in."""
    seen: Facts = {}
    for name, token in known["links"].items():
        stranger, url = Viewer(), f"/s/{token}/"
        before = stranger.get(url)[0]
        password = {"password": known["link_password"]}
        unlocked = stranger.client.post(url, password).status_code if name == "password" else None
        page = stranger.read_page(url)
        seen[name] = {
            "status": before,
            "unlocked": unlocked,
            "documents": page.texts if page else None,
            "fields": {k: v for k, v in page.fields.items() if k.startswith("/")} if page else None,
        }
    sent = Viewer().get(f"/s/{known['links']['fill']}/sent/{known['press']}/")[0]
    return {**seen, "sent": sent}


def turn_drafts(people: dict[str, Viewer], known: Facts) -> Facts:
    """The texts that come when undo is pressed to the beginning, and redo to the end."""
    return {
        name: {direction: turn_back(person, address, direction) for direction in ("redo", "undo")}
        | {"redone": turn_back(person, address, "redo")}
        for name, person, address in list_drafts(people, known)
    }


def turn_back(person: Viewer, address: str, direction: str) -> list[Any]:
    """The text after each step and what is half-typed then; the number of steps is the depth."""
    found: list[Any] = []
    for _ in range(MANY):
        answer = person.post(f"{address}turn/{direction}/", {"tab": "look"})
        if answer.status_code != 200:
            found.append(answer.status_code)
            break
        if answer.json().get("nothing"):
            break
        state = read_state(person, address)
        found.append([state["text"], state["half"]])
    return found


def keep_drafts(people: dict[str, Viewer], known: Facts) -> Facts:
    """What stands beside each document (notes, values switched off, variables), as a template
    that is made of the draft and written to a file."""
    seen: Facts = {}
    for name, person, address in list_drafts(people, known):
        person.client.post(f"{address}template/new/", {"name": f"kept {name}"})
        page = person.get(f"/templates/?find=kept {name}&sort=created")[1].decode()
        found = re.search(f"/templates/({ID})/", page)
        text = person.read_text(f"/templates/{found[1]}/file.yaml") if found else None
        seen[name] = re.sub(r"(?m)^id: .*\n", "", text) if isinstance(text, str) else text
    return seen


def send_again(people: dict[str, Viewer], known: Facts) -> Facts:
    """The draft that "send again" makes of each exchange: its document as it was sent."""
    seen: Facts = {}
    for name, exchange in known["exchanges"].items():
        person = people["Åsa" if name == "api" else "édith"]
        answer = person.client.post(f"/history/{exchange}/again/")
        found = re.search(f"/drafts/{ID}/", answer.headers.get("Location", ""))
        seen[name] = read_state(person, found[0]) if found else answer.status_code
    return seen


def main() -> None:
    settings.ALLOWED_HOSTS = ["*"]
    # Without collected files there are no names by content: plain ones will do.
    settings.STORAGES["staticfiles"]["BACKEND"] = (
        "django.contrib.staticfiles.storage.StaticFilesStorage"
    )
    known = json.loads(Path(os.environ["UPGRADE_KNOWN"]).read_text())
    seen = json.dumps(look(known), ensure_ascii=False, indent=1)
    Path(os.environ["UPGRADE_SEEN"]).write_text(seen + "\n")


if __name__ == "__main__":
    main()
