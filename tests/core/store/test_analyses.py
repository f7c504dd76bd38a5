import numpy as np
import pytest

from mnist_core.settings import Settings
from mnist_core.store import Analysis, has_analysis, read_analysis, write_analysis
from mnist_core.store.analyses import analysis_path

MAP = Analysis("tsne", "digits", 100, 0)


def test_a_result_is_read_as_it_was_written(settings: Settings) -> None:
    assert read_analysis(MAP, settings) is None
    write_analysis(MAP, {"points": np.ones((3, 2), np.float32), "accuracy": 0.5}, settings)
    assert has_analysis(MAP, settings)
    result = read_analysis(MAP, settings)
    assert result is not None
    assert result["points"].shape == (3, 2)
    assert float(result["accuracy"]) == 0.5


def test_other_values_have_another_result(settings: Settings) -> None:
    write_analysis(MAP, {"points": 1}, settings)
    for other in (
        Analysis("knn", "digits", 100, 0),
        Analysis("tsne", "mnist", 100, 0),
        Analysis("tsne", "digits", 101, 0),
        Analysis("tsne", "digits", 100, 1),
    ):
        assert not has_analysis(other, settings)


def test_a_damaged_result_is_removed(settings: Settings, capsys: pytest.CaptureFixture[str]) -> None:
    write_analysis(MAP, {"points": 1}, settings)
    analysis_path(MAP, settings).write_bytes(b"nonsense")
    assert read_analysis(MAP, settings) is None
    assert "is damaged" in capsys.readouterr().err
    assert not has_analysis(MAP, settings)
