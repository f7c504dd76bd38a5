"""The rules, most urgent first: what is broken, what could be better, what looks odd and is not, what is good."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from math import hypot, sqrt
from statistics import fmean

from mnist_core.config.layers import Dropout
from mnist_core.evaluation.diagnosis import suggestions
from mnist_core.evaluation.diagnosis.course import Course
from mnist_core.evaluation.diagnosis.suggestions import Suggestion
from mnist_core.evaluation.overfitting import Overfitting, overfitting
from mnist_core.evaluation.rate import rate_phrase
from mnist_core.text import Phrase, Plural, Sentence

# Times the loss of guessing: a network that is so sure of wrong answers has weights that are far too large.
_WILD = 1.2
# A share of what guessing gives, within which a loss is still that of guessing.
_NEAR = 0.03
# The share of a layer from which on its units that are always 0 matter.
_DEAD = 0.5
# Still falling: in each of the last epochs the loss by such a share, and the accuracy rising by so much.
_STEADY, _FALL, _RISE = 3, 0.02, 0.005
# A loss at the level of guessing that falls by such a share in each epoch, as the accuracy rises, is on its way.
_CREEP = 0.003
_NEARLY_ALL = 0.95
# Noise: how far the validation accuracy lies from the middle of its neighbours on average, how many times as far as
# that of the training, and over at least how many epochs.
_SWING, _TIMES, _LEAST_EPOCHS = 0.01, 3.0, 6
# So few images that change sides make a swing that says nothing of the network.
_FEW_IMAGES = 5
# From such a gap on a network knows its training images better than others: to the validation set, to the test set.
# Two points are usual for a good network; where the curves show nothing of it, less is worth a word.
_GAP, _TEST_GAP = 0.02, 0.005
# What is right about fewer of its training images, or ends further from its least validation loss, is not called good.
_LEARNED, _NEAR_BEST = 0.8, 1.1


@dataclass(frozen=True)
class Finding:
    """What one rule has to say.

    Attributes
    ----------
    rule : str
        Its name, for programs.
    words : Phrase
        One to three sentences with the figures that they rest on.
    term : str
        The glossary's entry on it.
    suggestion : Suggestion or None
        The one thing to try; None where nothing is better than what there is.
    overfitting : Overfitting or None
        Where on the curves it is.
    """

    rule: str
    words: Phrase
    term: str
    suggestion: Suggestion | None = None
    overfitting: Overfitting | None = None


def diagnose(seen: Course) -> tuple[Finding, ...]:
    """Return what a curve says: at most one thing to change, and why validation may lie above training."""
    if seen.config.train.finds_rate:
        return (_found_rate(seen),) if seen.finished else ()  # it is no training that could go well or badly
    if not seen.is_known:
        return ()
    broken = _first(seen, _diverges, _guesses)
    if broken is not None:
        return (broken,)
    told = _first(seen, _nearly_all_dead, _overfits, _is_slow, _is_noisy, _dead)
    aside = _first(seen, _explains, _has_gap)
    if told is None:
        last = aside or _first(seen, _is_good)
        return () if last is None else (last,)
    if aside is None or (seen.validated and aside.rule == "gap"):
        return (told,)
    return told, replace(aside, suggestion=None)  # one change at a time


Rule = Callable[[Course], Finding | None]


def _first(seen: Course, *rules: Rule) -> Finding | None:
    return next((found for rule in rules if (found := rule(seen)) is not None), None)


def _found_rate(seen: Course) -> Finding:
    found = seen.rate
    suggestion = None if found is None else suggestions.found_rate(found.suggested)
    return Finding("rate", rate_phrase(found), "learning_rate_test", suggestion)


def _diverges(seen: Course) -> Finding | None:
    loss, guess = seen.loss[-1], seen.guess_loss
    best = min(range(seen.epochs), key=seen.loss.__getitem__)
    # The mean over the first epoch still has its first steps in it.
    settled = min(loss, seen.val_loss[-1]) if seen.validated else loss if seen.epochs > 1 else 0.0
    if settled > _WILD * guess:
        words = Phrase(
            "It diverges: the training loss is {loss:,.2f}, and blind guessing has {guess:.2f}. Each step is so large "
            "that it jumps over what it aims at, and the weights grow and grow.",
            loss=loss,
            guess=guess,
        )
    elif loss > 2 * seen.loss[best] and loss > guess / 2 and seen.accuracy[-1] < seen.accuracy[best] - 0.1:
        words = Phrase(
            "It diverges: the training loss was {best:.3f} in epoch {epoch} and is {loss:.3f} now. Each step is so "
            "large that it jumps over what it aims at, and what was learned is lost.",
            best=seen.loss[best],
            epoch=best + 1,
            loss=loss,
        )
    else:
        return None
    return Finding("diverges", words, "divergence", suggestions.smaller_steps(seen))


def _guesses(seen: Course) -> Finding | None:
    near = seen.loss[-1] >= (1 - _NEAR) * seen.guess_loss
    if not (seen.at_chance and near) or _creeps(seen) or (seen.epochs < 2 and not seen.finished):
        return None
    why: Sentence = (
        "It guesses: {right:.1%} of the training images are right after {epochs}, and guessing blindly gives "
        "{chance:.1%}. The loss stays at {loss:.3f}, where guessing has {guess:.3f}."
    )
    values = {
        "right": seen.accuracy[-1],
        "epochs": _epochs(seen),
        "chance": 1 / seen.classes,
        "loss": seen.loss[-1],
        "guess": seen.guess_loss,
    }
    words, dead = Phrase(why, **values), _dead(seen)
    if dead is not None:
        return replace(dead, words=Phrase("{guesses} {dead}", guesses=words, dead=dead.words))
    return Finding("guesses", words, "chance_level", suggestions.waking(seen))


def _creeps(seen: Course) -> bool:
    """Whether a network at the level of guessing is slowly getting away from it."""
    falls = _falls(seen)
    return seen.at_chance and len(falls) == _STEADY and min(falls) >= _CREEP and min(_rises(seen)) > 0


def _falls(seen: Course) -> list[float]:
    """Return by which share the training loss fell in each of the last epochs."""
    return [(before - after) / before for before, after in pairwise(seen.loss[-_STEADY - 1 :])]


def _rises(seen: Course) -> list[float]:
    """Return by how much the training accuracy rose in each of the last epochs."""
    return [after - before for before, after in pairwise(seen.accuracy[-_STEADY - 1 :])]


def _nearly_all_dead(seen: Course) -> Finding | None:
    return _dead(seen) if seen.dead and max(seen.dead) >= _NEARLY_ALL else None


def _dead(seen: Course) -> Finding | None:
    if not seen.dead or max(seen.dead) < _DEAD or seen.config.train.initializer == "zeros":
        return None
    layer = max(range(len(seen.dead)), key=seen.dead.__getitem__)
    words = Phrase(
        "Dead units: {share:.0%} of the units in ReLU layer {layer} are 0 for every image tried. They say nothing, and "
        "because no gradient reaches them they learn nothing any more. Steps that are too large do that.",
        share=seen.dead[layer],
        layer=layer + 1,
    )
    return Finding("dead", words, "dead_unit", suggestions.smaller_steps(seen))


def _overfits(seen: Course) -> Finding | None:
    if not seen.validated:
        return None
    found = overfitting(seen.loss, seen.val_loss, seen.accuracy, seen.val_accuracy, seen.classes)
    if found is None:
        return None
    words = Phrase(
        "From epoch {opens} on the curves part: the training loss falls further, but the validation loss has risen "
        "from {best:.3f} to {last:.3f}. The network learns the training images by heart. Epoch {epoch} was its "
        "best.",
        opens=found.opens_at,
        best=found.best_loss,
        last=found.last_loss,
        epoch=found.best_epoch,
    )
    if seen.config.train.early_stopping is not None and seen.finished:
        words = Phrase("{words} Early stopping kept its weights.", words=words)
    return Finding("overfits", words, "overfitting", suggestions.against_overfitting(seen), found)


def _is_slow(seen: Course) -> Finding | None:
    falls = _falls(seen)
    if not seen.finished or len(falls) < 2 or seen.accuracy[-1] >= _NEARLY_ALL:
        return None
    if seen.validated and seen.val_loss[-1] > min(seen.val_loss):
        return None
    if not (_creeps(seen) or (min(falls) >= _FALL and min(_rises(seen)) >= _RISE)):
        return None
    words = Phrase(
        "It had not finished learning: in each of the last {n} epochs the loss still fell by {fall:.1%} or more, and "
        "{right:.1%} of the training images are right so far.",
        n=len(falls),
        fall=min(falls),
        right=seen.accuracy[-1],
    )
    suggested = suggestions.faster(seen)
    if suggested is not None and suggested.settings.keys() == {"learning_rate"}:
        words = Phrase("{words} The learning rate is too small: the loss hardly moves.", words=words)
    return Finding("slow", words, "learning_rate", suggested)


def _is_noisy(seen: Course) -> Finding | None:
    falling = seen.config.train.schedule != "constant"
    if not seen.validated or seen.epochs < _LEAST_EPOCHS or (falling and not seen.finished):
        return None
    late = slice(min(seen.epochs // 2, seen.epochs - _LEAST_EPOCHS), None)
    swing, training = _swing(seen.val_accuracy[late]), _swing(seen.accuracy[late])
    if swing < _SWING or swing < _TIMES * training:
        return None
    swings = Phrase(
        "The validation accuracy swings from epoch to epoch, by {swing:.1f} points around its course; that of the "
        "training images by {training:.1f}.",
        swing=100 * swing,
        training=100 * training,
    )
    n = seen.unseen_images
    if swing * n <= _FEW_IMAGES:
        words = Phrase(
            "{swings} It is measured on {n:,} images only, where each that changes sides makes {one:.1f} points.",
            swings=swings,
            n=n,
            one=100 / n,
        )
        return Finding("noisy", words, "validation_set", suggestions.more_checked(seen))
    words = Phrase(
        "{swings} Steps so large end somewhere else after each epoch, and it is luck whether that is a good place.",
        swings=swings,
    )
    return Finding("noisy", words, "learning_rate", suggestions.calmer(seen))


def _swing(values: Sequence[float]) -> float:
    """Return how far values lie from the middle of their neighbours on average: a steady course has none of it."""
    middles = zip(values, values[1:], values[2:], strict=False)
    return fmean(abs(value - (before + after) / 2) for before, value, after in middles)


def _explains(seen: Course) -> Finding | None:
    """Say why unseen images are read better than those that were learned from, where they are by more than luck."""
    unseen, training = seen.unseen, seen.accuracy[-1]
    if unseen is None or unseen - training <= max(2 * _luck(seen), 0.002) or (seen.epochs < 2 and not seen.finished):
        return None
    rose = seen.accuracy[-1] - seen.accuracy[-2] if seen.epochs > 1 else 1.0
    if not (_drops_units(seen) or seen.config.augments or rose > (unseen - training) / 3):
        return None
    words = Phrase(
        "{unseen:.1%} of the {images} images are right, more than of the training images ({training:.1%}). That is no "
        "mistake: {why}",
        unseen=unseen,
        images=_images(seen),
        training=training,
        why=_why_above(seen),
    )
    term = "data_augmentation" if seen.config.augments else "dropout" if _drops_units(seen) else "epoch"
    suggested = suggestions.less_dropout if term == "dropout" else suggestions.more_epochs
    return Finding("above", words, term, suggested(seen) if seen.finished else None)


def _why_above(seen: Course) -> Phrase:
    if _drops_units(seen) and seen.config.augments:
        return Phrase(
            "while it trains, dropout switches units off and the images are changed at random; while it is checked, "
            "neither happens."
        )
    if _drops_units(seen):
        return Phrase("dropout switches units off at random while it trains, and none while it is checked.")
    if seen.config.augments:
        return Phrase("the training images are changed at random, which makes them harder, and the others are not.")
    return Phrase(
        "training accuracy is the mean over an epoch in which the network still got better, and the other is measured "
        "at its end."
    )


def _is_good(seen: Course) -> Finding | None:
    if not (seen.finished and seen.validated) or seen.accuracy[-1] < _LEARNED:
        return None
    best = min(range(seen.epochs), key=seen.val_loss.__getitem__)
    if seen.val_loss[-1] > _NEAR_BEST * seen.val_loss[best]:
        return None
    words = Phrase(
        "It goes well: {training:.1%} of the training images and {val:.1%} of the validation images are right, so what "
        "it learned holds for new images too. The validation loss was least in epoch {epoch} of {epochs}.",
        training=seen.accuracy[-1],
        val=seen.val_accuracy[-1],
        epoch=best + 1,
        epochs=seen.epochs,
    )
    return Finding("good", words, "validation_set", suggestions.further(seen))


def _has_gap(seen: Course) -> Finding | None:
    """Compare training images with others: always where only the test set can say it."""
    training, unseen = seen.accuracy[-1], seen.unseen
    if not seen.finished or unseen is None or (seen.validated and training - unseen < _GAP):
        return None
    apart = Phrase(
        "{training:.2%} of the training images and {unseen:.2%} of the {images} images are right: {points:.1f} points "
        "apart.",
        training=training,
        unseen=unseen,
        images=_images(seen),
        points=100 * abs(training - unseen),
    )
    if seen.validated:
        words = Phrase("{apart} So much of what it learned holds for its training images only.", apart=apart)
        return Finding("gap", words, "overfitting", suggestions.against_gap(seen))
    if _TEST_GAP <= training - unseen < 2 * _luck_of_both(seen):
        words = Phrase("{apart} So few images may be so far apart by chance.", apart=apart)
    elif training - unseen >= _TEST_GAP:
        words = Phrase(
            "{apart} So much of what it learned holds for its training images only. When that began, the curves can't "
            "show without a validation set.",
            apart=apart,
        )
    else:
        words = Phrase(
            "{apart} What it learned holds for new images too. With a validation set the curves show that while it "
            "trains.",
            apart=apart,
        )
    return Finding("gap", words, "overfitting", suggestions.checked(seen))


def _luck(seen: Course) -> float:
    """Return the standard deviation that chance alone gives the accuracy on unseen images."""
    return _deviation(seen.unseen or 0.0, seen.unseen_images)


def _luck_of_both(seen: Course) -> float:
    """Return the standard deviation that chance alone gives the distance from training to unseen images."""
    data = seen.config.data
    learned = _deviation(seen.accuracy[-1], int(data.n_used * (1 - data.validation_split)))
    return hypot(learned, _luck(seen))


def _deviation(share: float, images: int) -> float:
    return sqrt(max(share * (1 - share), 1e-6) / max(images, 1))


def _images(seen: Course) -> Phrase:
    return Phrase("validation") if seen.validated else Phrase("test")


def _drops_units(seen: Course) -> bool:
    layers = getattr(seen.config.model, "layers", ())
    return any(isinstance(layer, Dropout) and layer.rate > 0 for layer in layers)


def _epochs(seen: Course) -> Phrase:
    return Phrase(Plural("{n} epoch", "{n} epochs"), n=seen.epochs)
