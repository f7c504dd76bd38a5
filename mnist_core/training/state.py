"""Where a training is: all that is not in the model or its optimizer."""

from dataclasses import dataclass, field


@dataclass
class TrainingState:
    """Position within a run and the sums of the epoch under way.

    Attributes
    ----------
    step : int
        Batches done since training began.
    seconds : float
        Time spent on training so far, pauses left out.
    loss_sum, correct, examples : float, int, int
        Of the epoch under way: sum of the examples' losses, how many were right, how many there were.
    epoch_elapsed : float
        Seconds of the epoch under way.
    epoch_seconds : list of float
        Wall time of each finished epoch, validation included.
    first_loss : float or None
        Of the very first step, where a test of learning rates compares with it.
    """

    step: int = 0
    seconds: float = 0.0
    loss_sum: float = 0.0
    correct: int = 0
    examples: int = 0
    epoch_elapsed: float = 0.0
    epoch_seconds: list[float] = field(default_factory=list)
    first_loss: float | None = None

    def spend(self, seconds: float) -> None:
        """Count time that went into training."""
        self.seconds += seconds
        self.epoch_elapsed += seconds

    def finish_epoch(self) -> None:
        """Close the epoch under way and begin the next one."""
        self.epoch_seconds.append(self.epoch_elapsed)
        self.loss_sum, self.correct, self.examples, self.epoch_elapsed = 0.0, 0, 0, 0.0

    def logs(self) -> dict[str, float]:
        """Return loss and accuracy over the epoch so far, as Keras's running means; empty before its first batch."""
        if not self.examples:
            return {}
        return {"accuracy": self.correct / self.examples, "loss": self.loss_sum / self.examples}
