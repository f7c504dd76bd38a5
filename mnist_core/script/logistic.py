"""The plain code of logistic regression, with scikit-learn."""

from mnist_core.config import LogisticConfig, RunConfig
from mnist_core.script.data import data_section
from mnist_core.script.section import Section
from mnist_core.text import English


def logistic_sections(config: RunConfig, model: LogisticConfig, t: English) -> tuple[Section, ...]:
    """Return the steps of a program that trains the baseline; it has no validation set, but folds."""
    return (
        _data(config, t),
        _model(config, t),
        _cross_validation(model.folds, t),
        _evaluation(t),
        _plot(config.spec.num_classes, t),
    )


def model_line(config: RunConfig) -> str:
    """Return the code that makes the untrained model."""
    return f'SGDClassifier(loss="log_loss", max_iter={config.train.epochs}, random_state={config.train.seed})'


def _data(config: RunConfig, t: English) -> Section:
    data = data_section(config.data, t, one_hot=None, apart=False)
    return Section(
        data.name,
        data.title,
        data.comment,
        f"{data.words} {t('Here each image is one long row of its 784 numbers.')}",
        (*data.lines, "x_train, x_test = x_train.reshape(-1, 784), x_test.reshape(-1, 784)"),
    )


def _model(config: RunConfig, t: English) -> Section:
    epochs = config.train.epochs
    return Section(
        "model",
        t("Model"),
        t("one weighted sum of the pixels for each class, trained in {epochs} passes.", epochs=epochs),
        t(
            "Logistic regression, a method from before neural networks: one weighted sum of all pixels for each class. "
            "It goes through the images {epochs} times; scikit-learn may warn that more would be better.",
            epochs=epochs,
        ),
        (f"model = {model_line(config)}",),
    )


def _cross_validation(folds: int, t: English) -> Section:
    return Section(
        "cross-validation",
        t("Cross-validation"),
        t("trained {folds} times, each time judged by another part that it did not see.", folds=folds),
        t(
            "The training images are cut into {folds} folds. Each of them judges once a model that was trained on the "
            "others.",
            folds=folds,
        ),
        (
            f'scores = cross_validate(model, x_train, y_train, cv={folds})["test_score"]',
            'print(f"Accuracy in cross-validation {scores.mean():.4f}, give or take {scores.std():.4f}")',
        ),
    )


def _evaluation(t: English) -> Section:
    return Section(
        "evaluation",
        t("Evaluation"),
        t("trained on all training images, judged by images that it has never seen."),
        t("Now it is trained on all training images. How well does it do on images that it has never seen?"),
        ("model.fit(x_train, y_train)", *test_lines(t)),
    )


def test_lines(t: English) -> tuple[str, ...]:
    """Return the code that judges ``model`` on the test images."""
    return (
        # One that is quite sure of two classes has a tie in float32, which is how MNIST Lab judges it.
        f'probabilities = model.predict_proba(x_test).astype("float32")  # {t("as exact as those of a network")}',
        "accuracy = (probabilities.argmax(axis=1) == y_test).mean()",
        f"loss = -np.log(np.maximum(probabilities[range(len(y_test)), y_test], 1e-7)).mean()  # {t('as in Keras')}",
        'print("Test:", {"accuracy": float(accuracy), "loss": float(loss)})',
    )


def _plot(classes: int, t: English) -> Section:
    return Section(
        "plot",
        t("Plot"),
        t("the weights as pictures, red for and blue against a class, as a file and in a window where there is one."),
        t("The weights of each class as a picture: ink on red pixels speaks for the class, on blue ones against it."),
        (
            f"for label in range({classes}):",
            f"    plt.subplot({-(-classes // 5)}, 5, label + 1, title=label, xticks=[], yticks=[])",
            '    plt.imshow(model.coef_[label].reshape(28, 28), cmap="RdBu_r")',
            'plt.savefig("weights.png")',
            "plt.show()",
        ),
    )
