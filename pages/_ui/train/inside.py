"""Inside the network while it learns: images whose answers change, the first layer's weights, the matrix."""

import streamlit as st

from mnist_core.config import NetworkConfig
from mnist_core.config.datasets import DatasetSpec
from mnist_core.figures.matrix import confusion_alt, confusion_figure
from mnist_core.film import FilmState, Inside, WatchedImage
from mnist_core.store import MetricPoint, RunRecord
from mnist_core.text import Sentence
from pages._ui.cache import inside as seen_inside
from pages._ui.cache.inside import Seen
from pages._ui.parts.chart import chart
from pages._ui.parts.components import switch
from pages._ui.parts.heat import legend
from pages._ui.parts.live_gallery import LiveTile, live_gallery
from pages._ui.shell import i18n
from pages._ui.shell.i18n import class_words, t, term

VIEWS: dict[str, Sentence] = {"curves": "Curves", "inside": "Inside"}
_COMPARED: dict[int, Sentence] = {
    1: "After {epoch:.3g} epochs, {right} of {of} images are read rightly, {gained} more than before.",
    0: "After {epoch:.3g} epochs, {right} of {of} images are read rightly, as many as before.",
    -1: "After {epoch:.3g} epochs, {right} of {of} images are read rightly, {gained} fewer than before.",
}


def asks_inside(record: RunRecord) -> bool:
    """Let choose between curves and the network's inside, and return whether that is asked for.

    There is no choice where nothing was kept of a run that is over, or nothing ever is.
    """
    if not isinstance(record.config.model, NetworkConfig):
        return False
    if record.state.is_finished and not isinstance(seen_inside.newest(record), Seen):
        return False
    key = f"train_view_{record.id}"
    return switch(t("Show"), VIEWS, key, persist_state="session", label_visibility="collapsed") == "inside"


def inside_view(record: RunRecord, points: list[MetricPoint], until: int | None = None) -> None:
    """Show the newest moment of a run's film; with `until` as it was after so many batches."""
    seen = seen_inside.newest(record, until)
    if isinstance(seen, FilmState):
        st.info(_why_nothing(seen, bool(points)))
        return
    spec = record.config.spec
    names = class_words(spec.class_names)
    st.markdown(inside_words(seen.inside))
    _images(seen, spec, names)
    with st.container(key="inside_pair"):
        left, right = st.columns(2, gap="large")
    with left:
        _weights(record, seen)
    with right:
        st.markdown(f"**{t('Confusion matrix')}**", help=term("confusion_matrix"))
        alt = confusion_alt(seen.inside.matrix, names, i18n.current())
        chart(confusion_figure, seen.inside.matrix, names, unit="counts", key=f"inside_matrix_{record.id}", alt=alt)
        st.caption(
            t(
                "{n:,} test images: each row is a class, and right answers lie on the diagonal.",
                n=seen.inside.matrix.total,
            )
        )


def inside_words(inside: Inside) -> str:
    """Return one sentence that says what there is to see, for screen readers too."""
    if inside.epoch == 0:
        return t(
            "Before the first step, {right} of {of} images are read rightly: the network guesses.",
            right=inside.right,
            of=inside.of,
        )
    sentence: Sentence = "After {epoch:.3g} epochs, {right} of {of} images are read rightly."
    if inside.gained is not None:
        sentence = _COMPARED[(inside.gained > 0) - (inside.gained < 0)]
    gained = abs(inside.gained or 0)
    return t(sentence, epoch=inside.epoch, right=inside.right, of=inside.of, gained=gained)


def _why_nothing(state: FilmState, trains: bool) -> str:
    if state is FilmState.DAMAGED:
        return t("What was kept of this run can't be read.")
    if trains:
        return t("Nothing is kept of this training: the network is too large, or the training too short.")
    return t("The first picture comes before the first step.")


def _images(seen: Seen, spec: DatasetSpec, names: tuple[str, ...]) -> None:
    if not seen.images:
        st.caption(t("The images of “{title}” are not on this computer.", title=t(spec.title)))
        return
    tiles = [_tile(each, image, names) for each, image in zip(seen.inside.images, seen.images, strict=True)]
    live_gallery(tiles, "inside_images", size="watched", most=(4, 4, 6, 6, 12, 12))
    st.caption(
        t(
            "Test images, which the network does not learn from. The bars are the probability of the right answer "
            "since the beginning. An image that has been read rightly for a while gives way to one whose answer "
            "changes."
        )
    )


def _tile(each: WatchedImage, image: str, names: tuple[str, ...]) -> LiveTile:
    label, answer = names[each.label], names[each.answer]
    share = t.number(each.share, ".0%")
    if not each.is_right:
        detail = t("is: {name}", name=label)
    elif each.before != each.answer:
        detail = t("was: {name}", name=names[each.before])
    else:
        detail = t("right")
    return LiveTile(
        image,
        t("Test image: {label}. The network says {answer}, {share} sure.", label=label, answer=answer, share=share),
        f"{'✓' if each.is_right else '✗'} {answer} · {share}",
        detail,
        "good" if each.is_right else "bad",
        each.way,
    )


def _weights(record: RunRecord, seen: Seen) -> None:
    st.markdown(f"**{t('Weights of the first layer')}**", help=term("parameters"))
    inside = seen.inside
    if not seen.sheet:
        st.caption(t("This network's first layer has no weights that can be shown as pictures."))
        return
    n, size = len(inside.pictures), inside.pictures.shape[1]
    assert isinstance(record.config.model, NetworkConfig)
    moved = any(layer.network == "convolutional" for layer in record.config.model.layers)
    units: Sentence = "Weights of {n} units of the first layer, {size} × {size} pixels each."
    filters: Sentence = "Weights of {n} filters of the first layer, {size} × {size} pixels each."
    alt = t(filters if moved else units, n=n, size=size)
    live_gallery([LiveTile(seen.sheet, alt)], "inside_weights", size="sheet")
    legend(t("positive: it wants ink here"), t("negative: it wants none"))
    how: Sentence = (
        "One picture for each of the first {n} filters, which are moved over the image. All begin as noise. Full "
        "colour is ±{limit:.2f}."
        if moved
        else "One picture for each of the first {n} units: a weight for every pixel of the image. All begin as noise, "
        "and where images have no ink it stays. Full colour is ±{limit:.2f}."
    )
    st.caption(t(how, n=n, limit=inside.limit))
