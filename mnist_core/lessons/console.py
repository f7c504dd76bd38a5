"""What Python answers to the lines of a lesson, on the real arrays.

Lessons come from teachers too, so nothing is ever run: a line is read into a tree, and of a tree only a few kinds of
branches are known. Arithmetic waits until the few numbers are picked that are printed.
"""

import ast
import math
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
import numpy.typing as npt

from mnist_core.datasets import Dataset
from mnist_core.errors import LessonError

NAMES = ("x_train", "y_train", "x_test", "y_test")
_TOLD = ("shape", "dtype", "ndim", "size")
_MOST = 100_000  # numbers that are printed, or shortened by NumPy: there are 60,000 labels
_LONGEST = 200  # letters of a line
_TYPES = ("float32", "float64", "uint8", "int64")


class _Waiting:
    """An array of the dataset with what is still to be done to each of its numbers."""

    def __init__(self, array: npt.NDArray[Any], steps: tuple[Callable[[npt.NDArray[Any]], npt.NDArray[Any]], ...] = ()):
        self._array, self._steps = array, steps

    def then(self, step: Callable[[npt.NDArray[Any]], npt.NDArray[Any]]) -> "_Waiting":
        return _Waiting(self._array, (*self._steps, step))

    def of(self, change: Callable[[npt.NDArray[Any]], npt.NDArray[Any]]) -> "_Waiting":
        """Return other numbers of it, or the same in another shape."""
        return _Waiting(change(self._array), self._steps)

    def told(self, what: str) -> Any:
        if what == "dtype":
            return self._done(self._array.flat[:1]).dtype
        return getattr(self._array, what)

    def numbers(self) -> Any:
        """Return the numbers themselves; raises `LessonError` where they are too many."""
        if self._array.size > _MOST:
            raise _too_many()
        return np.asarray(self._done(self._array))

    def one_hot(self, classes: int) -> "_Waiting":
        """Return the rows of labels as they are; raises `ValueError` and `LessonError` where they are no labels."""
        if self._steps or self._array.ndim != 1:
            raise ValueError
        if self._array.size > _MOST:
            raise _too_many()
        return self.of(lambda labels: np.eye(classes)[labels])

    def _done(self, array: npt.NDArray[Any]) -> npt.NDArray[Any]:
        for step in self._steps:
            array = step(array)
        return array


def check(line: str) -> None:
    """Raise `LessonError` where a line is none that `answer` knows."""
    tree = _tree(line)
    for node in ast.walk(tree):
        if isinstance(node, ast.Name) and node.id not in (*NAMES, "to_categorical", "len", "log", "exp", "print"):
            raise _unknown(line)
        if not isinstance(node, _KNOWN) or (isinstance(node, ast.Constant) and not isinstance(node.value, _CONSTANTS)):
            raise _unknown(line)


_CONSTANTS = (int, float, str)
_KNOWN = (
    *(ast.Expression, ast.Name, ast.Load, ast.Constant, ast.Attribute, ast.Call, ast.Subscript, ast.Slice, ast.Tuple),
    *(ast.BinOp, ast.Div, ast.Mult, ast.Add, ast.Sub, ast.UnaryOp, ast.USub, ast.Compare, ast.Eq),
)


def answer(line: str, data: Dataset) -> str:
    """Return what Python prints for a line, such as ``x_train[0].shape``.

    Known are the four arrays, ``.shape``, ``.dtype``, ``.ndim``, ``.size``, ``.reshape(...)``, ``.astype("float32")``,
    indices and slices, ``+ - * /`` with a number, ``==`` with one, ``len(...)``, ``to_categorical(...)`` of labels, and
    ``log`` and ``exp`` of a number. ``print(...)`` prints as `print` does, anything else as the interpreter does.

    Raises
    ------
    LessonError
        If the line is none of these, or its numbers are too many.
    """
    check(line)
    tree = _tree(line).body
    try:
        if isinstance(tree, ast.Call) and _called(tree) == "print":
            return " ".join(str(_plain(_value(each, data, line))) for each in tree.args)
        return repr(_plain(_value(tree, data, line)))
    except LessonError:
        raise
    except (AttributeError, TypeError, ValueError, LookupError, ArithmeticError, RecursionError) as error:
        raise _unknown(line) from error


def _plain(value: Any) -> Any:
    return value.numbers() if isinstance(value, _Waiting) else value


def _too_many() -> LessonError:
    return LessonError("A line of a lesson shows at most {most:,} numbers. Pick some of them.", most=_MOST)


def _tree(line: str) -> ast.Expression:
    if len(line) > _LONGEST:
        raise _unknown(line)
    try:
        return ast.parse(line.strip(), mode="eval")
    except (SyntaxError, ValueError, RecursionError, MemoryError) as error:
        raise _unknown(line) from error


def _unknown(line: str) -> LessonError:
    return LessonError("“{line}” is no line that a lesson can show. docs/lessons.md says which are.", line=line[:80])


def _called(node: ast.Call) -> str:
    return node.func.id if isinstance(node.func, ast.Name) else ""


def _value(node: ast.expr, data: Dataset, line: str) -> Any:
    """Return what a branch means."""
    if isinstance(node, ast.Constant):
        return node.value
    if isinstance(node, ast.Name) and node.id in NAMES:
        return _Waiting(getattr(data, node.id))
    if isinstance(node, ast.Tuple):
        return tuple(_value(each, data, line) for each in node.elts)
    if isinstance(node, ast.UnaryOp):
        return -_value(node.operand, data, line)
    if isinstance(node, ast.Attribute) and node.attr in _TOLD:
        return _value(node.value, data, line).told(node.attr)
    if isinstance(node, ast.Subscript):
        picked = _index(node.slice, data, line)
        return _picked(_value(node.value, data, line), picked)
    if isinstance(node, ast.BinOp | ast.Compare):
        return _arithmetic(node, data, line)
    if isinstance(node, ast.Call):
        return _call(node, data, line)
    raise _unknown(line)


def _picked(value: Any, picked: Any) -> Any:
    if not isinstance(value, _Waiting):
        return value[picked]
    for part in picked if isinstance(picked, tuple) else (picked,):
        if isinstance(part, bool) or not isinstance(part, int | np.integer | slice):
            raise TypeError  # a list of places would copy as many images as it likes
    found = value.of(lambda array: np.asarray(array[picked]))
    return found.numbers()[()] if found.told("ndim") == 0 else found


def _index(node: ast.expr, data: Dataset, line: str) -> Any:
    if isinstance(node, ast.Slice):
        return slice(
            *(None if part is None else _value(part, data, line) for part in (node.lower, node.upper, node.step))
        )
    if isinstance(node, ast.Tuple):
        return tuple(_index(each, data, line) for each in node.elts)
    return _value(node, data, line)


_OPERATIONS: Mapping[type, Callable[[Any, Any], Any]] = {
    ast.Add: lambda a, b: a + b,
    ast.Sub: lambda a, b: a - b,
    ast.Mult: lambda a, b: a * b,
    ast.Div: lambda a, b: a / b,
    ast.Eq: lambda a, b: a == b,
}


def _arithmetic(node: ast.BinOp | ast.Compare, data: Dataset, line: str) -> Any:
    if isinstance(node, ast.BinOp):
        parts, sign = (node.left, node.right), node.op
    else:
        (compared,), (sign,) = node.comparators, node.ops  # type: ignore[assignment]
        parts = (node.left, compared)
    left, right = (_value(part, data, line) for part in parts)
    if isinstance(right, _Waiting) or not isinstance(right, int | float) or isinstance(left, str | tuple | np.dtype):
        raise _unknown(line)
    do = _OPERATIONS[type(sign)]
    return left.then(lambda array: do(array, right)) if isinstance(left, _Waiting) else do(left, right)


def _call(node: ast.Call, data: Dataset, line: str) -> Any:
    values = [_value(each, data, line) for each in node.args]
    if node.keywords:
        raise _unknown(line)
    if isinstance(node.func, ast.Attribute):
        return _method(_value(node.func.value, data, line), node.func.attr, values, line)
    name = _called(node)
    if name == "len":
        return values[0].told("shape")[0]
    if name in ("log", "exp") and isinstance(values[0], int | float):
        return getattr(math, name)(values[0])
    if name == "to_categorical" and isinstance(values[0], _Waiting):
        return values[0].one_hot(data.spec.num_classes)
    raise _unknown(line)


def _method(value: Any, name: str, values: list[Any], line: str) -> Any:
    if not isinstance(value, _Waiting):
        raise _unknown(line)
    if name == "reshape":
        shape = values[0] if isinstance(values[0], tuple) else tuple(values)
        return value.of(lambda array: array.reshape(shape))
    if name == "astype" and values and values[0] in _TYPES:
        kind = values[0]
        return value.then(lambda array: array.astype(kind))
    raise _unknown(line)
