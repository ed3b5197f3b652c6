"""Facts about attached files follow what other processes do."""

import pytest

from playground.calls.values import MaskedCall, Placeholder
from playground.workspace.files import inline_files, read_file_facts, store_file
from playground.workspace.models import File

pytestmark = pytest.mark.django_db


def test_a_file_that_another_process_deleted_has_no_facts(settings, tmp_path) -> None:
    settings.MEDIA_ROOT = tmp_path
    file = store_file([b"HELLO"], "a.txt", "text/plain", None)
    text = f'["{{{{file:{file.id}}}}}", "{{{{file:fgone}}}}"]'
    facts = read_file_facts(text)
    assert list(facts) == [file.id]
    assert (facts[file.id].name, facts[file.id].size) == ("a.txt", 5)
    File.objects.all().delete()
    assert read_file_facts(text) == {}


def test_code_contains_a_file_as_the_call_does(settings, tmp_path) -> None:
    settings.MEDIA_ROOT = tmp_path
    id = store_file([b"a+b?>>"], "a.txt", "text/plain", None).id
    body = (
        f'{{"uri": "{{{{file:{id}}}}}", "plain": "',
        Placeholder(id, "file-base64"),
        '"}&x=',
        Placeholder(id, "file-url"),
        Placeholder(id, "bytes"),
        Placeholder("gone", "file-url"),
    )
    call = inline_files(MaskedCall("POST", ("https://h",), (), body), {id, "gone"})
    assert call.body == (
        '{"uri": "data:text/plain;base64,YStiPz4+", "plain": "',
        "YStiPz4+",
        '"}&x=',
        "data%3Atext%2Fplain%3Bbase64%2CYStiPz4%2B",
        Placeholder(id, "bytes"),
        Placeholder("gone", "file-url"),
    )
