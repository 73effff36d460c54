"""So much in a window of time, forgotten at an even rate; and nothing is too large for ever."""

from server.common.allowance import Allowance


class Clock:
    seconds = 1000.0

    def __call__(self) -> float:
        return self.seconds


def test_a_full_window_at_once_then_as_fast_as_it_is_forgotten() -> None:
    clock = Clock()
    allowance = Allowance(clock)
    assert [allowance.spend("a", {"pushes": 1}, {"pushes": 60}) for _ in range(60)] == [None] * 60
    assert allowance.spend("a", {"pushes": 1}, {"pushes": 60}) == ("pushes", 0.0)
    assert allowance.spend("b", {"pushes": 1}, {"pushes": 60}) is None
    clock.seconds += 1.0
    assert allowance.spend("a", {"pushes": 1}, {"pushes": 60}) is None
    assert allowance.spend("a", {"pushes": 1}, {"pushes": 60}) is not None


def test_over_any_window_no_more_than_two_allowances_pass_however_it_is_asked() -> None:
    clock, passed = Clock(), []
    allowance = Allowance(clock)
    for _ in range(3000):
        clock.seconds += 0.1
        if allowance.spend("a", {"pushes": 1}, {"pushes": 60}) is None:
            passed.append(clock.seconds)
    assert max(sum(at <= each < at + 60 for each in passed) for at in passed) <= 120
    assert len(passed) >= 60 + 299


def test_what_is_refused_spends_nothing_and_names_the_longest_wait() -> None:
    clock = Clock()
    allowance = Allowance(clock)
    limits = {"pushes": 10, "bytes": 100}
    assert allowance.spend("a", {"pushes": 1, "bytes": 250}, limits) is None, "larger than what is left, and let in"
    assert allowance.spend("a", {"pushes": 1, "bytes": 1}, limits) == ("bytes", 90.0)
    assert allowance.spend("a", {"pushes": 9}, limits) is None, "only the first push was counted"
    clock.seconds += 90.0
    assert allowance.spend("a", {"pushes": 1, "bytes": 1}, limits) is not None
    clock.seconds += 0.1
    assert allowance.spend("a", {"pushes": 1, "bytes": 1}, limits) is None


def test_zero_is_without_limit() -> None:
    allowance = Allowance(Clock())
    assert all(allowance.spend("a", {"pushes": 1}, {"pushes": 0}) is None for _ in range(1000))
