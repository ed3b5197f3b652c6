"""Outcomes over time in a limited number of buckets."""

from playground.batches.timeline import MOST_BUCKETS, Timeline


def test_buckets_count_by_outcome() -> None:
    timeline = Timeline()
    timeline.add(1000, {"accepted": 2, "unknown": 1})
    timeline.add(1002, {"refused": 3, "not-sent": 4})
    assert timeline.write() == {
        "start": 1000,
        "width": 1,
        "buckets": [[2, 0, 0, 1], [0, 0, 0, 0], [0, 3, 4, 0]],
    }
    assert Timeline.read(timeline.write()) == timeline


def test_buckets_widen_and_nothing_is_lost() -> None:
    timeline = Timeline()
    for second in range(0, 5000, 7):
        timeline.add(second, {"accepted": 1})
    assert len(timeline.buckets) <= MOST_BUCKETS
    assert timeline.width == 64
    assert sum(map(sum, timeline.buckets)) == len(range(0, 5000, 7))
    timeline.add(10_000_000, {"accepted": 1})
    assert len(timeline.buckets) <= MOST_BUCKETS
    assert sum(map(sum, timeline.buckets)) == len(range(0, 5000, 7)) + 1


def test_a_clock_that_was_set_back_counts_in_the_first_bucket() -> None:
    timeline = Timeline()
    timeline.add(1000, {"accepted": 1})
    timeline.add(10, {"accepted": 1})
    assert timeline.buckets == [[2, 0, 0, 0]]


def test_the_rate_is_that_of_the_last_seconds() -> None:
    timeline = Timeline()
    for second in range(100):
        timeline.add(second, {"accepted": 50 if second >= 90 else 1})
    assert timeline.rate(100) == 50
    assert Timeline().rate(5) == 0
