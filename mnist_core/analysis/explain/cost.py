"""How long an explanation will take, by counting."""

from mnist_core.config import NetworkConfig, RunConfig
from mnist_core.models.cost import training_cost

IMAGES_PER_MAP = 2000
"""About how many predictions all maps of one image need together."""

# Floating point operations a second of ONNX Runtime on one core: 1.2e11 was measured with the small CNN.
_SPEED = 1e11


def expected_seconds(config: RunConfig, images: int = IMAGES_PER_MAP) -> float:
    """Return about how many seconds so many predictions take on one core.

    Parameters
    ----------
    config : RunConfig
        Of the run that predicts.
    images : int
    """
    if not isinstance(config.model, NetworkConfig):
        return 0.0
    cost = training_cost(config.model, config.spec.num_classes)
    # A training step goes through a layer two or three times; a prediction once.
    return images * (cost.dense_flops + cost.conv_flops) / 2 / _SPEED
