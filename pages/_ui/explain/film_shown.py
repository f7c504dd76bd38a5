"""Explain: what is shown of a film, and what a moment of it has to say."""

from collections.abc import Hashable
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from mnist_core.analysis.explain import FilmMap, Followed
from mnist_core.datasets import get_spec
from mnist_core.film import Film, weighted_layers
from mnist_core.store import RunRecord
from pages._ui.cache import films
from pages._ui.cache.explanations import Sample
from pages._ui.film.words import moment_title, moment_words
from pages._ui.parts.dataset_status import is_ready
from pages._ui.parts.percent import percent
from pages._ui.shell.i18n import class_words, t


@dataclass(frozen=True)
class Shown:
    """A film, the image that is looked at, and what was computed of both."""

    record: RunRecord
    film: Film
    sample: Sample | None
    map: FilmMap | None = None
    followed: Followed | None = None

    @property
    def calls(self) -> dict[Hashable, Any]:
        """What is to be computed: see `when_done`."""
        calls = []
        if self.has_map:
            calls.append(films.map_call(self.record, self.film))
        if self.sample is not None:
            calls.append(films.follow_call(self.record, self.film, self.sample.image))
        return dict(calls)

    @property
    def has_map(self) -> bool:
        """Whether there is a hidden layer, and the images are here."""
        hidden = len(weighted_layers(self.record.config)) > 1
        return hidden and is_ready(self.record.config.data.dataset)

    def of(self, results: dict[Hashable, Any]) -> "Shown":
        """Return the same with what was computed of it; what failed is missing."""
        found = {type(results[key]): results[key] for key in self.calls if key in results}
        return replace(self, map=found.get(FilmMap), followed=found.get(Followed))


def moment_sentence(shown: Shown, place: int) -> str:
    """Return what a moment has to say: how much is right, and what the answer to the chosen image is."""
    moment, matrix = shown.film.moments[place], shown.film.matrix(place)
    words = t(
        "{moment}: {share:.1%} of {n:,} test images are right.",
        moment=moment_title(moment),
        share=moment.accuracy,
        n=matrix.total,
    )
    if shown.followed is None or not np.isfinite(row := shown.followed.rows[place]).all():
        return words
    name = class_words(get_spec(shown.record.config.data.dataset).class_names)[int(row.argmax())]
    words += " " + t("Its answer to the chosen image: {name} ({share}).", name=name, share=percent(row.max()))
    asked = shown.film.spoken_by[place]
    if asked is not None and asked != place:
        words += " " + t(
            "(Of this moment the weights were not kept: answer and map are those of {moment}.)",
            moment=moment_words(shown.film.moments[asked]),
        )
    return words


def moment_columns(film: Film) -> dict[str, list[float]]:
    """Return the columns that the tables of a film begin with."""
    return {"step": [m.step for m in film.moments], "epoch": [m.epoch for m in film.moments]}
