"""A model for use: the same pixels for the same latents, and clear errors for a bad folder."""

import json
import shutil
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
import torch
from safetensors.torch import load_file, save_file

from gan.latent.latents import latents
from gan.models.generator import Generator, ModelError
from gan.models.networks import make_generator
from gan.paths import ASSETS
from gan.presets import preset
from gan.storage.checkpoint_file import save_checkpoint, weights_bytes, weights_digest
from gan.training.trainer import Trainer


@pytest.fixture(scope="module")
def generator(tiny_model):
    return Generator.load(tiny_model)


@pytest.fixture(scope="module")
def article():
    torch.manual_seed(0)
    return Generator(preset("article"), make_generator(preset("article")))


@pytest.fixture
def folder(tiny_model, tmp_path):
    """A copy to damage."""
    return shutil.copytree(tiny_model, tmp_path / "model")


def test_same_seed_same_pixels(generator, tiny_model):
    z = latents([1, 2, 3], generator.z_dim)
    images = generator.sample(z)
    assert images.shape == (3, 28, 28, 1) == (3, *generator.shape)
    assert images.dtype == np.uint8
    np.testing.assert_array_equal(images, generator.sample(z))
    again = Generator.load(tiny_model)
    np.testing.assert_array_equal(images, again.sample(z))
    assert generator.model_id == again.model_id
    assert (images[0] != images[1]).any()


def test_an_image_does_not_depend_on_its_batch(generator):
    z = latents(range(150), generator.z_dim)  # three batches
    together = generator.sample(z, 4).astype(int)
    alone = np.concatenate([generator.sample(z[i : i + 1], 4) for i in (0, 63, 64, 149)])
    assert np.abs(together[[0, 63, 64, 149]] - alone).max() <= 1


def test_threads_can_share_a_generator(generator):
    batches = [latents(range(k, k + 5), generator.z_dim) for k in range(20)]
    wanted = [generator.sample(z) for z in batches]
    with ThreadPoolExecutor(4) as pool:
        for one, other in zip(wanted, pool.map(generator.sample, batches), strict=True):
            np.testing.assert_array_equal(one, other)


def test_classes_can_be_given_in_four_ways(generator):
    z = latents(range(12), generator.z_dim)
    labels = np.arange(12) % 10
    in_turn = generator.sample(z)
    np.testing.assert_array_equal(in_turn, generator.sample(z, labels))
    np.testing.assert_array_equal(in_turn, generator.sample(z, np.eye(10)[labels]))
    threes = generator.sample(z, np.full(12, 3))
    np.testing.assert_array_equal(threes, generator.sample(z, 3))
    assert (threes[0] != in_turn[0]).any()


def test_blended_classes_interpolate_between_classes(generator):
    time = np.linspace(0, 1, 33)[:, None]
    weights = (1 - time) * np.eye(10)[3] + time * np.eye(10)[8]
    z = latents([5], generator.z_dim).repeat(33, 0)
    frames = generator.sample(z, weights).astype(int)
    ends = generator.sample(z[:2], np.array([3, 8])).astype(int)
    assert np.abs(frames[[0, -1]] - ends).max() <= 1
    steps = np.abs(np.diff(frames, axis=0)).max((1, 2, 3))
    assert steps.max() <= np.abs(ends[1] - ends[0]).max() / 4  # no jump on the way


def test_an_unconditional_model_ignores_classes(article):
    z = latents([1, 2], 100)
    assert article.classes == 0
    np.testing.assert_array_equal(article.sample(z), article.sample(z, np.zeros((2, 0))))


def test_no_latents_no_images(generator):
    assert generator.sample(np.zeros((0, generator.z_dim))).shape == (0, 28, 28, 1)


@pytest.mark.parametrize("shape", [(64,), (2, 63), (2, 64, 1), ()])
def test_latents_of_a_wrong_shape_are_refused(generator, shape):
    with pytest.raises(ValueError, match=r"shape \(n, 64\)"):
        generator.sample(np.zeros(shape))


@pytest.mark.parametrize("bad", [np.nan, np.inf])
def test_numbers_that_are_not_finite_are_refused(generator, bad):
    with pytest.raises(ValueError, match="finite"):
        generator.sample(np.full((1, 64), bad))
    with pytest.raises(ValueError):
        generator.sample(np.zeros((1, 64)), np.full((1, 10), bad))


@pytest.mark.parametrize("classes", [-1, 10, [0, 10], [0, 1, 2], np.zeros((2, 9)), [0.5, 1.5]])
def test_unknown_classes_are_refused(generator, classes):
    with pytest.raises(ValueError):
        generator.sample(np.zeros((2, 64)), classes)


def test_the_id_changes_with_any_weight(generator, folder):
    weights = load_file(folder / "model.safetensors")
    last = sorted(weights)[-1]
    weights[last].view(-1)[-1] += 1e-3
    save_file(weights, folder / "model.safetensors")
    changed = Generator.load(folder).model_id
    assert changed != generator.model_id
    assert len(changed) == 12 and int(changed, 16) >= 0


@pytest.mark.parametrize("missing", ["config.json", "model.safetensors"])
def test_a_missing_file_is_named(folder, missing):
    (folder / missing).unlink()
    with pytest.raises(ModelError, match=f"holds no model yet: {missing} is missing"):
        Generator.load(folder)


def test_a_missing_folder_is_named(tmp_path):
    with pytest.raises(ModelError, match="nowhere holds no model yet"):
        Generator.load(tmp_path / "nowhere")


def write_config(folder, **changes):
    values = json.loads((folder / "config.json").read_text()) | changes
    (folder / "config.json").write_text(json.dumps(values))


def cut_weights(folder):
    whole = (folder / "model.safetensors").read_bytes()
    (folder / "model.safetensors").write_bytes(whole[: len(whole) // 2])


DAMAGES = {
    "config is no JSON": lambda f: (f / "config.json").write_text("{"),
    "config is no text": lambda f: (f / "config.json").write_bytes(b"\xff\xfe\x00"),
    "config is a list": lambda f: (f / "config.json").write_text("[]"),
    "unknown setting": lambda f: write_config(f, depth=3),
    "setting out of range": lambda f: write_config(f, z_dim=0),
    "another width": lambda f: write_config(f, width=16),
    "another architecture": lambda f: write_config(f, arch="mlp", conditional=False),
    "weights cut short": cut_weights,
    "weights empty": lambda f: (f / "model.safetensors").write_bytes(b""),
    "weights are a pickle": lambda f: torch.save({"a": 1}, f / "model.safetensors"),
    "weights are a folder": lambda f: (
        (f / "model.safetensors").unlink(),
        (f / "model.safetensors").mkdir(),
    ),
}


def flipped(path, at=-1):
    """Flip a bit of a file."""
    data = bytearray(path.read_bytes())
    data[at] ^= 1
    path.write_bytes(data)


def test_flipped_weights_are_refused(generator, folder, tiny_model):
    path = folder / "model.safetensors"
    path.write_bytes(weights_bytes(generator.network.state_dict()))
    assert Generator.load(folder).model_id == generator.model_id
    flipped(path)
    with pytest.raises(ModelError, match="its content has changed"):
        Generator.load(folder)
    shutil.copy(tiny_model / "model.safetensors", path)  # of an earlier version: it has no digest
    assert Generator.load(folder).model_id == generator.model_id
    (folder / "model.digest").write_text(weights_digest(load_file(path)))
    assert Generator.load(folder).model_id == generator.model_id
    flipped(path)
    with pytest.raises(ModelError, match="its content has changed"):
        Generator.load(folder)


@pytest.mark.parametrize("damage", ["flipped", "cut", "empty", "settings", "newest"])
def test_a_damaged_model_of_a_run_is_restored_from_its_checkpoint(tmp_path, tiny_data, damage):
    trainer = Trainer(preset("default", width=4, batch_size=4), tiny_data)
    tensors = trainer.state_dict()
    folder, path = tmp_path, tmp_path / "model.safetensors"
    (folder / "config.json").write_text(json.dumps(trainer.config.to_json()))
    path.write_bytes(weights_bytes(trainer.ema.state_dict()))
    whole, wanted = path.read_bytes(), Generator.load(folder).model_id
    for name in ("checkpoint.safetensors", "checkpoint.previous.safetensors"):
        save_checkpoint(folder / name, tensors, {})
    if damage == "settings":
        (folder / "config.json").write_text("{")
    elif damage == "cut":
        cut_weights(folder)
    elif damage == "empty":
        path.write_bytes(b"")
    else:
        flipped(path)
    if damage == "newest":
        flipped(folder / "checkpoint.safetensors")
    assert Generator.load(folder).model_id == wanted
    assert path.read_bytes() == whole  # repaired


def test_bundled_models_have_a_digest():
    for path in (ASSETS / "models").glob("*/model.safetensors"):
        in_header = b'"digest' in path.read_bytes()[:50_000]
        assert path.with_name("model.digest").exists() or in_header, path


@pytest.mark.parametrize("damage", DAMAGES.values(), ids=DAMAGES)
def test_a_damaged_folder_raises_a_clear_error(folder, damage):
    damage(folder)
    with pytest.raises(ModelError, match=f"The model in {folder.name} cannot be used: "):
        Generator.load(folder)


def test_the_network_is_a_fixed_copy_for_use(generator):
    assert not generator.network.training
    assert not any(p.requires_grad for p in generator.network.parameters())
