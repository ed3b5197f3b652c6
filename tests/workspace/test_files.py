"""Facts about attached files follow what other processes do."""

import pytest

from playground.workspace.files import read_file_facts, store_file
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
