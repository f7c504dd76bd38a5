"""The head of a model card: what the Hub itself reads, as YAML. Programs search it by these words: never translated."""

from mnist_core.config import RunConfig
from mnist_core.datasets import DatasetSpec
from mnist_core.evaluation import ClassScores, ConfusionMatrix
from mnist_core.store import RunRecord
from mnist_core.text import one_line


def head(record: RunRecord, matrix: ConfusionMatrix, scores: ClassScores, loss: float) -> str:
    """Return a card's metadata without the lines around it; `loss` is the one on the test set."""
    # This part of the library writes and reads cards only: nothing of it opens a connection.
    from huggingface_hub.repocard_data import EvalResult, ModelCardData

    spec = record.config.spec
    metrics = [
        ("accuracy", matrix.right / matrix.total, "Test accuracy"),
        ("f1", float(scores.f1.mean()), "Mean F1 of the classes"),
        ("loss", loss, "Test loss"),
    ]
    data = ModelCardData(
        license=spec.hub_licence,
        library_name="keras" if record.config.model.kind == "network" else "onnx",
        pipeline_tag="image-classification",
        tags=_tags(record.config, spec),
        datasets=None if spec.hub_id is None else [spec.hub_id],
        metrics=["accuracy", "f1"],
        model_name=one_line(record.name),
        eval_results=[
            EvalResult(
                task_type="image-classification",
                task_name="Image Classification",
                dataset_type=spec.hub_id or spec.id,
                dataset_name=spec.title,
                dataset_split="test",
                metric_type=kind,
                metric_name=name,
                metric_value=round(value, 6),
            )
            for kind, value, name in metrics
        ],
    )
    return data.to_yaml()


def _tags(config: RunConfig, spec: DatasetSpec) -> list[str]:
    library = ["keras", "onnx"] if config.model.kind == "network" else ["onnx", "scikit-learn", "logistic-regression"]
    return ["mnist-lab", spec.id.replace("_", "-"), *spec.kind.notes.tags, *library]
