"""What is found, as rows, and the table of them."""

from typing import Any

Row = dict[str, Any]  # "backend", "row", "recipe", and what the columns below name

COLUMNS = {
    "engine_epoch": "{:.3f} s an epoch",
    "fit_epoch": "{:.3f} s with plain fit",
    "ratio": "{:.1f} times",
    "images_per_second": "{:,.0f} images a second",
    "share_of_limit": "{:.0%} of the matmul limit",
    "matmul_per_second": "{:.3g} operations a second",
    "bytes_per_second": "{:.3g} bytes a second",
    "training": "{:.2f} s of training",
    "total": "{:.1f} s in all",
    "accuracy": "test accuracy {:.4f}",
    "peak_memory": "{:,} bytes at most",
    "same": "the same figures: {}",
    "said": "said: {}",
    "left_out": "left out: {}",
    "error": "FAILED: {}",
}


def table(rows: list[Row]) -> str:
    """Return the rows as Markdown."""
    lines = ["| backend | row | recipe | what was found |", "|---|---|---|---|"]
    for row in rows:
        found = "; ".join(words.format(row[name]) for name, words in COLUMNS.items() if row.get(name) is not None)
        lines.append(f"| {row['backend']} | {row['row']} | {row.get('recipe', '')} | {found} |")
    return "\n".join(lines)


def first(rows: list[Row], name: str) -> Any:
    """Return a value of the first row that has it; None if none has."""
    return next((row[name] for row in rows if name in row), None)
