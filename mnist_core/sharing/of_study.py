"""What goes out with a run tells of the study that asked for it: in the bundle's files, and on the model card."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from mnist_core.config.study import Question
from mnist_core.config.study.asking import question_words
from mnist_core.evaluation.spread import Spread, spread, spread_words
from mnist_core.evaluation.studies import best_trial, measured
from mnist_core.store import RunRecord, RunState, Store, TrialRecord, TrialState
from mnist_core.text import English

Rank = Literal["best", "other", "ended early", "stopped", "not measured", "one of many", "not known yet"]


@dataclass(frozen=True)
class StudyTold:
    """A run's place in its study. While the study is under way it stays the same, as files are made of it meanwhile.

    Attributes
    ----------
    name : str
    question : Question
    trials : int
        How many are wanted.
    number : int
        Of its trial, from 0.
    rank : {"best", "other", "ended early", "stopped", "not measured", "one of many", "not known yet"}
        What it is among the others; ``one of many`` where nothing is chosen, ``stopped`` where somebody did so.
    of : int
        How many trials were completed; 0 while the study is under way.
    together : Spread or None
        Test accuracies of all runs, where the study repeated one network; None for other studies.
    """

    name: str
    question: Question
    trials: int
    number: int
    rank: Rank
    of: int
    together: Spread | None

    def facts(self, t: English) -> list[tuple[str, str]]:
        """Return what is to be told: what it is, and the words, both translated; `name` is as it was typed."""
        told = [
            (t("study"), t("Part of the study “{name}”, trial {number:,}", name=self.name, number=self.number)),
            (t("question of the study"), question_words(self.question, t, trials=self.trials)),
            (t("place in the study"), _rank_words(self.rank, self.of, t)),
        ]
        if self.together is not None:
            told.append((t("test accuracy with other seeds"), spread_words(self.together, t)))
        return told


def study_told(record: RunRecord, store: Store) -> StudyTold | None:
    """Return a run's place in its study; None for other runs, and where the run is shared and its study is not."""
    found = store.studies.of_run(record.id) if record.study is not None else None
    if found is None or (record.shared and not found[0].shared):
        return None
    study, trial = found
    trials = store.trials.of(study.id)
    over = study.state.is_finished and all(other.state.is_finished for other in trials)
    values = [value for _, value in measured(trials)] if over else []
    repeated = study.question.kind == "repeat" and len(values) > 1
    return StudyTold(
        study.name,
        study.question,
        study.trials,
        trial.number,
        _rank(study.question, record, trial, trials) if over else "not known yet",
        len(values),
        spread(values) if repeated else None,
    )


def _rank(question: Question, record: RunRecord, trial: TrialRecord, trials: Sequence[TrialRecord]) -> Rank:
    if not question.chooses:
        return "one of many"
    if trial.state is TrialState.PRUNED:
        return "ended early"
    if all(other.number != trial.number for other, _ in measured(trials)):
        return "stopped" if record.state is RunState.STOPPED else "not measured"
    best = best_trial(trials)
    return "best" if best is not None and best.number == trial.number else "other"


def _rank_words(rank: Rank, n: int, t: English) -> str:
    if rank == "best" and n == 1:
        return t("It is the only trial that was completed, so there was nothing to choose from.")
    if rank == "best":
        return t(
            "It was chosen by validation accuracy, as the best of {n:,} completed trials. So its validation accuracy "
            "flatters it: of so many the luckiest wins. Its test accuracy had no part in the choice.",
            n=n,
        )
    if rank == "other":
        return t.plural(
            "Of {n:,} completed trial, ranked by validation accuracy, it is not the best.",
            "Of {n:,} completed trials, ranked by validation accuracy, it is not the best.",
            n,
        )
    if rank == "ended early":
        return t("The study ended it early, because its validation accuracy fell behind that of other trials.")
    if rank == "stopped":
        return t("It was stopped, so it was not ranked.")
    if rank == "not measured":
        return t("It has no validation accuracy in the study, so it was not ranked.")
    if rank == "one of many":
        return t.plural(
            "The study has {n:,} completed trial. None was chosen.",
            "The study has {n:,} completed trials. None was chosen.",
            n,
        )
    return t("The study is still under way: nothing is chosen yet.")
