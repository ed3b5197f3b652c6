"""Values of a union's other alternatives are set aside along with their metadata."""

from playground.drafts.change_log import describe_change, replay
from playground.drafts.editing import perform
from playground.drafts.incomplete import check_incomplete
from playground.drafts.metadata import Metadata
from playground.drafts.states import Edit, State

CARD, BANK = "/pay/(Card)", "/pay/(Bank)"
METADATA = Metadata(
    off={"/pay/cvc": '"1"', "/other": "1"},
    notes={"/pay/number": "from the mail", "/pay": "ask Ada"},
    incomplete={"/pay/data": "{"},
)
START = State('{"pay": {"number": "4"}, "x": 1}', METADATA)
TO_BANK = Edit(
    "all",
    "/pay",
    parts=[
        Edit("keep", CARD, '{"number": "4"}'),
        Edit("set", "/pay", '{"iban": ""}'),
        Edit("take", BANK),
    ],
)
TO_CARD = Edit(
    "all",
    "/pay",
    parts=[
        Edit("keep", BANK, '{"iban": ""}'),
        Edit("set", "/pay", '{"number": "4"}'),
        Edit("take", CARD),
    ],
)


def test_entries_of_an_alternative_are_set_aside_and_restored() -> None:
    bank, _splice = perform(START, TO_BANK)
    assert bank.text == '{"pay": {"iban": ""}, "x": 1}'
    assert bank.metadata.away == {CARD: '{"number": "4"}'}
    assert bank.metadata.off == {f"{CARD}/cvc": '"1"', "/other": "1"}
    assert bank.metadata.notes == {f"{CARD}/number": "from the mail", "/pay": "ask Ada"}
    # None of it is checked or sent in the meantime.
    assert check_incomplete(bank.text, bank.metadata) == []
    card, _splice = perform(bank, TO_CARD)
    assert card.text == START.text
    assert card.metadata.off == METADATA.off
    assert card.metadata.notes == METADATA.notes
    assert card.metadata.incomplete == METADATA.incomplete
    assert card.metadata.away == {BANK: '{"iban": ""}'}


def test_three_alternatives_keep_their_values_apart() -> None:
    state, _splice = perform(START, TO_BANK)
    other = Edit("all", "/pay", parts=[Edit("keep", BANK, "{}"), Edit("take", "/pay/(Cash)")])
    state, _splice = perform(state, other)
    assert state.metadata.away == {CARD: '{"number": "4"}', BANK: "{}"}
    assert state.metadata.off[f"{CARD}/cvc"] == '"1"'


def test_undo_restores_what_was_set_aside() -> None:
    after, splice = perform(START, TO_BANK)
    back, _splice = replay(after, describe_change(START, after, splice), undo=True)
    assert back == START


def test_values_set_aside_follow_their_item() -> None:
    metadata = Metadata(away={"/list/1/(Card)": "1"}, notes={"/list/1/(Card)/a": "n"})
    state = State('{"list": [0, 1, 2]}', metadata)
    moved, _splice = perform(state, Edit("move", "/list", index=1, to=0))
    assert moved.metadata.away == {"/list/0/(Card)": "1"}
    gone, _splice = perform(state, Edit("remove", "/list/1"))
    assert gone.metadata == Metadata()
