"""Words about luck: whether two networks could be equally good in truth."""

from mnist_core.evaluation import Comparison
from pages._ui.shell.i18n import t

# From which chance on we speak of luck: the usual borders of statistics.
HARDLY, PROBABLY_NOT = 0.01, 0.05


def verdict(p_value: float) -> str:
    """Return what a chance means, translated."""
    if p_value < HARDLY:
        return t("this is hardly luck")
    return t("probably not luck") if p_value < PROBABLY_NOT else t("this may well be luck")


def chance(p_value: float) -> str:
    """Return a chance in per cent, translated."""
    return t("less than 0.1%") if p_value < 0.001 else t.number(p_value, ".1%")


def luck_words(result: Comparison) -> str:
    """Return a sentence about how often two equally good networks would differ at least as much by chance."""
    if len(result.only_first) == len(result.only_second):
        return t("So neither is better here.")
    return t(
        "If both were equally good, they would differ at least this much by chance in {chance} of cases: {words}.",
        chance=chance(result.p_value),
        words=verdict(result.p_value),
    )
