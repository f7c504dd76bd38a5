"""How weights are found, in the plain Keras code of a configuration: compile, fit, evaluate, plot."""

from mnist_core.config import RunConfig
from mnist_core.config.choices import LOSSES, ONE_CYCLE, OPTIMIZERS, RISING
from mnist_core.config.rising import HIGHEST_RATE, LOWEST_RATE
from mnist_core.config.setting import Given
from mnist_core.config.table import SETTINGS, Setting
from mnist_core.models.optimizer import STAIRS
from mnist_core.script.section import Section, call
from mnist_core.text import English


def training_section(config: RunConfig, t: English, *, images: str, data: list[str], validation: list[str]) -> Section:
    """Return the code that compiles and fits ``model``.

    Parameters
    ----------
    config : RunConfig
    t : English
    images : str
        Code for how many images are learned from.
    data : list of str
        The first arguments of ``fit``, that say what is learned from.
    validation : list of str
        Those about validation; empty without.
    """
    train = config.train
    lines = []
    if "steps_per_epoch=steps" in data or changes_rate(config):
        smaller = t("batches in an epoch, the last one may be smaller")
        lines.append(f"steps = -(-{images} // {train.batch_size})  # {smaller}")
    lines += rate_lines(config, t)
    lines += call("model.compile", [optimizer_code(config), f"loss={loss_code(config)}", 'metrics=["accuracy"]'])
    names = []
    if train.early_stopping is not None:
        stopping = f"patience={train.early_stopping}, restore_best_weights=True"
        lines.append(f"stopping = keras.callbacks.EarlyStopping({stopping})")
        names.append("stopping")
    if train.tensorboard:
        lines.append('logs = keras.callbacks.TensorBoard("logs")')
        names.append("logs")
    callbacks = [f"callbacks=[{', '.join(names)}]"] if names else []
    lines += call("history = model.fit", [*data, f"epochs={train.epochs}", *validation, *callbacks])
    return Section(
        "training",
        t("Training"),
        t(
            "{epochs} times through all training images, {batch_size} before each step of the weights.",
            epochs=train.epochs,
            batch_size=train.batch_size,
        ),
        _words(config, t),
        tuple(lines),
    )


def evaluation_section(config: RunConfig, t: English) -> Section:
    """Return the code that judges ``model`` on the test images."""
    plain, words = [], [t("How well does it do on images that it has never seen?")]
    if config.train.label_smoothing:
        as_they_are = t("labels as they are")
        plain = [f'model.compile(loss="categorical_crossentropy", metrics=["accuracy"])  # {as_they_are}']
        words.append(t("Now by the labels as they are: so the loss can be compared with that of any other network."))
    return Section(
        "evaluation",
        t("Evaluation"),
        t("images that it has never seen."),
        " ".join(words),
        (*plain, 'print("Test:", model.evaluate(x_test, y_test, verbose=0, return_dict=True))'),
    )


def plot_section(t: English, *, validation: bool) -> Section:
    """Return the code that draws the curves of ``history``."""
    lines = [
        'for number, name in enumerate(["loss", "accuracy"], start=1):',
        "    plt.subplot(1, 2, number, title=name)",
        '    plt.plot(history.history[name], label="training")',
    ]
    if validation:
        lines.append('    plt.plot(history.history["val_" + name], label="validation")')
    words = [t("Loss and accuracy after each epoch.")]
    if validation:
        words.append(t("Where the two curves part, the network begins to learn its training images by heart."))
    return Section(
        "plot",
        t("Plot"),
        t("the curves, as a file and in a window where there is one."),
        " ".join(words),
        (*lines, "plt.legend()", 'plt.savefig("curves.png")', "plt.show()"),
    )


def changes_rate(config: RunConfig) -> bool:
    """Return whether the learning rate is another one from step to step."""
    return config.train.schedule != "constant" or config.train.warms_up


def rate_lines(config: RunConfig, t: English, indent: int = 0) -> list[str]:
    """Return the code of a learning rate that changes, as `mnist_core.models.optimizer` makes it."""
    if not changes_rate(config):
        return []
    train, rate = config.train, repr(config.train.learning_rate or config.effective_learning_rate)
    rising, falling = f"{train.warmup_epochs} * steps", f"{train.epochs - train.warmup_epochs} * steps"
    lines, warms_up = [], train.warms_up or train.schedule == ONE_CYCLE
    if train.schedule == ONE_CYCLE:
        up = t("so many steps up, all others down")
        lines.append(f"rising = {train.epochs} * steps * {RISING} // 100  # {up}")
        rising, falling = "rising", f"{train.epochs} * steps - rising"
    match train.schedule:
        case "one_cycle" | "cosine" if warms_up:
            arguments = ["0.0", falling, f"warmup_target={rate}", f"warmup_steps={rising}"]
        case "cosine":
            arguments = [rate, falling]
        case "step":
            if warms_up and indent:  # the lines of a trial are shorter
                lines.append(f"rising, falling = {rising}, {falling}")
                rising, falling = "rising", "falling"
            after = f"{rising} + " if warms_up else ""
            drops = f"[{after}{falling} // 2, {after}{falling} * 3 // 4]"
            rates = f"[{rate}, {rate} / 10, {rate} / 100]"
            if warms_up:
                on_stairs = t("on which the learning rate rises at first")
                lines.append(f"stairs = range(1, {STAIRS + 1})  # {on_stairs}")
                drops = f"[{rising} * stair // {STAIRS} for stair in stairs] + {drops}"
                rates = f"[{rate} * stair / {STAIRS} for stair in stairs] + {rates}"
            arguments = [drops, rates]
        case "rising":
            lines.append(f"# {t('By the same factor with each step: this decay rises.')}")
            arguments = [repr(LOWEST_RATE), f"{train.epochs} * steps", f"{HIGHEST_RATE} / {LOWEST_RATE}"]
        case _:
            lines.append(f"# {t('From 0 to the learning rate, where it stays: this decay rises.')}")
            arguments = ["0.0", rising, f"end_learning_rate={rate}"]
    return [*lines, *call(f"learning_rate = keras.optimizers.schedules.{_decay(config)}", arguments, indent)]


def _decay(config: RunConfig) -> str:
    """Return the class in Keras of a learning rate that changes."""
    decays = {
        "cosine": "CosineDecay",
        "one_cycle": "CosineDecay",
        "step": "PiecewiseConstantDecay",
        "rising": "ExponentialDecay",
    }
    return decays.get(config.train.schedule, "PolynomialDecay")


def loss_code(config: RunConfig) -> str:
    """Return the code of the loss."""
    if config.train.label_smoothing:
        return f"keras.losses.CategoricalCrossentropy(label_smoothing={config.train.label_smoothing!r})"
    return f'"{config.train.loss}"'


def optimizer_code(config: RunConfig) -> str:
    """Return the code that makes the optimizer; a learning rate that changes is ``learning_rate``."""
    train, choice = config.train, OPTIMIZERS[config.train.optimizer]
    arguments = []
    if changes_rate(config):
        arguments.append("learning_rate")
    elif train.learning_rate is not None:
        arguments.append(f"learning_rate={train.learning_rate!r}")
    if choice.id == "sgd" and train.momentum:
        arguments.append(f"momentum={train.momentum!r}")
        arguments += [f"nesterov={train.nesterov}"] if train.nesterov else []
    if train.weight_decay:
        arguments.append(f"weight_decay={train.weight_decay!r}")
    if train.gradient_clip:
        arguments.append(f"global_clipnorm={train.gradient_clip!r}")
    return f"keras.optimizers.{choice.keras_class}({', '.join(arguments)})"


# Settings that have words of their own, or are told where the model is made.
_TOLD = (
    "optimizer",
    "learning_rate",
    "momentum",
    "epochs",
    "batch_size",
    "loss",
    "early_stopping",
    "seed",
    "precision",
)


def _words(config: RunConfig, t: English) -> str:
    train, given = config.train, config.given
    optimizer, loss = OPTIMIZERS[train.optimizer], LOSSES["categorical_crossentropy" if train.one_hot else train.loss]
    words = [
        f"- **{t('Optimizer: {name}', name=t(optimizer.title))}.** {t(optimizer.help)}",
        f"- **{t('Loss: {name}', name=_small(t(loss.title)))}.** {t(loss.help)}",
    ]
    words += [
        _explained(setting, given, t)
        for setting in SETTINGS.values()
        if setting.section == "train" and setting.name not in _TOLD and setting.is_used(given)
    ]
    if train.early_stopping is not None:
        words.append(
            t(
                "- **Early stopping.** Training ends after {epochs} epochs without a better validation loss, and the "
                "best weights are kept.",
                epochs=train.early_stopping,
            )
        )
    return "\n".join(words)


def _explained(setting: Setting, given: Given, t: English) -> str:
    """Return a line of Markdown about a setting that is used."""
    if setting.spec.choices is not None:
        choice = setting.spec.choices[given[setting.name]]
        return f"- **{t(setting.title)}: {_small(t(choice.title))}.** {t(choice.help)}"
    return f"- **{t(setting.title)}.** {t(setting.help)}"


def _small(title: str) -> str:
    """Return a title with a small first letter, as within a sentence."""
    return title[0].lower() + title[1:]
