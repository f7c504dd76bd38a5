"""The plain Keras code of a configuration, as a learner would write it."""

from mnist_core.choices import OPTIMIZERS
from mnist_core.config import FineTuneConfig, LogisticConfig, NetworkConfig, RunConfig
from mnist_core.models.augmentation_code import augmentation_lines
from mnist_core.models.summary import layer_rows


def keras_code(config: RunConfig, num_classes: int = 10) -> str:
    """Return Python code that builds and trains this very model, data included.

    It runs as it is with Keras installed, and imports nothing of this project. The bundled small
    digits have no loader in Keras; their code names scikit-learn's and enlarges simply. Habits of
    writing and pen strokes are left out, and a comment says so.

    Raises
    ------
    ConfigError
        If layers don't fit together.
    """
    if isinstance(config.model, LogisticConfig):
        return _logistic_code(config, config.model.folds)
    assert isinstance(config.model, NetworkConfig)
    if config.fine_tune is not None:
        return _fine_tuning_code(config, config.fine_tune)
    one_hot = config.train.loss == "categorical_crossentropy"
    changed = config.augment.is_active
    lines = ["import keras", *_numpy_lines(config), *_data_lines(config)]
    if one_hot:
        lines += [
            f"y_train = keras.utils.to_categorical(y_train, {num_classes})",
            f"y_test = keras.utils.to_categorical(y_test, {num_classes})",
        ]
    mixed = config.train.precision != "float32"
    if mixed:
        lines += ["", f'keras.config.set_dtype_policy("{config.train.precision}")']
    if changed:
        lines += ["", *augmentation_lines(config)]
    lines += ["", f"keras.utils.set_random_seed({config.train.seed})"]
    lines += ["model = keras.Sequential([", "    keras.Input((28, 28)),"]
    *hidden, last = layer_rows(config.model, num_classes)
    for row in hidden:
        detail = f"({row.detail})" if row.name == "Reshape" else row.detail
        lines.append(f"    keras.layers.{row.name}({detail}),")
    exact = ', dtype="float32"' if mixed else ""
    lines.append(f"    keras.layers.{last.name}({last.detail}{exact}),")
    lines += ["])", *_schedule_lines(config), "model.compile("]
    lines += [f"    optimizer={_optimizer(config)},", f'    loss="{config.train.loss}",']
    lines += ['    metrics=["accuracy"],', ")", "", *_fit_lines(config)]
    lines += ["model.evaluate(x_test, y_test)"]
    return "\n".join(lines) + "\n"


def _numpy_lines(config: RunConfig) -> list[str]:
    return ["import numpy as np"] if config.augment.is_active or config.data.dataset == "digits" else []


def _data_lines(config: RunConfig) -> list[str]:
    if config.data.dataset == "digits":
        lines = [
            "from sklearn.datasets import load_digits",
            "",
            "x, y = load_digits(return_X_y=True)",
            "x = np.kron(x.reshape(-1, 8, 8) / 16, np.ones((3, 3)))  # 24 x 24",
            "x = np.pad(x, ((0, 0), (2, 2), (2, 2)))  # 28 x 28",
            "x_train, y_train, x_test, y_test = x[:1500], y[:1500], x[1500:], y[1500:]",
        ]
    else:
        lines = [
            "",
            f"(x_train, y_train), (x_test, y_test) = keras.datasets.{config.data.dataset}.load_data()",
            "x_train, x_test = x_train / 255.0, x_test / 255.0",
        ]
    if config.data.pen_strokes:
        lines.append("# Left out: MNIST Lab also learns from pen strokes of other people, each seen three times.")
    if config.data.train_size is not None:
        n = config.data.train_size
        lines.append(f"x_train, y_train = x_train[:{n}], y_train[:{n}]")
    return lines


def _optimizer(config: RunConfig) -> str:
    choice = OPTIMIZERS[config.train.optimizer]
    arguments = []
    if config.train.schedule == "cosine":
        arguments.append("learning_rate=schedule")
    elif config.train.learning_rate is not None:
        arguments.append(f"learning_rate={config.train.learning_rate!r}")
    if choice.id == "sgd" and config.train.momentum:
        arguments.append(f"momentum={config.train.momentum!r}")
    return f"keras.optimizers.{choice.keras_class}({', '.join(arguments)})"


def _schedule_lines(config: RunConfig) -> list[str]:
    """Return the lines of a learning rate that changes from step to step."""
    if config.train.schedule == "constant":
        return []
    split, rate = config.data.validation_split, config.effective_learning_rate
    images = f"int(len(x_train) * (1 - {split!r}))" if split else "len(x_train)"
    return [
        f"steps = {config.train.epochs} * -(-{images} // {config.train.batch_size})  # of the whole training",
        f"schedule = keras.optimizers.schedules.CosineDecay({rate!r}, steps)",
    ]


def _fit_lines(config: RunConfig) -> list[str]:
    train = config.train
    callbacks = []
    if train.early_stopping is not None:
        callbacks.append(f"keras.callbacks.EarlyStopping(patience={train.early_stopping}, restore_best_weights=True)")
    if train.tensorboard:
        callbacks.append('keras.callbacks.TensorBoard("logs")')
    split = config.data.validation_split
    lines = ["model.fit(", f"    x_train, y_train, batch_size={train.batch_size}, epochs={train.epochs},"]
    if config.augment.is_active and split:
        lines = [
            f"n = int(len(x_train) * (1 - {split!r}))  # the rest is for validation, and never changed",
            "model.fit(",
            f"    Changed(x_train[:n], y_train[:n]), epochs={train.epochs},",
            "    validation_data=(x_train[n:], y_train[n:]),",
        ]
    elif config.augment.is_active:
        lines = ["model.fit(", f"    Changed(x_train, y_train), epochs={train.epochs},"]
    elif split:
        lines.append(f"    validation_split={split!r},")
    if callbacks:
        lines += ["    callbacks=[", *(f"        {callback}," for callback in callbacks), "    ],"]
    return [*lines, ")"]


def _fine_tuning_code(config: RunConfig, fine_tune: FineTuneConfig) -> str:
    """Return the same idea in plain Keras; it takes network and drawings from two files."""
    train = config.train
    return "\n".join(
        [
            "import keras",
            "import numpy as np",
            *(line for line in _data_lines(config) if not line.startswith("import")),
            f"known = np.random.default_rng({train.seed}).choice(len(x_train), {fine_tune.rehearsal}, replace=False)",
            "",
            'drawings = np.load("drawings.npz")',
            'images, labels = drawings["images"] / 255.0, drawings["labels"]',
            f"copies = np.arange({fine_tune.copies}) % len(labels)",
            "vary = keras.Sequential([",
            "    keras.layers.RandomRotation(0.02), keras.layers.RandomZoom(0.1),",
            "    keras.layers.RandomTranslation(0.05, 0.05), keras.layers.RandomShear(0.1, 0.1),",
            "])",
            "varied = np.array(vary(images[copies][..., None], training=True))[..., 0]",
            "",
            "x = np.concatenate([varied, x_train[known]])",
            "y = np.concatenate([labels[copies], y_train[known]])",
            "",
            f"keras.utils.set_random_seed({train.seed})",
            'model = keras.models.load_model("model.keras")  # the network that it begins with',
            f'model.compile({_optimizer(config)}, "sparse_categorical_crossentropy", metrics=["accuracy"])',
            f"model.fit(x, y, batch_size={train.batch_size}, epochs={train.epochs})",
            "model.evaluate(x_test, y_test)",
            "",
        ]
    )


def _logistic_code(config: RunConfig, folds: int) -> str:
    return "\n".join(
        [
            "import keras",
            *(["import numpy as np"] if config.data.dataset == "digits" else []),
            "from sklearn.linear_model import SGDClassifier",
            "from sklearn.model_selection import cross_validate",
            *_data_lines(config),
            "x_train, x_test = x_train.reshape(-1, 784), x_test.reshape(-1, 784)",
            "",
            "model = SGDClassifier(",
            f'    loss="log_loss", max_iter={config.train.epochs}, random_state={config.train.seed}',
            ")",
            f"scores = cross_validate(model, x_train, y_train, cv={folds})",
            'print(scores["test_score"].mean())',
            "",
            "model.fit(x_train, y_train)",
            "print(model.score(x_test, y_test))",
            "",
        ]
    )
