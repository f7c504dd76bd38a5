"""The short run that finds a learning rate for a configuration."""

from mnist_core.config.choices import RATE_TEST
from mnist_core.config.run import RunConfig
from mnist_core.errors import ConfigError

# How many steps the learning rate takes from its lowest to its highest, seven powers of ten: with fewer than a hundred
# a power of ten has too few losses for a mean, and more than two hundred say no more and take longer.
_LEAST, _MOST = 100, 200


def rate_config(base: RunConfig) -> RunConfig:
    """Return a run of 100 to 200 steps with a rising learning rate: network, optimizer and batches of `base`.

    Batch size and optimizer stay, since the right learning rate is theirs. All batches are full, so that each loss is a
    mean of equally many images.

    Raises
    ------
    ConfigError
        If nothing is trained step by step.
    """
    if base.model.kind != "network":
        raise ConfigError("Only a network has a learning rate to find. Choose one instead of the baseline.")
    batch_size = min(base.train.batch_size, base.data.n_used)
    batches = min(base.data.n_used // batch_size, _MOST)
    return base.with_settings(
        {
            "schedule": RATE_TEST,
            "train_size": batches * batch_size,
            "batch_size": batch_size,
            "epochs": -(-_LEAST // batches),
            "learning_rate": None,
            "warmup_epochs": 0,
            "early_stopping": None,
            "validation_split": 0.0,
            "pen_strokes": False,
        }
    )
