"""Telling whoever looks at the app's output."""


def say(words: str) -> None:
    """Print a line; where that is not possible, as on a full disk, it is lost, and nothing else."""
    try:
        print(words, flush=True)
    except OSError:
        pass
