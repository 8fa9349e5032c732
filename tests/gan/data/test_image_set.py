"""Data sets are as published, or loading raises a clear error."""

import gzip
import hashlib
import socket
import struct
import urllib.error
import urllib.request

import numpy as np
import pytest
import torch
from torchvision import datasets

from gan.data import image_set
from gan.data.idx import read_idx
from gan.data.image_set import ASSETS, DataError, ImageSet, load

MNIST_MD5 = {
    "train-images-idx3-ubyte": "6bbc9ace898e44ae57da46a324031adb",
    "train-labels-idx1-ubyte": "a25bea736e30d166cdddb491f175f624",
    "t10k-images-idx3-ubyte": "2646ac647ad5339dbf082846283269ea",
    "t10k-labels-idx1-ubyte": "27ae3e4e09519cfbb04c329615203637",
}


def idx_bytes(array: np.ndarray) -> bytes:
    header = struct.pack(f">HBB{array.ndim}I", 0, 8, array.ndim, *array.shape)
    return header + array.astype(np.uint8).tobytes()


def write_pair(folder, images: np.ndarray, labels: np.ndarray, half: str = "train") -> None:
    folder.mkdir(parents=True, exist_ok=True)
    for name, array in ((f"{half}-images-idx3", images), (f"{half}-labels-idx1", labels)):
        (folder / f"{name}-ubyte.gz").write_bytes(gzip.compress(idx_bytes(array)))


@pytest.fixture
def own_folder(tmp_path, monkeypatch):
    monkeypatch.setenv("LATENT_STUDIO_DATA", str(tmp_path))
    return tmp_path


@pytest.mark.parametrize("name", MNIST_MD5)
def test_bundled_mnist_is_the_published_one(name):
    raw = gzip.decompress((ASSETS / f"data/mnist/{name}.gz").read_bytes())
    assert hashlib.md5(raw).hexdigest() == MNIST_MD5[name]


def test_mnist_loads_whole():
    whole = load("mnist")
    assert whole.images.shape == (60_000, 1, 28, 28) and whole.images.dtype == torch.uint8
    assert whole.labels.shape == (60_000,) and whole.labels.dtype == torch.int64
    assert whole.labels[:5].tolist() == [5, 0, 4, 1, 9]
    assert whole.labels.bincount().min() > 5_000
    test = load("mnist", train=False)
    assert test.images.shape == (10_000, 1, 28, 28)
    assert test.labels[:5].tolist() == [7, 2, 1, 0, 4]


def test_a_batch_is_between_minus_one_and_one(tiny_data):
    images, labels = tiny_data.batch(torch.tensor([3, 3, 0]))
    assert images.shape == (3, 1, 28, 28) and images.dtype == torch.float32
    assert images.min() == -1 and images.max() == 1
    assert torch.equal(images[0], images[1])
    assert labels.tolist() == tiny_data.labels[[3, 3, 0]].tolist()
    back = images.add(1).mul(127.5).round().byte()
    assert torch.equal(back, tiny_data.images[[3, 3, 0]])


def test_resizing_keeps_bytes_and_brightness():
    small, large = load("mnist", train=False), load("mnist", train=False, size=32)
    assert large.images.shape == (10_000, 1, 32, 32) and large.images.dtype == torch.uint8
    means = [part.images.float().mean().item() for part in (small, large)]
    assert means[0] == pytest.approx(means[1], rel=0.01)


def test_the_error_for_an_unknown_name_lists_the_known_ones():
    with pytest.raises(DataError, match="no data set 'mnits'.* mnist, faces, "):
        load("mnits")


@pytest.mark.parametrize("shape", [(3, 4, 5), (7,)])
def test_read_idx_gives_the_shape_it_states(tmp_path, shape):
    array = np.arange(np.prod(shape)).reshape(shape)
    (tmp_path / "a.gz").write_bytes(gzip.compress(idx_bytes(array)))
    np.testing.assert_array_equal(read_idx(tmp_path / "a.gz"), array)


def test_a_file_truncated_anywhere_is_refused(tmp_path):
    noise = np.random.default_rng(0).integers(0, 256, (6, 5, 5))
    whole, path = gzip.compress(idx_bytes(noise)), tmp_path / "a.gz"
    for length in range(len(whole)):
        path.write_bytes(whole[:length])
        with pytest.raises(DataError, match=r"a\.gz .*copy it again"):
            read_idx(path)


@pytest.mark.parametrize(
    "content",
    [
        b"<html>not found</html>",
        gzip.compress(b"<html>not found</html>", mtime=0),
        gzip.compress(b"", mtime=0),
        gzip.compress(idx_bytes(np.zeros((6, 5, 5)))[:-1], mtime=0),
        gzip.compress(idx_bytes(np.zeros((6, 5, 5))) + b"\0", mtime=0),
        gzip.compress(idx_bytes(np.zeros((6, 5, 5)))[:9], mtime=0),
        gzip.compress(b"\0\0\x0d\x01" + struct.pack(">If", 1, 0.5), mtime=0),  # floats
        gzip.compress(b"\0\0\x08\x00", mtime=0),  # no dimensions
        gzip.compress(b"\0\0\x08\x00\x07", mtime=0),
        gzip.compress(b"\0\0\x08\x03" + b"\xff" * 12, mtime=0),  # 2**96 pixels
    ],
)
def test_a_foreign_file_is_refused(tmp_path, content):
    (tmp_path / "a.gz").write_bytes(content)
    with pytest.raises(DataError, match=r"a\.gz .*copy it again"):
        read_idx(tmp_path / "a.gz")


def test_damage_inside_the_gzip_is_refused(tmp_path):
    noise = np.random.default_rng(0).integers(0, 256, (6, 5, 5))
    damaged = bytearray(gzip.compress(idx_bytes(noise)))
    damaged[len(damaged) // 2] ^= 0xFF
    (tmp_path / "a.gz").write_bytes(damaged)
    with pytest.raises(DataError, match="copy it again"):
        read_idx(tmp_path / "a.gz")


def test_the_chosen_folder_has_priority(own_folder):
    images = np.full((4, 28, 28), 200)
    write_pair(own_folder / "mnist", images, np.arange(4))
    own = load("mnist")
    assert own.images.shape == (4, 1, 28, 28) and (own.images == 200).all()
    assert own.labels.tolist() == [0, 1, 2, 3]
    assert len(load("mnist", train=False).labels) == 10_000  # that half is not in the folder


def test_images_and_labels_of_different_lengths_are_refused(own_folder):
    write_pair(own_folder / "mnist", np.zeros((4, 28, 28)), np.arange(5))
    with pytest.raises(DataError, match="do not belong together"):
        load("mnist")


def test_images_of_another_size_are_refused_or_resized(own_folder):
    write_pair(own_folder / "mnist", np.zeros((4, 10, 10)), np.arange(4))
    try:
        assert load("mnist", size=28).images.shape[2:] == (28, 28)
    except DataError:
        pass


def test_labels_beyond_the_classes_are_refused(own_folder):
    write_pair(own_folder / "mnist", np.zeros((4, 28, 28)), np.array([0, 1, 2, 26]))
    with pytest.raises(DataError):
        load("mnist")


@pytest.mark.parametrize(
    ("name", "kind"), [("kmnist", "KMNIST"), ("cifar10", "CIFAR10"), ("svhn", "SVHN")]
)
@pytest.mark.parametrize(
    "error", [urllib.error.URLError("no route"), RuntimeError("File not found or corrupted.")]
)
def test_without_copy_and_network_the_error_says_what_to_do(
    own_folder, monkeypatch, name, kind, error
):
    def unreachable(*_, **__):
        raise error

    monkeypatch.setattr(datasets, kind, unreachable)
    with pytest.raises(DataError, match=f"{name} is not on this machine.*LATENT_STUDIO_DATA"):
        load(name)


def test_a_download_does_not_wait_for_a_silent_server_for_ever(own_folder, monkeypatch):
    with socket.create_server(("127.0.0.1", 0)) as silent:

        def download(*_, **__):
            urllib.request.urlopen(f"http://127.0.0.1:{silent.getsockname()[1]}/")

        monkeypatch.setattr(image_set, "SILENT_S", 0.05)
        monkeypatch.setattr(datasets, "KMNIST", download)
        with pytest.raises(DataError, match="timed out"):
            load("kmnist")
    assert socket.getdefaulttimeout() is None


class FakeColour:
    """As torchvision keeps CIFAR-10 (channels last, a list of labels) and SVHN (channels first)."""

    def __init__(self, root, download, train=None, split=None):
        assert download and (train is True or split == "train")
        first = np.zeros((3, 32, 32), np.uint8)
        first[0] = 255  # all red
        images = np.stack([first, first])
        if split:
            self.data, self.labels = images, np.array([1, 2])
        else:
            self.data, self.targets = images.transpose(0, 2, 3, 1), [1, 2]


@pytest.mark.parametrize(("name", "kind"), [("cifar10", "CIFAR10"), ("svhn", "SVHN")])
def test_colour_images_have_channels_first(own_folder, monkeypatch, name, kind):
    monkeypatch.setattr(datasets, kind, FakeColour)
    found = load(name)
    assert isinstance(found, ImageSet) and found.images.shape == (2, 3, 32, 32)
    assert (found.images[:, 0] == 255).all() and (found.images[:, 1:] == 0).all()
    assert found.labels.dtype == torch.int64 and found.labels.tolist() == [1, 2]
