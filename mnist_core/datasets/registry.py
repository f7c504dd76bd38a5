"""What the datasets are: names, sizes, files and checksums. Nothing is read here."""

from dataclasses import dataclass
from typing import Literal

Kind = Literal["digits", "clothes"]


@dataclass(frozen=True, kw_only=True)
class RemoteFile:
    """One file as its publisher serves it.

    Parameters
    ----------
    name : str
        Path below the download address, and below a ready download.
    size : int
        Bytes, for the progress bar; 0 where unknown.
    checksum : str
        Hash of the container for the downloader, as ``algorithm:hex``.
    """

    name: str
    size: int
    checksum: str


@dataclass(frozen=True, kw_only=True)
class DatasetSpec:
    """A dataset as the rest of the program sees it.

    Parameters
    ----------
    id, title, summary : str
        Name in configurations, name and sentence on the screen.
    kind : {"digits", "clothes"}
        Decides how a drawing is prepared.
    class_names : tuple of str
        Name of each class, by label.
    n_train, n_test : int
        Number of images.
    files : tuple of RemoteFile
        Empty where the data come with an installed library.
    content_md5 : dict of str to str
        MD5 of the decoded bytes of each array: content decides, not the container.
    strokes_md5 : str, optional
        MD5 of the uncompressed file where the data are pen strokes. Nobody serves these as they are, so they are used
        only where the file is at hand.
    licence, source : str
        Shown beside the data.
    """

    id: str
    title: str
    summary: str
    kind: Kind
    class_names: tuple[str, ...]
    n_train: int
    n_test: int
    files: tuple[RemoteFile, ...]
    content_md5: dict[str, str]
    licence: str
    source: str
    strokes_md5: str | None = None

    @property
    def is_downloadable(self) -> bool:
        """Whether a publisher serves the files."""
        return bool(self.files) and self.strokes_md5 is None

    @property
    def num_classes(self) -> int:
        """Number of classes."""
        return len(self.class_names)

    @property
    def download_size(self) -> int:
        """Bytes to download when nothing is there."""
        return sum(file.size for file in self.files)


_DIGIT_NAMES = tuple("0123456789")

DATASETS: dict[str, DatasetSpec] = {
    spec.id: spec
    for spec in (
        # Checksums: Keras's own loaders (keras/src/datasets) for the containers; the decoded
        # content was hashed from files that Keras accepted.
        DatasetSpec(
            id="mnist",
            title="MNIST",
            summary="70,000 handwritten digits from American pupils and officials.",
            kind="digits",
            class_names=_DIGIT_NAMES,
            n_train=60_000,
            n_test=10_000,
            files=(
                RemoteFile(
                    name="mnist.npz",
                    size=11_490_434,
                    checksum="sha256:731c5ac602752760c8e48fbffcf8c3b850d9dc2a2aedcf2cc48468fc17b673d1",
                ),
            ),
            content_md5={
                "x_train": "6510e85a72c3e9475c492d559d3770d2",
                "y_train": "e86ee40d66677c011a9abda399ec8c4d",
                "x_test": "240610fa99e73bfa49df8e7fc24d3206",
                "y_test": "073c3904dfbd3e141ff8aa01cfde6b15",
            },
            licence="CC BY-SA 3.0",
            source="Yann LeCun, Corinna Cortes, Chris Burges",
        ),
        DatasetSpec(
            id="fashion_mnist",
            title="Fashion-MNIST",
            summary="70,000 photos of clothes, shoes and bags from an online shop.",
            kind="clothes",
            class_names=(
                "T-shirt/top",
                "Trouser",
                "Pullover",
                "Dress",
                "Coat",
                "Sandal",
                "Shirt",
                "Sneaker",
                "Bag",
                "Ankle boot",
            ),
            n_train=60_000,
            n_test=10_000,
            files=(
                RemoteFile(
                    name="fashion-mnist/train-labels-idx1-ubyte.gz",
                    size=29_515,
                    checksum="md5:25c81989df183df01b3e8a0aad5dffbe",
                ),
                RemoteFile(
                    name="fashion-mnist/train-images-idx3-ubyte.gz",
                    size=26_421_880,
                    checksum="md5:8d4fb7e6c68d591d4c3dfef9ec88bf0d",
                ),
                RemoteFile(
                    name="fashion-mnist/t10k-labels-idx1-ubyte.gz",
                    size=5_148,
                    checksum="md5:bb300cfdad3c16e7a12a480ee83cd310",
                ),
                RemoteFile(
                    name="fashion-mnist/t10k-images-idx3-ubyte.gz",
                    size=4_422_102,
                    checksum="md5:bef4ecab320f06d8554ea6380940ec79",
                ),
            ),
            content_md5={
                "x_train": "f209073e486d5113ebe2cc431d4df862",
                "y_train": "3236f6424fc25388b2834cb19942cf7e",
                "x_test": "b7656a891b218fc13e45205c48a92cae",
                "y_test": "8dea97a4e78c1bd1b5a6e8efbb870b6e",
            },
            licence="MIT",
            source="Zalando Research",
        ),
        DatasetSpec(
            id="digits",
            title="Small digits",
            summary="1,797 tiny digits that come with scikit-learn: always there, no download.",
            kind="digits",
            class_names=_DIGIT_NAMES,
            n_train=1_500,
            n_test=297,
            files=(),
            content_md5={},
            licence="CC BY 4.0",
            source="E. Alpaydin, C. Kaynak (UCI), 8 x 8 pixels enlarged to 28 x 28",
        ),
        DatasetSpec(
            id="pen_strokes",
            title="Pen strokes",
            summary="7,494 digits that 30 people wrote on a tablet, drawn like those of MNIST. Those of 15 people are "
            "for training, those of the 15 others for the test.",
            kind="digits",
            class_names=_DIGIT_NAMES,
            n_train=3_749,
            n_test=3_745,
            files=(RemoteFile(name="pendigits-orig.tra.gz", size=992_574, checksum=""),),
            content_md5={},
            licence="CC BY 4.0",
            source="E. Alpaydin, F. Alimoglu (UCI), Pen-Based Recognition of Handwritten Digits",
            strokes_md5="28e269fb7eaf8cb51af3f561743a0de5",
        ),
    )
}

# Used by itself where the real sets can't be had.
FALLBACK_DATASET = "digits"
