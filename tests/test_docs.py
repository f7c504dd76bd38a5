"""The documents say what is true, and in Korean the same as in English."""

import re
from collections import Counter
from pathlib import Path

import pytest

from mnist_core.config.recipes import RECIPES
from mnist_core.settings import PROFILES, Settings
from mnist_core.text import translation
from tests.test_architecture import RANKS

ROOT = Path(__file__).parents[1]
README = (ROOT / "README.md").read_text()
KOREAN = (ROOT / "README.ko.md").read_text()
SHARE = (ROOT / "docs" / "share.md").read_text()
CONTRIBUTING = (ROOT / "CONTRIBUTING.md").read_text()


DOCUMENTS = ["README.md", "README.ko.md", "CONTRIBUTING.md", "benchmarks/README.md", "docs/share.md"]
CODE = re.compile(r"^```(\w*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)


def links(text: str) -> list[str]:
    """Return where links and pictures of a document lead, those to other sites left out."""
    found = re.findall(r"\]\(([^)]+)\)|\bsrc(?:set)?=\"([^\"]+)\"", text)
    return [target for target in map("".join, found) if "://" not in target]


def headings(text: str) -> list[tuple[int, str]]:
    """Return level and words of each heading."""
    return [(len(marks), words) for marks, words in re.findall(r"^(#+) (.+)$", CODE.sub("", text), re.MULTILINE)]


def anchor(heading: str) -> str:
    """Return the name that GitHub gives a heading in addresses."""
    return re.sub(r"[^\w -]", "", heading).lower().replace(" ", "-")


def anchors(text: str) -> set[str]:
    """Return all that a link can name after #: headings, and ids of their own."""
    return {anchor(words) for _, words in headings(text)} | set(re.findall(r"<a id=\"([^\"]+)\">", text))


@pytest.mark.parametrize("document", DOCUMENTS)
def test_every_link_leads_somewhere(document: str) -> None:
    path = ROOT / document
    missing = []
    for target in links(path.read_text()):
        file, _, place = target.partition("#")
        there = path.parent / file if file else path
        if not there.exists() or (place and place not in anchors(there.read_text())):
            missing.append(target)
    assert not missing


def test_every_file_that_is_named_for_contributors_exists() -> None:
    named = re.findall(r"`([\w./-]+/[\w./-]*|[\w.-]+\.(?:py|md|txt|toml))`", CONTRIBUTING)
    assert len(named) > 40
    assert not [name for name in named if not (ROOT / name).exists()]


def test_the_ranks_of_packages_are_those_that_are_checked() -> None:
    rows = re.findall(r"^\| (\d) \| (.+) \|$", CONTRIBUTING, re.MULTILINE)
    listed = {name: int(rank) for rank, words in rows for name in re.findall(r"`(\w+)`", words)}
    assert listed == {name: rank for name, rank in RANKS.items() if name != "__main__"}


def test_every_setting_is_in_the_readme_with_its_description() -> None:
    rows = dict(re.findall(r"^\| `(MNIST_LAB_\w+)` \| [^|]+ \| ([^|]+) \|$", README, re.MULTILINE))
    expected = {f"MNIST_LAB_{name.upper()}": field.description for name, field in Settings.model_fields.items()}
    assert rows == expected


def test_what_each_profile_sets_is_in_the_readme() -> None:
    def said(name: str, value: object) -> str:
        if isinstance(value, bool):
            return str(value).lower()
        # Slots without a number are counted by the program; days without one never come.
        if value is None:
            return "by itself" if name == "slots" else "none"
        return f"{value:g}" if isinstance(value, float) else str(value)

    column = r" \| ([^|]+)" * len(PROFILES)
    told = {name: list(values) for name, *values in re.findall(rf"^\| `MNIST_LAB_(\w+)`{column} \|$", README, re.M)}
    fields = {name: field.default for name, field in Settings.model_fields.items()}
    changed = {name for profile in PROFILES.values() for name in profile}
    assert re.search(r"^\| \| " + r" \| ".join(f"`{name}`" for name in PROFILES) + r" \|$", README, re.M)
    assert told == {
        name.upper(): [said(name, profile.get(name, fields[name])) for profile in PROFILES.values()] for name in changed
    }


def test_every_recipe_is_in_the_readme() -> None:
    assert set(re.findall(r"^\| `([\w-]+)` \|", README, re.MULTILINE)) >= set(RECIPES)


def test_the_readmes_tree_is_the_packages_tree() -> None:
    listed = set(re.findall(r"^  (\w+(?:\.py|/))", README, re.MULTILINE))
    package = ROOT / "mnist_core"
    there = {f"{path.name}/" for path in package.iterdir() if (path / "__init__.py").exists()}
    there |= {path.name for path in package.glob("*.py")} - {"__init__.py"}
    assert listed == there


def test_every_command_of_the_readme_is_in_the_makefile() -> None:
    targets = set(re.findall(r"^(\w+):", (ROOT / "Makefile").read_text(), re.MULTILINE))
    assert set(re.findall(r"make (run|test|check|install)\b", README)) <= targets
    assert set(re.findall(r"^make (\w+)", SHARE, re.MULTILINE)) == {"image", "up", "space"} <= targets


def test_every_file_that_a_command_of_sharing_takes_exists() -> None:
    named = set(re.findall(r"\bdeploy/[\w./-]*\w", SHARE)) | set(re.findall(r"requirements[\w-]*\.txt", SHARE))
    assert len(named) > 5
    assert not [name for name in named - {"deploy/.env"} if not (ROOT / name).exists()]


def commands(text: str) -> list[str]:
    """Return blocks of code without what is said to people in them: comments, and what stands right of a drawing."""
    said = {"sh": r"(^|\s)#.*"}
    return [re.sub(said.get(language, r"(?<=[\w/]) {2,}.*"), "", code) for language, code in CODE.findall(text)]


def named(text: str) -> set[str]:
    """Return everything that stands as code within sentences: commands, options, settings, files."""
    return set(re.findall(r"`([^`\n]+)`", CODE.sub("", text)))


def sections(text: str) -> list[str]:
    """Return what stands under each heading, without code."""
    return re.split(r"^#+ .+$", CODE.sub("", text), flags=re.MULTILINE)


def figures(text: str) -> Counter[str]:
    """Return how often each number stands there in digits."""
    return Counter(re.findall(r"\d+(?:[.,]\d+)*", text))


def rows(text: str) -> list[list[str]]:
    """Return the rows of all tables, and of each cell what is code in it."""
    cells = [row.split("|") for row in re.findall(r"^\|(.+)\|$", CODE.sub("", text), re.MULTILINE)]
    return [["".join(re.findall(r"`[^`]+`", cell)) for cell in row] for row in cells]


def test_the_korean_readme_has_the_same_sections_under_the_same_anchors() -> None:
    assert [level for level, _ in headings(KOREAN)] == [level for level, _ in headings(README)]
    below_the_title = [anchor(words) for level, words in headings(README) if level > 1]
    assert re.findall(r"^<a id=\"([^\"]+)\"></a>\n\n#", KOREAN, re.MULTILINE) == below_the_title


def test_the_korean_readme_has_the_same_commands() -> None:
    assert len(commands(README)) > 5
    assert commands(KOREAN) == commands(README)
    assert named(KOREAN) == named(README)


def test_the_korean_readme_has_the_same_settings_and_tables() -> None:
    setting = r"\bMNIST_LAB_\w+"
    assert set(re.findall(setting, KOREAN)) == set(re.findall(setting, README))
    assert rows(KOREAN) == rows(README)


def test_the_korean_readme_has_every_figure() -> None:
    """Korean may write more of them as digits."""
    pairs = zip(sections(README), sections(KOREAN), strict=True)
    assert [missing for english, korean in pairs if (missing := figures(english) - figures(korean))] == []


def test_each_readme_links_to_what_the_other_does_and_to_the_other() -> None:
    assert README.startswith("[한국어](README.ko.md)\n")
    assert KOREAN.startswith("[English](README.md)\n")
    assert links(KOREAN)[1:] == links(README)[1:]


def test_the_korean_readme_calls_pages_as_the_screen_does() -> None:
    said = translation.translator("ko")
    listed = [re.findall(r"^- \*\*(.+?)\*\*: ", text, re.MULTILINE) for text in (README, KOREAN)]
    pages = [(english, korean) for english, korean in zip(*listed, strict=True) if said(english) != english]
    assert len(pages) > 10
    assert [korean for _, korean in pages] == [said(english) for english, _ in pages]
