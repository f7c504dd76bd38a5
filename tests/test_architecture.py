"""Who may import whom, and what pages may hold. Kept by reading the source, and once by running it."""

import ast
import re
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from functools import cache
from graphlib import TopologicalSorter
from pathlib import Path

import pytest

from mnist_core.config.datasets import DATASETS
from mnist_core.config.kinds import KINDS

PROJECT = Path(__file__).resolve().parents[1]
CORE = sorted((PROJECT / "mnist_core").rglob("*.py"))
PAGES = sorted((PROJECT / "pages").rglob("*.py"))
APP = [path for path in [PROJECT / "app.py"] if path.exists()]

# Imports go downwards, or stay within a part. Ranks 0 and 1 are parts that may use each other.
RANKS = {
    **dict.fromkeys(["errors", "text", "onnx"], 0),
    **dict.fromkeys(["settings", "system", "config", "as_program"], 1),
    **dict.fromkeys(["augmentation", "drawing", "gateway"], 2),
    **dict.fromkeys(["datasets", "store", "photos"], 3),
    **dict.fromkeys(["models", "evaluation"], 4),
    **dict.fromkeys(["script", "inference", "tensorboard", "lessons"], 5),
    **dict.fromkeys(["film", "diagram", "classroom"], 6),
    **dict.fromkeys(["training", "engine", "figures"], 7),
    **dict.fromkeys(["analysis", "sharing", "recovery", "monitoring", "studies"], 8),
    **dict.fromkeys(["app", "pages", "commands"], 9),
    "__main__": 10,
}
# The same within pages/_ui. A page's own package is in none of them: nothing but its page imports it.
SHARED_BY_PAGES = {"shell": 0, "parts": 1, "canvas": 1, "reading": 2, "cache": 2, "judged": 3, "one_run": 3, "film": 3}
FIGURES_MAY_USE = {"errors", "text", "config", "datasets", "evaluation", "store", "figures"}
HEAVY = {"keras", "tensorflow", "tensorboard", "jax", "sklearn", "onnx", "onnxruntime", "pooch", "requests"}
HEAVY |= {"s3fs", "fsspec", "botocore", "aiohttp"}  # only of labs with object storage
HEAVY |= {"prometheus_client"}  # of shared labs
HEAVY |= {"nbformat", "jinja2", "huggingface_hub"}  # not needed before somebody takes something away
# What these build on must be there when their classes are made; they are imported inside functions of training only.
BUILT_ON = {
    "mnist_core.training.callbacks": {"keras"},
    "mnist_core.training.jax_steps": {"keras", "jax"},
    "mnist_core.training.tensorflow_layers": {"keras", "tensorflow"},
    "mnist_core.training.tensorflow_steps": {"keras", "tensorflow"},
}


# Modules of one name in two packages tell two sides of one thing: its values and its charts, its rules and its code.
# A name that is not here means one thing only.
TWO_SIDES = re.compile(
    "analyses|board|cost|drawings|events|fine_tuning|graph|importance|install|layers|limits|logistic|matrix|network|parts|pen"
    "|predicting|rate|reading|run|runs|settings|studies|training|words"
)


@cache
def tree_of(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"), str(path))


def module_name(path: Path) -> str:
    parts = path.relative_to(PROJECT).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def part_of(module: str) -> str:
    """Return the part of the program that a module belongs to: "store" of "mnist_core.store.tables"."""
    first, *rest = module.split(".")
    if first != "mnist_core":
        return first
    return rest[0] if rest else "mnist_core"


def imports(path: Path, *, top_level_only: bool = False) -> Iterator[str]:
    """Yield the full name of every module that a file imports, but not those for type checkers only."""

    def visit(node: ast.AST) -> Iterator[str]:
        match node:
            case ast.Import():
                yield from (alias.name for alias in node.names)
            case ast.ImportFrom():
                assert node.level == 0, f"{path}: relative imports are banned"
                # ``from mnist_core import store`` imports a module; a class of that name does no harm here.
                yield from (f"{node.module}.{alias.name}" for alias in node.names)
            case ast.FunctionDef() | ast.AsyncFunctionDef() if top_level_only:
                return
            case ast.If() if ast.unparse(node.test).endswith("TYPE_CHECKING"):
                for child in node.orelse:
                    yield from visit(child)
            case _:
                for child in ast.iter_child_nodes(node):
                    yield from visit(child)

    yield from visit(tree_of(path))


def name_of(path: Path) -> str:
    return str(path.relative_to(PROJECT))


every_module = pytest.mark.parametrize("path", CORE + APP + PAGES, ids=name_of)
every_core_module = pytest.mark.parametrize("path", CORE, ids=name_of)
every_page = pytest.mark.parametrize("path", PAGES, ids=name_of)


def test_every_part_has_a_rank():
    parts = {part_of(module_name(path)) for path in CORE + APP + PAGES} - {"mnist_core"}
    assert parts <= set(RANKS)


@every_module
def test_imports_go_downwards(path):
    own = part_of(module_name(path))
    for module in imports(path):
        other = part_of(module)
        if module.split(".")[0] not in ("mnist_core", "pages", "app") or other in (own, "mnist_core", "__version__"):
            continue
        if own == "app" and other == "pages":
            continue  # the server serves the pages
        assert own != "mnist_core", "the package itself imports nothing"
        higher = RANKS[own] > RANKS[other] or RANKS[own] == RANKS[other] <= 1
        assert higher, f"{module_name(path)} (rank {RANKS[own]}) imports {module} (rank {RANKS[other]})"


def test_every_page_is_in_the_navigation():
    pages = {path.name for path in (PROJECT / "pages").glob("[a-z]*.py")}
    listed = re.findall(r'^    \("(\w+\.py)", ', (PROJECT / "pages" / "_dashboard.py").read_text(), re.MULTILINE)
    assert set(listed) == pages


@every_page
def test_no_page_s_package_imports_another_page_s(path):
    """And what several share goes downwards too."""
    own = shared_or_page(module_name(path))
    for module in imports(path):
        other = shared_or_page(module)
        if other is None or other == own:
            continue
        assert other in SHARED_BY_PAGES, f"{name_of(path)} takes {module} from another page"
        lower = own not in SHARED_BY_PAGES or SHARED_BY_PAGES[own] > SHARED_BY_PAGES[other]
        assert lower, f"{name_of(path)} imports {module}, which is not below it"


def shared_or_page(module: str) -> str | None:
    """Return the package in pages/_ui that a module belongs to, or the page; None for what is no page's."""
    match module.split("."):
        case ["pages", "_ui", package, *_]:
            return package
        case ["pages", page, *_]:
            return page
    return None


def test_no_file_needs_itself_in_the_end():
    """Imports inside functions count too: a circle that is only put off is one."""
    files = {module_name(path): path for path in CORE + PAGES + APP}

    def file_of(module: str) -> str:
        while module and module not in files:
            module = module.rpartition(".")[0]
        return module

    needs = {name: {file_of(module) for module in imports(path)} - {"", name} for name, path in files.items()}
    TopologicalSorter(needs).prepare()  # raises CycleError, which names the files


def test_modules_of_one_name_are_about_one_thing():
    names = Counter(path.stem for path in CORE if not path.stem.startswith("__"))
    assert not [name for name, n in names.items() if n > 1 and not TWO_SIDES.fullmatch(name)]


def test_classes_of_one_name_are_one_class():
    classes = Counter(
        node.name
        for path in CORE
        for node in tree_of(path).body
        if isinstance(node, ast.ClassDef) and not node.name.startswith("_")
    )
    assert not [name for name, n in classes.items() if n > 1]


@pytest.mark.parametrize("path", [p for p in CORE + PAGES if p.name == "__init__.py"], ids=name_of)
def test_every_package_says_what_it_knows_and_what_not(path):
    words = ast.get_docstring(tree_of(path)) or ""
    assert len(re.findall(r"[.:](?:\s|$)", words)) >= 2, "two sentences at least"


def dataset_comparisons(source: str) -> list[str]:
    """Return what compares the name of a dataset, of a kind of pictures, or of a reader with a literal."""
    names = {*DATASETS, *KINDS, *(kind.reader for kind in KINDS.values())}
    found = []
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Compare):
            sides = [node.left, *node.comparators]
        elif isinstance(node, ast.MatchValue):
            sides = [node.value]
        else:
            continue
        parts = [part for side in sides for part in (getattr(side, "elts", None) or [side])]
        if any(isinstance(part, ast.Constant) and part.value in names for part in parts):
            found.append(f"line {node.lineno}: {ast.unparse(node)}")
    return found


@every_module
def test_nobody_asks_for_a_dataset_by_name(path):
    """What is otherwise for one of them stands in its spec, or in its kind."""
    if part_of(module_name(path)) != "datasets" and path.stem not in ("datasets", "kinds"):
        assert dataset_comparisons(path.read_text()) == []


@pytest.mark.parametrize(
    "source", ['if kind == "digits": pass', 'x = name in ("mnist", "a")', 'match kind:\n    case "letter": pass']
)
def test_a_dataset_that_is_asked_for_by_name_is_found(source):
    assert len(dataset_comparisons(source)) == 1


@pytest.mark.parametrize("path", [p for p in CORE if "figures" in p.parts], ids=name_of)
def test_figures_know_values_only(path):
    used = {part_of(module) for module in imports(path) if module.startswith("mnist_core")}
    assert used <= FIGURES_MAY_USE


@every_core_module
def test_the_core_knows_no_streamlit(path):
    assert not [module for module in imports(path) if module.split(".")[0] == "streamlit"]


@every_module
def test_heavy_libraries_are_imported_where_they_are_used(path):
    found = {module.split(".")[0] for module in imports(path, top_level_only=True)} & HEAVY
    assert found <= BUILT_ON.get(module_name(path), set())


@every_module
def test_modules_built_on_keras_are_imported_inside_functions_of_training_only(path):
    assert not [module for module in imports(path, top_level_only=True) if module.startswith(tuple(BUILT_ON))]
    if part_of(module_name(path)) != "training":
        assert not [module for module in imports(path) if module.startswith(tuple(BUILT_ON))]


@every_core_module
def test_keras_is_loaded_in_one_place(path):
    """It is never imported before it was told what this program wants of it."""
    found = {module for module in imports(path) if module.split(".")[0] == "keras"}
    assert not found or module_name(path) in {"mnist_core.system.libraries", *BUILT_ON}, found


@every_module
def test_nothing_opens_a_file_of_keras(path):
    """With such a file come classes of whoever wrote it: networks are built from settings and numbers."""
    calls = {node.attr for node in ast.walk(tree_of(path)) if isinstance(node, ast.Attribute)}
    assert not calls & {"load_model", "load_weights", "model_from_json"}


@pytest.mark.parametrize(
    "path", [p for p in CORE if '__name__ == "__main__"' in p.read_text() and p.name != "predict.py"], ids=name_of
)
def test_every_program_begins_with_what_libraries_are_told(path):
    assert next(imports(path)) == "mnist_core.as_program"


@pytest.mark.parametrize("path", APP + PAGES, ids=name_of)
def test_pages_never_train_or_build(path):
    forbidden = ("mnist_core.training", "mnist_core.models.build", "mnist_core.baselines")
    assert not [module for module in imports(path) if module.startswith(forbidden)]
    assert not {module.split(".")[0] for module in imports(path)} & HEAVY


def test_importing_all_that_the_app_uses_brings_no_machine_learning_library():
    skipped = (
        "mnist_core.training",
        "mnist_core.__main__",
        "mnist_core.commands",
        "mnist_core.sharing.shipped.__main__",
        "mnist_core.store.migrations.env",  # a program too: Alembic's
    )
    modules = [name for path in CORE if not (name := module_name(path)).startswith(skipped)]
    assert len(modules) > 20
    program = (
        "import importlib, sys\n"
        f"for name in {modules!r}:\n"
        "    importlib.import_module(name)\n"
        "print(*{name.split('.')[0] for name in sys.modules})\n"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, cwd=PROJECT)
    assert done.returncode == 0, done.stderr
    assert not set(done.stdout.split()) & (HEAVY | {"streamlit", "scipy", "torch"})


# pages


@pytest.mark.parametrize("path", APP + PAGES, ids=name_of)
def test_pages_are_short(path):
    limit = 80 if path.name == "app.py" else 150
    assert len(path.read_text().splitlines()) <= limit


@every_page
def test_downloads_ask_at_the_click_whether_the_visitor_may_still_see_the_run(path):
    if path.name != "downloads.py":
        assert "st.download_button" not in path.read_text(), "use download_button of pages/_ui/parts/downloads.py"


# Functions that show their first argument, and arguments that are shown wherever they occur.
SHOWING = re.compile(
    "title|header|subheader|caption|markdown|write|text|info|warning|error|success|toast|exception"
    "|button|download_button|link_button|form_submit_button|radio|selectbox|multiselect|slider|select_slider"
    "|number_input|text_input|text_area|metric|toggle|checkbox|pills|segmented_control|file_uploader|camera_input"
    "|color_picker|date_input|time_input|chat_input|tabs|expander|popover|status|spinner|progress|badge"
)
SHOWN_BY_NAME = {"label", "help", "placeholder", "caption", "body", "text", "title"}
NOT_STREAMLIT = {"logging", "logger", "log", "sys", "os", "re", "json", "go", "figure"}


def visible_literals(source: str) -> list[str]:
    """Return the words that a page shows without translating them, each with its line."""
    found = []
    for node in ast.walk(ast.parse(source)):
        if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Attribute):
            continue
        if not SHOWING.fullmatch(node.func.attr) or ast.unparse(node.func.value).split(".")[0] in NOT_STREAMLIT:
            continue
        shown = node.args[:1] + [keyword.value for keyword in node.keywords if keyword.arg in SHOWN_BY_NAME]
        for argument in shown:
            elements = argument.elts if isinstance(argument, ast.List | ast.Tuple) else [argument]
            found += [f"line {node.lineno}: {text}" for element in elements for text in _words(element)]
    return found


def _words(node: ast.expr) -> list[str]:
    if isinstance(node, ast.JoinedStr):
        return [text for value in node.values for text in _words(value)]
    if not isinstance(node, ast.Constant) or not isinstance(node.value, str):
        return []
    # Icons, tags and colours of Markdown are no words.
    text = re.sub(r":material/\w+:|<[^>]*>|:[a-z-]+(?=\[)|&\w+;", "", node.value)
    return [node.value] if re.search(r"[^\W\d_]", text) else []


@every_page
def test_every_text_of_a_page_goes_through_the_translation(path):
    assert visible_literals(path.read_text()) == []


@pytest.mark.parametrize(
    "source",
    [
        'st.title("Train")',
        'st.sidebar.button("Go", key="go")',
        'left.metric("Accuracy", 3)',
        'st.tabs(["One", t("Two")])',
        'st.markdown(f"Run {name}")',
        'st.slider(t("Size"), help="How big")',
        'st.columns(2)[0].button(label="Go")',
        'with st.expander("More"): pass',
    ],
)
def test_an_untranslated_text_is_found(source):
    assert len(visible_literals(source)) == 1


@pytest.mark.parametrize(
    "source",
    [
        'st.title(t("Train"))',
        'st.button(":material/delete:", key="delete")',
        'st.markdown("---")',
        'st.markdown(f"<b>{name}</b>", unsafe_allow_html=True)',
        'st.metric(t("Accuracy"), "12.5%")',
        'st.selectbox(t("Kind"), ["dense", "conv2d"])',
        'logger.info("started")',
        'st.markdown(f":red[{t("Oh")}]")' if sys.version_info >= (3, 12) else "st.markdown(text)",
        'st.session_state["name"] = 3',
    ],
)
def test_what_is_no_untranslated_text_is_let_pass(source):
    assert visible_literals(source) == []


# What is written for programs, for learners' scripts, for TensorBoard and for logs is the same in every language.
# So are the documents that go out with a network: bundles and the Hub have English ones.
SAME_IN_EVERY_LANGUAGE = ("script", "tensorboard", "training", "sharing")
NUMBER_FORM = re.compile(r"(?=.*[,.%defgn+])[ +-]?(\{.*\}|[<>^]?\d*),?(\.\d+)?[defgn%]?")
FILE_NAME = re.compile(r"0\d+d?")  # zeros before a number stand in names of files only


def number_forms(source: str) -> list[str]:
    """Return what writes a number in one language's signs: ``f"{share:.1%}"`` and ``format(share, ".1%")``."""
    found = []
    for node in ast.walk(ast.parse(source)):
        form = None
        if isinstance(node, ast.FormattedValue) and node.format_spec is not None:
            form = ast.unparse(node.format_spec)[2:-1]
        elif isinstance(node, ast.Call) and ast.unparse(node.func) == "format" and len(node.args) == 2:
            form = ast.unparse(node.args[1]).strip("'")
        if form and NUMBER_FORM.fullmatch(form) and not FILE_NAME.fullmatch(form):
            found.append(f"line {node.lineno}: {ast.unparse(node)}")
    return found


@every_module
def test_numbers_are_written_in_the_reader_s_language(path):
    """A number's form stands in its sentence, ``t("{share:.1%} are right", share=share)``, or in ``t.number``."""
    if part_of(module_name(path)) not in SAME_IN_EVERY_LANGUAGE and path.name != "numbers.py":
        assert number_forms(path.read_text()) == []


@pytest.mark.parametrize(
    "source",
    [
        'f"{share:.1%}"',
        'f"{n:,}"',
        'f"{n:+d}"',
        'f"{x:g}"',
        'f"about {x:>10.2f} s"',
        'format(x, ",d")',
        'f"{x:{n}.2f}"',
    ],
)
def test_a_number_in_one_language_s_signs_is_found(source):
    assert len(number_forms(source)) == 1


@pytest.mark.parametrize(
    "source",
    ['f"{x}"', 'f"#{v:02X}"', 'f"{name:>12}"', 'f"{number:06d}.db"', 'f"{when:%Y%m%d}"', 't("{n:,} runs", n=1)'],
)
def test_what_is_no_number_for_readers_is_let_pass(source):
    assert number_forms(source) == []
