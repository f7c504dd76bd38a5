"""What the datasets are: one spec each, with names, sizes, files, checksums and words. Nothing is read here.

Another dataset is another entry of `DATASETS`. Forms, the command line, loading, scripts, cards and pages read it.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Literal

from mnist_core.config.kinds import CLOTHES, DIGITS, ImageKind
from mnist_core.errors import ConfigError
from mnist_core.text import Sentence

FileFormat = Literal["npz", "idx", "unipen", "scikit-learn"]


@dataclass(frozen=True, kw_only=True)
class RemoteFile:
    """One file as its publisher serves it.

    Parameters
    ----------
    name : str
        Path below a ready download, below Keras's cache and below the address of a mirror.
    url : str
        Its publisher's address; empty where nobody serves it as it is.
    size : int
        Bytes, for the progress bar; 0 where unknown.
    checksum : str
        Hash of the container for the downloader, as ``algorithm:hex``.
    array : str
        Which array is in it (``x_train``), where each has a file of its own.
    """

    name: str
    url: str = ""
    size: int = 0
    checksum: str = ""
    array: str = ""


@dataclass(frozen=True, kw_only=True)
class LoadingCode:
    """How a learner's own script gets the data, where it is not read from the publisher's files.

    Parameters
    ----------
    lines : tuple of str
        Code that leaves ``x_train``, ``y_train``, ``x_test`` and ``y_test``, the images as numbers from 0 to 1.
    note : str
        A sentence about it.
    file : str
        What has to lie beside the script, as MNIST Lab writes it: the four arrays, as bytes.
    simpler : bool
        Whether the images become a little other ones than here.
    """

    lines: tuple[str, ...]
    note: Sentence = ""
    file: str = ""
    simpler: bool = False


@dataclass(frozen=True, kw_only=True)
class DatasetSpec:
    """A dataset as the rest of the program sees it.

    Parameters
    ----------
    id, title, summary : str
        Name in configurations, name and sentence on the screen.
    kind : ImageKind
        Decides how drawings and photos are prepared, and what pages say.
    class_names : tuple of str
        Name of each class, by label; at most 256.
    collection : str
        Under what visitors' drawings are kept and networks are compared: the same for sets with the same classes.
    n_train, n_test : int
        Number of images.
    files : tuple of RemoteFile
        Empty where the data come with an installed library.
    format : {"npz", "idx", "unipen", "scikit-learn"}
        How the files are read: a key of `mnist_core.datasets.decode.DECODERS`.
    content_md5 : mapping of str to str
        MD5 of the decoded bytes of each array, or of the strokes: content decides, not the container. Where an array
        is not named, the checksums of the files decide.
    licence : str
        Shown beside the data. A licence's name is the same in every language.
    source : str
        Who made it; English, with the names of people.
    hub_licence : str
        The Hub's name of the licence. A network made of data that must be shared alike is shared alike, to be on the
        safe side.
    hub_id : str, optional
        What the dataset is called on the Hub, where it is there under a name that is sure to stay.
    code : LoadingCode, optional
        Where a script does not fetch the files itself.
    limits : tuple of str
        What is known to be one-sided about it, for the cards of networks.
    takes_strokes : bool
        Whether the pen strokes of other writers can be added to its training images.
    """

    id: str
    title: str
    summary: str
    kind: ImageKind
    class_names: tuple[Sentence, ...]
    collection: str
    n_train: int
    n_test: int
    files: tuple[RemoteFile, ...] = ()
    format: FileFormat
    content_md5: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    licence: str
    hub_licence: str
    hub_id: str | None = None
    source: Sentence
    code: LoadingCode | None = None
    limits: tuple[Sentence, ...] = ()
    takes_strokes: bool = False

    @property
    def is_downloadable(self) -> bool:
        """Whether a publisher serves the files."""
        return bool(self.files) and all(file.url for file in self.files)

    @property
    def num_classes(self) -> int:
        """Number of classes."""
        return len(self.class_names)

    @property
    def download_size(self) -> int:
        """Bytes to download when nothing is there."""
        return sum(file.size for file in self.files)


_DIGIT_NAMES = tuple("0123456789")
_KERAS = "https://storage.googleapis.com/tensorflow/tf-keras-datasets/"
SCALING = "x_train, x_test = x_train / 255.0, x_test / 255.0"


def _keras_loader(name: str) -> LoadingCode:
    line = f"(x_train, y_train), (x_test, y_test) = keras.datasets.{name}.load_data()"
    return LoadingCode(lines=(line, SCALING), note=Sentence("Keras downloads them the first time."))


def _fashion_file(name: str, array: str, size: int, md5: str) -> RemoteFile:
    # Keras serves them beside mnist.npz, and keeps them in a folder of their own.
    return RemoteFile(name=f"fashion-mnist/{name}", url=_KERAS + name, size=size, checksum=f"md5:{md5}", array=array)


# Checksums: Keras's own loaders (keras/src/datasets) for the containers; the decoded content was hashed from files that
# Keras accepted.
MNIST = DatasetSpec(
    id="mnist",
    title="MNIST",
    summary="70,000 handwritten digits from American pupils and officials.",
    kind=DIGITS,
    class_names=_DIGIT_NAMES,
    collection="digits",
    n_train=60_000,
    n_test=10_000,
    files=(
        RemoteFile(
            name="mnist.npz",
            url=_KERAS + "mnist.npz",
            size=11_490_434,
            checksum="sha256:731c5ac602752760c8e48fbffcf8c3b850d9dc2a2aedcf2cc48468fc17b673d1",
        ),
    ),
    format="npz",
    content_md5={
        "x_train": "6510e85a72c3e9475c492d559d3770d2",
        "y_train": "e86ee40d66677c011a9abda399ec8c4d",
        "x_test": "240610fa99e73bfa49df8e7fc24d3206",
        "y_test": "073c3904dfbd3e141ff8aa01cfde6b15",
    },
    licence="CC BY-SA 3.0",
    hub_licence="cc-by-sa-3.0",
    hub_id="ylecun/mnist",
    source="Yann LeCun, Corinna Cortes, Chris Burges",
    code=_keras_loader("mnist"),
    limits=(
        "MNIST was written in the early 1990s by employees of the United States Census Bureau and by American "
        "high-school students. Others write otherwise: a one with a flag, a seven with a bar, a nine with a curl are "
        "rare in it, and are read worse.",
        "Its images are clean, centred and of one size. Photos, other pens, other sizes and digits that are turned are "
        "read worse than the figures below say.",
        "The test set is from the same kind of people and forms as the training set, so the figures say how well it "
        "reads MNIST, not how well it reads everybody.",
    ),
    takes_strokes=True,
)
FASHION_MNIST = DatasetSpec(
    id="fashion_mnist",
    title="Fashion-MNIST",
    summary="70,000 photos of clothes, shoes and bags from an online shop.",
    kind=CLOTHES,
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
    collection="clothes",
    n_train=60_000,
    n_test=10_000,
    files=(
        _fashion_file("train-labels-idx1-ubyte.gz", "y_train", 29_515, "25c81989df183df01b3e8a0aad5dffbe"),
        _fashion_file("train-images-idx3-ubyte.gz", "x_train", 26_421_880, "8d4fb7e6c68d591d4c3dfef9ec88bf0d"),
        _fashion_file("t10k-labels-idx1-ubyte.gz", "y_test", 5_148, "bb300cfdad3c16e7a12a480ee83cd310"),
        _fashion_file("t10k-images-idx3-ubyte.gz", "x_test", 4_422_102, "bef4ecab320f06d8554ea6380940ec79"),
    ),
    format="idx",
    content_md5={
        "x_train": "f209073e486d5113ebe2cc431d4df862",
        "y_train": "3236f6424fc25388b2834cb19942cf7e",
        "x_test": "b7656a891b218fc13e45205c48a92cae",
        "y_test": "8dea97a4e78c1bd1b5a6e8efbb870b6e",
    },
    licence="MIT",
    hub_licence="mit",
    hub_id="zalando-datasets/fashion_mnist",
    source="Zalando Research",
    code=_keras_loader("fashion_mnist"),
    limits=(
        "Fashion-MNIST has the product photos of one European online shop from before 2017: one piece on a plain "
        "ground. Clothes of other places and times, and snapshots, are not in it.",
        "At 28 × 28 grey pixels some classes look alike; shirts, pullovers, coats and T-shirts are confused most.",
        "Some of its labels are arguable, so no network can be right about all of them.",
    ),
)
SMALL_DIGITS = DatasetSpec(
    id="digits",
    title="Small digits",
    summary="1,797 tiny digits that come with scikit-learn: always there, no download.",
    kind=DIGITS,
    class_names=_DIGIT_NAMES,
    collection="digits",
    n_train=1_500,
    n_test=297,
    format="scikit-learn",
    licence="CC BY 4.0",
    hub_licence="cc-by-4.0",
    source="E. Alpaydin, C. Kaynak (UCI), 8 x 8 pixels enlarged to 28 x 28",
    code=LoadingCode(
        lines=(
            "x, y = load_digits(return_X_y=True)",
            "x = zoom(x.reshape(-1, 8, 8) / 16, (1, 2.5, 2.5), order=1)  # 20 x 20 -> 28 x 28",
            "x = np.pad(x, ((0, 0), (4, 4), (4, 4)))",
            "x_train, y_train, x_test, y_test = x[:1500], y[:1500], x[1500:], y[1500:]",
        ),
        note=Sentence("They are enlarged more simply than in MNIST Lab."),
        simpler=True,
    ),
    limits=(
        "These digits were written by 13 people in Turkey and kept as 8 × 8 pixels; they are enlarged to 28 × 28. Real "
        "handwriting looks finer, and is read badly.",
        "There are only 297 test images, so all figures are rough: look at the intervals.",
    ),
)
PEN_STROKES = DatasetSpec(
    id="pen_strokes",
    title="Pen strokes",
    summary="7,494 digits that 30 people wrote on a tablet, drawn like those of MNIST. Those of 15 people are "
    "for training, those of the 15 others for the test.",
    kind=DIGITS,
    class_names=_DIGIT_NAMES,
    collection="digits",
    n_train=3_749,
    n_test=3_745,
    # Nobody serves these as they are, so they are used only where the file is at hand.
    files=(RemoteFile(name="pendigits-orig.tra.gz", size=992_574),),
    format="unipen",
    content_md5={"strokes": "28e269fb7eaf8cb51af3f561743a0de5"},
    licence="CC BY 4.0",
    hub_licence="cc-by-4.0",
    source="E. Alpaydin, F. Alimoglu (UCI), Pen-Based Recognition of Handwritten Digits",
    code=LoadingCode(
        lines=(
            'file = np.load("pen_strokes.npz")',
            'x_train, y_train, x_test, y_test = (file[name] for name in ("x_train", "y_train", "x_test", "y_test"))',
            SCALING,
        ),
        file="pen_strokes.npz",
    ),
    limits=(
        "Thirty people in Turkey wrote these digits with a stylus on a tablet; the images are drawn from the strokes. "
        "Scans and photos of paper look different.",
    ),
)

DATASETS: dict[str, DatasetSpec] = {spec.id: spec for spec in (MNIST, FASHION_MNIST, SMALL_DIGITS, PEN_STROKES)}

# Used by itself where the real sets can't be had.
FALLBACK_DATASET = SMALL_DIGITS.id


def get_spec(dataset_id: str) -> DatasetSpec:
    """Return what is known of a dataset; raises `ConfigError` for an unknown id."""
    try:
        return DATASETS[dataset_id]
    except KeyError:
        raise ConfigError(
            "There is no dataset called {name}. Choose one of {known}. Received: dataset={name}",
            name=dataset_id,
            known=", ".join(DATASETS),
        ) from None
