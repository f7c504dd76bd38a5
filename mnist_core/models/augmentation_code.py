"""Augmentation in the plain Keras code of a configuration: the same changes, written to be read.

Habits of writing are left out, and the code says so.
"""

from mnist_core.config import AugmentationConfig, RunConfig

_BATCHES = '''\
class Changed(keras.utils.PyDataset):
    """Batches in a random order, with all images changed anew in every epoch."""

    def __init__(self, x, y):
        super().__init__()
        self.x, self.y = x, y
        self.on_epoch_end()

    def on_epoch_end(self):
        self.order = rng.permutation(len(self.x))

    def __len__(self):
        return -(-len(self.x) // {batch_size})

    def __getitem__(self, index):
        chosen = self.order[index * {batch_size} : (index + 1) * {batch_size}]
        return change(self.x[chosen]), self.y[chosen]
'''
_SAMPLE = """\
    # Look each pixel up between its four neighbours; around the image is background.
    framed = np.pad(images, ((0, 0), (1, 1), (1, 1)))
    rows, columns = np.clip(rows + 14.5, 0, 28.999), np.clip(columns + 14.5, 0, 28.999)
    top, left = rows.astype(int), columns.astype(int)
    down, right = rows - top, columns - left
    image = np.arange(len(images))[:, None, None]
    upper = framed[image, top, left] * (1 - right) + framed[image, top, left + 1] * right
    lower = framed[image, top + 1, left] * (1 - right) + framed[image, top + 1, left + 1] * right
    return upper * (1 - down) + lower * down"""


def augmentation_lines(config: RunConfig) -> list[str]:
    """Return code that defines ``change(images)`` and ``Changed``: batches of changed images."""
    lines = [
        f"rng = np.random.default_rng({config.train.seed})",
        "",
        "",
        "def change(images):",
        '    """Return images of shape (n, 28, 28), each changed at random."""',
        *_habits_lines(config.augment),
        "    def within(most):",
        "        return rng.uniform(-most, most, (len(images), 1, 1))",
        "",
        *_thickness_lines(config.augment),
        *_moving_lines(config.augment),
        "",
        "",
        *_BATCHES.format(batch_size=config.train.batch_size).splitlines(),
        "",
    ]
    return lines


def _habits_lines(augment: AugmentationConfig) -> list[str]:
    if not augment.habits:
        return []
    return ["    # Left out, because it is long: MNIST Lab first paints flags, bars and curls on some 1, 7 and 9."]


def _thickness_lines(augment: AugmentationConfig) -> list[str]:
    if not augment.thickness:
        return []
    return [
        f"    amount = within({augment.thickness!r})  # thicker strokes above 0, thinner ones below",
        "    framed = np.pad(images, ((0, 0), (1, 1), (1, 1)))",
        "    near = np.lib.stride_tricks.sliding_window_view(framed, (3, 3), axis=(1, 2))",
        "    extreme = np.where(amount > 0, near.max(axis=(3, 4)), near.min(axis=(3, 4)))",
        "    images = images + (extreme - images) * abs(amount)",
    ]


def _moving_lines(augment: AugmentationConfig) -> list[str]:
    """Return the lines that follow each pixel back to where it comes from."""
    if not augment.moves:
        return ["    return images"]
    lines = ["    rows, columns = np.indices((28, 28)) - 13.5  # where each pixel comes from"]
    if augment.shift:
        lines.append(f"    rows, columns = rows - within({augment.shift!r}), columns - within({augment.shift!r})")
    if augment.rotation:
        lines += [
            f"    angle = np.deg2rad(within({augment.rotation!r}))",
            "    sine, cosine = np.sin(angle), np.cos(angle)",
            "    rows, columns = cosine * rows - sine * columns, sine * rows + cosine * columns",
        ]
    if augment.shear:
        lines.append(f"    columns = columns - np.tan(np.deg2rad(within({augment.shear!r}))) * rows")
    if augment.scale:
        scale = repr(augment.scale)
        lines.append(f"    rows, columns = rows / (1 + within({scale})), columns / (1 + within({scale}))")
    if augment.mirror:
        lines.append("    columns = columns * rng.choice([-1, 1], (len(images), 1, 1))")
    if augment.elastic:
        lines += [
            "    # As if drawn on rubber: 6 x 6 knots, each moved at random, take what is around them along.",
            "    waves = np.exp(-0.5 * ((np.arange(28) - np.linspace(0, 27, 6)[:, None]) / 4.86) ** 2)",
            "    waves /= np.sqrt((waves**2).sum(axis=0))",
            f"    knots = {augment.elastic!r} * rng.standard_normal((2, len(images), 6, 6))",
            "    rows, columns = rows + waves.T @ knots[0] @ waves, columns + waves.T @ knots[1] @ waves",
        ]
    lines.append("    rows, columns = (np.broadcast_to(places, images.shape) for places in (rows, columns))")
    return [*lines, *_SAMPLE.splitlines()]
