"""What was typed is what is meant, and what is shown is what is used."""

import math

import numpy as np
import pytest

from mnist_core.text import exact, percent, read_number


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("0.001", 0.001),
        ("0,001", 0.001),
        ("1e-4", 1e-4),
        ("1E-4", 1e-4),
        ("1e2", 100.0),
        ("1,5e-3", 0.0015),
        (" 5e-6 ", 5e-6),
        (".5", 0.5),
        (",5", 0.5),
        ("3.", 3.0),
        ("\u22120.5", -0.5),
        ("1000", 1000.0),
        ("0", 0.0),
    ],
)
def test_a_number_means_what_it_says(typed: str, meant: float) -> None:
    assert read_number(typed) == meant


@pytest.mark.parametrize(
    "typed",
    [
        "",
        "abc",
        "1,000",
        "12,000",
        "1.000,5",
        "1,000.5",
        "1 000",
        "1_000",
        "1e",
        "e-4",
        "1e-4x",
        "10^-4",
        "5%",
        "nan",
        "inf",
        "1e999",
        "0x10",
        "\uff11",
        ".",
        ",",
        "--1",
    ],
)
def test_what_is_no_number_or_could_mean_two_is_refused(typed: str) -> None:
    assert read_number(typed) is None


def test_every_number_is_shown_with_all_the_digits_that_it_is_used_with() -> None:
    rng = np.random.default_rng(0)
    values = [float(value) for value in 10 ** rng.uniform(-12, 12, 2000)]
    values += [float(f"{value:.3g}") for value in values] + [10.0**power for power in range(-12, 13)]
    for value in values:
        for signed in (value, -value):
            assert read_number(exact(signed)) == signed


@pytest.mark.parametrize(
    ("number", "shown"),
    [
        (0.001, "0.001"),
        (5e-6, "0.000005"),
        (1.25e-5, "0.0000125"),
        (1e-7, "1e-7"),
        (-2.5e-6, "-0.0000025"),
        (1.0, "1"),
        (10, "10"),
        (0.1 + 0.2, "0.30000000000000004"),
        (1e22, "1e22"),
    ],
)
def test_numbers_are_short_to_read(number: float, shown: str) -> None:
    assert exact(number) == shown
    assert math.isclose(float(shown), number, rel_tol=0)


@pytest.mark.parametrize(("share", "shown"), [(0.2, "20"), (0.125, "12.5"), (0.07, "7"), (1 / 3, "33.33333333333333")])
def test_shares_keep_their_digits_in_per_cent(share: float, shown: str) -> None:
    assert percent(share) == shown
