"""The plain Keras code of a configuration as a Jupyter notebook: each step a cell, with words above it."""

from mnist_core.config import RunConfig
from mnist_core.script.network import code_sections, subject
from mnist_core.text import English, english


def keras_notebook(config: RunConfig, t: English = english) -> str:
    """Return a notebook in the format 4.5: the program of `keras_code`, to be run cell by cell.

    The same configuration gives the same text: a cell is called after its step.

    Raises
    ------
    ConfigError
        If layers don't fit together.
    """
    import nbformat
    from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook

    how = t("Written by MNIST Lab. Run the cells from top to bottom, each with Shift + Enter.")
    cells = [new_markdown_cell(f"# {subject(config, t)}\n\n{how}", id="title")]
    for section in code_sections(config, t):
        cells.append(new_markdown_cell(f"## {section.title}\n\n{section.words}", id=f"{section.name}-words"))
        cells.append(new_code_cell("\n".join(section.lines), id=section.name))
    kernel = {"display_name": "Python 3", "language": "python", "name": "python3"}
    metadata = {"kernelspec": kernel, "language_info": {"name": "python"}}
    return str(nbformat.writes(new_notebook(cells=cells, metadata=metadata))) + "\n"
