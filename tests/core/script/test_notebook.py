"""The notebook of a configuration: the script's code in cells, with words above each, and it runs."""

import json

import nbformat
import pytest

from mnist_core.config import FineTuneConfig
from mnist_core.config.recipes import RECIPES
from mnist_core.script import keras_code, keras_notebook


def cells(config, kind):
    return [
        "".join(cell["source"]) for cell in json.loads(keras_notebook(config))["cells"] if cell["cell_type"] == kind
    ]


def code_of(text):
    """Return a program's lines without comments of their own and empty lines."""
    return [line for line in text.splitlines() if line.strip() and not line.startswith("# ")]


@pytest.mark.parametrize("recipe", ["first-network", "logistic-sgd", "small-cnn", "best-fashion-cnn"])
def test_the_cells_hold_the_scripts_code(recipe):
    config = RECIPES[recipe].config
    assert code_of("\n".join(cells(config, "code"))) == code_of(keras_code(config))


@pytest.mark.parametrize("recipe", RECIPES)
def test_every_step_has_words_and_the_format_is_right(recipe):
    config = RECIPES[recipe].config
    nbformat.validate(json.loads(keras_notebook(config)))
    title, *words = cells(config, "markdown")
    assert title.startswith("# ")
    assert len(words) == len(cells(config, "code"))
    assert all(text.startswith("## ") and len(text) > 40 for text in words)


def test_the_same_configuration_gives_the_same_notebook():
    """Cells are called after their steps: the library's own names for them are drawn by chance."""
    config = RECIPES["small-cnn"].config
    assert keras_notebook(config) == keras_notebook(config)
    ids = [cell["id"] for cell in json.loads(keras_notebook(config))["cells"]]
    assert ids[:3] == ["title", "imports-words", "imports"]
    assert len(ids) == len(set(ids))


def test_words_name_what_the_network_is_made_of():
    config = RECIPES["handwriting-cnn"].config.with_settings({"precision": "mixed_bfloat16"})
    words = "\n".join(cells(config, "markdown"))
    for term in ("Conv2D", "Dropout", "AdamW", "Mixed (bfloat16)", "flags, bars and curls", "falling to 0"):
        assert term in words
    taught = RECIPES["small-cnn"].config.model_copy(update={"fine_tune": FineTuneConfig(base="a", drawings="0" * 16)})
    assert "drawings.npz" in "\n".join(cells(taught, "markdown"))


@pytest.mark.usefixtures("uncounted_children")
@pytest.mark.slow
def test_jupyter_runs_the_notebook_from_top_to_bottom(tmp_path, monkeypatch):
    nbclient = pytest.importorskip("nbclient")
    pytest.importorskip("ipykernel")
    pytest.importorskip("matplotlib")
    monkeypatch.setenv("TF_CPP_MIN_LOG_LEVEL", "3")
    for folder in ("IPYTHONDIR", "JUPYTER_CONFIG_DIR", "JUPYTER_RUNTIME_DIR", "MPLCONFIGDIR"):
        monkeypatch.setenv(folder, str(tmp_path / folder))
    config = RECIPES["first-network"].config.with_settings(
        {"dataset": "digits", "epochs": 2, "rotation": 5, "validation_split": 0.1}
    )
    book = nbformat.reads(keras_notebook(config), as_version=4)
    client = nbclient.NotebookClient(
        book, timeout=120, kernel_name="python3", resources={"metadata": {"path": str(tmp_path)}}
    )
    client.execute()
    outputs = {cell["id"]: cell["outputs"] for cell in book.cells if cell["cell_type"] == "code"}
    # TensorFlow may have said something before.
    assert "Test: {'accuracy': 0." in "".join(output.get("text", "") for output in outputs["evaluation"])
    assert (tmp_path / "curves.png").stat().st_size > 5000
