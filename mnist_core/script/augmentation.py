"""Augmentation in the plain Keras code of a configuration: the same changes, written to be read.

Habits of writing are left out, because they are long; `mnist_core.script.network` says so.
"""

from math import pi, sqrt

from mnist_core.config import AugmentationConfig
from mnist_core.text import English

# As in `mnist_core.augmentation.elastic`: how far around itself a place takes others along, in pixels.
_WIDTH = 4.9


def change_lines(augment: AugmentationConfig, t: English, indent: int = 0) -> list[str]:
    """Return code that defines ``change(images)``; it takes random numbers from NumPy's global generator.

    `indent` is how far inside of other code it will stand, which leaves it shorter lines.
    """
    return [
        "def change(images):",
        f'    """{t("Return images of shape (n, 28, 28), each changed at random.")}"""',
        *(["    size = (len(images), 1, 1)"] if augment.moves or augment.thickness else []),
        *_thickness_lines(augment, t),
        *_moving_lines(augment, t, indent),
    ]


def batch_lines(batch_size: int, t: English) -> list[str]:
    """Return code that defines ``batches()``: batches of changed training images, for ever."""
    size = batch_size
    return [
        "def batches():",
        f'    """{t("Give the training images in a random order, again and again, each time changed anew.")}"""',
        "    while True:",
        f"        for chosen in np.split(np.random.permutation(len(x_train)), range({size}, len(x_train), {size})):",
        "            yield change(x_train[chosen]), y_train[chosen]",
    ]


def _thickness_lines(augment: AugmentationConfig, t: English) -> list[str]:
    if not augment.thickness:
        return []
    most = augment.thickness
    return [
        f"    amount = np.random.uniform({-most!r}, {most!r}, size)"
        f"  # {t('thicker strokes above 0, thinner ones below')}",
        '    thick, thin = (f(images, (1, 3, 3), mode="constant") for f in (grey_dilation, grey_erosion))',
        "    images = images + (np.where(amount > 0, thick, thin) - images) * abs(amount)",
    ]


def _moving_lines(augment: AugmentationConfig, t: English, indent: int) -> list[str]:
    """Return the lines that follow each pixel back to where it comes from."""
    if not augment.moves:
        return ["    return images"]
    where = "    rows, columns = np.indices((28, 28))[:, None] - 13.5"
    if augment.shift:
        lines = [f"{where} - {_within(augment.shift, '(2, *size)')}  # {t('shift')}"]
    else:
        lines = [f"{where}  # {t('where each pixel comes from')}"]
    if augment.rotation:
        lines += [
            f"    angle = np.deg2rad({_within(augment.rotation)})  # {t('rotation')}",
            "    rows, columns = np.cos(angle) * rows - np.sin(angle) * columns, "
            "np.sin(angle) * rows + np.cos(angle) * columns",
        ]
    if augment.shear:
        lines.append(f"    columns = columns - np.tan(np.deg2rad({_within(augment.shear)})) * rows  # {t('shear')}")
    if augment.scale:
        lines += [
            f"    tall, wide = 1 + {_within(augment.scale, '(2, *size)')}",
            f"    rows, columns = rows / tall, columns / wide  # {t('scale')}",
        ]
    if augment.mirror:
        sides = "[-1, 1]" if augment.mirror is True else f"[-1, 1] if {augment.mirror} else [1]"
        lines.append(f"    columns = columns * np.random.choice({sides}, size)  # {t('mirror')}")
    if augment.elastic:
        # Smoothing makes random numbers smaller, by this factor: they get back their standard deviation.
        strength = 2 * sqrt(pi) * _WIDTH * augment.elastic
        noise = "np.random.standard_normal((2, len(images), 28, 28))"
        if indent:  # inside of a trial, where lines are shorter
            lines.append(f"    noise = {noise}")
            noise = "noise"
        lines += [
            f'    bend = {strength:.4g} * gaussian_filter({noise}, (0, 0, {_WIDTH}, {_WIDTH}), mode="wrap")',
            f"    rows, columns = rows + bend[0], columns + bend[1]  # {t('elastic, as if drawn on rubber')}",
        ]
    return [
        *lines,
        "    places = np.broadcast_arrays(np.arange(len(images)).reshape(size), rows + 13.5, columns + 13.5)",
        '    return map_coordinates(images, places, order=1, mode="grid-constant")',
    ]


def _within(most: float, size: str = "size") -> str:
    """Return code for random numbers evenly spread over -most to most."""
    return f"np.random.uniform({-most!r}, {most!r}, {size})"
