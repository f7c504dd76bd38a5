"""The plain Keras code of a fine-tuned run; it takes the network that it begins with and the drawings from files."""

from mnist_core.config import FineTuneConfig, RunConfig
from mnist_core.drawing.personal import EVERY, VARIED
from mnist_core.script.augmentation import change_lines
from mnist_core.script.data import data_section, training_size
from mnist_core.script.section import Section
from mnist_core.script.training import evaluation_section, plot_section, training_section

BASE_FILE, DRAWINGS_FILE = "base.keras", "drawings.npz"

_DRAWINGS = Section(
    "Drawings",
    f"{BASE_FILE} and {DRAWINGS_FILE} lie beside this script: `python -m mnist_core code RUN --out FILE`.",
    f"What it learns from now. `{BASE_FILE}`, the network to begin with, and `{DRAWINGS_FILE}` have to lie beside this "
    "notebook: `python -m mnist_core code RUN --out FILE` writes them, on the computer that they were drawn on. Of "
    f"each digit one drawing in {EVERY} is held back to judge it by.",
    (
        f'file = np.load("{DRAWINGS_FILE}")',
        'x_own, y_own = file["images"] / 255.0, file["labels"]',
        'held = file["held_out"]  # to judge it by',
        "x_held, y_held = x_own[held], y_own[held]",
        "x_own, y_own = x_own[~held], y_own[~held]",
    ),
)
_MODEL = Section(
    "Model",
    "the trained network, which learns on.",
    "No new network: the trained one learns on.",
    (f'model = keras.models.load_model("{BASE_FILE}", compile=False)',),
)


def fine_tuning_sections(config: RunConfig, fine_tune: FineTuneConfig) -> tuple[Section, ...]:
    """Return the steps of a program that learns on from a network, with drawings among known images."""
    validated = config.data.validation_split > 0
    return (
        data_section(config.data, one_hot=None, apart=True),
        _DRAWINGS,
        _variations(config, fine_tune, validated),
        _MODEL,
        training_section(
            config,
            images="len(x_mix)",
            data=["x_mix", "y_mix", f"batch_size={config.train.batch_size}"],
            validation=["validation_data=(x_val, y_val)"] if validated else [],
        ),
        _evaluation(config),
        plot_section(validation=validated),
    )


def _variations(config: RunConfig, fine_tune: FineTuneConfig, validated: bool) -> Section:
    known = min(fine_tune.rehearsal, training_size(config.data))
    return Section(
        "Variations",
        "many copies of the drawings, all but the first ones changed a little.",
        "A handful of drawings is little to learn from: so each is copied many times, and every copy is turned, "
        f"shifted and slanted a little. Among them come {known:,} known images, so that the network does not forget.",
        (
            *change_lines(VARIED),
            "",
            "",
            f"keras.utils.set_random_seed({config.train.seed})",
            f"copies = np.arange({fine_tune.copies}) % len(x_own)",
            "varied = np.concatenate([x_own, change(x_own[copies[len(x_own) :]])])",
            f"known = np.random.choice(len(x_train), {known}, replace=False)  # so that it does not forget",
            "x_mix = np.concatenate([varied, x_train[known]])",
            "y_mix = np.concatenate([y_own[copies], y_train[known]])",
            *(_one_hot_lines(config.spec.num_classes, validated) if config.train.one_hot else []),
        ),
    )


def _one_hot_lines(classes: int, validated: bool) -> list[str]:
    names = ["y_mix", "y_test", *(["y_val"] if validated else [])]
    return [f"{name} = keras.utils.to_categorical({name}, {classes})" for name in names]


def _evaluation(config: RunConfig) -> Section:
    section = evaluation_section(config)
    return Section(
        section.title,
        section.comment,
        section.words,
        (
            *section.lines,
            "if len(x_held):",
            "    right = model.predict(x_held, verbose=0).argmax(axis=1) == y_held",
            '    print(f"{right.sum()} of {len(right)} drawings that were held back are read right")',
        ),
    )
