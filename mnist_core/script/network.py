"""The plain Keras code of a configuration, as a learner would write it: data, model, training, evaluation, plot."""

from mnist_core.config import LAYERS, LogisticConfig, NetworkConfig, RunConfig, TrainConfig
from mnist_core.config.choices import INITIALIZERS, PRECISIONS
from mnist_core.models.summary import LayerRow, layer_rows
from mnist_core.script.augmentation import batch_lines, change_lines
from mnist_core.script.data import data_section, datasets_beside
from mnist_core.script.fine_tuning import BASE_FILE, DRAWINGS_FILE, fine_tuning_sections
from mnist_core.script.logistic import logistic_sections
from mnist_core.script.section import LINE_LENGTH, Section, imports, packages, script_of
from mnist_core.script.training import evaluation_section, plot_section, training_section
from mnist_core.text import English, Sentence, english

_LONG = 80
"""Lines that are too many for a script: then some layers share the line of the layer before them."""
_LEFT_OUT: Sentence = "Left out, as it is long: painting flags, bars and curls on some 1, 7 and 9."


def keras_code(config: RunConfig, t: English = english) -> str:
    """Return a script that trains this very model: data, model, training, evaluation, plot.

    It imports nothing of this project, and every recipe's has less than 80 lines. The bundled small
    digits have no loader in Keras; their code names scikit-learn's, and enlarges more simply. Habits
    of writing are left out, and a comment says so. What nobody serves is read from files beside the
    script, see `files_beside`.

    Raises
    ------
    ConfigError
        If layers don't fit together.
    """
    text = _script(code_sections(config, t))
    return text if text.count("\n") < _LONG else _script(code_sections(config, t, dense=True))


def _script(sections: tuple[Section, ...]) -> str:
    opening, *steps = sections
    return script_of([f"# {opening.comment}", *opening.lines], steps)


def code_sections(config: RunConfig, t: English = english, *, dense: bool = False) -> tuple[Section, ...]:
    """Return the same program step by step, its imports first; raises `ConfigError`.

    Parameters
    ----------
    config : RunConfig
    t : English, optional
        Says comments and words in another language; the code is the same in all of them.
    dense : bool
        Whether to save lines where there are many layers.
    """
    if isinstance(config.model, LogisticConfig):
        steps = logistic_sections(config, config.model, t)
    elif config.fine_tune is not None:
        steps = fine_tuning_sections(config, config.fine_tune, t)
    else:
        assert isinstance(config.model, NetworkConfig)
        steps = _network_sections(config, config.model, t, dense=dense)
    lines = imports(steps)
    needed = " ".join(packages(lines))
    opening = Section(
        "imports",
        t("Imports"),
        t("{subject}, by MNIST Lab. Needs: pip install {needed}", subject=subject(config, t), needed=needed),
        t("Install what is missing with `pip install {needed}`.", needed=needed),
        lines,
    )
    return (opening, *steps)


def files_beside(config: RunConfig) -> tuple[str, ...]:
    """Return the names of the files that have to lie beside a configuration's script."""
    return (*datasets_beside(config.data), *((BASE_FILE, DRAWINGS_FILE) if config.fine_tune else ()))


def subject(config: RunConfig, t: English) -> str:
    """Return what is trained on what, in a few words without anything that a visitor typed."""
    title = t(config.spec.title)
    if isinstance(config.model, LogisticConfig):
        return t("Logistic regression on {title}", title=title)
    if config.fine_tune:
        return t("A network fine-tuned on {title}", title=title)
    return t("A network for {title}", title=title)


def _network_sections(config: RunConfig, model: NetworkConfig, t: English, *, dense: bool) -> tuple[Section, ...]:
    data, train = config.data, config.train
    one_hot = config.spec.num_classes if train.one_hot else None
    apart = config.augment.is_active or data.pen_strokes
    sections = [data_section(data, t, one_hot=one_hot, apart=apart)]
    if config.augment.is_active:
        sections.append(_augmentation(config, t))
        learned = ["batches()", "steps_per_epoch=steps"]
    else:
        learned = ["x_train", "y_train", f"batch_size={train.batch_size}"]
    images, validation = "len(x_train)", []
    if data.validation_split:
        validation = ["validation_data=(x_val, y_val)" if apart else f"validation_split={data.validation_split!r}"]
        if not apart:
            images = f"int(len(x_train) * (1 - {data.validation_split!r}))"
    return (
        *sections,
        _model(config, model, t, dense=dense),
        training_section(config, t, images=images, data=learned, validation=validation),
        evaluation_section(config, t),
        plot_section(t, validation=data.validation_split > 0),
    )


def _augmentation(config: RunConfig, t: English) -> Section:
    left_out = [t(_LEFT_OUT)] if config.augment.habits > 0 else []
    return Section(
        "augmentation",
        t("Augmentation"),
        " ".join([t("different images each time."), *left_out]),
        " ".join(
            [
                t(
                    "An image that is turned, moved or bent a little still shows the same. So every image is changed "
                    "at random each time it is seen, as if there were many more of them."
                ),
                *left_out,
            ]
        ),
        (
            *change_lines(config.augment, t),
            "",
            "",
            *batch_lines(config.train.batch_size, t),
        ),
    )


def _model(config: RunConfig, model: NetworkConfig, t: English, *, dense: bool) -> Section:
    rows = layer_rows(model, config.spec.num_classes)
    mixed = config.train.precision == "mixed_bfloat16"
    lines = [f'keras.config.set_dtype_policy("{config.train.precision}")'] if mixed else []
    before, _ = initializer_code(config)
    lines += [f"keras.utils.set_random_seed({config.train.seed})", *before, "layers = ["]
    layers = layer_lines(config)
    lines += [f"    {layer}," for layer in (_joined(layers, rows) if dense else layers)]
    kinds = dict.fromkeys(layer.kind for layer in model.layers)
    words = [f"- **{t(LAYERS[kind].title)}**: {t(LAYERS[kind].help)}" for kind in kinds]
    classes = config.spec.num_classes
    words.append(t("- The last layer gives a probability for each of the {classes} classes.", classes=classes))
    if mixed:
        precision = PRECISIONS[config.train.precision]
        words.append(f"- **{t(precision.title)}**: {t(precision.help)}")
    if config.train.initializer != TrainConfig().initializer:
        choice = INITIALIZERS[config.train.initializer]
        words.append(f"- **{t('Initial weights: {name}', name=t(choice.title))}**: {t(choice.help)}")
    total = sum(row.parameters for row in rows)
    return Section(
        "model",
        t("Model"),
        t("layer by layer, {total:,} numbers to learn.", total=total),
        "\n".join(words),
        (*lines, "]", "model = keras.Sequential(layers)"),
    )


def initializer_code(config: RunConfig) -> tuple[list[str], str]:
    """Return lines before the layers, and the argument of each that says how its weights begin."""
    train = config.train
    if train.initializer == TrainConfig().initializer:
        return [], ""  # what Keras does by itself
    if train.initializer == "random_normal":
        # Each layer needs one of its own: one gives the same numbers each time.
        lines = [f"normal, spread = keras.initializers.RandomNormal, {train.initializer_spread!r}"]
        return lines, ", kernel_initializer=normal(stddev=spread)"
    return [], f', kernel_initializer="{train.initializer}"'


def layer_lines(config: RunConfig) -> tuple[str, ...]:
    """Return the line of code of each layer of a network, as in its script: the input's, then those of `layer_rows`.

    Raises
    ------
    ConfigError
        If layers don't fit together.
    """
    assert isinstance(config.model, NetworkConfig)
    _, initializer = initializer_code(config)
    mixed = config.train.precision == "mixed_bfloat16"
    lines = ["keras.Input((28, 28))"]
    for row in layer_rows(config.model, config.spec.num_classes):
        exact = ', dtype="float32"' if mixed and row.layer.exact else ""
        first_weights = initializer if "kernel" in row.weights else ""
        lines.append(f"keras.layers.{row.name}({row.detail}{first_weights}{exact})")
    return tuple(lines)


def _joined(lines: tuple[str, ...], rows: tuple[LayerRow, ...]) -> list[str]:
    """Return the code of the layers, sometimes of two in one line."""
    layers = [lines[0]]
    for row, layer in zip(rows, lines[1:], strict=True):
        pair = f"*[{layers[-1]}, {layer}]"
        fits = not layers[-1].startswith("*") and len(pair) + 5 <= LINE_LENGTH
        if fits and (row.layer.joins or layers[-1].endswith("Flatten()")):
            layers[-1] = pair
        else:
            layers.append(layer)
    return layers
