"""The plain Keras code of a configuration: to read, and to take away as a script or a notebook."""

from collections.abc import Callable, Sequence

import streamlit as st

from mnist_core.config import RunConfig
from mnist_core.script import files_beside, keras_code, keras_notebook
from mnist_core.script.data import loading_code
from mnist_core.store import RunRecord, RunState
from mnist_core.text import Translator
from pages._ui.parts.downloads import download_button
from pages._ui.shell.i18n import current, t

SCRIPT, NOTEBOOK = "mnist_lab.py", "mnist_lab.ipynb"


def code_part(record: RunRecord) -> None:
    """Show the code of a run and offer it as files."""
    st.markdown(f"**{t('Keras code')}**")
    code_box(record.config, of=[record.id])
    if record.state is RunState.STOPPED:
        st.caption(t("This run was stopped early. The script trains to the end, so its figures will differ."))
    elif record.continues is not None:
        st.caption(t("This run went on from another one. The script trains all epochs in one go."))


def code_box(config: RunConfig, *, of: Sequence[str]) -> None:
    """Show the code of the settings in the form, or of a run, with what it is and how to run it; once on a page.

    Parameters
    ----------
    config : RunConfig
    of : sequence of str
        Id of the run whose settings they are, if any.

    Raises
    ------
    ConfigError
    """
    st.caption(_about(config))
    code = keras_code(config, current())
    with st.container(horizontal=True):
        _download(t("Python script"), keras_code, SCRIPT, "text/x-python", config, of)
        _download(t("Jupyter notebook"), keras_notebook, NOTEBOOK, "application/x-ipynb+json", config, of)
    st.code(code, language="python")


def _download(
    words: str,
    write: Callable[[RunConfig, Translator], str],
    name: str,
    mime: str,
    config: RunConfig,
    of: Sequence[str],
) -> None:
    language = current()
    download_button(
        words,
        lambda: write(config, language),
        of=of,
        file_name=name,
        mime=mime,
        key=f"{name}_{config.fingerprint()}",
        type="tertiary",
        icon=":material/download:",
    )


def _about(config: RunConfig) -> str:
    """Say how far the plain script is the same as what is trained here, and how to run it."""
    if (config.augment.habits and config.augments) or loading_code(config.spec).simpler:
        words = [t("A plain Keras script of these settings; its comments say what it leaves out or does more simply.")]
    else:
        words = [t("A plain Keras script of exactly these settings.")]
    words.append(
        t("It runs anywhere: save it, install what its first line says, and type `python {name}`.", name=SCRIPT)
    )
    if files := files_beside(config):
        words.append(
            t(
                "It reads {files} from its own folder: `python -m mnist_core code` with `--out` writes them beside it.",
                files=t.all_of([f"`{name}`" for name in files]),
            )
        )
    return " ".join(words)
