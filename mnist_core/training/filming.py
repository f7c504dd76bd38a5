"""Recording the film of a training: see `mnist_core.film`. It only looks at the network, and changes nothing."""

import time
from collections import deque
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

import numpy as np
import numpy.typing as npt

from mnist_core.config import RunConfig
from mnist_core.datasets import Dataset
from mnist_core.film import (
    GRADIENT_IMAGES,
    MOST,
    Judged,
    KeptWeights,
    Keyframe,
    Schedule,
    answered,
    first_pictures,
    fixed_images,
    images_of,
    keyframe_of,
    keyframes_of,
    most_bytes_of,
    schedule_of,
    watched_places,
    write_keyframe,
)
from mnist_core.settings import Settings
from mnist_core.store.run_files import PASSING, keyframes_in
from mnist_core.system.saying import complain
from mnist_core.training.protocol import Bytes, Judge
from mnist_core.training.writer import Writer

if TYPE_CHECKING:
    import keras

Weights = Mapping[str, npt.NDArray[np.float16]]
Gradients = Mapping[str, npt.NDArray[np.float32]]

_MOST_WAITING = 64_000_000  # bytes of weights that may wait to be judged; with more, a moment but the last is left out
_ALWAYS = 0.2  # of the film's share are for moments that are shown and not kept, whatever the others take
_CAREFUL = 0.85  # of the film's share is given away: what it takes is measured beside a training, and is a little more
_BETWEEN = 0.4  # least seconds from one moment that somebody may watch to the next that is not kept


class Recorder:
    """Keeps moments of a training as its schedule says; a context manager around the steps.

    Weights are copied between two batches, and a thread of its own finds out from the copy what they say. So nothing
    that training depends on is touched: its result is the same, bit for bit. Where a film can't go on it ends, and the
    training does not.

    Parameters
    ----------
    folder : Path
        Of the keyframes' files; those that are there are an earlier part of the same training.
    config : RunConfig
        Of a network.
    settings : Settings
        How large a film may be, and how long it may take.
    """

    def __init__(self, folder: Path, config: RunConfig, settings: Settings) -> None:
        self._folder, self._config = folder, config
        self._settings = settings
        self._schedule = Schedule()
        self._ahead: list[int] = []  # steps of the schedule that are still to come
        self._ended = False  # by a failure
        self._writer = Writer()
        self._waiting: deque[int] = deque()  # bytes of the copies that wait for it
        self._network: _Network | None = None
        self._fixed: _Fixed | None = None
        self._steps_per_epoch, self._first = 1, 0
        self._spent = _Spent(settings.film_percent / 100)
        self._watched = time.monotonic()  # when there was something new to see

    def begin(self, model: "keras.Model", judge: Judge, dataset: Dataset, steps_per_epoch: int, step: int) -> None:
        """Go on at a step, 0 at first: what was kept of later ones is thrown away."""
        self._schedule = schedule_of(self._config, steps_per_epoch, self._settings)
        self._steps_per_epoch, self._first = steps_per_epoch, step
        self._watched = time.monotonic()
        with self._ending_film():
            kept = self._go_on_from(step)
            # All moments of a film are judged by the same images.
            images = images_of(kept[max(kept)]) if kept else self._schedule.images
            self._ahead = [mark for mark in self._schedule.steps if mark > step or (mark == step and mark not in kept)]
            if self._ahead:
                earlier = keyframes_of((kept[told] for told in sorted(kept)), self._config)
                self._network, self._fixed = _Network(model, judge), _Fixed(dataset, self._config, images, earlier)
        self.look(step)

    def next_after(self, step: int) -> int | None:
        """Return the next step at which a moment is to be kept; None where there is none."""
        return None if self._ended else next((mark for mark in self._ahead if mark > step), None)

    def look(self, step: int) -> None:
        """Keep this moment if one is due. What a compiled program can't stop at is kept at its next step."""
        due = [mark for mark in self._ahead if mark <= step]
        if due:
            self._ahead = self._ahead[len(due) :]
            self._keep(step, due[-1] in self._schedule.weighted)
        elif self._ahead and self._may_show(step):
            self._show(step)

    def end(self, step: int) -> None:
        """Keep the last moment of a training that ends before it was due."""
        if self._ahead and step:
            self._ahead = []
            self._keep(step, bool(self._schedule.weighted))
        with self._ending_film():
            self._writer.do(lambda: (self._folder / PASSING).unlink(missing_ok=True))

    def __enter__(self) -> Self:
        """Begin to write."""
        self._writer.__enter__()
        return self

    def __exit__(self, *error: Any) -> None:
        """Wait until all is written."""
        self._writer.__exit__(*error)

    def _go_on_from(self, step: int) -> dict[int, Path]:
        """Throw away what is later, and what the rest of a longer film needs room for; return what stays by steps."""
        (self._folder / PASSING).unlink(missing_ok=True)
        files = keyframes_in(self._folder)
        kept = {told for told in files if told <= step}
        ahead = [mark for mark in self._schedule.steps if mark > step]
        needed = most_bytes_of(self._config, len(ahead), sum(mark in self._schedule.weighted for mark in ahead))
        taken = {told: files[told].stat().st_size for told in kept}
        # Those that a film of this length does not ask for go first; of them the newest.
        for told in sorted(kept - {0}, key=lambda told: (told in self._schedule.steps, -told)):
            if len(taken) + len(ahead) <= MOST and sum(taken.values()) + needed <= self._settings.film_mb * 1e6:
                break
            del taken[told]
        for told in files.keys() - taken.keys():
            files[told].unlink()
        return {told: files[told] for told in taken}

    @contextmanager
    def _ending_film(self) -> Iterator[None]:
        """Let a failure end the film and nothing else."""
        try:
            yield
        except Exception as error:  # a full disk, no memory, or what a backend raises
            complain(f"The film in {self._folder} ends here.", error)
            self._ended = True

    def _keep(self, step: int, with_weights: bool) -> None:
        """Copy what there is to see, and have it judged and written."""
        if self._ended or self._network is None or self._fixed is None:
            return
        self._watched = time.monotonic()
        with self._ending_film(), self._spent.on_film(time.process_time):
            weights = self._network.weights()
            size = sum(values.nbytes for values in weights.values())
            if self._ahead and self._waiting and sum(self._waiting) + size > _MOST_WAITING:
                return
            images, labels = self._fixed.images[:GRADIENT_IMAGES], self._fixed.labels[:GRADIENT_IMAGES]
            gradients = self._network.gradients(images, labels) if self._schedule.gradients else {}
            self._waiting.append(size)
            self._writer.do(partial(self._write, self._fixed, step, weights, gradients, with_weights))

    def _write(self, fixed: "_Fixed", step: int, weights: Weights, gradients: Gradients, with_weights: bool) -> None:
        """Judge a copy and write its file; in the writer's thread."""
        self._waiting.popleft()
        if self._ended:
            return
        with self._ending_film(), self._spent.on_film(time.thread_time, kept=1):
            if _are_numbers(weights):  # else the training flies apart
                said = fixed.judged(weights)
                keyframe = keyframe_of(step, self._steps_per_epoch, weights, said, gradients)
                fixed.keep(keyframe)
                pictures = None if with_weights else first_pictures(self._config, weights)
                write_keyframe(self._folder, keyframe, weights if with_weights else None, pictures)

    def _may_show(self, step: int) -> bool:
        """Whether a moment that is not kept may be shown: not too soon after the last one, nor at too high a cost."""
        if self._waiting or time.monotonic() - self._watched < _BETWEEN:
            return False
        done = (step - self._first) / (self._schedule.steps[-1] - self._first)
        return self._spent.allows_more(done, len(self._ahead))

    def _show(self, step: int) -> None:
        """Write down a moment that is not kept, for those who watch the training."""
        if self._ended or self._network is None or self._fixed is None:
            return
        self._watched = time.monotonic()
        with self._ending_film(), self._spent.on_passing(time.process_time):
            weights = self._network.weights()
            self._waiting.append(sum(values.nbytes for values in weights.values()))
            self._writer.do(partial(self._write_passing, self._fixed, step, weights))

    def _write_passing(self, fixed: "_Fixed", step: int, weights: Weights) -> None:
        """Ask a copy about the images that are watched; in the writer's thread."""
        self._waiting.popleft()
        if self._ended:
            return
        with self._ending_film(), self._spent.on_passing(time.thread_time, shown=1):
            last = fixed.kept
            if last is not None and _are_numbers(weights):
                keyframe = replace(last, step=step, answers=fixed.watched(weights))
                write_keyframe(self._folder, keyframe, None, first_pictures(self._config, weights), passing=True)


def _are_numbers(weights: Weights) -> bool:
    return all(np.isfinite(values).all() for values in weights.values())


class _Spent:
    """Processor time that a film takes, so that moments which are not kept get what its share leaves for them.

    Parameters
    ----------
    share : float
        Of the training's processor time that both may take, 0 to 1.
    """

    def __init__(self, share: float) -> None:
        self._share, self._began = share, time.process_time()
        self._film, self._kept = 0.0, 0
        self._passing, self._shown = 0.0, 0

    @contextmanager
    def on_film(self, clock: Callable[[], float], kept: int = 0) -> Iterator[None]:
        """Count what is done meanwhile, and a moment that is kept."""
        began = clock()
        yield
        self._film += clock() - began
        self._kept += kept

    @contextmanager
    def on_passing(self, clock: Callable[[], float], shown: int = 0) -> Iterator[None]:
        """Count what is done meanwhile, and a moment that is not kept."""
        began = clock()
        yield
        self._passing += clock() - began
        self._shown += shown

    def allows_more(self, done: float, ahead: int) -> bool:
        """Whether there is time for one more moment that is not kept.

        Parameters
        ----------
        done : float
            Share of the training that is done, 0 to 1.
        ahead : int
            Moments that are still to be kept: as most of them are early ones, each counts for the whole training.
        """
        each = self._film / max(1, self._kept)
        film = done * (self._film + ahead * each)
        one = self._passing / self._shown if self._shown else 0.0  # little: the first is to tell how much
        budget = self._share * (time.process_time() - self._began)
        return self._passing + one < max(_ALWAYS * budget, _CAREFUL * budget - film)


class _Network:
    """What a film asks a network in training for."""

    def __init__(self, model: "keras.Model", judge: Judge) -> None:
        self._model, self._judge = model, judge

    def weights(self) -> Weights:
        """Return a copy of all weights in half precision; what is too large for that is infinite."""
        with np.errstate(over="ignore"):
            return {
                f"{number:02}_{type(layer).__name__}/{variable.name}": np.array(variable.numpy(), np.float16)
                for number, layer in enumerate(self._model.layers)
                for variable in layer.weights
            }

    def gradients(self, images: Bytes, labels: Bytes) -> Gradients:
        """Return the loss's gradient on images as one list of numbers for each layer; empty where nobody tells it."""
        found = self._judge.gradients(images, labels)
        if found is None:
            return {}
        arrays = iter(found)
        by_layer = {
            f"{number:02}_{type(layer).__name__}": [next(arrays).ravel() for _ in layer.trainable_variables]
            for number, layer in enumerate(self._model.layers)
        }
        return {name: np.concatenate(parts) for name, parts in by_layer.items() if parts}


class _Fixed:
    """The fixed images, and what kept weights say to them."""

    def __init__(self, dataset: Dataset, config: RunConfig, images: int, earlier: Sequence[Keyframe] = ()) -> None:
        places = fixed_images(dataset.y_test)[:images]
        self.images, self.labels = np.asarray(dataset.x_test[places]), np.asarray(dataset.y_test[places])
        self._answered = answered(len(places), dataset.spec.num_classes)
        self._config = config
        self._networks: KeptWeights | None = None
        self._answers = [keyframe.answers.astype(np.float32) for keyframe in earlier]
        self.kept = earlier[-1] if earlier else None

    def keep(self, keyframe: Keyframe) -> None:
        """Take note of a moment that is kept: which images are watched follows from these."""
        self.kept = keyframe
        self._answers.append(keyframe.answers.astype(np.float32))

    def judged(self, weights: Weights) -> Judged:
        """Return what weights say to all images."""
        self._networks = self._networks or KeptWeights(self._config)
        return self._networks.judged(weights, self.images, self.labels, self._answered)

    def watched(self, weights: Weights) -> npt.NDArray[np.float16]:
        """Return what weights say to the images that are watched, and the last kept moment to the others."""
        self._networks = self._networks or KeptWeights(self._config)
        places = watched_places(self._answers, self.labels[: self._answered])
        answers = self._answers[-1].astype(np.float16)
        answers[places] = self._networks.few(weights, self.images[places])
        return answers
