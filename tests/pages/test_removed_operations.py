"""Templates of an operation that no longer exists: none of their pages fails."""

import pytest
from django.test import Client
from django.urls import reverse

from playground.drafts.states import State
from playground.payload_templates.models import Template
from playground.payload_templates.share_links import ShareLinkInput, create_share_link
from playground.payload_templates.versions import Content, save_version
from playground.people.models import Person
from playground.urls import urlpatterns
from tests.payload_templates.templates import make_template

pytestmark = pytest.mark.django_db
ARGUMENTS = {"number": 1, "ending": "yaml"}
ROUTES = [each for each in urlpatterns if str(each.pattern).startswith("templates/<uuid")]


@pytest.mark.parametrize("route", ROUTES, ids=lambda route: route.name)
def test_no_page_fails(as_editor: Client, editor: Person, route) -> None:
    template = make_template(editor)
    save_version(editor, template, Content(State("[1]")), 1)
    token = create_share_link(editor, template, ShareLinkInput("view"))
    Template.objects.update(operation="gone", workflow_uid="gone")
    names = {"template_id": template.id, **ARGUMENTS}
    kwargs = {name: names[name] for name in route.pattern.converters}
    address = reverse(route.name, kwargs=kwargs)
    for answer in (
        as_editor.get(address),
        as_editor.post(address, {"name": "x", "kind": "view", "days": "1"}),
        Client().get(reverse("share", args=[token])),
        as_editor.get("/templates/"),
    ):
        assert answer.status_code < 500
