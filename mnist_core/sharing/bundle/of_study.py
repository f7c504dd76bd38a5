"""What a run's bundle tells of the study that asked for the run."""

from dataclasses import dataclass

from mnist_core.evaluation.spread import Spread, spread, spread_words
from mnist_core.evaluation.studies import measured
from mnist_core.store import RunRecord, Store
from mnist_core.text import English


@dataclass(frozen=True)
class StudyTold:
    """A run's place in its study.

    Attributes
    ----------
    name : str
    number : int
        Of its trial, from 0.
    together : Spread or None
        Test accuracies of all runs, where the study repeated one network; None for other studies.
    """

    name: str
    number: int
    together: Spread | None

    def facts(self, t: English) -> list[tuple[str, str]]:
        """Return what is to be told: what it is, and the words, both translated; `name` is as it was typed."""
        told = [(t("study"), t("Part of the study “{name}”, trial {number:,}", name=self.name, number=self.number))]
        if self.together is not None:
            told.append((t("test accuracy with other seeds"), spread_words(self.together, t)))
        return told


def study_told(record: RunRecord, store: Store) -> StudyTold | None:
    """Return a run's place in its study; None for other runs, and where the run is shared and its study is not."""
    found = store.studies.of_run(record.id) if record.study is not None else None
    if found is None or (record.shared and not found[0].shared):
        return None
    study, trial = found
    values = [value for _, value in measured(store.studies.trials(study.id))]
    repeated = study.question.kind == "repeat" and len(values) > 1
    return StudyTold(study.name, trial.number, spread(values) if repeated else None)
