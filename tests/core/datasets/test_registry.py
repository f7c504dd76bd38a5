import pytest

from mnist_core.config import AugmentationConfig, DataConfig
from mnist_core.config.kinds import KINDS
from mnist_core.datasets import DATASETS, FALLBACK_DATASET
from mnist_core.datasets.decode import ARRAY_NAMES, DECODERS
from mnist_core.drawing.parts import SEPARATED
from mnist_core.drawing.prepare import DRAWN
from mnist_core.inference.pictures import FINDERS

REMOTE = [spec for spec in DATASETS.values() if spec.is_downloadable]


def test_every_dataset_can_be_named_by_a_configuration():
    assert [DataConfig(dataset=name).dataset for name in DATASETS] == list(DATASETS)
    assert all(spec.id == key for key, spec in DATASETS.items())


def test_the_fallback_needs_no_download():
    assert DATASETS[FALLBACK_DATASET].files == ()
    assert DATASETS[FALLBACK_DATASET].download_size == 0


def test_every_dataset_has_names_and_says_where_it_is_from():
    for spec in DATASETS.values():
        assert spec.num_classes == len(set(spec.class_names)) <= 256
        assert spec.title
        assert spec.summary.endswith(".")
        assert spec.licence
        assert spec.source
        assert spec.hub_licence
        assert spec.limits
        assert spec.kind is KINDS[spec.kind.id]
        assert spec.format in DECODERS


@pytest.mark.parametrize("spec", REMOTE, ids=lambda spec: spec.id)
def test_every_downloaded_array_and_file_has_a_checksum(spec):
    assert set(spec.content_md5) <= set(ARRAY_NAMES)
    assert all(len(bytes.fromhex(md5)) == 16 for md5 in spec.content_md5.values())
    for file in spec.files:
        assert file.url.startswith("https://")
        algorithm, digest = file.checksum.split(":")
        assert len(bytes.fromhex(digest)) == {"md5": 16, "sha256": 32}[algorithm]
        assert file.size > 0
    assert spec.download_size == sum(file.size for file in spec.files)


def test_checksums_are_the_published_ones():
    # From the publishers, by Keras's own loaders (keras/src/datasets).
    assert (
        DATASETS["mnist"].files[0].checksum.endswith("731c5ac602752760c8e48fbffcf8c3b850d9dc2a2aedcf2cc48468fc17b673d1")
    )
    assert {file.name.split("/")[1]: file.checksum for file in DATASETS["fashion_mnist"].files} == {
        "train-labels-idx1-ubyte.gz": "md5:25c81989df183df01b3e8a0aad5dffbe",
        "train-images-idx3-ubyte.gz": "md5:8d4fb7e6c68d591d4c3dfef9ec88bf0d",
        "t10k-labels-idx1-ubyte.gz": "md5:bb300cfdad3c16e7a12a480ee83cd310",
        "t10k-images-idx3-ubyte.gz": "md5:bef4ecab320f06d8554ea6380940ec79",
    }


def test_every_kind_names_a_reader_of_drawings_and_photos():
    readers = {kind.reader for kind in KINDS.values()}
    assert readers == set(DRAWN) == set(FINDERS)
    assert {kind.reader for kind in KINDS.values() if kind.several} == SEPARATED
    assert all(name in AugmentationConfig.model_fields for kind in KINDS.values() for name in kind.unfit)
