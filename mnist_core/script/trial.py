"""One trial of a study as a function: a network that is built and trained with the values that it is given."""

import re
from collections.abc import Iterable, Sequence

from mnist_core.config import Dense, LogisticConfig, NetworkConfig, RunConfig
from mnist_core.config.choices import SCHEDULES
from mnist_core.config.study import Parameter
from mnist_core.config.study.variant import DEPTH
from mnist_core.config.table import SETTINGS
from mnist_core.models.summary import layer_rows
from mnist_core.script.augmentation import batch_lines, change_lines
from mnist_core.script.data import cut_lines
from mnist_core.script.logistic import model_line
from mnist_core.script.named import named, unquoted, variable, with_setting
from mnist_core.script.network import initializer_code, layer_lines
from mnist_core.script.section import call
from mnist_core.script.training import loss_code, optimizer_code, rate_lines
from mnist_core.text import English


class TrialCode:
    """The code of what one trial does.

    Parameters
    ----------
    base : RunConfig
    over : sequence of Parameter
    t : English
    each : bool
        Whether each hidden layer has its own number of units.
    """

    def __init__(self, base: RunConfig, over: Sequence[Parameter], t: English, *, each: bool = False) -> None:
        self._base, self._t, self._each = base, t, each
        self._over = {parameter.name: parameter for parameter in over}
        self.config = named(base, over, each=each)

    def lines(self, *, kept: bool, pruned: bool) -> list[str]:
        """Return code that makes and trains ``model``.

        Parameters
        ----------
        kept : bool
            Whether it keeps what validation says: ``history`` of a network, ``scores`` of the baseline.
        pruned : bool
            Whether ``trial`` is told of each epoch, and may end it.
        """
        model = self.config.model
        if isinstance(model, LogisticConfig):
            lines = [f"model = {model_line(self.config)}"]
            if kept:
                lines.append(f'scores = cross_validate(model, x_train, y_train, cv={model.folds})["test_score"]')
            lines.append("model.fit(x_train, y_train)")
        else:
            lines = [*self.changing(inside=True), *self._model(), *self._compiled(), *self._fitted(kept, pruned)]
        return [unquoted(line) for line in self._sized(lines)]

    def changing(self, *, inside: bool) -> list[str]:
        """Return the functions that change images, if they belong inside of a trial, or outside; else nothing."""
        augment, tried_there = self.config.augment, {"batch_size", "train_size", *type(self._base.augment).model_fields}
        if not augment.is_active or inside != bool(self._over.keys() & tried_there):
            return []
        change = change_lines(augment, self._t, indent=4 if inside else 0)
        batches = batch_lines(self.config.train.batch_size, self._t)
        return ["", *change, "", *batches, ""] if inside else [*change, "", "", *batches]

    def _sized(self, lines: list[str]) -> list[str]:
        """Return lines that learn from the first so many images where that is tried."""
        if "train_size" not in self._over:
            return lines
        apart = self.config.augment.is_active and self.config.data.validation_split
        cut = cut_lines(self.config.data, self._t) if apart else []
        names = [re.sub(r"\b([xy])_train\b", r"\1", line) for line in [*cut, *lines]]
        return ["x, y = x_train[:train_size], y_train[:train_size]", *names]

    def _model(self) -> list[str]:
        config = self.config
        mixed = config.train.precision == "mixed_bfloat16"
        before, _ = initializer_code(config)
        return [
            *([f'keras.config.set_dtype_policy("{config.train.precision}")'] if mixed else []),
            f"keras.utils.set_random_seed({config.train.seed})",
            *before,
            "network = [",
            *(f"    {line}," for line in self._layers()),
            "]",
            "model = keras.Sequential(network)",
        ]

    def _layers(self) -> list[str]:
        """Return the code of the layers; those that not every trial has are lists that may be empty."""
        assert isinstance(self.config.model, NetworkConfig)
        first, *lines = layer_lines(self.config)
        if DEPTH not in self._over:
            return [first, *lines]
        rows = layer_rows(self.config.model, self.config.spec.num_classes)
        places = [place for place, row in enumerate(rows) if type(row.layer) is Dense]
        alike = {lines[place].replace(f"units[{number}]", "n") for number, place in enumerate(places)}
        if len(alike) == 1 and places == list(range(places[0], places[0] + len(places))):
            several = f"*[{alike.pop()} for {'n in units' if self._each else '_ in range(layers)'}]"
            return [first, *lines[: places[0]], several, *lines[places[-1] + 1 :]]
        for number, place in enumerate(places):
            lines[place] = f"*([{lines[place]}] if layers > {number} else [])"
        return [first, *lines]

    def _compiled(self) -> list[str]:
        config, over = self.config, self._over
        optimizers = [str(value) for value in over["optimizer"].values] if "optimizer" in over else []
        changed = {
            condition: rate_lines(one, self._t, indent=8 if condition else 4)
            for condition, one in self._by_schedule(variable(config, "learning_rate"))
        }
        lines, changes = [], any(changed.values())
        if changes or self.config.augment.is_active:
            lines.append(f"steps = -(-{self._images} // {config.train.batch_size})")
        if changes and "learning_rate" not in over:
            usual = {name: with_setting(self._base, "optimizer", name).effective_learning_rate for name in optimizers}
            rate = repr(self._base.effective_learning_rate)
            if len(set(usual.values())) > 1:
                rates = ", ".join(f'"{name}": {rate!r}' for name, rate in usual.items())
                lines.append(f"usual = {{{rates}}}")
                rate = "usual[optimizer]"
            lines.append(f"learning_rate = {rate}")
        lines += _branches(changed)
        config = variable(config, "learning_rate") if changes else config
        # Each optimizer by its name, made when it is asked for.
        made = {name: optimizer_code(with_setting(config, "optimizer", name)) for name in optimizers}
        for_each = [f'    "{name}": lambda: {code},' for name, code in made.items()]
        lines += ["optimizers = {", *for_each, "}"] if optimizers else []
        optimizer = "optimizers[optimizer]()" if optimizers else optimizer_code(config)
        arguments = [optimizer, f"loss={loss_code(config)}", 'metrics=["accuracy"]']
        return lines + call("model.compile", arguments, indent=4)

    @property
    def _images(self) -> str:
        split = self.config.data.validation_split
        return f"int(len(x_train) * (1 - {split!r}))" if split and not self.config.augment.is_active else "len(x_train)"

    def _by_schedule(self, config: RunConfig) -> Iterable[tuple[str, RunConfig]]:
        """Yield each way in which the learning rate may change, after the condition for it."""
        schedules = self._over["schedule"].values if "schedule" in self._over else (None,)
        warm_up = self._over.get("warmup_epochs")
        may_be_cold = warm_up is not None and 0 in (warm_up.low, *warm_up.values)
        for schedule in schedules:
            one = with_setting(config, "schedule", schedule) if schedule in SCHEDULES else config
            is_it = [f'schedule == "{schedule}"'] if schedule else []
            if not may_be_cold or schedule == "one_cycle":
                yield " and ".join(is_it), one
            else:
                yield " and ".join([*is_it, "warmup_epochs"]), one
                yield " and ".join([*is_it, "not warmup_epochs"]), with_setting(one, "warmup_epochs", 0)

    def _fitted(self, kept: bool, pruned: bool) -> list[str]:
        config, train = self.config, self.config.train
        changed, split = config.augment.is_active, config.data.validation_split
        data = ["x_train", "y_train", f"batch_size={train.batch_size}"]
        validation = [f"validation_split={split!r}"] if split else []
        if changed:
            data, validation = ["batches()", "steps_per_epoch=steps"], ["validation_data=(x_val, y_val)"] * bool(split)
        lines, callbacks = [], []
        if train.early_stopping is not None:
            stopping = f"patience={train.early_stopping}, restore_best_weights=True"
            callbacks.append(f"keras.callbacks.EarlyStopping({stopping})")
        if pruned:
            lines += [
                "",
                "def report(epoch, logs):",
                '    trial.report(logs["val_accuracy"], epoch + 1)',
                "    if trial.should_prune():",
                "        raise optuna.TrialPruned",
                "",
            ]
            callbacks.append("keras.callbacks.LambdaCallback(on_epoch_end=report)")
        called = [f"callbacks=[{', '.join(callbacks)}]"] if callbacks else []
        arguments = [*data, f"epochs={train.epochs}", *validation, "verbose=0", *called]
        return lines + call("history = model.fit" if kept else "model.fit", arguments, indent=4)


def suggestion(parameter: Parameter, base: RunConfig, name: str | None = None) -> list[str]:
    """Return the code that lets a trial choose a value; `name` is code, where it is not the parameter's own."""
    name = name or f'"{parameter.name}"'
    if not parameter.is_range:
        values = ", ".join(value_code(parameter, value, base) for value in parameter.values)
        return call("trial.suggest_categorical", [name, f"[{values}]"], indent=7 + len(name))
    assert parameter.low is not None
    assert parameter.high is not None
    kind = int if parameter.whole else float
    ends = [repr(kind(end)) for end in (parameter.low, parameter.high)]
    return call(f"trial.suggest_{kind.__name__}", [name, *ends, *(["log=True"] if parameter.log else [])])


def value_code(parameter: Parameter, value: object, base: RunConfig) -> str:
    """Return the code of one value; one that is not set is what takes its place."""
    if parameter.name in SETTINGS:
        value = SETTINGS[parameter.name].value({**base.given, parameter.name: value})
    return f'"{value}"' if isinstance(value, str) else repr(value)


def _branches(changed: dict[str, list[str]]) -> list[str]:
    """Return code that does what belongs to the first condition that holds."""
    lines: list[str] = []
    for condition, inner in changed.items():
        if not inner:
            continue
        if not condition:
            return inner
        lines += [f"{'elif' if lines else 'if'} {condition}:", *(f"    {line}" for line in inner)]
    return lines
