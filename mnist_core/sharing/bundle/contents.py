"""What lies in a bundle under which name, and what its manifest says. Knows the format only."""

from datetime import datetime
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from mnist_core.sharing.bundle.reading import PACKAGE
from mnist_core.store import Outcome, run_files

MODEL, ONNX, TFLITE = run_files.MODEL, run_files.ONNX, "model.tflite"
SAVED_MODEL = "saved_model/"
CONFIG, METRICS = "config.json", "metrics.csv"
REPORT, README = "report.html", "README.md"
WEIGHTS = "weights.npz"
# What brings a run back: not for people.
MANIFEST = "run/manifest.json"
PARTS, PROBABILITIES, LABELS = (f"run/{name}" for name in (run_files.PARTS, run_files.PROBABILITIES, run_files.LABELS))
KEYFRAMES = "run/film/"  # a file for each

NEEDED = (CONFIG, METRICS, MANIFEST, PROBABILITIES)
READ = (*NEEDED, WEIGHTS, ONNX, PARTS, LABELS)
"""What an import reads beside keyframes, ``model.onnx`` only where there are no weights; everything else in a bundle
is left closed."""
IGNORED = (MODEL, TFLITE, REPORT, README, "predict.py", "run/outputs.bin")  # the last one is of earlier versions
FOLDERS = (SAVED_MODEL, f"{PACKAGE}/")
"""In which files may lie that an import leaves closed."""

MOST_NAME = 200
_Count = Field(0, ge=0, le=10**9)


class Manifest(BaseModel):
    """What a bundle says about its run beside settings and curve.

    Attributes
    ----------
    run_id : str
        Under which the run stood in its record.
    name, recipe, created, epoch, step, steps_per_epoch, outcome
        As of `RunRecord`.
    state : {"completed", "stopped"}
    made : datetime
        When the bundle was made.
    versions : dict of str to str
        Of the libraries of the installation that made it.
    """

    model_config = ConfigDict(frozen=True, extra="ignore")

    format: Literal[1] = 1
    program: Literal["mnist-lab"] = "mnist-lab"
    run_id: str = Field(pattern=r"^[0-9]{8}-[0-9]{6}-[0-9a-f]{8}$")
    name: str = Field(min_length=1, max_length=MOST_NAME)
    state: Literal["completed", "stopped"]
    recipe: str | None = Field(None, pattern=r"^[a-z0-9-]{1,64}$")
    created: datetime
    made: datetime
    epoch: int = _Count
    step: int = _Count
    steps_per_epoch: int = _Count
    outcome: Outcome
    versions: dict[str, str] = Field(default_factory=dict, max_length=40)
