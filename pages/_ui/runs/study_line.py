"""What the table of runs says of a study in one line."""

from dataclasses import replace

from mnist_core.config.study.words import parameter_title
from mnist_core.config.wording import model_words, setting_words
from mnist_core.store import RunState
from mnist_core.store.listing import RunRow
from mnist_core.store.study_rows import Line, StudyRow
from pages._ui.shell import i18n
from pages._ui.shell.i18n import t

_MARK = "▸ "  # there is more behind it


def as_run(line: Line) -> RunRow:
    """Return a line as a run's: a study has the name, state and result of its own, and the time of all its runs."""
    if isinstance(line, RunRow):
        return line
    seconds = [run.seconds for run in line.runs if run.seconds is not None]
    return replace(
        line.runs[0],
        id=line.id,
        name=_MARK + line.name,
        recipe=None,  # its name is a person's
        state=RunState(line.state.value),
        owner=line.owner,
        starred=line.starred,
        shipped=False,
        test_accuracy=line.test_accuracy,
        test_loss=None,
        seconds=sum(seconds) if seconds else None,
        parameters=_of_all([run.parameters for run in line.runs]),
        curve=next((run.curve for run in line.runs if run.id == line.best), ()),
    )


def network(line: Line) -> str:
    """Return what a run's network is made of, or those of a study."""
    if isinstance(line, RunRow):
        return model_words(line.settings, i18n.current())
    first = line.runs[0].settings
    alike = all(run.settings["model"] == first["model"] for run in line.runs)
    return model_words(first, i18n.current()) if alike else t("different networks")


def key_settings(line: Line) -> str:
    """Return a run's settings, or what a study tried and how well that went."""
    if isinstance(line, RunRow):
        return " · ".join(setting_words(line.settings, i18n.current()))
    tried = ", ".join(parameter_title(name, i18n.current()) for name in line.over)
    return " · ".join(part for part in (_result(line), tried) if part)


def _result(study: StudyRow) -> str:
    n, accuracy = len(study.runs), study.test_accuracy
    if n < study.of:
        return _part(study)
    if accuracy is None:
        return t.plural("{n:,} run", "{n:,} runs", n)
    if study.kind == "repeat":
        return t.plural("{n:,} run, mean {accuracy:.1%}", "{n:,} runs, mean {accuracy:.1%}", n, accuracy=accuracy)
    return t.plural("{n:,} run, best {accuracy:.1%}", "{n:,} runs, best {accuracy:.1%}", n, accuracy=accuracy)


def _part(study: StudyRow) -> str:
    """Return how many of the runs the list has."""
    accuracy, counts = study.test_accuracy, {"n": len(study.runs), "all": study.of}
    if accuracy is None:
        return t("{n:,} of its {all:,} runs", **counts)
    if study.kind == "repeat":
        return t("{n:,} of its {all:,} runs, their mean {accuracy:.1%}", **counts, accuracy=accuracy)
    return t("{n:,} of its {all:,} runs, best {accuracy:.1%}", **counts, accuracy=accuracy)


def _of_all(values: list[int | None]) -> int | None:
    return values[0] if len(set(values)) == 1 else None
