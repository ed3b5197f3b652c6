"""Old and surplus exchanges are purged, with bodies that nothing else refers to."""

from datetime import timedelta

import pytest
from django.core.management import call_command
from django.utils import timezone

from playground.history.models import Body, Exchange, SearchText
from playground.history.retention import purge_history
from tests.history.exchanges import end_exchange, make_exchange, start_exchange

pytestmark = pytest.mark.django_db


def test_without_limits_everything_stays(editor) -> None:
    make_exchange(editor)
    assert purge_history(timezone.now() + timedelta(days=9999)) == 0


def test_old_exchanges_are_removed_with_their_bodies(editor, settings) -> None:
    settings.HISTORY_DAYS = 30
    make_exchange(editor)
    assert purge_history(timezone.now() + timedelta(days=31)) == 1
    assert not Exchange.objects.exists()
    assert not Body.objects.exists()


def test_surplus_exchanges_are_removed_and_shared_bodies_stay(editor, settings) -> None:
    settings.HISTORY_NUMBER = 2
    made = [make_exchange(editor) for _ in range(4)]
    assert purge_history() == 2
    left = list(Exchange.objects.order_by("number"))
    assert left == made[2:]
    assert list(SearchText.objects.order_by("pk").values_list("pk", flat=True)) == [
        row.number for row in left
    ]
    assert all(row.reply_body is not None for row in left)
    assert Body.objects.filter(digest=left[0].reply_body_id).exists()


def test_a_body_without_exchanges_is_removed(editor, settings) -> None:
    settings.HISTORY_NUMBER = 1
    gone = end_exchange(start_exchange(editor), b"only here")
    make_exchange(editor)
    purge_history()
    assert not Body.objects.filter(digest=gone.reply_body_id).exists()


def test_running_exchanges_stay(editor, settings, capsys) -> None:
    settings.HISTORY_DAYS = settings.HISTORY_NUMBER = 1
    start_exchange(editor)
    make_exchange(editor)
    call_command("purge_history")
    assert Exchange.objects.count() == 2
    assert "Exchanges removed: 0." in capsys.readouterr().out


def test_a_context_is_removed_with_its_last_exchange(editor, settings) -> None:
    settings.HISTORY_NUMBER = 1
    gone = make_exchange(editor, context='{"old": 1}').sent_document.context_id
    kept = make_exchange(editor, context='{"new": 1}').sent_document.context_id
    purge_history()
    assert not Body.objects.filter(digest=gone).exists()
    assert Body.objects.filter(digest=kept).exists()
