"""What lies in a run's folder."""

from mnist_core.store import RunFiles


def made_by_the_run(files: RunFiles) -> set[str]:
    """Return the names of a run's files, without what the record of runs keeps of itself there."""
    return {path.name for path in files.folder.iterdir()} - {files.record.name, files.curve.name}
