"""How weights are found, in the plain Keras code of a configuration: compile, fit, evaluate, plot."""

from mnist_core.config import RunConfig
from mnist_core.config.choices import LOSSES, OPTIMIZERS, SCHEDULES
from mnist_core.script.section import Section, call


def training_section(config: RunConfig, *, images: str, data: list[str], validation: list[str]) -> Section:
    """Return the code that compiles and fits ``model``.

    Parameters
    ----------
    config : RunConfig
    images : str
        Code for how many images are learned from.
    data : list of str
        The first arguments of ``fit``, that say what is learned from.
    validation : list of str
        Those about validation; empty without.
    """
    train = config.train
    lines = []
    if "steps_per_epoch=steps" in data or train.schedule == "cosine":
        lines.append(f"steps = -(-{images} // {train.batch_size})  # batches in an epoch, the last one may be smaller")
    if train.schedule == "cosine":
        rate = f"{config.effective_learning_rate!r}, {train.epochs} * steps"
        lines.append(f"learning_rate = keras.optimizers.schedules.CosineDecay({rate})")
    lines += call("model.compile", [_optimizer(config), f'loss="{train.loss}"', 'metrics=["accuracy"]'])
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
        "Training",
        f"{train.epochs} times through all training images, {train.batch_size} before each step of the weights.",
        _words(config),
        tuple(lines),
    )


def evaluation_section() -> Section:
    """Return the code that judges ``model`` on the test images."""
    return Section(
        "Evaluation",
        "images that it has never seen.",
        "How well does it do on images that it has never seen?",
        ('print("Test:", model.evaluate(x_test, y_test, verbose=0, return_dict=True))',),
    )


def plot_section(*, validation: bool) -> Section:
    """Return the code that draws the curves of ``history``."""
    lines = [
        'for number, name in enumerate(["loss", "accuracy"], start=1):',
        "    plt.subplot(1, 2, number, title=name)",
        '    plt.plot(history.history[name], label="training")',
    ]
    if validation:
        lines.append('    plt.plot(history.history["val_" + name], label="validation")')
    words = "Loss and accuracy after each epoch."
    if validation:
        words += " Where the two curves part, the network begins to learn its training images by heart."
    return Section(
        "Plot",
        "the curves, as a file and in a window where there is one.",
        words,
        (*lines, "plt.legend()", 'plt.savefig("curves.png")', "plt.show()"),
    )


def _optimizer(config: RunConfig) -> str:
    choice = OPTIMIZERS[config.train.optimizer]
    arguments = []
    if config.train.schedule == "cosine":
        arguments.append("learning_rate")
    elif config.train.learning_rate is not None:
        arguments.append(f"learning_rate={config.train.learning_rate!r}")
    if choice.id == "sgd" and config.train.momentum:
        arguments.append(f"momentum={config.train.momentum!r}")
    return f"keras.optimizers.{choice.keras_class}({', '.join(arguments)})"


def _words(config: RunConfig) -> str:
    train = config.train
    optimizer = OPTIMIZERS[train.optimizer]
    words = [
        f"- **Optimizer: {optimizer.title}.** {optimizer.help}",
        f"- **Loss: {LOSSES[train.loss].title.lower()}.** {LOSSES[train.loss].help}",
    ]
    if train.schedule != "constant":
        words.append(
            f"- **Learning rate: {SCHEDULES[train.schedule].title.lower()}.** {SCHEDULES[train.schedule].help}"
        )
    if train.early_stopping is not None:
        words.append(
            f"- **Early stopping.** Training ends after {train.early_stopping} epochs without a better validation "
            "loss, and the best weights are kept."
        )
    return "\n".join(words)
