"""Which sentences of the source a visitor sees: extractors for `pybabel extract`, named in ``pyproject.toml``.

Only literal sentences can be extracted. A message is

- the first argument of ``t(...)``, both forms of ``t.plural(one, many, n)`` and of ``Plural(one, many)``, and the
  second argument of ``term(id, sentence)``,
- the template of an error of ours, the first argument of a class whose name ends in ``Error``,
- what is marked as ``Sentence("...")``, the first argument of ``Phrase(...)``, and what a value annotated with
  `Sentence` holds, keys of a dict left out,
- an argument or attribute of a class whose name says that it is shown: titles and help texts of specs, fields and
  recipes (`SHOWN`), and the fields that a class of the same file annotates with `Sentence`.

Of Jinja2's templates Babel itself extracts what they give to ``_(...)``, which is a translator too.

Where one is chosen between literals, all of them are messages. `mnist_core.text` knows no page and no spec: what is
found depends on how the source is written, so a table that moves takes its sentences along.
"""

import ast
import builtins
import re
import tomllib
from collections.abc import Collection, Iterator
from typing import Any, BinaryIO

SHOWN = frozenset({"title", "help", "description", "summary", "anywhere", "lesson", "unit", "listed", "off", "short"})
_MARK = "Sentence"
_PLACEHOLDER = re.compile(r"\{\w*(:[^{}]*)?\}")
Found = tuple[int, str | None, str | tuple[str, str], list[str]]  # as Babel wants it


def python_source(
    fileobj: BinaryIO, keywords: Collection[str], comment_tags: Collection[str], options: dict[str, Any]
) -> Iterator[Found]:
    """Yield the messages of a Python file as line, function, message and comments.

    Parameters
    ----------
    fileobj : binary file
    keywords, comment_tags : collection of str
        Babel's own, unused.
    options : dict
        ``shown = "no"`` for sources whose titles and help texts only programmers and the command line read.
    """
    shown: frozenset[str] = frozenset() if options.get("shown") == "no" else SHOWN
    tree = ast.parse(fileobj.read())
    if shown:
        shown |= annotated_fields(tree)
    for node in ast.walk(tree):
        for message in _messages(node, shown):
            yield node.lineno, "ngettext" if isinstance(message, tuple) else None, message, []  # type: ignore[attr-defined]


def toml_file(
    fileobj: BinaryIO, keywords: Collection[str], comment_tags: Collection[str], options: dict[str, Any]
) -> Iterator[Found]:
    """Yield the texts of a TOML file's entries whose keys stand in the option ``shown``, separated by blanks."""
    wanted = options["shown"].split()
    yield from ((1, None, text, []) for text in _texts(tomllib.load(fileobj), wanted) if any(map(str.isalpha, text)))


def _texts(value: object, wanted: Collection[str]) -> Iterator[str]:
    if isinstance(value, dict):
        for key, part in value.items():
            if key in wanted and isinstance(part, str):
                yield part
            else:
                yield from _texts(part, wanted)
    elif isinstance(value, list):
        for part in value:
            yield from _texts(part, wanted)


def annotated_fields(tree: ast.AST) -> set[str]:
    """Return the names of the fields that classes annotate with `Sentence`."""
    return {
        ast.unparse(field.target)
        for node in ast.walk(tree)
        if isinstance(node, ast.ClassDef)
        for field in node.body
        if isinstance(field, ast.AnnAssign) and _mentions_mark(field.annotation)
    }


def _messages(node: ast.AST, shown: Collection[str]) -> Iterator[str | tuple[str, str]]:
    if isinstance(node, ast.AnnAssign) and node.value is not None and _mentions_mark(node.annotation):
        yield from literals(node.value)
    if isinstance(node, ast.ClassDef):
        for field in node.body:
            if isinstance(field, ast.Assign) and ast.unparse(field.targets[0]) in shown:
                yield from literals(field.value)
    if isinstance(node, ast.Call):
        yield from _messages_of_call(node, shown)


def _messages_of_call(node: ast.Call, shown: Collection[str]) -> Iterator[str | tuple[str, str]]:
    name = called(node)
    if name in ("plural", "Plural") and len(node.args) >= 2:
        one, many = (list(literals(form)) for form in node.args[:2])
        yield from zip(one, many, strict=True)
    elif node.args and (name in ("t", _MARK, "Phrase") or is_our_error(name)):
        yield from literals(node.args[0])
    elif name == "term":
        for sentence in node.args[1:]:
            yield from literals(sentence)
    for keyword in node.keywords:
        if keyword.arg in shown:
            yield from literals(keyword.value)


def called(node: ast.Call) -> str:
    """Return the name of the function, method or class that a call names."""
    return getattr(node.func, "id", "") or getattr(node.func, "attr", "")


def is_our_error(name: str) -> bool:
    """Whether a class's name is that of an error whose template visitors read; Python's own are for programmers."""
    return name.endswith("Error") and not hasattr(builtins, name)


def literals(node: ast.expr) -> Iterator[str]:
    """Yield the sentences that an expression can only be one of, or holds: texts with letters of their own."""
    text = node.value if isinstance(node, ast.Constant) and isinstance(node.value, str) else ""
    if any(letter.isalpha() for letter in _PLACEHOLDER.sub("", text)):
        yield text
    for part in parts(node):
        yield from literals(part)


def parts(node: ast.expr) -> list[ast.expr]:
    """Return what an expression chooses between or puts together, conditions and keys left out."""
    match node:
        case ast.IfExp():
            return [node.body, node.orelse]
        case ast.BoolOp() | ast.Dict():
            return node.values
        case ast.Tuple() | ast.List():
            return node.elts
        case ast.Subscript(value=ast.Dict() as table):  # one of a table that stands where it is used
            return table.values
    return []


def _mentions_mark(annotation: ast.expr) -> bool:
    return any(getattr(node, "id", "") == _MARK for node in ast.walk(annotation))
