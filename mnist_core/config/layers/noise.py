"""Layers that disturb a network while it learns, and do nothing when it answers."""

from typing import Literal

from pydantic import Field

from mnist_core.config.layers.layer import Call, Layer
from mnist_core.onnx.graph import LayerWriter, Table


class _Noise(Layer):
    """Random numbers while the network learns, and nothing when it answers."""

    random = silent = joins = True

    def onnx(self, out: LayerWriter, table: Table) -> Table:
        return table


class Dropout(_Noise):
    """Random switching off, `keras.layers.Dropout`."""

    title = "Dropout"
    help = "Switches off random units while training, so that none is relied on too much."
    listed = "dropout {values}"
    listed_by = "rate"

    kind: Literal["dropout"] = "dropout"
    rate: float = Field(0.3, ge=0.0, le=0.9, title="Rate", description="Share of units switched off in each step.")

    def call(self) -> Call:
        return Call((self.rate,))


class GaussianNoise(_Noise):
    """Normally distributed noise, `keras.layers.GaussianNoise`."""

    title = "GaussianNoise"
    help = "Adds a little random noise to every number while training, so that small differences are not relied on."
    listed = "noise {values}"
    listed_by = "stddev"

    kind: Literal["gaussian_noise"] = "gaussian_noise"
    stddev: float = Field(
        0.1,
        ge=0.0,
        le=1.0,
        title="Strength",
        description="Standard deviation of what is added. The pixels that come in first are 0 to 1.",
    )

    def call(self) -> Call:
        return Call((self.stddev,))
