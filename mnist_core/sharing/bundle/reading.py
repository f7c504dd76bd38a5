"""What `predict.py` of a bundle reads pictures and drawings with: the very source files that the dashboard uses.

Of `inference` those come along that know no runs. Nothing is written a second time, so a picture becomes the same
28 x 28 pixels there as here, and gets the same answer.
"""

import re
from pathlib import Path

PACKAGE = "mnist_lab_reading"
"""Folder in the bundle that the source files lie in."""
_ROOT = Path(__file__).resolve().parents[2]
_MODULES = (
    "errors.py",
    "text/numbers.py",
    "text/sentences.py",
    "drawing",
    "photos",
    "inference/pictures.py",
    "inference/readings.py",
    "inference/network.py",
)
_IMPORT = re.compile(r"^(\s*(?:from|import) )mnist_core\b", re.MULTILINE)
_HEAD = '"""How MNIST Lab reads photos and drawings: its own source files (MIT licence)."""\n'


def reading_files() -> dict[str, str]:
    """Return the text of each file by its name in the bundle; they need NumPy, Pillow and ONNX Runtime only."""
    files = {"predict.py": _moved(Path(__file__).with_name("predict.py"))}
    files |= {f"{PACKAGE}/{folder}__init__.py": _HEAD for folder in ("", "text/", "inference/")}
    for name in _MODULES:
        path = _ROOT / name
        for source in [path] if path.is_file() else sorted([*path.glob("*.py"), *path.glob("*.toml")]):
            files[f"{PACKAGE}/{source.relative_to(_ROOT).as_posix()}"] = _moved(source)
    return files


def _moved(path: Path) -> str:
    """Return a source file with imports from the bundle's folder instead of the program's package."""
    return _IMPORT.sub(rf"\1{PACKAGE}", path.read_text(encoding="utf-8"))
