"""Files made by earlier versions still open, and give the same pixels, recipes and weights.

`tests/data/before/README.md` says what each file is and how it was made. Results are compared bit
for bit where processor and libraries are those that made the files; elsewhere the last bits of
float arithmetic and the compressors differ, so that small tolerances apply.
"""

from __future__ import annotations

import base64
import json
import shutil
import time
import zipfile
import zlib
from pathlib import Path

import imageio_ffmpeg
import numpy as np
import PIL
import pytest
import torch
from PIL import Image, features
from safetensors.torch import load_file

from demo.server.recipes import read as opened
from demo.server.studio import Studio
from demo.settings import Settings
from gan.config import Config
from gan.data.collection import CollectionStore
from gan.data.image_set import load, load_for
from gan.hub.hub import pull
from gan.hub.names import origin
from gan.latent.latents import latent
from gan.media.formats import FORMATS
from gan.models.generator import Generator
from gan.monitor.vitals_log import read_vitals
from gan.presets import preset
from gan.recipes import fields
from gan.recipes.clip_recipe import ClipRecipe
from gan.recipes.image_recipe import Recipe, save_png
from gan.recipes.limits import limits
from gan.recipes.model_ids import load_named
from gan.recipes.render import RenderJob
from gan.recipes.training_film import FilmJob, FilmRecipe
from gan.runs.archive import pack
from gan.runs.history import History
from gan.runs.listing import list_runs
from gan.runs.milestones import milestone_name, milestone_steps
from gan.runs.run import Run
from gan.runs.snapshots import kept_steps
from gan.runs.unpack import unpack
from gan.storage.checkpoint_file import load_checkpoint
from gan.storage.layout import NEWEST
from gan.storage.metadata import read_title
from gan.training.trainer import Trainer
from tests.frames import read, read_animation
from tests.node import run_node

BEFORE = Path(__file__).parent / "data/before"
NAME = "20261128-100000-mnist"
RUN, ZIP = BEFORE / "run" / NAME, BEFORE / "run" / f"{NAME}.zip"
REFERENCE = json.loads((BEFORE / "reference.json").read_text())
LINKS = json.loads((BEFORE / "links.json").read_text())
CLIP = json.loads((BEFORE / "clips/recipe.json").read_text())
FILMS = ("mp4", "webm")
WEIGHT_TOLERANCE = 1e-5  # after three steps, each of which moves a weight by some 1e-3
# Batch norm cancels this bias: its gradient is rounding noise, which Adam scales up to full steps.
CANCELLED = ("D.downs.1.bias", "D.norms.1.running_mean")


def machine():
    """All that decides the last bits of a result: processor, kernels, libraries."""
    processor = torch.cpu.get_capabilities()  # instruction sets, cache sizes, the name
    return {
        "cpu": {name: one for name, one in processor.items() if not name.startswith("num_")},
        "kernels": torch.backends.cpu.get_cpu_capability(),
        "torch": torch.__version__,
        "numpy": np.__version__,
        "pillow": PIL.__version__,
        "freetype": features.version("freetype2"),
        "pillow_zlib": features.version("zlib"),
        "zlib": zlib.ZLIB_RUNTIME_VERSION,
        "ffmpeg": imageio_ffmpeg.get_ffmpeg_version(),
    }


EXACT = machine() == REFERENCE["machine"]


@pytest.fixture(autouse=True)
def one_thread(threads):
    """Another number of threads sums in another order."""
    torch.set_num_threads(1)


@pytest.fixture(scope="module")
def reference():
    """Arrays by name: what the models drew, and the pixels of the collection."""
    with np.load(BEFORE / "reference.npz") as arrays:
        return dict(arrays)


@pytest.fixture(params=["folder", "zip"])
def run_folder(request, tmp_path):
    """The stopped run below `tmp_path/runs`, from its folder and from its archive."""
    if request.param == "zip":
        return unpack(ZIP, tmp_path / "runs", most_bytes=10_000_000)
    return copied_run(tmp_path)


def copied_run(tmp_path):
    return Path(shutil.copytree(RUN, tmp_path / "runs" / NAME))


def cpu_trainer(config, images):
    return Trainer(config, images, torch.device("cpu"))


def lines(path):
    return [json.loads(line) for line in path.read_text().splitlines()]


def assert_same_pixels(found, wanted):
    """Equal; on another machine a value may be rounded to the level beside it."""
    assert found.shape == wanted.shape and found.dtype == wanted.dtype == np.uint8
    assert np.abs(found.astype(int) - wanted).max() <= (0 if EXACT else 1)


def assert_same_weights(found, wanted):
    """`found` holds the tensors of `wanted`; on another machine up to a tolerance."""
    assert wanted and set(wanted) <= set(found)
    for name, tensor in wanted.items():
        ours = found[name]
        assert (ours.shape, ours.dtype) == (tensor.shape, tensor.dtype), name
        tolerance = 0.05 if name in CANCELLED else WEIGHT_TOLERANCE
        if EXACT or not tensor.is_floating_point():
            assert torch.equal(ours, tensor), name
        else:
            torch.testing.assert_close(ours, tensor, rtol=0, atol=tolerance, msg=name)


# --- a stopped run -------------------------------------------------------------------------------


def test_the_run_is_listed_with_all_it_recorded(run_folder):
    (info,) = list_runs(run_folder.parent)
    assert (info.name, info.step, info.state, info.sentence) == (NAME, 31, "can be resumed", None)
    begun = json.loads((RUN / "config.json").read_text())
    assert info.config == Config.from_json(begun | {"lr_d": 1e-3})  # it was changed at step 20
    assert read_title(run_folder) == "Stopped in the middle"
    history = lines(RUN / "history.jsonl")
    assert History(run_folder).rows == [row for row in history if "mark" not in row]
    assert History(run_folder).marks == [{"step": 20, "mark": "changed", "changes": {"lr_d": 1e-3}}]
    assert read_vitals(run_folder) == lines(RUN / "vitals.jsonl") != []
    assert kept_steps(run_folder) == [20, 31] and milestone_steps(run_folder) == [0, 31]


def test_the_run_and_its_snapshots_draw_the_same_pixels(run_folder, reference, monkeypatch):
    monkeypatch.setenv("LATENT_STUDIO_RUNS", str(run_folder.parent))
    models = {"newest": f"run:{NAME}", "step_20": f"run:{NAME}@20", "step_31": f"run:{NAME}@31"}
    for key, model in models.items():
        generator = load_named(model)
        assert generator.model_id == REFERENCE["model_ids"][key]
        assert_same_pixels(generator.sample(reference["z"], reference["labels"]), reference[key])


def test_training_resumes_to_the_expected_weights(run_folder):
    run = Run.resume(run_folder, cpu_trainer)
    assert run.step == 31 and run.config.lr_d == 1e-3 and run.elapsed_s > 0
    for wanted in REFERENCE["steps"]:
        stats = vars(run.advance())
        assert stats == wanted if EXACT else stats == pytest.approx(wanted, abs=1e-5)
    expected = load_file(BEFORE / "run-3-steps-later.safetensors")
    assert_same_weights(run.trainer.state_dict()["tensors"], expected)
    while run.step < 40:
        run.advance()
    assert [row["step"] for row in run.rows] == [10, 20, 30, 40]
    run.close()


def test_the_run_goes_back_to_a_milestone(run_folder):
    run = Run.resume(run_folder, cpu_trainer)
    run.advance()
    for step in (31, 0):
        run.rollback(step, {})
        assert run.step == step
        state, _ = load_checkpoint(RUN / milestone_name(step))
        tensors = run.trainer.state_dict()["tensors"]
        assert tensors.keys() == state["tensors"].keys()
        assert all(torch.equal(tensors[name], state["tensors"][name]) for name in tensors)
    run.close()


def test_the_previous_checkpoint_stands_in_for_a_damaged_one(tmp_path):
    folder = copied_run(tmp_path)
    shutil.rmtree(folder / "milestones")
    data = (folder / NEWEST).read_bytes()
    (folder / NEWEST).write_bytes(data[:-1] + bytes([data[-1] ^ 1]))
    run = Run.resume(folder, cpu_trainer)
    assert run.step == 0 and run.rows == []
    run.advance()
    run.close()


def test_the_run_is_packed_into_the_same_archive(run_folder, tmp_path):
    path = tmp_path / "again.zip"
    path.write_bytes(b"".join(pack(run_folder)))
    with zipfile.ZipFile(path) as again, zipfile.ZipFile(ZIP) as before:
        assert again.namelist() == before.namelist()
        for name in before.namelist():
            texts = [archive.read(name) for archive in (again, before)]
            if name.endswith("config.json"):  # it has settings that came later
                texts = [Config.from_json(json.loads(one)) for one in texts]
            assert texts[0] == texts[1], name
    time.sleep(2.1)  # a zip counts time in steps of two seconds
    assert path.read_bytes() == b"".join(pack(run_folder))  # packed again, it is the same file


# --- exported files and pictures -----------------------------------------------------------------


@pytest.mark.parametrize("kind", FORMATS)
def test_a_clip_carries_its_recipe(kind):
    path = BEFORE / "clips" / f"{kind}{FORMATS[kind]}"
    assert fields.read(path) == CLIP | {"format": kind}
    assert ClipRecipe.from_json(fields.read(path)).to_json() == CLIP | {"format": kind}


@pytest.mark.parametrize("kind", FORMATS)
def test_a_clip_is_made_again_from_its_file(kind, tmp_path):
    before = BEFORE / "clips" / f"{kind}{FORMATS[kind]}"
    recipe = ClipRecipe.from_json(fields.read(before))
    generator = load_named(recipe.model)
    assert generator.model_id == recipe.model_id == REFERENCE["model_ids"]["mnist"]
    again = RenderJob(recipe, generator).render(tmp_path / before.name)
    assert fields.read(again) == fields.read(before)
    if EXACT and kind not in FILMS:
        assert again.read_bytes() == before.read_bytes()
    with Image.open(BEFORE / "clips/apng.png") as picture:  # a sprite sheet must be cut up
        shape = (picture.height, picture.width, 3)
    found, wanted = (read(kind, path, shape, recipe.frames) for path in (again, before))
    assert found.shape == wanted.shape and len(found) == recipe.frames
    if EXACT:
        assert (found == wanted).all()
    elif kind in FILMS:
        assert np.abs(found.astype(int) - wanted).mean() < 1
    else:
        assert (found == wanted).mean() > 0.999


def test_a_film_of_the_run_is_made_again_from_its_file(tmp_path):
    before = BEFORE / "clips/growth.gif"
    given = fields.read(before)
    assert given == REFERENCE["film"]
    recipe = FilmRecipe.from_json(given)
    again = FilmJob(recipe, copied_run(tmp_path)).render(tmp_path / "growth.gif")
    for found, wanted in zip(read_animation(again), read_animation(before), strict=True):
        assert np.array_equal(found, wanted)
    assert not EXACT or again.read_bytes() == before.read_bytes()


@pytest.mark.parametrize("name", REFERENCE["pictures"])
def test_a_picture_is_drawn_again_from_its_file(name, tmp_path, monkeypatch):
    before = BEFORE / "pictures" / name
    recipe = Recipe.read(before)
    assert recipe.to_json() == REFERENCE["pictures"][name]
    monkeypatch.setenv("LATENT_STUDIO_RUNS", str(copied_run(tmp_path).parent))
    generator = load_named(recipe.model)
    assert generator.model_id == recipe.model_id
    image = recipe.draw(generator).repeat(4, axis=0).repeat(4, axis=1)
    with Image.open(before) as picture:
        assert_same_pixels(image[..., 0], np.asarray(picture))
    save_png(tmp_path / name, image, recipe)
    if EXACT and name != "page.png":  # that one is written by the page, with a browser's zlib
        assert (tmp_path / name).read_bytes() == before.read_bytes()


@pytest.fixture
def studio(tmp_path):
    """The server with the bundled models alone."""
    made = Studio(Settings(runs=tmp_path / "runs"))
    yield made
    made.close()


def test_the_page_gets_the_recipe_of_every_file(studio):
    for kind, suffix in FORMATS.items():
        found = opened(BEFORE / "clips" / f"{kind}{suffix}", "clip", studio, "")
        assert found == {"clip": CLIP | {"format": kind}}
    for name, recipe in REFERENCE["pictures"].items():
        for kind in ("picture", "clip"):
            assert opened(BEFORE / "pictures" / name, kind, studio, "") == {"picture": recipe}


# --- links ---------------------------------------------------------------------------------------


def text_of(link):
    """The JSON in a link's base64url."""
    data = link.partition("=")[2]
    return base64.urlsafe_b64decode(data + "=" * (-len(data) % 4)).decode()


def test_links_open_in_the_page(tmp_path, studio):
    def recipe(name, kind):
        path = tmp_path / name
        path.write_text(LINKS[name]["link"])
        return opened(path, kind, studio, "")[kind]

    script = """
const { ClipRecipes } = await import("./recipes/clip_recipe.js");
const { unpackPicture } = await import("./recipes/image_recipe.js");
const picture = (recipe) => {
  const state = unpackPicture(recipe, { z_dim: 64, classes: 10 }, {});
  const { model, model_id } = recipe;
  return { model, model_id, ...state, z: Array.from(state.z) };
};
give({ recipe: picture(given.recipe), seed: picture(given.seed),
  clip: new ClipRecipes(given.limits).unpack(given.clip) });
"""
    given = {name: recipe(name, "picture") for name in ("recipe", "seed")}
    given |= {"clip": recipe("clip", "clip"), "limits": limits()}
    found = run_node(tmp_path, script, given)
    assert found == {kind: one["state"] for kind, one in LINKS.items()}


def test_links_hold_recipes_that_python_reads():
    for kind in ("recipe", "seed"):
        link, state = LINKS[kind].values()
        assert link.startswith("#recipe=")
        recipe = Recipe.from_json(fields.load(text_of(link)))
        for name in ("model", "model_id", "seed", "scale"):
            assert getattr(recipe, name) == state[name]
        z = latent(recipe.seed, 64) if recipe.z is None else recipe.z
        np.testing.assert_allclose(z, state["z"], rtol=0, atol=1e-6 if recipe.z is None else 0)
        np.testing.assert_array_equal(recipe.classes, state["classes"])
    link, state = LINKS["clip"].values()
    assert link.startswith("#clip=")
    clip = ClipRecipe.from_json(fields.load(text_of(link)))
    assert clip.to_json() == CLIP
    homes = [key.get("z", latent(key["seed"], 64)) for key in state["keys"]]
    assert np.array_equal(clip.latents(64), np.float32(homes))
    ring = np.eye(10)
    weights = [key.get("weights", ring[key["label"]]) for key in state["keys"]]
    assert np.array_equal(clip.class_weights(10), np.float32(weights))


# --- own images, and a model on the Hub ----------------------------------------------------------


def test_own_images_are_found_and_train(monkeypatch, reference):
    monkeypatch.setenv("LATENT_STUDIO_IMAGES", str(BEFORE / "images"))
    (one,) = CollectionStore().all()
    found = json.loads(json.dumps(one.to_json()))
    assert found == {**found, **REFERENCE["collection"]}
    assert (found["fps"], found["frames"]) == (0, 0)  # it holds no clips
    for train, half in ((True, "train"), (False, "held")):
        images = load(one.id, train=train)
        assert images.class_names == ("circles", "squares") and images.title == "Shapes"
        assert np.array_equal(images.images.numpy(), reference[f"{half}_images"])
        assert np.array_equal(images.labels.numpy(), reference[f"{half}_labels"])
    config = preset("own-images", **one.settings(), width=4, batch_size=8)
    stats = cpu_trainer(config, load_for(config)).step()
    assert np.isfinite([stats.loss_g, stats.loss_d]).all()


def test_a_pushed_model_is_pulled_and_draws_the_same_pixels(hub, tmp_path, reference):
    files = {path.name: path.read_bytes() for path in (BEFORE / "pushed").iterdir()}
    hub.add("ada/before", files)
    folder = pull("ada/before", tmp_path / "model")
    assert json.loads((folder / "hub.json").read_text())["repo"] == "ada/before"
    assert origin(folder) == "ada/before"
    generator = Generator.load(folder)
    assert generator.model_id == REFERENCE["model_ids"]["newest"]
    assert_same_pixels(generator.sample(reference["z"], reference["labels"]), reference["pushed"])
