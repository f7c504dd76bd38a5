"""What this installation allows; checked before a run is queued, and shown in the form."""

from mnist_core.config import NetworkConfig, RunConfig
from mnist_core.engine.estimate import Estimate
from mnist_core.errors import ConfigError, LimitError, TrainingOffError
from mnist_core.models.summary import parameter_count
from mnist_core.settings import Settings
from mnist_core.store import RunRecord, RunState, Store
from mnist_core.system.devices import card_memory, default_slots, memory_limit_mb, total_memory
from mnist_core.text import Plural

# Bytes: the app with visitors takes 0.4 GB (benchmarks/README.md), the smallest training 1.1 GB (`estimate`).
_LEAST_MEMORY = 1_500_000_000


def why_no_training(settings: Settings) -> TrainingOffError | None:
    """Return why no network is trained on this installation; None where networks are."""
    is_here = settings.engine == "local"  # else other computers have the memory for it
    if settings.training == "auto" and is_here and (memory := total_memory()) < _LEAST_MEMORY:
        return TrainingOffError(
            "This computer is too small to train networks: that takes {need:.1f} GB of memory, and it has {has:.1f} "
            "GB. The networks that came along are ready to be tried on the pages Draw, Evaluate and Explain.",
            need=_LEAST_MEMORY / 1e9,
            has=memory / 1e9,
        )
    if settings.training is False:
        return TrainingOffError(
            "No networks are trained here. Those that came along are ready to be tried on the pages Draw, Evaluate and "
            "Explain. To train your own, start MNIST Lab on your computer."
        )
    return None


def check_training(settings: Settings) -> None:
    """Raise `TrainingOffError` where no network is trained on this installation."""
    if (off := why_no_training(settings)) is not None:
        raise off


def check_config(config: RunConfig, settings: Settings, estimate: Estimate) -> None:
    """Raise `LimitError` where a configuration is larger than this installation allows.

    Raises
    ------
    LimitError
        Naming the limit, what was received and what to change.
    ConfigError
        If the network's layers don't fit together.
    """
    if config.train.epochs > settings.max_epochs:
        raise LimitError(
            Plural(
                "At most {n:,} epoch is possible here. Received: epochs={received}",
                "At most {n:,} epochs are possible here. Received: epochs={received}",
            ),
            n=settings.max_epochs,
            received=config.train.epochs,
        )
    images = config.data.n_used
    if images > settings.max_train_size:
        raise LimitError(
            "At most {most} training images are possible here. Received: {n}",
            most=settings.max_train_size,
            n=images,
        )
    if isinstance(config.model, NetworkConfig):
        parameters = parameter_count(config.model, config.spec.num_classes)
        if parameters > settings.max_parameters:
            raise LimitError(
                "This network has {n:,} parameters; at most {most:,} are possible here. Make a layer smaller.",
                n=parameters,
                most=settings.max_parameters,
            )
    if estimate.seconds > settings.max_run_seconds:
        raise LimitError(
            "This would train for about {minutes:.0f} minutes; at most {most:.0f} are possible here. "
            "Choose fewer epochs, a smaller network or fewer images.",
            minutes=estimate.seconds / 60,
            most=settings.max_run_seconds / 60,
        )
    if settings.engine == "local":
        _check_computer(settings, estimate)


def _check_computer(settings: Settings, estimate: Estimate) -> None:
    """Raise `LimitError` where a run would take more memory than there is; of other computers nobody knows it here."""
    most_memory = memory_limit_mb(settings.worker_memory_mb, settings.slots or default_slots())
    if estimate.memory_mb > most_memory:
        raise LimitError(
            "This would need about {need:.1f} GB of memory; a run may use {most:.1f} GB here. "
            "Choose a smaller network or a smaller batch size.",
            need=estimate.memory_mb / 1000,
            most=most_memory / 1000,
        )
    most_on_card = card_memory()
    if most_on_card is not None and estimate.card_mb > most_on_card / 1e6:
        raise LimitError(
            "This would need about {need:.1f} GB of the graphics card's memory, which has {most:.1f} GB. "
            "Choose a smaller network or a smaller batch size.",
            need=estimate.card_mb / 1000,
            most=most_on_card / 1e9,
        )


def check_visitor(owner: str | None, store: Store, address: str | None = None) -> None:
    """Raise `LimitError` where a visitor has as many waiting runs, or as much on the disk, as is allowed.

    Runs of the command line (`owner` None) are not limited: who can start it owns the computer. New visitors of one
    address share limits, see `mnist_core.store.visitors`.
    """
    if owner is None:
        return
    settings = store.settings
    waiting = len(store.runs.find(states=[RunState.QUEUED], owner=owner))
    if waiting >= settings.queued_per_visitor:
        raise LimitError(
            Plural(
                "You already have {n:,} run waiting. Let it begin, or cancel it, then start this one.",
                "You already have {n:,} runs waiting. Let one of them begin, or cancel it, then start this one.",
            ),
            n=waiting,
        )
    store.visitors.check_waiting(owner, address)
    check_disk(owner, store, address=address)


def check_disk(owner: str | None, store: Store, more: int = 0, address: str | None = None) -> None:
    """Raise `LimitError` where a visitor's runs, and `more` bytes, take more of the disk than is allowed."""
    if owner is None:
        return
    settings = store.settings
    used = (store.runs.disk_usage(owner) + more) / 1e6
    if used > settings.visitor_disk_mb:
        raise LimitError(
            "Your runs take {used:.0f} MB on the disk; {most} MB are possible here. Delete a run that you don't need.",
            used=used,
            most=settings.visitor_disk_mb,
        )
    store.room.check(owner, address, more)


def check_continuation(record: RunRecord, config: RunConfig) -> None:
    """Raise `ConfigError` where training a run on with `config` would not be the same training for longer."""
    if record.shipped is not None:
        raise ConfigError(
            "“{name}” comes with MNIST Lab without what training needs to go on. Train a network of your own with its "
            "settings instead.",
            name=record.name,
        )
    if record.imported is not None:
        raise ConfigError(
            "“{name}” was imported without what training needs to go on. Train a network of your own with its "
            "settings instead.",
            name=record.name,
        )
    if record.config.model.kind != "network":
        raise ConfigError("Only networks can be trained on; a baseline is trained anew.")
    if record.config.with_settings({"epochs": config.train.epochs}) != config:
        raise ConfigError("To train a run on, only its number of epochs may change.")
    if config.train.epochs <= record.config.train.epochs and record.state is RunState.COMPLETED:
        raise ConfigError(
            Plural(
                "The run has {n:,} epoch already, so choose more. Received: epochs={received}",
                "The run has {n:,} epochs already, so choose more. Received: epochs={received}",
            ),
            n=record.config.train.epochs,
            received=config.train.epochs,
        )
