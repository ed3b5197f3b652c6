"""Times and durations as APIs write them."""

import pytest

from playground.openapi.formats import is_duration, is_time


@pytest.mark.parametrize(
    "text",
    ["00:00", "23:59:60Z", "14:30:00", "14:30:00.123+02:00", "14:30-0530", "14:30:00,5", "09:00z"],
)
def test_times(text: str) -> None:
    assert is_time(text)


@pytest.mark.parametrize(
    "text",
    [
        *("", "24:00", "9:00", "14:60", "14:30:61", "14", "14:30 ", "14:30\n", "noon"),
        *("14:30:00+25:00", "2026-01-01T14:30:00Z", "१४:३०"),
    ],
)
def test_other_texts_arent_times(text: str) -> None:
    assert not is_time(text)


@pytest.mark.parametrize(
    "text",
    ["P1D", "P1Y2M3DT4H5M6S", "PT36H", "PT0.5S", "P2W", "-P1D", "P0D", "P1M", "PT1M", "P1,5D"],
)
def test_durations(text: str) -> None:
    assert is_duration(text)


@pytest.mark.parametrize(
    "text", ["", "P", "PT", "P1DT", "1D", "P1W2D", "P1H", "PT1D", "P1D ", "p1d", "P1M1Y", "P-1D"]
)
def test_other_texts_arent_durations(text: str) -> None:
    assert not is_duration(text)
