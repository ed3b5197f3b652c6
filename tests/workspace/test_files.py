"""Facts about attached files are read once."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from playground.workspace.files import delete_file, read_file_facts, store_file

pytestmark = pytest.mark.django_db


def test_file_facts_are_read_once_and_forgotten_with_the_file(settings, tmp_path) -> None:
    settings.FILES = tmp_path
    file = store_file([b"HELLO"], "a.txt", "text/plain", None)
    text = f'["{{{{file:{file.id}}}}}", "{{{{file:fgone}}}}"]'
    assert read_file_facts(text)[file.id].size == 5
    unknown_again = f'["{{{{file:{file.id}}}}}"]'
    with CaptureQueriesContext(connection) as seen:
        assert list(read_file_facts(unknown_again)) == [file.id]
    assert len(seen) == 0
    delete_file(file)
    assert read_file_facts(text) == {}
