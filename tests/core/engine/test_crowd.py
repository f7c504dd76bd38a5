"""A crowd in the queue, as `benchmarks.queue` measures it, but a small one."""

import re

import pytest

from benchmarks.queue import jain, main, max_min_shares

CROWD = ["--visitors", "40", "--runs", "400", "--slots", "10", "--served", "0.3"]


def share(capsys: pytest.CaptureFixture[str]) -> float:
    """Return the fairness index that was printed."""
    told = capsys.readouterr().out
    index = re.search(r"max-min fair share: (\d\.\d+)", told)
    assert index is not None, told
    return float(index[1])


@pytest.mark.parametrize("per_address", ["1", "4"])
def test_everybody_gets_a_fair_share_however_much_some_want(
    per_address: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sys.argv", ["queue", *CROWD, "--per-address", per_address])
    main()
    assert share(capsys) > 0.9


def test_the_same_holds_on_a_server(
    postgres: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sys.argv", ["queue", *CROWD, "--database-url", postgres])
    main()
    assert share(capsys) > 0.9


def test_what_is_fair_is_what_nobody_could_have_more_of_without_another_with_less_losing() -> None:
    assert max_min_shares([1, 10, 10], 11) == [1.0, 5.0, 5.0]
    assert max_min_shares([3, 3], 100) == [3, 3]
    assert jain([2, 2, 2]) == 1.0
    assert jain([1, 0, 0, 0]) == 0.25
