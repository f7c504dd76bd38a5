"""Every word of the files that go out with a network is said in the language of who asks for them."""

import re
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from mnist_core.config import Conv2D, DataConfig, Dense, FineTuneConfig, LogisticConfig, NetworkConfig, RunConfig
from mnist_core.config.datasets import DatasetSpec
from mnist_core.config.kinds import CLOTHES, DIGITS, LETTERS, PICTURES, ImageKind
from mnist_core.sharing.bundle.describe import versions
from mnist_core.sharing.bundle.evidence import gather
from mnist_core.sharing.bundle.readme import facts, readme
from mnist_core.sharing.bundle.report import report_html
from mnist_core.sharing.hub.card import model_card, readable
from mnist_core.sharing.hub.folder import card_facts, repository
from mnist_core.sharing.of_study import study_told
from mnist_core.sharing.shipped import SHIPPED
from mnist_core.store import Imported, RunRecord, Shipped, Store
from mnist_core.tensorboard.hparams import settings_of
from mnist_core.text import Translator
from tests.made_studies import made_study
from tests.made_up_language import OPEN, TYPED, Bracketing, left_over

RUN = "20260101-000000-00000001"
GIVEN = SHIPPED["handwriting"]
WEIGHTED = NetworkConfig(layers=(Conv2D(filters=4), Dense(units=16)))
CONFIGS: dict[str, tuple[ImageKind, dict[str, Any]]] = {
    "clothes": (CLOTHES, {"model": WEIGHTED, "train": {"optimizer": "sgd", "schedule": "cosine"}}),
    "letters": (LETTERS, {"model": WEIGHTED, "data": {"train_size": 1000, "validation_split": 0}}),
    "pictures": (PICTURES, {"model": NetworkConfig(layers=()), "augment": {"rotation": 10}}),
    "baseline": (CLOTHES, {"model": LogisticConfig(folds=2)}),
    "fine-tuned": (DIGITS, {}),
}
FINE_TUNE = FineTuneConfig(base=RUN, drawings="0" * 16)
# Changes of a record after which more, or less, is to be told.
CHANGES: dict[str, dict[str, Any]] = {
    "clothes": {
        "name": GIVEN.title,
        "shipped": Shipped(name="x", version=1, digest="", summary=GIVEN.summary, sources=list(GIVEN.sources)),
    },
    "letters": {"imported": Imported(run_id=RUN, created="2026-01-01T00:00:00", moment="2026-01-02T00:00:00")},
}
IN_ALL = ("cc-by-4.0", "md5", "UTC", "SGDClassifier", "ONNX Runtime", "LiteRT", "[More Information Needed]")


@pytest.fixture(params=CONFIGS)
def run(
    request: pytest.FixtureRequest,
    dataset_of: Callable[[ImageKind], DatasetSpec],
    finished_run: Callable[..., RunRecord],
) -> RunRecord:
    kind, values = CONFIGS[request.param]
    data = DataConfig(dataset=dataset_of(kind).id, **values.get("data", {}))
    config = RunConfig(**{"model": NetworkConfig(layers=(Dense(units=16),)), **values, "data": data})
    run = finished_run(config, name=TYPED)
    if request.param == "fine-tuned":
        config = config.model_copy(update={"fine_tune": FINE_TUNE})
    return replace(run, config=config, **CHANGES.get(request.param, {}))


def test_every_word_of_card_report_and_readme_is_translated(run: RunRecord, store: Store) -> None:
    catalogue = Bracketing()
    t = Translator("en", catalogue)
    evidence = gather(run, store)
    told = facts(evidence, t)
    texts = {
        "card": readable(model_card(card_facts(store, run), t)),
        "readme": readme(evidence, ["predict.py", "model.onnx", "run/x"], {"model.tflite": "1"}, 0.9, t),
        "readme of one that is never sure": readme(evidence, [], {}, 2.0, t),
        "report": report_html(evidence, told, t),
        "report without images": report_html(replace(evidence, dataset=None), told, t),
        "report without labels": report_html(replace(evidence, labels={}), told, t),
    }
    if run.config.model.kind != "network":  # of a network there would have to be a file for Keras
        content = repository(store.files(run.id), card_facts(store, run), t)
        texts["licence"] = content["LICENSE"].decode()
        assert OPEN not in "".join(content[name].decode() for name in content if name.endswith(".json"))
    values = [str(value) for value in settings_of(run.config, "").values() if value not in catalogue.known]
    names = [run.config.spec.id, run.fingerprint, run.id, *versions(), *values, *IN_ALL]
    assert {name: words for name, text in texts.items() if (words := _untranslated(text, names))} == {}
    assert not catalogue.unknown, f"make words finds none of: {sorted(catalogue.unknown)}"


@pytest.mark.parametrize("kind", ["search", "repeat"])
def test_every_word_of_a_study_is_translated(finished_run: Callable[..., RunRecord], store: Store, kind: str) -> None:
    catalogue = Bracketing()
    t = Translator("en", catalogue)
    for pruned in ((), (1,), (0, 1)):
        _, members = made_study(
            store, finished_run, kind=kind, over="seed", values=(0, 1), measured=(0.9, 0.8), pruned=pruned, name=TYPED
        )
        for run in members:
            told = study_told(run, store)
            assert told is not None
            words = " ".join(text for fact in told.facts(t) for text in fact)
            assert left_over(words, TYPED) == []
    assert not catalogue.unknown, f"make words finds none of: {sorted(catalogue.unknown)}"


def _untranslated(text: str, names: list[str]) -> list[str]:
    """Return the words that were not translated, code and names left out."""
    code = r"<code>.*?</code>|(keras\.|SGDClassifier)[^<]*"
    text = re.sub(rf"```.*?```|`[^`]*`|<style>.*?</style>|\w+=&#34;\w+&#34;|{code}", " ", text, flags=re.DOTALL)
    for name in sorted(filter(None, names), key=len, reverse=True):
        text = re.sub(rf"(?<!\w){re.escape(name)}(?!\w)", " ", text)
    return left_over(text, TYPED)


def test_what_the_hub_reads_of_a_card_is_never_translated(finished_run: Callable[..., RunRecord], store: Store) -> None:
    facts = card_facts(store, finished_run())
    made_up = model_card(facts, Translator("en", Bracketing()))
    assert made_up.split("\n---\n")[0] == model_card(facts).split("\n---\n")[0]
