"""Whether a dataset is there, how far it is, and how to get it."""

import streamlit as st

from mnist_core.datasets import DATASETS, DatasetSpec, DatasetStatus, shared_provider
from mnist_core.errors import DownloadError
from pages._ui.shell.errors import in_words, show_error
from pages._ui.shell.i18n import t


def is_ready(dataset_id: str) -> bool:
    """Whether a dataset's pictures are there."""
    return shared_provider().status(dataset_id).state == "ready"


def pictures_missing(dataset_id: str, sentence: str) -> None:
    """Say why something can't be shown while a dataset's pictures are not there, and how to get them.

    Parameters
    ----------
    dataset_id : str
    sentence : str
        Translated.
    """
    st.info(sentence, icon=":material/photo_library:")
    show_status(DATASETS[dataset_id], calm=True)


def show_status(spec: DatasetSpec, *, calm: bool = False) -> None:
    """Show how far a dataset is, and what to do; `calm` where that is not what the page is about."""
    provider = shared_provider()
    begun = provider.status(spec.id)
    if begun.state == "missing" and provider.is_at_hand(spec.id) and not _is_damaged(begun):
        provider.prepare(spec.id)  # its files are at hand, so nobody has to be asked
    preparing = provider.status(spec.id).state == "preparing"

    @st.fragment(run_every=0.5 if preparing else None)
    def body() -> None:
        status = shared_provider().status(spec.id)
        if preparing != (status.state == "preparing"):
            st.rerun()  # it ended; or it was begun by the button, which runs this part alone, without its clock
        if status.state == "preparing":
            _show_progress(spec, status)
        elif shared_provider().can_download(spec.id):
            _offer_download(spec, status, calm)
        else:
            _say_how_to_have_it(spec, status, calm)

    body()


def _is_damaged(status: DatasetStatus) -> bool:
    """Whether files that are at hand were tried in vain: trying again by itself would never end."""
    return status.problem is not None and not isinstance(status.problem, DownloadError)


def _offer_download(spec: DatasetSpec, status: DatasetStatus, calm: bool) -> None:
    if status.problem is not None and calm:
        st.caption(in_words(status.problem))
    elif status.problem is not None:
        show_error(status.problem)
    elif not calm:
        st.info(t("{title} is not on this computer yet.", title=t(spec.title)), icon=":material/cloud_download:")
    st.button(
        t("Download {title} ({size:.0f} MB)", title=t(spec.title), size=spec.download_size / 1e6),
        key=f"download_{spec.id}",
        icon=":material/download:",
        on_click=shared_provider().prepare,
        args=(spec.id,),
    )


def _say_how_to_have_it(spec: DatasetSpec, status: DatasetStatus, calm: bool) -> None:
    if _is_damaged(status) and not calm and status.problem is not None:
        show_error(status.problem)
        return
    if status.problem is not None:
        words = in_words(status.problem)
    else:
        words = t(
            "{title} is only here where its file is at hand: put {file} of {source} into a folder, name the "
            "folder in MNIST_LAB_DATA_DIR, and start MNIST Lab again.",
            title=t(spec.title),
            file=spec.files[0].name,
            source=t(spec.source),
        )
    st.caption(words) if calm else st.info(words, icon=":material/draft:")


def _show_progress(spec: DatasetSpec, status: DatasetStatus) -> None:
    received, total = status.received, status.total
    if status.decoded:
        words = t("Drawing {title}: {share:.0%} done", title=t(spec.title), share=status.decoded)
        st.progress(status.decoded, words)
    elif total:
        words = t(
            "Downloading {title}: {received:.1f} of {total:.1f} MB",
            title=t(spec.title),
            received=received / 1e6,
            total=total / 1e6,
        )
        st.progress(received / total, words)
    else:
        st.progress(0.0, t("Preparing {title} …", title=t(spec.title)))
