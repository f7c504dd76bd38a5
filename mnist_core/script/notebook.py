"""The plain Keras code of a configuration as a Jupyter notebook: each step a cell, with words above it."""

import json
from typing import Any

from mnist_core.config import RunConfig
from mnist_core.script.network import code_sections, subject


def keras_notebook(config: RunConfig) -> str:
    """Return a notebook in the format 4.5: the program of `keras_code`, to be run cell by cell.

    Raises
    ------
    ConfigError
        If layers don't fit together.
    """
    sections = code_sections(config)
    title = f"# {subject(config)}\n\nWritten by MNIST Lab. Run the cells from top to bottom, each with Shift + Enter."
    cells = [_cell("markdown", "title", title)]
    for section in sections:
        name = section.title.lower()
        cells.append(_cell("markdown", f"{name}-words", f"## {section.title}\n\n{section.words}"))
        cells.append(_cell("code", name, "\n".join(section.lines)))
    book = {
        "cells": cells,
        "metadata": {
            "kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"},
            "language_info": {"name": "python"},
        },
        "nbformat": 4,
        "nbformat_minor": 5,
    }
    return json.dumps(book, indent=1, ensure_ascii=False) + "\n"


def _cell(kind: str, name: str, source: str) -> dict[str, Any]:
    cell: dict[str, Any] = {"cell_type": kind, "id": name, "metadata": {}, "source": source.splitlines(keepends=True)}
    return cell | ({"execution_count": None, "outputs": []} if kind == "code" else {})
