"""What runs are called."""

from collections.abc import Sequence

from mnist_core.datasets import get_spec
from mnist_core.evaluation.comparing import SettingRow, differing_settings
from mnist_core.store import RunRecord
from mnist_core.text import shortened
from pages._ui.shell import i18n
from pages._ui.shell.i18n import name_of, t

_LONGEST, _LONGEST_SETTINGS = 48, 40
_SHORT = 24  # of a name that has to be told apart from another: what follows it counts
_MOST_APART = 20  # runs of one name; to compare each with each takes time


def title(record: RunRecord) -> str:
    """Return a run's name with its dataset and, once known, its test accuracy."""
    parts = [_shortened(name_of(record)), t(get_spec(record.config.data.dataset).title)]
    if record.outcome.test_accuracy is not None:
        parts.append(t.number(record.outcome.test_accuracy, ".1%"))
    parts.append(t("comes with MNIST Lab") if record.shipped else t.moment(record.created))
    if record.imported is not None:
        parts.append(t("imported"))
    return " · ".join(parts)


def titles(records: list[RunRecord]) -> dict[str, str]:
    """Return a title for each run that no other has: equal ones get a number, the oldest 1.

    Streamlit tells options apart by their words alone.
    """
    plain = [title(record) for record in records]
    return {
        record.id: words if plain.count(words) == 1 else f"{words} ({plain[index:].count(words)})"
        for index, (record, words) in enumerate(zip(records, plain, strict=True))
    }


def short_names(records: Sequence[RunRecord]) -> dict[str, str]:
    """Return a name for each run that no other has.

    For charts and tables, where there is no room for a whole title: long ones lose their middle. Equal ones say in
    which settings they differ where that is short, then when they started, then get a number.
    """
    names = [_shortened(name_of(record)) for record in records]
    names = [name if names.count(name) == 1 else _shortened(name, _SHORT) for name in names]
    for tell_apart in (_by_settings, _by_start):
        told = list(names)
        for name in dict.fromkeys(names):
            places = [place for place, other in enumerate(names) if other == name]
            if len(places) > 1:
                for place, words in zip(places, tell_apart([records[place] for place in places]), strict=True):
                    told[place] = f"{name} · {words}" if words else name
        names = told
    return {
        record.id: name if names.count(name) == 1 else f"{name} ({names[: index + 1].count(name)})"
        for index, (name, record) in enumerate(zip(names, records, strict=True))
    }


def _by_settings(records: Sequence[RunRecord]) -> list[str]:
    """Return for each run the settings in which these runs differ, empty words where there is too much to say."""
    if len(records) > _MOST_APART:
        return [""] * len(records)
    rows = differing_settings([record.config for record in records], i18n.current())
    for chosen in (rows, _telling(rows, len(records))):
        words = [", ".join(f"{row.title} {row.values[place]}" for row in chosen) for place in range(len(records))]
        if max(map(len, words)) <= _LONGEST_SETTINGS:
            return words
    return [""] * len(records)


def _telling(rows: Sequence[SettingRow], count: int) -> list[SettingRow]:
    """Return few settings that tell all runs apart, or as many of them as short words can; the most telling first."""

    def told(chosen: Sequence[SettingRow]) -> int:
        return len(set(zip(*(row.values for row in chosen), strict=True))) if chosen else 1

    def length(chosen: Sequence[SettingRow]) -> int:
        return sum(len(row.title) + max(map(len, row.values)) + 3 for row in chosen)

    chosen: list[SettingRow] = []
    while told(chosen) < count:
        more = [[*chosen, row] for row in rows]
        fitting = [one for one in more if length(one) <= _LONGEST_SETTINGS + 2 and told(one) > told(chosen)]
        if not fitting:
            break
        chosen = max(fitting, key=lambda one: (told(one), -length(one)))
    return chosen


def _by_start(records: Sequence[RunRecord]) -> list[str]:
    return [t.moment(record.created) for record in records]


def _shortened(name: str, longest: int = _LONGEST) -> str:
    """Return a name of at most so many characters with both its ends: numbers stand at the end of names."""
    return shortened(name, longest, longest // 3, " … ")
