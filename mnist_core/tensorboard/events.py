"""Event files: a row of records that TensorBoard reads."""

import time
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

from mnist_core.system.files import replacing

_VERSION = "brain.Event:2"  # what every event file begins with
_HEAD, _TAIL = 12, 4  # bytes around a record: its length and two checksums


class EventFile:
    """One event file, the only one in its folder.

    It begins as a whole: what it is given first is there in one step, and files of an earlier beginning are gone
    afterwards. A TensorBoard that is open sees a new file and reads it; it would never notice that an old one changed.

    Parameters
    ----------
    folder : Path
        Made if it isn't there.
    events : iterable of tensorboard Event
        What it begins with, oldest first.

    Raises
    ------
    StorageError
        If the disk is full or the folder can't be written.
    """

    def __init__(self, folder: Path, events: Iterable[Any]) -> None:
        from tensorboard.compat.proto.event_pb2 import Event

        folder.mkdir(parents=True, exist_ok=True)
        old = event_files(folder)
        last = max((int(path.name.split(".")[3]) for path in old), default=0)
        # Not named after this computer, as they usually are: logs are shared.
        path = folder / f"events.out.tfevents.{max(int(time.time()), last + 1):010d}.mnist-lab"
        with replacing(path) as temporary, temporary.open("wb") as stream:
            _write(stream, Event(wall_time=time.time(), file_version=_VERSION))
            for event in events:
                _write(stream, event)
        for other in old:
            other.unlink(missing_ok=True)
        self._stream = path.open("ab")

    def write(self, *events: Any) -> None:
        """Append events; whoever reads the file sees them at once."""
        for event in events:
            _write(self._stream, event)
        self._stream.flush()

    def close(self) -> None:
        """Close the file; it may be closed already."""
        self._stream.close()


def event_files(folder: Path) -> list[Path]:
    """Return the event files that lie in a folder itself, by name; none where there is no such folder."""
    return sorted(path for path in folder.glob("events.out.tfevents.*") if path.name.split(".")[3].isdigit())


def scalars(values: Mapping[str, float], step: int, wall_time: float) -> Any:
    """Return an event with figures by tag."""
    from tensorboard.compat.proto.event_pb2 import Event
    from tensorboard.compat.proto.summary_pb2 import Summary

    rows = [Summary.Value(tag=tag, simple_value=value) for tag, value in values.items()]
    return Event(wall_time=wall_time, step=step, summary=Summary(value=rows))


def picture(tag: str, png: bytes, size: tuple[int, int], words: str, step: int, wall_time: float) -> Any:
    """Return an event with a grey PNG of `size` (width, height), and what it shows in a sentence."""
    from tensorboard.compat.proto.event_pb2 import Event
    from tensorboard.compat.proto.summary_pb2 import Summary, SummaryMetadata

    image = Summary.Image(width=size[0], height=size[1], colorspace=1, encoded_image_string=png)
    plugin = SummaryMetadata.PluginData(plugin_name="images")
    metadata = SummaryMetadata(summary_description=words, plugin_data=plugin)
    value = Summary.Value(tag=tag, image=image, metadata=metadata)
    return Event(wall_time=wall_time, step=step, summary=Summary(value=[value]))


def _write(stream: Any, event: Any) -> None:
    from tensorboard.summary.writer.record_writer import RecordWriter

    RecordWriter(stream).write(event.SerializeToString())


def read_events(path: Path) -> Iterator[Any]:
    """Yield the events of a file, oldest first, as far as they can be read: its end may be cut off."""
    from google.protobuf.message import DecodeError
    from tensorboard.compat.proto.event_pb2 import Event

    data = path.read_bytes()
    place = 0
    while place + _HEAD <= len(data):
        length = int.from_bytes(data[place : place + 8], "little")
        record = data[place + _HEAD : place + _HEAD + length]
        if len(record) < length:
            return
        try:
            yield Event.FromString(record)
        except DecodeError:
            return
        place += _HEAD + length + _TAIL
