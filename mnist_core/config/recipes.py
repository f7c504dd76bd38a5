"""Named configurations: the tutorials that MNIST Lab grew from, and their figures.

The expected accuracies were measured with plain Keras 3.15.1 and TensorFlow 2.21 scripts, seed 0; those with
augmentation on the command line.
"""

from dataclasses import dataclass
from functools import lru_cache

from mnist_core.config import (
    AugmentationConfig,
    BatchNormalization,
    Conv2D,
    DataConfig,
    Dense,
    Dropout,
    LayerConfig,
    LogisticConfig,
    MaxPooling2D,
    NetworkConfig,
    RunConfig,
    TrainConfig,
)
from mnist_core.config.choices import AUTO, ONE_CYCLE
from mnist_core.errors import ConfigError


@dataclass(frozen=True, kw_only=True)
class Recipe:
    """A configuration with a story.

    Parameters
    ----------
    id : str
        Fixed name, used on the command line and in links.
    title, summary, lesson : str
        Name, what it is in one line, and what one learns from it.
    anywhere : str
        What it is in one line on whatever images: nothing that only its own dataset keeps.
    term : str
        The glossary's entry on the word that the lesson hangs on.
    config : RunConfig
        The settings.
    expected : dict of str to float
        Accuracies that were measured, in 0 to 1.
    on_digits : float or None
        What it reached on the bundled digits, which stand in where its dataset can't be had: the mean of three seeds
        on the command line. Test accuracy, or for the baseline the cross-validated one. None where it hangs on luck:
        batch normalization needs more steps than so few images give.
    """

    id: str
    title: str
    summary: str
    anywhere: str
    lesson: str
    term: str
    config: RunConfig
    expected: dict[str, float]
    on_digits: float | None


def _convolution(filters: int) -> tuple[LayerConfig, ...]:
    """Return a convolution that keeps the image's size, normalised."""
    return Conv2D(filters=filters, padding="same"), BatchNormalization()


# Within 28 x 28, 26 x 26, 13 x 13 and 11 x 11 pixels.
_FOUR_CONVOLUTIONS = NetworkConfig(
    layers=(
        *_convolution(32),
        Conv2D(filters=32),
        BatchNormalization(),
        MaxPooling2D(),
        *_convolution(64),
        Conv2D(filters=64),
        BatchNormalization(),
        MaxPooling2D(),
        Dropout(rate=0.4),
        Dense(units=128),
    )
)
# Within 26 x 26, 13 x 13 and 6 x 6 pixels: more filters where there are fewer pixels cost little.
_FIVE_CONVOLUTIONS = NetworkConfig(
    layers=(
        Conv2D(filters=32),
        BatchNormalization(),
        MaxPooling2D(),
        *_convolution(64),
        *_convolution(64),
        MaxPooling2D(),
        *_convolution(128),
        *_convolution(128),
        MaxPooling2D(),
        Dropout(rate=0.4),
        Dense(units=128),
    )
)
_FAST = TrainConfig(learning_rate=0.002, schedule="cosine", precision=AUTO)


RECIPES: dict[str, Recipe] = {
    recipe.id: recipe
    for recipe in (
        Recipe(
            id="first-network",
            title="First network",
            summary="One hidden layer of 512 units reads handwritten digits.",
            anywhere="One hidden layer of 512 units.",
            lesson="How far a single hidden layer gets in five epochs.",
            term="hidden_layer",
            config=RunConfig(
                data=DataConfig(dataset="mnist", validation_split=0.0),
                model=NetworkConfig(layers=(Dense(units=512),)),
                train=TrainConfig(optimizer="rmsprop", batch_size=128, epochs=5),
            ),
            expected={"accuracy": 0.991, "test_accuracy": 0.979},
            on_digits=0.887,
        ),
        Recipe(
            id="feedforward-64",
            title="Small and patient",
            summary="A hidden layer of only 64 units learns longer, and is checked on images held back.",
            anywhere="A hidden layer of only 64 units learns longer, and is checked on images held back.",
            lesson="Where training and validation curves part: overfitting begins.",
            term="overfitting",
            config=RunConfig(
                data=DataConfig(dataset="mnist", validation_split=0.2),
                model=NetworkConfig(layers=(Dense(units=64),)),
                train=TrainConfig(optimizer="adam", batch_size=32, epochs=20, tensorboard=True),
            ),
            expected={"val_accuracy": 0.9725, "test_accuracy": 0.971},
            on_digits=0.907,
        ),
        Recipe(
            id="softmax-only",
            title="No hidden layer",
            summary="Ten units, one for each kind of clothing, look at the pixels directly.",
            anywhere="Ten units, one for each class, look at the pixels directly.",
            lesson="What a network without hidden layers can and can't do.",
            term="softmax",
            config=RunConfig(
                data=DataConfig(dataset="fashion_mnist", validation_split=0.2),
                model=NetworkConfig(),
                train=TrainConfig(
                    optimizer="rmsprop",
                    loss="sparse_categorical_crossentropy",
                    batch_size=32,
                    epochs=5,
                ),
            ),
            expected={"accuracy": 0.854, "val_accuracy": 0.856, "test_accuracy": 0.843},
            on_digits=0.884,
        ),
        Recipe(
            id="logistic-sgd",
            title="The baseline",
            summary="Logistic regression from scikit-learn, cross-validated on clothes.",
            anywhere="Logistic regression from scikit-learn, cross-validated.",
            lesson="What a method from before neural networks reaches: the mark to beat.",
            term="logistic_regression",
            config=RunConfig(
                data=DataConfig(dataset="fashion_mnist", validation_split=0.0),
                model=LogisticConfig(folds=5),
                train=TrainConfig(epochs=5, seed=42),
            ),
            expected={"val_accuracy": 0.819},
            on_digits=0.902,
        ),
        Recipe(
            id="fashion-dropout",
            title="Dropout for clothes",
            summary="Two hidden layers with dropout between them.",
            anywhere="Two hidden layers with dropout between them.",
            lesson="How dropout keeps a bigger network from learning by heart.",
            term="dropout",
            config=RunConfig(
                data=DataConfig(dataset="fashion_mnist", validation_split=0.2),
                model=NetworkConfig(layers=(Dense(units=256), Dropout(rate=0.3), Dense(units=128))),
                train=TrainConfig(optimizer="adam", batch_size=128, epochs=10),
            ),
            expected={"val_accuracy": 0.887, "test_accuracy": 0.881},
            on_digits=0.908,
        ),
        Recipe(
            id="small-cnn",
            title="Small convolutional network",
            summary="Filters that slide over the image: reads drawings better than dense layers do.",
            anywhere="Filters that slide over the image.",
            lesson="Why convolutions beat dense layers on images.",
            term="convolution",
            config=RunConfig(
                data=DataConfig(dataset="mnist", validation_split=0.1),
                model=NetworkConfig(
                    layers=(
                        Conv2D(filters=32, kernel_size=3),
                        MaxPooling2D(),
                        Conv2D(filters=64, kernel_size=3),
                        MaxPooling2D(),
                        Dropout(rate=0.5),
                    )
                ),
                train=TrainConfig(optimizer="adam", batch_size=128, epochs=5, precision=AUTO),
            ),
            expected={"test_accuracy": 0.988},
            on_digits=0.861,
        ),
        Recipe(
            id="speed-run",
            title="99% in seconds",
            summary="Two convolutions, trained in seconds: more than 99 of 100 digits right.",
            anywhere="Two convolutions, trained in seconds.",
            lesson="What makes training fast: few filters of 5 × 5 pixels, where most of the arithmetic would be; "
            "larger batches; and a learning rate that goes up to six times the usual one and down to 0, so that three "
            "epochs are enough.",
            term="learning_rate_schedule",
            config=RunConfig(
                data=DataConfig(dataset="mnist", validation_split=0.0),
                model=NetworkConfig(
                    layers=(
                        Conv2D(filters=16, kernel_size=5),
                        MaxPooling2D(),
                        Conv2D(filters=32, kernel_size=5),
                        MaxPooling2D(),
                        Dense(units=128),
                    )
                ),
                train=TrainConfig(
                    optimizer="adam",
                    learning_rate=0.006,
                    schedule=ONE_CYCLE,
                    batch_size=256,
                    epochs=3,
                    label_smoothing=0.1,
                    precision=AUTO,
                ),
            ),
            expected={"test_accuracy": 0.992},
            on_digits=None,
        ),
        Recipe(
            id="handwriting-cnn",
            title="Reads strangers' handwriting",
            summary="Learns from MNIST as if many more people had written it: slanted, bent, with crossed sevens.",
            anywhere="Convolutions on images that are slanted, bent and crossed at random.",
            lesson="How augmentation makes a network ready for what it has never seen.",
            term="data_augmentation",
            config=RunConfig(
                data=DataConfig(dataset="mnist", validation_split=0.05),
                model=NetworkConfig(
                    layers=(
                        *_convolution(24),
                        *_convolution(24),
                        MaxPooling2D(),
                        *_convolution(48),
                        *_convolution(48),
                        MaxPooling2D(),
                        *_convolution(48),
                        MaxPooling2D(),
                        Dropout(rate=0.3),
                        Dense(units=96),
                        Dropout(rate=0.3),
                    )
                ),
                train=TrainConfig(
                    optimizer="adamw",
                    learning_rate=0.002,
                    schedule="cosine",
                    batch_size=128,
                    epochs=15,
                    precision=AUTO,
                ),
                augment=AugmentationConfig(
                    rotation=12, shift=1.5, scale=0.12, shear=12, elastic=1.0, thickness=0.7, habits=0.7
                ),
            ),
            expected={"test_accuracy": 0.993},
            on_digits=None,
        ),
        Recipe(
            id="best-cnn",
            title="Best on digits",
            summary="Four convolutions on images that look different each time: the fewest mistakes on MNIST here.",
            anywhere="Four convolutions on images that look different each time.",
            lesson="What augmentation, batch normalization and a falling learning rate add up to.",
            term="batch_normalization",
            config=RunConfig(
                data=DataConfig(dataset="mnist", validation_split=0.05),
                model=_FOUR_CONVOLUTIONS,
                train=_FAST.model_copy(update={"epochs": 12}),
                augment=AugmentationConfig(rotation=10, shift=1, scale=0.1, shear=8, elastic=0.6, thickness=0.3),
            ),
            expected={"val_accuracy": 0.995, "test_accuracy": 0.997},
            on_digits=None,
        ),
        Recipe(
            id="best-fashion-cnn",
            title="Best on clothes",
            summary="Five convolutions on clothes, mirrored in half of the cases.",
            anywhere="Five convolutions on images that are mirrored in half of the cases.",
            lesson="Why clothes may be mirrored and digits may not.",
            term="data_augmentation",
            config=RunConfig(
                data=DataConfig(dataset="fashion_mnist", validation_split=0.05),
                model=_FIVE_CONVOLUTIONS,
                train=_FAST.model_copy(update={"epochs": 25}),
                augment=AugmentationConfig(shift=1, scale=0.05, mirror=True),
            ),
            expected={"val_accuracy": 0.943, "test_accuracy": 0.939},
            on_digits=None,
        ),
    )
}


# What the first page offers to train on; other datasets are there once somebody asks for them.
RECIPE_DATASETS = tuple(dict.fromkeys(recipe.config.data.dataset for recipe in RECIPES.values()))


def get_recipe(recipe_id: str) -> Recipe:
    """Return a recipe by its id; raises `ConfigError` naming the ids that exist."""
    try:
        return RECIPES[recipe_id]
    except KeyError:
        raise ConfigError(
            "There is no recipe called {name}. Choose one of {known}. Received: recipe={name}",
            name=recipe_id,
            known=", ".join(RECIPES),
        ) from None


@lru_cache(maxsize=64)  # pages ask for all of them again and again
def recipe_on(recipe_id: str, dataset_id: str) -> RunConfig:
    """Return a recipe's configuration with another dataset; raises as `get_recipe`."""
    config = get_recipe(recipe_id).config
    return config.model_copy(update={"data": config.data.model_copy(update={"dataset": dataset_id})})
