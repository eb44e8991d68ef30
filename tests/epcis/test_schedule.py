"""Schedules of subscriptions."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from saola.epcis.schedule import BadSchedule, read_schedule

START = datetime(2026, 11, 24, 20, 30, 15, tzinfo=UTC)


@pytest.mark.parametrize(
    ("given_as", "first"),
    [
        ({"hour": "1", "minute": "5"}, datetime(2026, 11, 25, 1, 5, tzinfo=UTC)),
        ({"minute": "[40-45]"}, datetime(2026, 11, 24, 20, 40, tzinfo=UTC)),
        ({"second": "20"}, datetime(2026, 11, 24, 21, 0, 20, tzinfo=UTC)),
        ({"dayOfWeek": "1"}, datetime(2026, 11, 30, tzinfo=UTC)),
        ({"dayOfMonth": "29", "month": "2"}, datetime(2028, 2, 29, tzinfo=UTC)),
        ({"hour": "20,21"}, datetime(2026, 11, 24, 21, tzinfo=UTC)),
    ],
)
def test_first_time(given_as: dict[str, str], first: datetime) -> None:
    assert read_schedule(given_as).after(START) == first


@pytest.mark.parametrize(
    "wrong",
    [
        {}, None, "x", {"hour": "24"}, {"minute": "*"}, {"hour": "[5-2]"}, {"day": "1"},
        {"hour": ""}, {"dayOfWeek": "0"}, {"second": "-1"},
    ],
)  # fmt: skip
def test_what_is_no_schedule(wrong: object) -> None:
    with pytest.raises(BadSchedule):
        read_schedule(wrong)


def test_a_day_that_never_comes() -> None:
    with pytest.raises(BadSchedule):
        read_schedule({"dayOfMonth": "31", "month": "2"}).after(START)


@given(
    st.sets(st.integers(0, 59), min_size=1, max_size=3),
    st.sets(st.integers(0, 59), min_size=1, max_size=3),
    st.sets(st.integers(0, 23), min_size=1, max_size=3),
    st.datetimes(datetime(2026, 1, 1), datetime(2027, 1, 1)),  # noqa: DTZ001 - zone below
)
def test_the_next_time_fits_and_none_before_does(
    seconds: set[int], minutes: set[int], hours: set[int], start: datetime
) -> None:
    start = start.replace(tzinfo=UTC)
    text = {
        "second": ",".join(map(str, seconds)),
        "minute": ",".join(map(str, minutes)),
        "hour": ",".join(map(str, hours)),
    }
    found = read_schedule(text).after(start)
    assert found > start
    all_times = [
        day.replace(hour=h, minute=m, second=s, microsecond=0)
        for day in (start, start + timedelta(1), start + timedelta(2))
        for h in hours for m in minutes for s in seconds
    ]  # fmt: skip
    assert found == min(time for time in all_times if time > start)
