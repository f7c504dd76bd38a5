"""A study as a script that a learner can run alone: the same trials, chosen and ended by the same rules."""

from collections.abc import Sequence
from math import prod

from mnist_core.config import LogisticConfig
from mnist_core.config.study import Parameter, Question
from mnist_core.config.study.optuna_rules import Rule, pruner_rule, sampler_rule
from mnist_core.config.study.variant import DEPTH
from mnist_core.errors import ConfigError
from mnist_core.script.data import data_section
from mnist_core.script.logistic import test_lines
from mnist_core.script.network import subject
from mnist_core.script.section import Section, call, imports, packages, script_of
from mnist_core.script.training import evaluation_section
from mnist_core.script.trial import TrialCode, suggestion, value_code
from mnist_core.text import English, english


def search_code(question: Question, t: English = english) -> str:
    """Return a script of less than 100 lines that asks what a study asks; it imports nothing of this project.

    Values, networks, training, validation images and rules are those of the study. Order of images and random numbers
    are Keras's own, so single figures differ as two seeds do, and a search may choose otherwise.

    Parameters
    ----------
    question : Question
    t : English, optional
        Says comments in another language; the code is the same in all of them.

    Raises
    ------
    ConfigError
        If a setting can't be said in so short a script, or the study is a learning rate test.
    """
    if question.kind == "rate":
        raise ConfigError("A learning rate test has no script of its own.")
    script = (_Choosing if question.chooses else _Repeating)(question, t)
    steps = script.steps()
    lines = imports(steps)
    needed = " ".join(packages(lines))
    opening = t("{subject}, by MNIST Lab. Needs: pip install {needed}", subject=subject(script.base, t), needed=needed)
    return script_of([f"# {opening}", *lines], steps)


class _Study:
    """What both kinds of studies have in common: data, and a function for one trial."""

    def __init__(self, question: Question, t: English) -> None:
        self.question, self.t, self.base = question, t, question.checked_base
        self.tried = _tried(question)
        self.names = [parameter.name for parameter in self.tried]
        self.is_network = not isinstance(self.base.model, LogisticConfig)
        # Each layer of those that a search adds has its own units (`mnist_core.studies.twin`).
        self.each = question.kind == "search" and {DEPTH, "units"} <= set(self.names)
        self.trial = TrialCode(self.base, self.tried, t, each=self.each)

    def steps(self) -> list[Section]:
        return [self._data(), *self._changes()]

    def _data(self) -> Section:
        sized, config = "train_size" in self.names, self.trial.config
        data = self.base.data.model_copy(update={"train_size": None}) if sized else self.base.data
        one_hot = self.base.spec.num_classes if self.is_network and config.train.one_hot else None
        apart = self.is_network and not sized and (config.augment.is_active or data.pen_strokes)
        section = data_section(data, self.t, one_hot=one_hot, apart=apart)
        rows = () if self.is_network else ("x_train, x_test = x_train.reshape(-1, 784), x_test.reshape(-1, 784)",)
        return Section(section.name, section.title, section.comment, section.words, (*section.lines, *rows))

    def _changes(self) -> list[Section]:
        """Return the functions that change images, where they are the same in all trials."""
        lines = self.trial.changing(inside=False)
        comment = self.t("different images each time.")
        return [Section("augmentation", self.t("Augmentation"), comment, "", tuple(lines))] if lines else []

    def _trial(self, head: str, comment: str, docstring: str, lines: Sequence[str]) -> Section:
        body = [f'"""{docstring}"""', *lines]
        code = (f"def {head}:", *(f"    {line}" if line else "" for line in body))
        return Section("trial", self.t("Trial"), comment, "", code)


class _Choosing(_Study):
    """A study of which one trial wins: all values, or a search."""

    def steps(self) -> list[Section]:
        return [*super().steps(), self._one(), self._search(), self._judged()]

    @property
    def _prunes(self) -> bool:
        return self.is_network and self.question.kind == "search" and self.question.pruner != "none"

    def _one(self) -> Section:
        t, lines = self.t, [*self._suggestions(), *self.trial.lines(kept=True, pruned=self._prunes)]
        if self.is_network:
            value = "[-1]"
            if self.trial.config.train.early_stopping is not None:  # the weights are those of this epoch
                value = '[np.argmin(history.history["val_loss"])]'
            lines.append(f'return model, float(history.history["val_accuracy"]{value})')
            comment = t("a network with the values of a trial, and how many validation images it gets right.")
        else:
            lines.append("return model, scores.mean()")
            comment = t("the baseline with the values of a trial, and what it gets right in cross-validation.")
        return self._trial("train(trial)", comment, t("Return a trained model and its accuracy."), lines)

    def _suggestions(self) -> list[str]:
        """Return the code that asks for values; the number of layers first, as it says whose units there are."""
        lines = []
        for parameter in sorted(self.tried, key=lambda parameter: parameter.name != DEPTH):
            if parameter.name == "units" and self.each:
                (one,) = suggestion(parameter, self.base, 'f"units_{n}"')
                lines.append(f"units = [{one} for n in range(1, layers + 1)]")
            else:
                first, *more = suggestion(parameter, self.base)
                lines += [f"{parameter.name} = {first}", *more]
        return lines

    def _search(self) -> Section:
        question, t, trials = self.question, self.t, self.question.trials
        if question.kind == "try":
            values = [f'"{parameter.name}": {_list_of(parameter, self)}' for parameter in self.tried]
            trials = prod(len(parameter.values) for parameter in self.tried)
            lines = [f"values = {{{', '.join(values)}}}", "sampler = optuna.samplers.GridSampler(values)"]
            comment = t("all values, one after the other.")
        else:
            lines = _made("sampler = optuna.samplers.", sampler_rule(question))
            comment = t("{n:,} trials, chosen at random.", n=trials)
            if question.sampler == "tpe":
                comment = t("{n:,} trials, each chosen by what was found before.", n=trials)
        if self._prunes:
            lines.append(f"# {t('Ends trials that fall behind.')}")
            lines += _made("pruner = optuna.pruners.", pruner_rule(question))
        pruner = ", pruner=pruner" if self._prunes else ""
        lines += [
            f'study = optuna.create_study(direction="maximize", sampler=sampler{pruner})',
            f"study.optimize(lambda trial: train(trial)[1], n_trials={trials})",
            'print("Best:", study.best_params, study.best_value)',
        ]
        return Section("search", t("Search"), comment, "", tuple(lines))

    def _judged(self) -> Section:
        t = self.t
        lines = evaluation_section(self.trial.config, t).lines if self.is_network else test_lines(t)
        return Section(
            "evaluation",
            t("Evaluation"),
            t("the best one alone, and once. Whoever chooses by test images can't be judged by them any more."),
            "",
            (f"model, _ = train(study.best_trial)  # {t('with the same values once more')}", *lines),
        )


class _Repeating(_Study):
    """A study in which nothing is chosen: other seeds, or more and more images."""

    def steps(self) -> list[Section]:
        judged = "model.evaluate(x_test, y_test, verbose=0)[1]" if self.is_network else "model.score(x_test, y_test)"
        lines = [*self.trial.lines(kept=False, pruned=False), f"return {judged}"]
        comment = self.t("trained once, and how many test images it gets right.")
        docstring = self.t("Return the test accuracy.")
        one = self._trial(f"train({', '.join(self.names)})", comment, docstring, lines)
        return [*super().steps(), one, self._repetition()]

    def _repetition(self) -> Section:
        t, sizes = self.t, self.question.kind == "sizes"
        *outer, last = self.tried
        values = _list_of(last, self)
        if not sizes:
            first, seeds = self.base.train.seed, len(last.values)
            values = f"range({first}, {first + seeds})" if first else f"range({seeds})"
        told, spread = "mean {np.mean(accuracies):.4f}", []
        if len(last.values) > 1:
            told, spread = told + ", standard deviation {spread:.4f}", ["spread = np.std(accuracies, ddof=1)"]
        before = "".join(f"{{{parameter.name}}} " for parameter in outer)
        lines = [
            f"accuracies = [train({', '.join(self.names)}) for {last.name} in {values}]",
            *spread,
            f'print(f"Test accuracy: {before}{told}")',
        ]
        if sizes and not outer:  # one network for each size
            lines = [f"for train_size in {values}:", '    print("Test accuracy:", train_size, train(train_size))']
        for parameter in reversed(outer):
            lines = [f"for {parameter.name} in {_list_of(parameter, self)}:", *(f"    {line}" for line in lines)]
        comment = t("the same with other random numbers. Nothing is chosen here, so test images may judge.")
        if sizes:
            comment = t("with more and more images. Nothing is chosen here, so test images may judge.")
        return Section("repetition", t("Repetition"), comment, "", tuple(lines))


def _tried(question: Question) -> tuple[Parameter, ...]:
    """Return what its trials differ in: those of a repetition in their seeds, and seeds come last."""
    if question.kind == "repeat":
        first = question.base.train.seed
        return (Parameter(name="seed", values=tuple(range(first, first + question.trials))),)
    if question.kind == "sizes":
        return tuple(sorted(question.over, key=lambda parameter: parameter.name == "seed"))
    return question.over


def _list_of(parameter: Parameter, study: _Study) -> str:
    return f"[{', '.join(value_code(parameter, value, study.base) for value in parameter.values)}]"


def _made(before: str, rule: Rule) -> list[str]:
    return call(before + rule.name, [f"{name}={value!r}" for name, value in rule.arguments.items()])
