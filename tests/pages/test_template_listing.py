"""The list of templates: every filter and order, alone and combined."""

import re
from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from playground.drafts.states import State
from playground.payload_templates.models import Template
from playground.payload_templates.templates import TemplateInput, toggle_favourite
from playground.payload_templates.versions import Content, create_template
from playground.people.models import Person, Role
from tests.conftest import make_person

pytestmark = pytest.mark.django_db
NOW = timezone.now()


@pytest.fixture
def library(editor: Person) -> None:
    other = make_person(Role.EDITOR, "other")
    rows = [
        (editor, "Alpha", "launch-workflow", "Sales", ("night",), "private", 4, 1),
        (editor, "Beta", "engage-profile", "Sales/Weekly", ("vip",), "view", 3, None),
        (other, "Gamma", "launch-workflow", "Salesforce", ("night", "vip"), "edit", 2, 3),
        (other, "Hidden", "launch-workflow", "Sales", ("night",), "private", 1, 2),
    ]
    for person, name, operation, folder, tags, sharing, age, used in rows:
        wanted = TemplateInput(name, f"about {name}", tags, folder, sharing)
        made = create_template(person, operation, Content(State("{}")), wanted)
        Template.objects.filter(id=made.id).update(
            changed_at=NOW - timedelta(days=age),
            created_at=NOW - timedelta(days=10 - age),
            used_at=NOW - timedelta(days=used) if used else None,
        )
    toggle_favourite(editor, Template.objects.get(name="Gamma"))


@pytest.mark.parametrize(
    ("query", "names"),
    [
        ("", ["Gamma", "Beta", "Alpha"]),
        ("sort=name", ["Alpha", "Beta", "Gamma"]),
        ("sort=used", ["Alpha", "Gamma", "Beta"]),
        ("sort=created", ["Gamma", "Beta", "Alpha"]),
        ("sort=nothing", ["Gamma", "Beta", "Alpha"]),
        ("whose=mine", ["Beta", "Alpha"]),
        ("whose=team", ["Gamma", "Beta"]),
        ("folder=Sales", ["Beta", "Alpha"]),
        ("folder=Sales/Weekly", ["Beta"]),
        ("tag=night", ["Gamma", "Alpha"]),
        ("tag=nigh", []),
        ("operation=engage-profile", ["Beta"]),
        ("operation=gone", []),
        ("starred=1", ["Gamma"]),
        ("archived=1", []),
        ("find=ABOUT+alpha", ["Alpha"]),
        ("find=vip+weekly", ["Beta"]),
        ("find=hidden", []),
        ("find=%25", []),
        ("find=%27%3B--", []),
        ("find=night&whose=mine&folder=Sales&sort=name", ["Alpha"]),
        ("page=1", ["Gamma", "Beta", "Alpha"]),
        ("page=2", ["Gamma", "Beta", "Alpha"]),
        ("page=-1", ["Gamma", "Beta", "Alpha"]),
    ],
)
@pytest.mark.parametrize("htmx", [False, True])
def test_the_list_is_filtered_and_sorted(
    library: None, as_editor: Client, query: str, names: list[str], htmx: bool
) -> None:
    headers = {"HX-Request": "true"} if htmx else {}
    page = as_editor.get(f"/templates/?{query}", headers=headers).content.decode()
    assert re.findall(r'<th scope="row"><a href="[^"]*">(\w+)</a>', page) == names
    assert ("<html" in page) is not htmx
