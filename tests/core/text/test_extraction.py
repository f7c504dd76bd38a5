"""Every sentence that is translated can be extracted from the source."""

import ast
import io
from pathlib import Path

import pytest

from mnist_core.text.extraction import SHOWN, called, is_our_error, parts, python_source, toml_file

ROOT = Path(__file__).parents[3]
SOURCES = [path for folder in ("pages", "mnist_core") for path in sorted((ROOT / folder).rglob("*.py"))]
TREES = {path: ast.parse(path.read_text(encoding="utf-8")) for path in SOURCES}
# Of the glossary's entries, of errors on their way from another process, and of what the program named.
FROM_ELSEWHERE = {"short", "long", "template", "name"}


def extracted(source: str, **options: str) -> list[str | tuple[str, str]]:
    return [message for _, _, message, _ in python_source(io.BytesIO(source.encode()), (), (), options)]


@pytest.mark.parametrize(
    ("source", "messages"),
    [
        ('t("Train")', ["Train"]),
        ('translator.t("{n} of " "{all}", n=1)', ["{n} of {all}"]),
        ('t("a" if one else "b")', ["a", "b"]),
        ('t({"x": "a", "y": "b"}[kind])', ["a", "b"]),
        ('t.plural("{n} run", "{n} runs", n)', [("{n} run", "{n} runs")]),
        ('raise LimitError("Too much: {n}", n=3)', ["Too much: {n}"]),
        ('raise LimitError(Plural("{n:,} run", "{n:,} runs"), n=3)', [("{n:,} run", "{n:,} runs")]),
        ('f(title=Phrase("Layer {number}", number=1))', ["Layer {number}"]),
        ('raise ValueError("for programmers")', []),
        ('NAMES: dict[str, Sentence] = {"key": "Name", "other": "Other"}', ["Name", "Other"]),
        ('PAIRS: Mapping[str, tuple[Sentence, Sentence]] = {"key": ("a", "b")}', ["a", "b"]),
        ('ROWS = [("file.py", Sentence("Home"), ":material/home:")]', ["Home"]),
        ('Choice(id="relu", title="ReLU", help="Keeps it")', ["ReLU", "Keeps it"]),
        ("f\"**{t('Bold')}**\"", ["Bold"]),
        ('term("loss", "Less is better.")', ["Less is better."]),
        ('class Dense(Layer):\n    title = "Dense"\n    network = "dense"', ["Dense"]),
        (
            'class Words:\n    draw: Sentence = "Draw"\nWords(draw="Draw a digit", file="a.png")',
            ["Draw", "Draw a digit"],
        ),
        ('t("{name}")', []),
        ("t(words)", []),
    ],
)
def test_a_sentence_is_found_however_it_stands_there(source: str, messages: list[str]) -> None:
    assert extracted(source) == messages


def test_help_for_programmers_is_left_out_where_the_mapping_says_so() -> None:
    assert extracted('Field(title="a", help="b")', shown="no") == []


def test_sentences_are_found_in_toml_files() -> None:
    toml = io.BytesIO(b'[relu]\ntitle = "ReLU"\nkind = "x"\n[[part]]\nshort = "Keeps"\ntitle = "2"\n')
    assert [found[2] for found in toml_file(toml, (), (), {"shown": "title short"})] == ["ReLU", "Keeps"]


def _declared() -> set[str]:
    """Return all names whose values are extracted, because they are annotated or are those of shown fields."""
    names = set(SHOWN) | FROM_ELSEWHERE
    for node in (node for tree in TREES.values() for node in ast.walk(tree)):
        if isinstance(node, ast.AnnAssign | ast.arg) and "Sentence" in ast.unparse(node.annotation or ast.Constant(0)):
            names.add(node.arg if isinstance(node, ast.arg) else ast.unparse(node.target))
    return names


def _is_extracted(node: ast.expr, declared: set[str]) -> bool:
    match node:
        case ast.Constant():
            return isinstance(node.value, str)
        case ast.Name(id=name) | ast.Attribute(attr=name):
            return name in declared
        case ast.Call(func=ast.Name(id="Sentence" | "Plural")):
            return True
        case ast.Subscript(value=part) | ast.Call(func=ast.Attribute(value=part, attr="get")) if not parts(node):
            return _is_extracted(part, declared)
    chosen = parts(node)
    return bool(chosen) and all(_is_extracted(part, declared) for part in chosen)


def test_nothing_is_translated_that_is_no_literal_and_comes_from_no_table() -> None:
    declared = _declared()
    found = [
        f"{path.relative_to(ROOT)}:{node.lineno}: {ast.unparse(node)[:100]}"
        for path, tree in TREES.items()
        for node in ast.walk(tree)
        if isinstance(node, ast.Call)
        and node.args
        and (called(node) in ("t", "Sentence", "Phrase") or is_our_error(called(node)))
        and not _is_extracted(node.args[0], declared)
    ]
    assert found == [], "mark the words as mnist_core.text.Sentence, or translate them where they stand"
