"""A visitor's drawings as files."""

from functools import partial

from mnist_core.datasets import DatasetSpec
from mnist_core.drawing.personal import PersonalSet, write_csv, write_npz
from pages._ui.parts.downloads import download_button
from pages._ui.shell.i18n import t


def downloads(drawings: PersonalSet, spec: DatasetSpec) -> None:
    """Show the buttons that download all drawings; a file is made when somebody clicks."""
    for ending, write, mime in (("csv", write_csv, "text/csv"), ("npz", write_npz, "application/octet-stream")):
        download_button(
            t("Download as {format}", format=ending.upper()),
            partial(write, drawings.images, drawings.labels),
            of=(),
            file_name=f"{spec.kind.file}.{ending}",
            mime=mime,
            key=f"teach_{ending}",
            type="tertiary",
            icon=":material/download:",
        )
