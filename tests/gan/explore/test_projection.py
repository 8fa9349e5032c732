"""Projection finds images that the model can draw, and reports the others."""

import json
from dataclasses import replace

import numpy as np
import pytest
import torch
from safetensors.torch import save_file

from gan.data.image_set import ASSETS, load
from gan.explore.projection import (
    NORM_MAX,
    PATIENCE,
    STEPS,
    STEPS_LEAST,
    SearchError,
    advance,
    begin,
    projections,
)
from gan.explore.projection_state import HEADER, pack, size_limit, unpack
from gan.latent.latents import latents
from gan.metrics.judge import Judge
from gan.models.generator import Generator, weights_hash
from gan.models.networks import make_generator
from gan.presets import preset


@pytest.fixture(scope="module")
def generator():
    return Generator.load(ASSETS / "models/mnist")


@pytest.fixture(scope="module")
def judge():
    return Judge.load("mnist")


@pytest.fixture(scope="module")
def article():
    torch.manual_seed(0)
    return Generator(preset("article"), make_generator(preset("article")))


@pytest.fixture(scope="module")
def digits():
    """Thirty real test digits and their labels; tests/browser/test_find.py takes a hundred."""
    data = load("mnist", train=False)
    index = torch.randperm(len(data.labels), generator=torch.Generator().manual_seed(0))[:30]
    return data.images[index].permute(0, 2, 3, 1).numpy(), data.labels[index].numpy()


@pytest.fixture(scope="module")
def done(generator, judge, digits):
    """The search for the first digit, at its start and at its end."""
    search = begin(generator, digits[0][:1], judge)
    return search, advance(search, generator)


def whole(generator, targets, judge=None):
    return projections(advance(begin(generator, targets, judge), generator), generator)


@pytest.mark.slow
def test_real_digits_are_found(generator, judge, digits):
    images, labels = digits
    results = whole(generator, images, judge)
    matches = np.array([one.match for one in results])
    assert np.median(matches) > 0.93
    assert np.quantile(matches, 0.1) > 0.8
    assert np.mean([one.verdict == "cannot" for one in results]) < 0.1
    assert np.mean([one.label for one in results] == labels) > 0.9
    for one, target in zip(results[:20], images, strict=False):
        again = generator.sample(one.z[None], one.label)[0].astype(float)
        assert np.abs(again - one.image).max() <= 1  # alone, the last bits differ
        assert one.error == pytest.approx(np.sqrt(np.square(one.image - 1.0 * target).mean()))
        assert one.match == pytest.approx(1 - one.error**2 / target.var())
        assert np.linalg.norm(one.z) <= NORM_MAX * np.sqrt(64) * 1.001


@pytest.mark.slow
def test_samples_are_found_again(generator, judge):
    labels = np.arange(10)
    targets = generator.sample(latents(range(900, 910), 64), labels)
    for each in (judge, None):
        results = whole(generator, targets, each)
        assert np.median([one.match for one in results]) > 0.97
        assert sum(one.label == label for one, label in zip(results, labels, strict=True)) >= 8
        assert sum(one.verdict == "close" for one in results) >= 9


def test_images_that_are_no_digits_cannot_be_drawn(generator, judge):
    squares = np.kron(np.indices((7, 7)).sum(0) % 2, np.ones((4, 4)))
    noise = np.random.default_rng(0).integers(0, 256, (28, 28))
    frame = np.pad(np.zeros((22, 22)), 3, constant_values=1)
    faint = 100 + 10 * squares  # a small error, and yet nothing of it is drawn
    targets = np.stack([255 * squares, noise, 255 * frame, faint])[..., None].astype(np.uint8)
    assert [one.verdict for one in whole(generator, targets, judge)] == ["cannot"] * 4


@pytest.mark.slow
def test_colour_images_get_the_same_verdicts():
    model, reader = Generator.load(ASSETS / "models/faces"), Judge.load("faces")
    faces, digit = load("faces", train=False), load("mnist", train=False).images[0, 0].numpy()
    real = faces.images[:4].permute(0, 2, 3, 1).numpy()
    samples = model.sample(latents(range(900, 902), model.z_dim), 3)
    y, x = np.indices((32, 32)) * 8
    others = [
        np.random.default_rng(0).integers(0, 256, model.shape),
        np.stack([x, y, 255 - x], 2),  # a sunset
        np.pad(digit, 2)[..., None].repeat(3, 2),
        real[0, ::-1],
    ]
    targets = np.concatenate([real, samples, others]).astype(np.uint8)
    verdicts = [one.verdict for one in whole(model, targets, reader)]
    assert "cannot" not in verdicts[:6] and verdicts[:6].count("close") >= 4
    assert verdicts[6:] == ["cannot"] * 4


def test_many_short_calls_equal_one_long_call(generator, done):
    search, at_once = done
    pieces = 0
    while search.progress() < 1:
        search = unpack(pack(advance(search, generator, pause=0.02)), generator)
        pieces += 1
    assert pieces > 3
    torch.testing.assert_close(search.z, at_once.z, rtol=0, atol=0)
    np.testing.assert_array_equal(
        projections(search, generator)[0].z, projections(at_once, generator)[0].z
    )


def test_the_error_falls_until_the_end(generator, done):
    search, end = done
    start = projections(search, generator)[0].error
    assert search.progress() == 0
    search = advance(search, generator, pause=0)
    assert search.step == 1 and 0 < search.progress() < 1
    assert end.step == STEPS and end.progress() == 1
    assert projections(end, generator)[0].error < start / 2
    assert advance(end, generator).step == STEPS


def test_a_search_ends_at_its_time_limit(generator, digits):
    search = begin(generator, digits[0][:1], limit=1e-6)
    assert search.progress(1e-6) == 1
    assert advance(search, generator, limit=1e-6).step == 0
    assert np.isfinite(projections(search, generator)[0].z).all()


@pytest.mark.parametrize("seconds", [0.001, 0.01, 0.1, 1.0])
def test_a_busy_machine_takes_longer_for_the_least_steps(done, seconds):
    """With so many seconds a step, and a limit of two."""
    search, step, before = done[0], 0, 0.0
    while search.progress(2) < 1:
        step += 1
        search = replace(search, step=step, spent=step * seconds)
        assert search.progress(2) >= before
        before = search.progress(2)
    in_time = min(STEPS, round(2 / seconds))
    patient = round(2 * PATIENCE / seconds)
    assert step == pytest.approx(max(in_time, min(STEPS_LEAST, patient)), abs=1)


def test_the_candidates_are_of_several_classes(generator, judge, digits):
    for each in (judge, None):
        search = begin(generator, digits[0], each)
        assert all(len(row.unique()) >= 2 for row in search.labels)
    predicted = torch.from_numpy(judge.predict(digits[0]))
    search = begin(generator, digits[0], judge)
    same = (search.labels == predicted[:, None]).sum(1)
    assert (same == search.labels.shape[1] // 2).all()


def test_the_model_is_unchanged(generator, digits):
    before = weights_hash(generator.network.state_dict())
    search = advance(begin(generator, digits[0][:2]), generator, pause=0)
    projections(search, generator)
    assert weights_hash(generator.network.state_dict()) == before
    assert all(p.grad is None and not p.requires_grad for p in generator.network.parameters())
    assert not generator.network.training


def test_an_unconditional_model_has_no_classes(article, judge):
    target = article.sample(latents([5], 100))
    one = whole(article, target, judge)[0]
    assert one.label is None and one.z.shape == (100,)
    assert one.match > 0.5


def test_a_colour_model_is_supported():
    torch.manual_seed(0)
    config = preset("default", data="cifar10", width=8)
    model = Generator(config, make_generator(config))
    one = whole(model, model.sample(latents([5], 64), 3))[0]
    assert one.image.shape == (32, 32, 3) and np.isfinite(one.z).all()


@pytest.mark.parametrize("shape", [(1, 28, 28), (1, 28, 28, 3), (1, 32, 32, 1), (28, 28, 1)])
def test_images_of_another_shape_are_refused(generator, shape):
    with pytest.raises(SearchError, match="another size"):
        begin(generator, np.zeros(shape, np.uint8))


def test_a_damaged_model_is_refused(digits, tmp_path):
    config = preset("default")
    weights = make_generator(config).state_dict()
    weights["fc.weight"][:] = torch.nan
    (tmp_path / "config.json").write_text(json.dumps(config.to_json()))
    save_file(weights, tmp_path / "model.safetensors")
    with pytest.raises(SearchError, match="draws nothing"):
        begin(Generator.load(tmp_path), digits[0][:1])


@pytest.fixture(scope="module")
def state(generator, digits):
    return pack(advance(begin(generator, digits[0][:1]), generator, pause=0))


def test_a_state_round_trip(generator, state):
    assert pack(unpack(state, generator)) == state
    assert len(state) <= size_limit(generator)


def changed(state, at, new):
    return state[:at] + new + state[at + len(new) :]


def header(state, place, value):
    fields = list(HEADER.unpack_from(state))
    fields[place] = value
    return HEADER.pack(*fields) + state[HEADER.size :]


FORGERIES = {
    "nothing": lambda s: b"",
    "cut short": lambda s: s[:-1],
    "too long": lambda s: s + b"\0",
    "another mark": lambda s: changed(s, 0, b"PK"),
    "no candidates": lambda s: header(s, 2, 0),
    "many candidates": lambda s: header(s, 2, 60_000),
    "beyond the last step": lambda s: header(s, 1, STEPS + 1),
    "no such class read": lambda s: header(s, 3, 10),
    "time that is no number": lambda s: header(s, 4, float("nan")),
    "time before the start": lambda s: header(s, 4, -1.0),
    "no such class": lambda s: changed(s, HEADER.size + 784, b"\xff\xff"),
    "nan": lambda s: changed(s, len(s) - 4, np.float32(np.nan).tobytes()),
    "infinite": lambda s: changed(s, HEADER.size + 784 + 16, np.float32(np.inf).tobytes()),
    "far out": lambda s: changed(s, HEADER.size + 784 + 16, np.float32(1e6).tobytes()),
    "a square below zero": lambda s: changed(s, len(s) - 4, np.float32(-1).tobytes()),
}


@pytest.mark.parametrize("forge", FORGERIES.values(), ids=FORGERIES)
def test_a_forged_state_is_refused(generator, state, forge):
    with pytest.raises(SearchError, match=r"Start it again\."):
        unpack(forge(state), generator)


def test_a_state_of_another_model_is_refused(article, state):
    with pytest.raises(SearchError):
        unpack(state, article)


def test_accepted_states_stay_finite(generator, state):
    rng = np.random.default_rng(0)
    let_through = 0
    for _ in range(100):
        raw = np.frombuffer(state, np.uint8).copy()
        raw[rng.integers(0, len(raw), 3)] = rng.integers(0, 256, 3)
        try:
            search = unpack(raw.tobytes(), generator)
        except SearchError:
            continue
        let_through += 1
        one = projections(advance(search, generator, pause=0), generator)[0]
        assert np.isfinite([*one.z, one.error, one.match]).all()
    assert let_through > 30
