"""What was changed in a draft since a revision: what is written, and what is about to be."""

from __future__ import annotations

import json
from collections.abc import Iterator

from playground.drafts.models import Change, Draft
from playground.drafts.undo_steps import Detail
from playground.drafts.writing import Made
from playground.jsontext import pointers
from playground.people import rows


class Past:
    """The past of a draft as it was read; `made` are the changes that came upon it since."""

    def __init__(self, draft: Draft) -> None:
        self._draft = draft
        self._oldest = draft.revision
        self._written: list[tuple[int, str, str]] = []
        self.made: list[Made] = []

    @property
    def present(self) -> Draft:
        return self.made[-1].draft if self.made else self._draft

    def was_touched(self, place: str, revision: int, tab: str) -> bool:
        """Whether another tab changed that place, or one above or below it, since a revision."""
        return any(
            since > revision and by != tab and pointers.overlaps(place, other)
            for since, by, other in self._places(revision)
        )

    def details_since(self, revision: int) -> list[Detail]:
        """What the changes since a revision did, oldest first."""
        later = self._draft.changes.filter(revision__gt=revision).order_by("revision")
        details = [json.loads(each) for each in later.values_list("detail", flat=True)]
        return details + [each.detail for each in self.made if each.draft.revision > revision]

    def _places(self, revision: int) -> Iterator[tuple[int, str, str]]:
        """Revision, tab and place of each change, at least of those since a revision."""
        if revision < self._oldest:
            self._written, self._oldest = self._read(revision), revision
        yield from self._written
        yield from ((made.draft.revision, made.tab, made.place) for made in self.made)

    def _read(self, revision: int) -> list[tuple[int, str, str]]:
        sql = (
            f"SELECT revision, tab, pointer FROM {rows.table_of(Change)}"
            " WHERE draft_id = %s AND revision > %s"
        )
        return rows.ask(sql, [*rows.prepare([Draft._meta.pk], [self._draft.id]), revision])
