"""What people type, and what is said back."""

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from playground.timing.errors import InvalidRule, InvalidTiming
from playground.timing.phrases import read_phrase
from playground.timing.rules import read_rule
from playground.timing.runs import list_runs
from playground.timing.wording import describe_timing, list_remarks
from playground.timing.zones import get_zone

BERLIN = get_zone("Europe/Berlin")
# A Saturday, 10:07 in Berlin.
NOW = datetime(2026, 3, 28, 9, 7, tzinfo=UTC)

UNDERSTOOD = {
    "2026-03-29T02:30": "once on 29 March 2026 at 02:30",
    "2026-03-29 02:30": "once on 29 March 2026 at 02:30",
    "tomorrow at 9": "once on 29 March 2026 at 09:00",
    "tomorrow at nine": "once on 29 March 2026 at 09:00",
    "every day at eleven pm": "every day at 23:00",
    "Tomorrow 9am": "once on 29 March 2026 at 09:00",
    "9:30 pm tomorrow": "once on 29 March 2026 at 21:30",
    "today at 17:00": "once on 28 March 2026 at 17:00",
    "the day after tomorrow at noon": "once on 30 March 2026 at 12:00",
    "on Monday at 9": "once on 30 March 2026 at 09:00",
    "Saturday at 9": "once on 4 April 2026 at 09:00",
    "next saturday at 17": "once on 4 April 2026 at 17:00",
    "this saturday at 17": "once on 28 March 2026 at 17:00",
    "29 March at 2:30": "once on 29 March 2026 at 02:30",
    "March 1st at 9": "once on 1 March 2027 at 09:00",
    "on Feb 29 at 9": "once on 29 February 2028 at 09:00",
    "in 2 hours": "once on 28 March 2026 at 12:07",
    "in 3 days at 9": "once on 31 March 2026 at 09:00",
    "every minute": "every minute",
    "every 15 minutes": "every 15 minutes",
    "every 90 minutes": "every 90 minutes",
    "every 120 min": "every 2 hours",
    "hourly": "every hour",
    "every day at 9": "every day at 09:00",
    "daily at 5 pm and 9.30": "every day at 09:30 and 17:00",
    "at 9 every other day": "every 2 days at 09:00",
    "weekdays at 8:30": "weekdays at 08:30",
    "every working day at 8:30": "weekdays at 08:30",
    "Mon-Fri at 8:30": "weekdays at 08:30",
    "weekends at 10": "weekends at 10:00",
    "every Monday at 9": "every Monday at 09:00",
    "Tuesdays at 9": "every Tuesday at 09:00",
    "mon, wed and fri at 9 and 17:00": "every Monday, Wednesday and Friday at 09:00 and 17:00",
    "friday to monday at 7": "every Monday, Friday, Saturday and Sunday at 07:00",
    "weekly on Thursday at 9": "every Thursday at 09:00",
    "every 2 weeks on Mon and Fri at 9": "every 2 weeks on Monday and Friday at 09:00",
    "on the last working day at 17:00": "on the last working day of every month at 17:00",
    "on the last day of the month at 9": "on the last day of every month at 09:00",
    "monthly on the 1st and 15th at 9": "on the 1st and the 15th of every month at 09:00",
    "every month on day 3 at 9": "on the 3rd of every month at 09:00",
    "every last Friday at 17": "on the last Friday of every month at 17:00",
    "on the 2nd Tuesday at midnight": "on the second Tuesday of every month at 00:00",
    "every quarter on the last day at 9": "every 3 months on the last day at 09:00",
    "30 2 * * *": "at 02:30 every day",
    "cron 0 9 * * 1-5": "at 09:00 on Monday through Friday",
    "@daily": "at 00:00 every day",
    "0 9 LW * *": "at 09:00 on the last weekday of every month",
}

REJECTED = {
    "": "Say when to run.",
    "whenever": "“whenever” isn't understood. Write for example tomorrow at 9",
    "at 9": "Say on which day: tomorrow at 9, or every day at 9.",
    "tomorrow": "Say at what time",
    "tomorrow at 9 and 10": "Once has one time of day.",
    "tomorrow at 25": "25 isn't a time: hours are 0 to 23",
    "every day at 9:75": "9:75 isn't a time",
    "every day at 13 pm": "13 pm isn't a time. Hours before am and pm are 1 to 12.",
    "every day at 9:00:30": "Runs begin on full minutes.",
    "2026-02-30T09:00": "There is no 30 February 2026.",
    "2026-13-01T09:00": "There is no month 13.",
    "30 February at 9": "There is no 30 February.",
    "9999-01-01T09:00": "The year 9999 is out of range",
    "2026-03-29T02:30Z": "Leave out the offset",
    "29/03/2026 at 9": "can be read in several ways. Write the date as 2026-03-29.",
    "every 0 minutes": "The number of minutes must be 1 to 527040.",
    "every 999999 days at 9": "The number of days must be 1 to 366.",
    "every 1.5 hours": "“1.5” isn't a whole number.",
    "every 30 seconds": "The shortest interval is one minute.",
    "every 15 minutes on weekdays": "For some days or hours use a cron expression",
    "every week at 9": "Say on which days",
    "every month at 9": "Say on which days",
    "on the 32nd at 9": "No month has a day number 32",
    "on the sixth Monday at 9": "isn't understood",
    "every year on 1 March at 9": "Write once a year as cron",
    "61 * * * *": "The minute must be 0 to 59.",
    "0 24 * * *": "The hour must be 0 to 23.",
    "0 0 31 2 *": "The day of the month must be 1 to 31 and occur in the months",
    "0 0 * 13 *": "The month must be 1 to 12",
    "0 0 * * 8": "The day of the week must be 0 to 7",
    "* * * *": "This one has 4.",
    "* * * * * * *": "This one has 7.",
    "0 0 12 * * *": "Leave out the field for seconds.",
    "*/0 * * * *": "The minute must be 0 to 59.",
    "@reboot": "@reboot isn't supported.",
    "every day at " + ", ".join(f"{h}:{m:02}" for h in range(24) for m in range(60)): "too long",
    ",".join(map(str, range(60))) + " " + ",".join(map(str, range(60))) + " * * *": "at most 300",
}


@pytest.mark.parametrize("phrase", UNDERSTOOD)
def test_a_phrase_is_said_back_and_understood_again(phrase: str) -> None:
    rule = read_phrase(phrase, BERLIN, NOW)
    words = describe_timing(rule)
    assert words == UNDERSTOOD[phrase]
    assert list_runs(rule, BERLIN, NOW, 1)
    if "*" not in phrase and not phrase.startswith("@"):
        assert read_phrase(words, BERLIN, NOW) == rule


@pytest.mark.parametrize("phrase", REJECTED, ids=lambda phrase: phrase[:40])
def test_what_is_not_understood_is_explained(phrase: str) -> None:
    with pytest.raises(InvalidRule) as raised:
        read_phrase(phrase, BERLIN, NOW)
    assert REJECTED[phrase] in str(raised.value)


def test_sixty_minutes_of_all_hours_are_an_ordinary_expression() -> None:
    rule = read_phrase("0-59 0-23 * * *", BERLIN, NOW)
    assert len(list_runs(rule, BERLIN, NOW, 60)) == 60


def test_counting_begins_with_the_first_time_that_is_still_to_come() -> None:
    runs = list_runs(read_phrase("every 2 days at 9", BERLIN, NOW), BERLIN, NOW, 2)
    assert [run.local.day for run in runs] == [29, 31]
    runs = list_runs(read_phrase("every 2 days at 11", BERLIN, NOW), BERLIN, NOW, 2)
    assert [run.local.day for run in runs] == [28, 30]
    runs = list_runs(read_phrase("every 2 weeks on monday at 9", BERLIN, NOW), BERLIN, NOW, 2)
    assert [run.local.strftime("%m-%d") for run in runs] == ["03-30", "04-13"]


def test_what_people_may_not_expect_is_said() -> None:
    [said] = list_remarks(read_phrase("on the 31st at 9", BERLIN, NOW))
    assert said.startswith("Months without a 31st are left out.")
    [said] = list_remarks(read_phrase("every 24 hours", BERLIN, NOW))
    assert "another time of day" in said
    assert list_remarks(read_phrase("every day at 9", BERLIN, NOW)) == []


TYPED = """
every at on the last first working day days monday mondays and , 9 9:30 17 31 month months week
tomorrow in 15 minutes hours noon am pm of 2026-03-29 march to - * */5 @daily every 0 29 feb
weekdays once 2 other
"""
words = st.lists(st.sampled_from(TYPED.split()), max_size=9).map(" ".join)


@given(words | st.text(max_size=40))
def test_any_text_is_a_rule_or_a_sentence(text: str) -> None:
    try:
        rule = read_phrase(text, BERLIN, NOW)
    except InvalidTiming:
        return
    assert describe_timing(rule)
    list_runs(rule, BERLIN, NOW, 2)


@pytest.mark.parametrize(
    "stored",
    [
        {},
        {"kind": "sometimes"},
        {"kind": "daily"},
        {"kind": "daily", "times": ["25:00"], "days": 1, "since": "2026-01-01"},
        {"kind": "weekly", "times": ["09:00"], "weekdays": [7], "weeks": 1, "since": "2026-01-01"},
        {"kind": "cron", "expression": "x"},
        {"kind": "interval", "minutes": "15", "since": "2026-01-01T00:00:00+00:00"},
        {"kind": "once", "at": 5},
    ],
)
def test_a_stored_rule_that_is_not_valid_is_refused(stored: dict[str, object]) -> None:
    with pytest.raises(InvalidRule):
        read_rule(stored)
