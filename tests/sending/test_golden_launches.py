"""The guide's own launches arrive byte for byte."""

import json
import uuid
from collections.abc import Callable
from pathlib import Path

import pytest

from playground.calls.values import Outcome
from playground.drafts.models import Draft
from playground.history.models import Exchange
from playground.people.models import Person
from playground.sending.submission import submit_draft, wait_for_exchange
from tests.sending.stand_ins import Standin

GOLDEN = json.loads((Path(__file__).parent.parent / "sandbox/golden_launches.json").read_text())
LAYOUTS = {"spread": {"indent": 2}, "tabs": {"indent": "\t"}, "wide": {"indent": 7}}


@pytest.mark.parametrize("layout", LAYOUTS)
@pytest.mark.parametrize("case", GOLDEN, ids=lambda each: each["case"])
def test_a_golden_launch_arrives_byte_for_byte(
    case: dict[str, object],
    layout: str,
    editor: Person,
    draft_to: Callable[[], Draft],
    standin: Standin,
) -> None:
    text = json.dumps(case["body"], ensure_ascii=False, **LAYOUTS[layout])
    draft = draft_to()
    Draft.objects.filter(id=draft.id).update(
        text=text, path_values={"workflow_uid": case["workflow"]}
    )
    draft.refresh_from_db()
    sent = submit_draft(editor, draft, uuid.uuid4())
    assert isinstance(sent, Exchange)
    assert wait_for_exchange(sent, 10).outcome == Outcome.ACCEPTED
    [(method, path, headers, body)] = standin.seen
    assert body == text.encode()
    assert (method, path) == ("POST", f"/workflows/{case['workflow']}/schedule")
    assert headers["Authorization"].startswith("x-api-key ")
    assert headers["x-project-id"]
