"""Templates and versions: rights, search, and conflicting saves."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import pytest
from django.db import connections

from playground.drafts.drafts import state_of
from playground.drafts.metadata import Metadata
from playground.drafts.states import State
from playground.payload_templates.models import Sharing, Template, Version
from playground.payload_templates.templates import (
    Search,
    TemplateInput,
    delete_template,
    format_tags,
    get_template,
    list_templates,
    may_change,
    may_manage,
    normalize_folder,
    restore_template,
    validate_template_input,
)
from playground.payload_templates.versions import (
    Content,
    VersionConflict,
    create_template,
    edit_variants,
    fork_template,
    get_version,
    open_template,
    read_content,
    restore_version,
    save_version,
)
from playground.people.models import Person, Role
from tests.conftest import make_person
from tests.payload_templates.templates import TEXT, make_template

pytestmark = pytest.mark.django_db


def test_a_saved_state_opens_again_exactly(editor: Person) -> None:
    text = '{"b": 1.10, "a": -0,\n "é": "\\u00e9", "big": 1e400}'
    metadata = Metadata({"/x": "1"}, {"/a": "why"}, {"/b": "[1,"})
    state = State(text, metadata, {"workflow_uid": "W-1"})
    template = create_template(editor, "launch-workflow", Content(state), TemplateInput("Night"))
    assert state_of(open_template(editor, template)) == state


def test_every_save_is_a_version_with_author_and_note(editor: Person) -> None:
    template = make_template(editor)
    save_version(editor, template, Content(State('{"a": 1}')), 1, "smaller")
    newest = get_version(template)
    assert (newest.number, newest.note, newest.person_name) == (2, "smaller", "editor")
    assert get_version(template, 1).text == TEXT


def test_a_save_based_on_an_old_version_overwrites_nothing(editor: Person) -> None:
    template = make_template(editor)
    mine, theirs = Template.objects.get(), Template.objects.get()
    save_version(editor, theirs, Content(State('{"theirs": 1}')), 1)
    answer = save_version(editor, mine, Content(State('{"mine": 1}')), 1)
    assert isinstance(answer, VersionConflict)
    assert (answer.base, answer.latest) == (1, 2)
    assert (
        get_version(template).text == '{"theirs": 1}' or get_version(mine).text == '{"theirs": 1}'
    )
    assert template.versions.count() == 2


def test_restoring_makes_a_new_version(editor: Person) -> None:
    template = make_template(editor)
    save_version(editor, template, Content(State("{}")), 1)
    restore_version(editor, template, 1)
    assert get_version(template).number == 3
    assert get_version(template).text == TEXT


def test_a_variant_follows_the_shared_part(editor: Person) -> None:
    template = make_template(editor)
    content = read_content(get_version(template))
    content = content.change("VIP", State(TEXT.replace("Night", "VIP")))
    shared = State(TEXT.replace("[]", '[{"a": 1}]'))
    save_version(editor, template, content.change("", shared), 1)
    draft = open_template(editor, template, "VIP")
    assert draft.variant == "VIP"
    assert draft.text == shared.text.replace("Night", "VIP")


def test_variants_are_renamed_moved_and_removed_as_versions(editor: Person) -> None:
    template = make_template(editor)
    content = read_content(get_version(template))
    content = content.change("a", State("{}")).change("b", State('{"x": 1}'))
    save_version(editor, template, content, 1)
    edit_variants(editor, template, 2, "rename", "a", "c")
    edit_variants(editor, template, 3, "up", "b")
    names = [each.name for each in read_content(get_version(template)).variants]
    assert names == ["b", "c"]
    edit_variants(editor, template, 4, "remove", "b")
    assert Template.objects.get().variant_count == 1


def test_a_fork_remembers_its_parent(editor: Person, owner: Person) -> None:
    template = make_template(owner, sharing=Sharing.VIEW)
    fork = fork_template(editor, template)
    assert (fork.parent_id, fork.parent_version, fork.sharing) == (template.id, 1, "private")
    assert get_version(fork).text == TEXT


@pytest.mark.parametrize(
    ("sharing", "role", "sees", "changes", "rules"),
    [
        (Sharing.PRIVATE, Role.EDITOR, False, False, False),
        (Sharing.PRIVATE, Role.OWNER, False, False, False),
        (Sharing.VIEW, Role.VIEWER, True, False, False),
        (Sharing.VIEW, Role.EDITOR, True, False, False),
        (Sharing.VIEW, Role.OWNER, True, False, True),
        (Sharing.EDIT, Role.VIEWER, True, False, False),
        (Sharing.EDIT, Role.EDITOR, True, True, False),
        (Sharing.EDIT, Role.OWNER, True, True, True),
    ],
)
def test_roles_limit_what_others_may_do(
    sharing: str, role: Role, sees: bool, changes: bool, rules: bool
) -> None:
    template = make_template(make_person(Role.EDITOR, "author"), sharing=sharing)
    other = make_person(role, "other")
    assert list(list_templates(other, Search())) == ([template] if sees else [])
    if sees:
        assert get_template(other, template.id) == template
    else:
        with pytest.raises(Template.DoesNotExist):
            get_template(other, template.id)
    assert may_manage(other, template) is rules
    assert sees is False or may_change(other, template) is changes


def test_a_creator_who_became_a_viewer_can_change_nothing(editor: Person) -> None:
    template = make_template(editor)
    editor.role = Role.VIEWER
    assert not may_change(editor, template)
    assert not may_manage(editor, template)


def test_a_deleted_template_can_be_restored(editor: Person, owner: Person) -> None:
    template = make_template(editor)
    delete_template(template)
    assert not list_templates(editor, Search())
    assert not restore_template(owner, template.id)
    assert restore_template(editor, template.id)
    assert list_templates(editor, Search()).get() == template


def test_templates_are_found_by_words_tag_and_folder(editor: Person) -> None:
    wanted = TemplateInput("Night run", "for the agency", ("VIP", "e-mail"), "sales / north")
    create_template(editor, "launch-workflow", Content(State("{}")), wanted)
    fitting = [Search(text="agency night"), Search(tag="vip"), Search(folder="sales")]
    for search in [*fitting, Search(whose="mine")]:
        assert list_templates(editor, search).count() == 1
    for search in (
        Search(text="day"),
        Search(tag="vi"),
        Search(folder="sale"),
        Search(starred=True),
    ):
        assert not list_templates(editor, search)


def test_details_are_validated_and_normalized() -> None:
    assert validate_template_input(TemplateInput("x")) == ""
    assert "Enter a name" in validate_template_input(TemplateInput(" "))
    assert "200 characters" in validate_template_input(TemplateInput("x" * 201))
    assert "who can see" in validate_template_input(replace(TemplateInput("x"), sharing="all"))
    assert format_tags(("A b", "a  b", "c|d", " ")) == "|a b|c d|"
    assert normalize_folder(" /a//b ") == "a/b"


@pytest.mark.django_db(transaction=True)
def test_of_eight_simultaneous_saves_exactly_one_succeeds(editor: Person) -> None:
    template = make_template(editor)

    def save(number: int) -> Version | VersionConflict:
        try:
            content = Content(State(f'{{"n": {number}}}'))
            return save_version(editor, Template.objects.get(id=template.id), content, 1)
        finally:
            connections.close_all()

    with ThreadPoolExecutor(8) as pool:
        done = list(pool.map(save, range(8)))
    assert sum(isinstance(each, Version) for each in done) == 1
    assert template.versions.count() == 2
