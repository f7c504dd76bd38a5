"""Every error that MNIST Lab raises on purpose.

A message is a sentence template plus named values, so that a page can translate the template
before filling it in. The sentence says what was expected and what to do; ``code`` names the
kind of error for programs.
"""

from dataclasses import asdict
from numbers import Integral, Real
from typing import Any

from mnist_core.text.sentences import Phrase, Sentence, Words, english  # the two files that a bundle has of it


class MnistLabError(Exception):
    """Base of all errors raised on purpose.

    Parameters
    ----------
    template : str or Plural
        English sentence with ``{name}`` placeholders; of a plural the value ``n`` chooses the form.
    **values
        What fills the placeholders.
    """

    code = "error"

    def __init__(self, template: Words, /, **values: Any) -> None:
        super().__init__(template)
        self.template = template
        self.values = values

    def __str__(self) -> str:
        return english(self.template, **self.values)

    @property
    def phrase(self) -> Phrase:
        """The sentence as a part of another one, translated with it."""
        return Phrase(self.template, **self.values)

    @property
    def plain_values(self) -> dict[str, Any]:
        """What fills the template as JSON can hold it; `mnist_core.text.told` reads it.

        Numbers stay numbers, since every language writes its own, and phrases stay apart, to be translated.
        """
        return _plain_values(self.values)


def _plain_values(values: dict[str, Any]) -> dict[str, Any]:
    return {name: _plain(value) for name, value in values.items()}


def jsonable(phrase: Phrase) -> dict[str, Any]:
    """Return a phrase as JSON can hold it; `mnist_core.text.told` reads it."""
    return asdict(Phrase(phrase.words, **_plain_values(phrase.values)))


def _plain(value: object) -> object:
    match value:
        case Integral():
            return int(value)
        case Real():
            return float(value)
        case Phrase():
            return jsonable(value)
    return str(value)


# configuration


class ConfigError(MnistLabError, ValueError):
    """A setting is outside its limits, or settings contradict each other."""

    code = "config"


class LinkError(ConfigError):
    """A link to settings can't be read, or a personal link opens nothing."""

    code = "link"


# data


class DataError(MnistLabError, OSError):
    """A dataset can't be had; the message says from where it was tried and what to do."""

    code = "data"


class DownloadError(DataError):
    """The publisher's server did not give the file."""

    code = "download"


class CorruptDataError(DataError):
    """A file was read, but its content is not the published dataset."""

    code = "corrupt_data"


class StorageError(MnistLabError, OSError):
    """The disk is full or a folder can't be written."""

    code = "storage"


class DiskFullError(StorageError):
    """There is no space left where something has to be written."""

    code = "disk_full"


class ObjectStoreError(StorageError):
    """The object store that keeps the files of runs can't be reached, or refuses."""

    code = "object_store"


class DatabaseLostError(StorageError):
    """The database is missing, damaged, or not the one that was opened; the message names the way back."""

    code = "database_lost"


class DatabaseServerError(StorageError):
    """The database server does not do what it was asked; the message has its address, for whoever runs all this."""

    code = "database_server"


class DatabaseAwayError(DatabaseServerError):
    """The database server can't be reached; it may be back in a moment."""

    code = "database_away"


_AWAY: Sentence = (
    "The database can't be reached at the moment. What is trained goes on for a while; try again in a minute."
)
_REFUSES: Sentence = "The database can't be used at the moment. Try again later; this server's log says why."


def outside(code: str) -> Sentence | None:
    """Return what strangers are told of errors that name the inside of a site; None where they may read all of it."""
    return {DatabaseAwayError.code: _AWAY, DatabaseServerError.code: _REFUSES}.get(code)


# runs


class RunNotFoundError(MnistLabError, KeyError):
    """No run has this id."""

    code = "run_not_found"


class RunStateError(MnistLabError, RuntimeError):
    """The run is in a state that does not allow this (stopping a finished run, say)."""

    code = "run_state"


class NotOwnerError(MnistLabError, PermissionError):
    """The run belongs to another visitor."""

    code = "not_owner"


class LimitError(MnistLabError, ValueError):
    """Too large, too long, or too many at once for what this installation allows."""

    code = "limit"


class TrainingOffError(LimitError):
    """No network is trained on this installation."""

    code = "training_off"


class ArtifactMissingError(MnistLabError, FileNotFoundError):
    """A file of a run is missing or can't be read."""

    code = "artifact_missing"


class AbandonedError(MnistLabError, InterruptedError):
    """A computation was ended because nobody waits for it any more."""

    code = "abandoned"


# training


class TrainingDivergedError(MnistLabError, ArithmeticError):
    """The loss is no longer a number."""

    code = "diverged"


# computations about a dataset


class AnalysisError(MnistLabError, RuntimeError):
    """A longer computation about a dataset gave no result."""

    code = "analysis"


# images


class ImageError(MnistLabError, ValueError):
    """A picture can't be read as a 28 x 28 image."""

    code = "image"


class EmptyImageError(ImageError):
    """A picture or a drawing without any ink."""

    code = "empty_image"


class DrawingsError(MnistLabError, ValueError):
    """A file of drawings, or what is to be learned from them, is not as it has to be."""

    code = "drawings"


# runs in a file


class LessonError(MnistLabError, ValueError):
    """A lesson is not as `mnist_core.lessons` reads it."""

    code = "lesson"


class ClassroomError(MnistLabError, ValueError):
    """Something that a classroom does not allow: its code, a name, or who asks."""

    code = "classroom"


class BundleError(MnistLabError, ValueError):
    """The file of a run is no bundle, is damaged, or holds what a run can't have."""

    code = "bundle"
