"""The compressed files of models, and their cache."""

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

from demo.server.portable_files import (
    BYTES_MAX,
    CACHED,
    MULTIPLY_ADDS_MAX,
    PortableFiles,
    compressed,
)
from gan.models.generator import Generator
from gan.models.networks import make_generator
from gan.models.portable import size
from gan.presets import preset
from tests.waiting import until


def fresh(**changes):
    config = preset("default", **{"width": 4, **changes})
    return Generator(config, make_generator(config))


def test_a_large_model_is_not_portable():
    small = preset("default", data="cifar10", image_size=64)
    heavy = preset("default", image_size=64, width=128)
    long = preset("unconditional", z_dim=512, width=256)
    for config, fits in ((small, True), (heavy, False), (long, False)):
        generator = Generator(config, make_generator(config))
        assert (compressed(generator) is not None) == fits
    assert size(generator)[0] > MULTIPLY_ADDS_MAX or 2 * size(generator)[1] > BYTES_MAX
    broken = fresh()
    broken.network.fc.bias[0] = 1e30  # no float16
    assert compressed(broken) is None


def test_concurrent_requests_share_one_computation():
    made, gate = [], threading.Event()

    def make(generator):
        made.append(generator.model_id)
        assert gate.wait(60)
        return b"file"

    files, generator = PortableFiles(make), fresh()
    with ThreadPoolExecutor(100) as pool:
        asked = [pool.submit(files.name, generator) for _ in range(100)]
        until(lambda: made)
        gate.set()
        assert {one.result() for one in asked} == {files.name(generator)}
    assert files.file(files.name(generator)) == b"file"
    assert made == [generator.model_id]


def test_an_error_reaches_the_caller_and_is_not_cached():
    answers = [MemoryError(), b"file"]

    def make(generator):
        answer = answers.pop(0)
        if isinstance(answer, Exception):
            raise answer
        return answer

    files, generator = PortableFiles(make), fresh()
    with pytest.raises(MemoryError):
        files.name(generator)
    assert files.file(files.name(generator)) == b"file"


def test_the_cache_keeps_the_last_models():
    made = []
    files = PortableFiles(lambda generator: made.append(generator.model_id) or b"file")
    models = [fresh(z_dim=2 + k) for k in range(CACHED + 1)]
    for model in (*models[:CACHED], models[0], models[CACHED], models[0]):
        files.name(model)
    assert len(made) == CACHED + 1
    name = files.name(models[1])
    assert len(made) == CACHED + 2
    assert files.file(name) == b"file" and files.file("x") is None
