"""A part of a program that is written for learners: the same lines make a script and a notebook."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

LINE_LENGTH = 120


@dataclass(frozen=True)
class Section:
    """One step of a program, such as its data or its model.

    Parameters
    ----------
    name : str
        What the step is called in every language, such as ``data``.
    title : str
        What it is called, translated as all words here.
    comment : str
        What it does, in the one line that a script has for it.
    words : str
        The same at more length, as Markdown, for the text above a notebook's cell.
    lines : tuple of str
        Code, formatted as ruff does it.
    """

    name: str
    title: str
    comment: str
    words: str
    lines: tuple[str, ...]


def script_of(opening: Iterable[str], sections: Iterable[Section]) -> str:
    """Return a program of sections, each below a line of comment; `opening` comes before them."""
    lines = list(opening)
    for section in sections:
        # After a function's body come two empty lines, as before it.
        begun = next(line for line in reversed(lines) if line and not line.startswith(" "))
        lines += [""] * (2 if begun.startswith("def ") or section.lines[0].startswith("def ") else 1)
        lines += [f"# {section.title}: {section.comment}", *section.lines]
    return "\n".join(lines) + "\n"


def call(function: str, arguments: Sequence[str], indent: int = 0) -> list[str]:
    """Return the lines of a call as ruff lays them out, inside of `indent`: in one line if it fits, else indented."""
    whole = f"{function}({', '.join(arguments)})"
    if indent + len(whole) <= LINE_LENGTH:
        return [whole]
    inner = "    " + ", ".join(arguments)
    if indent + len(inner) <= LINE_LENGTH:
        return [f"{function}(", inner, ")"]
    return [f"{function}(", *(f"    {argument}," for argument in arguments), ")"]


# What code of ours imports: module by module, in the order of ruff; the names that are looked for in the code.
_STANDARD = ("gzip",)
_MODULES = (("keras", "keras"), ("matplotlib.pyplot", "plt"), ("numpy", "np"), ("optuna", "optuna"))
_FROM = (
    ("scipy.ndimage", ("gaussian_filter", "grey_dilation", "grey_erosion", "map_coordinates", "zoom")),
    ("sklearn.datasets", ("load_digits",)),
    ("sklearn.linear_model", ("SGDClassifier",)),
    ("sklearn.model_selection", ("cross_validate",)),
)


def imports(sections: Iterable[Section]) -> tuple[str, ...]:
    """Return the import statements that sections need."""
    code = "\n".join(line for section in sections for line in section.lines)
    used = set(re.findall(r"\w+", code))
    lines = [f"import {module}" for module in _STANDARD if module in used]
    lines += [""] if lines else []
    lines += [
        f"import {module}" + (f" as {name}" if name != module else "") for module, name in _MODULES if name in used
    ]
    for module, names in _FROM:
        if wanted := [name for name in names if name in used]:
            lines.append(f"from {module} import {', '.join(wanted)}")
    return tuple(lines)


def packages(import_lines: Iterable[str]) -> tuple[str, ...]:
    """Return what has to be installed for import statements, by the names that pip knows."""
    first = [line.split()[1].split(".")[0] for line in import_lines if line]
    names = {"sklearn": "scikit-learn"}
    found = dict.fromkeys(names.get(module, module) for module in first if module not in _STANDARD)
    if "keras" in found:  # it calculates with another library, and brings NumPy along
        return ("keras", "tensorflow", *(name for name in found if name not in ("keras", "numpy")))
    return tuple(found)
