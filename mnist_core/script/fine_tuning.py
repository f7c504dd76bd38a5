"""The plain Keras code of a fine-tuned run; it takes the network that it begins with and the drawings from files."""

from mnist_core.config import FineTuneConfig, RunConfig
from mnist_core.drawing.personal import EVERY, VARIED
from mnist_core.script.augmentation import change_lines
from mnist_core.script.data import data_section, training_size
from mnist_core.script.section import Section
from mnist_core.script.training import evaluation_section, plot_section, training_section
from mnist_core.text import English

BASE_FILE, DRAWINGS_FILE = "base.keras", "drawings.npz"


def fine_tuning_sections(config: RunConfig, fine_tune: FineTuneConfig, t: English) -> tuple[Section, ...]:
    """Return the steps of a program that learns on from a network, with drawings among known images."""
    validated = config.data.validation_split > 0
    return (
        data_section(config.data, t, one_hot=None, apart=True),
        _drawings(t),
        _variations(config, fine_tune, t, validated=validated),
        _model(t),
        training_section(
            config,
            t,
            images="len(x_mix)",
            data=["x_mix", "y_mix", f"batch_size={config.train.batch_size}"],
            validation=["validation_data=(x_val, y_val)"] if validated else [],
        ),
        _evaluation(config, t),
        plot_section(t, validation=validated),
    )


def _drawings(t: English) -> Section:
    return Section(
        "drawings",
        t("Drawings"),
        t(
            "{base} and {drawings} lie beside this script: `python -m mnist_core code RUN --out FILE`.",
            base=BASE_FILE,
            drawings=DRAWINGS_FILE,
        ),
        t(
            "What it learns from now. `{base}`, the network to begin with, and `{drawings}` have to lie beside this "
            "notebook: `python -m mnist_core code RUN --out FILE` writes them, on the computer that they were drawn "
            "on. Of each digit one drawing in {every} is held back to judge it by.",
            base=BASE_FILE,
            drawings=DRAWINGS_FILE,
            every=EVERY,
        ),
        (
            f'file = np.load("{DRAWINGS_FILE}")',
            'x_own, y_own = file["images"] / 255.0, file["labels"]',
            f'held = file["held_out"]  # {t("to judge it by")}',
            "x_held, y_held = x_own[held], y_own[held]",
            "x_own, y_own = x_own[~held], y_own[~held]",
        ),
    )


def _model(t: English) -> Section:
    return Section(
        "model",
        t("Model"),
        t("the trained network, which learns on."),
        t("No new network: the trained one learns on."),
        (f'model = keras.models.load_model("{BASE_FILE}", compile=False)',),
    )


def _variations(config: RunConfig, fine_tune: FineTuneConfig, t: English, *, validated: bool) -> Section:
    known = min(fine_tune.rehearsal, training_size(config.data))
    return Section(
        "variations",
        t("Variations"),
        t("many copies of the drawings, all but the first ones changed a little."),
        t(
            "A handful of drawings is little to learn from: so each is copied many times, and every copy is turned, "
            "shifted and slanted a little. Among them come {known:,} known images, so that the network does not "
            "forget.",
            known=known,
        ),
        (
            *change_lines(VARIED, t),
            "",
            "",
            f"keras.utils.set_random_seed({config.train.seed})",
            f"copies = np.arange({fine_tune.copies}) % len(x_own)",
            "varied = np.concatenate([x_own, change(x_own[copies[len(x_own) :]])])",
            f"known = np.random.choice(len(x_train), {known}, replace=False)  # {t('so that it does not forget')}",
            "x_mix = np.concatenate([varied, x_train[known]])",
            "y_mix = np.concatenate([y_own[copies], y_train[known]])",
            *(_one_hot_lines(config.spec.num_classes, validated) if config.train.one_hot else []),
        ),
    )


def _one_hot_lines(classes: int, validated: bool) -> list[str]:
    names = ["y_mix", "y_test", *(["y_val"] if validated else [])]
    return [f"{name} = keras.utils.to_categorical({name}, {classes})" for name in names]


def _evaluation(config: RunConfig, t: English) -> Section:
    section = evaluation_section(config, t)
    return Section(
        section.name,
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
