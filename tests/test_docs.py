"""The documents say what is true."""

import re
from pathlib import Path

import pytest

from mnist_core.config.recipes import RECIPES
from mnist_core.settings import PROFILES, Settings
from tests.test_architecture import RANKS

ROOT = Path(__file__).parents[1]
README = (ROOT / "README.md").read_text()
SHARE = (ROOT / "docs" / "share.md").read_text()
CONTRIBUTING = (ROOT / "CONTRIBUTING.md").read_text()


@pytest.mark.parametrize("document", ["README.md", "CONTRIBUTING.md", "benchmarks/README.md", "docs/share.md"])
def test_every_link_to_a_file_leads_somewhere(document: str) -> None:
    path = ROOT / document
    targets = re.findall(r"\]\(([^)#]+)\)", path.read_text())
    missing = [t for t in targets if "://" not in t and not (path.parent / t).exists()]
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
    def said(value: object) -> str:
        if isinstance(value, bool):
            return str(value).lower()
        return "by itself" if value is None else f"{value:g}" if isinstance(value, float) else str(value)

    column = r" \| ([^|]+)" * len(PROFILES)
    told = {name: list(values) for name, *values in re.findall(rf"^\| `MNIST_LAB_(\w+)`{column} \|$", README, re.M)}
    fields = {name: field.default for name, field in Settings.model_fields.items()}
    changed = {name for profile in PROFILES.values() for name in profile}
    assert re.search(r"^\| \| " + r" \| ".join(f"`{name}`" for name in PROFILES) + r" \|$", README, re.M)
    assert told == {
        name.upper(): [said(profile.get(name, fields[name])) for profile in PROFILES.values()] for name in changed
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


def test_every_heading_that_a_link_names_is_there() -> None:
    texts = {"": SHARE, "../README.md": README}
    for file, anchor in re.findall(r"\]\(([\w./]*)#([\w-]+)\)", SHARE):
        headings = re.findall(r"^#+ (.+)$", texts[file], re.MULTILINE)
        assert anchor in {re.sub(r"[^\w -]", "", heading).lower().replace(" ", "-") for heading in headings}


def test_every_file_that_a_command_of_sharing_takes_exists() -> None:
    named = set(re.findall(r"\bdeploy/[\w./-]*\w", SHARE)) | set(re.findall(r"requirements[\w-]*\.txt", SHARE))
    assert len(named) > 5
    assert not [name for name in named - {"deploy/.env"} if not (ROOT / name).exists()]
