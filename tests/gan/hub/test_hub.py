"""Push and pull models by the Hub's real client against a local endpoint."""

from __future__ import annotations

import hashlib
import json
import shutil
import threading

import imageio.v3 as iio
import numpy as np
import pytest
import torch
from huggingface_hub import ModelCard, constants
from safetensors.torch import load, load_file, save

from gan.cli import main
from gan.hub import download
from gan.hub.errors import HubError
from gan.hub.hub import HubModel, pull, push, samples
from gan.hub.names import hub_name, origin
from gan.metrics.report import Figure, Report
from gan.models.generator import Generator
from gan.storage.checkpoint_file import weights_bytes
from gan.system.atomic import write_json
from tests.fake_hub import NOWHERE, TOKEN, Repo, point

NAME = "ada/digits"


@pytest.fixture
def files(tiny_model):
    """The files of a valid repository by name."""
    names = ("config.json", "model.safetensors")
    return {name: (tiny_model / name).read_bytes() for name in names}


def refused(kind, tmp_path, repo=NAME, **options):
    """Check that pulling fails with this kind of error and leaves nothing behind."""
    with pytest.raises(HubError) as caught:
        pull(repo, tmp_path / "out" / "model", **options)
    assert caught.value.kind == kind, caught.value
    assert not list((tmp_path / "out").glob("*")) and not list((tmp_path / "out").glob(".*"))
    return str(caught.value)


def test_a_pushed_model_is_pulled_bit_for_bit(hub, tiny_model, tmp_path):
    address = push(tiny_model, NAME)
    assert address.startswith(f"{hub.address}/{NAME}/commit/")
    files = hub.repos[NAME].at("main")
    assert set(files) == {"config.json", "model.safetensors", "README.md", "samples.png"}
    sizes, arrived = [], []
    folder = pull(NAME, tmp_path / "model", on_size=sizes.append, on_bytes=arrived.append)
    assert sizes == [sum(arrived)] and len(arrived) > 3
    ours, theirs = (load_file(one / "model.safetensors") for one in (tiny_model, folder))
    assert set(ours) == set(theirs)
    assert all(torch.equal(ours[name], theirs[name]) for name in ours)
    one, other = Generator.load(tiny_model), Generator.load(folder)
    assert one.config == other.config and one.model_id == other.model_id
    commit = hub.repos[NAME].refs["main"]
    assert json.loads((folder / "hub.json").read_text()) == {"repo": NAME, "commit": commit}
    assert {path.name for path in folder.iterdir()} == {
        "config.json", "model.safetensors", "README.md", "hub.json", "model.digest",
    }  # fmt: skip
    assert origin(folder) == NAME and origin(tiny_model) is None
    again = HubModel.from_pretrained(NAME).generator
    assert again.model_id == one.model_id


def test_the_card_has_the_metadata_and_metrics(hub, tiny_model, tmp_path):
    measured = tmp_path / "measured"
    shutil.copytree(tiny_model, measured)
    push(measured, NAME, licence="cc0-1.0")
    text = hub.repos[NAME].at("main")["README.md"].decode()
    for part in ("library_name: latent-studio", "pipeline_tag: unconditional-image-generation",
                 "license: cc0-1.0", "- ylecun/mnist", "28 x 28 px, grey, 10 classes",
                 "Not measured.", f"gan pull {NAME}", "(samples.png)"):  # fmt: skip
        assert part in text, part
    (measured / "README.md").write_text("# A card\n\n| | |\n|---|---|\n| recall | 0.71 |\n\nMore")
    push(measured, NAME)
    assert "| recall | 0.71 |" in hub.repos[NAME].at("main")["README.md"].decode()
    figures = {"frechet": Figure(0.1234, 0.02)}
    for model_id in ("0" * 12, Generator.load(measured).model_id):  # the last one counts
        found = Report("mnist", model_id, "a judge", 10, 9, 8, 0, figures, (), None, 1.5)
        write_json(measured / "evaluation.json", found.to_json())
        push(measured, NAME)
        card = hub.repos[NAME].at("main")["README.md"].decode()
        assert ("| Frechet distance | 0.123 | 0.020 |" in card) == (model_id != "0" * 12)
    assert ModelCard(card).data.library_name == "latent-studio"


def test_weights_are_uploaded_to_xet_storage(hub, tiny_model, monkeypatch):
    monkeypatch.setattr(constants, "HF_HUB_DISABLE_XET", False)
    push(tiny_model, NAME)
    assert not [path for _, path, _ in hub.asked if "/lfs/" in path]
    pushed = weights_bytes(Generator.load(tiny_model).network.state_dict())
    oid = hashlib.sha256(pushed).hexdigest()
    assert oid in hub.pointers
    kept = sum(path.stat().st_size for path in (hub.xet / "xet" / "xorbs").rglob("*"))
    assert kept > 1_000_000


def test_the_given_revision_is_pulled(hub, files, tmp_path):
    first = hub.add(NAME, files)
    network = {name: weights + 1 for name, weights in loaded(files).items()}
    second = hub.add(NAME, {"model.safetensors": save(network)})
    hub.repos[NAME].refs["v1"] = first
    ids = {}
    for revision in (first, "v1", second, None):
        folder = pull(NAME, tmp_path / f"{revision}", revision)
        ids[revision] = Generator.load(folder).model_id
        assert json.loads((folder / "hub.json").read_text())["commit"] in (first, second)
    assert ids[first] == ids["v1"] != ids[second] == ids[None]
    # files are downloaded from the resolved commit, not from the branch
    assert all("/resolve/main/" not in path for path in hub.downloads())
    refused("no_revision", tmp_path, revision="v9")


def loaded(files):
    return load(files["model.safetensors"])


def damaged_config(files, **changes):
    config = json.loads(files["config.json"]) | changes
    return files | {"config.json": json.dumps(config).encode()}


def not_finite(files):
    tensors = loaded(files)
    tensors["fc.weight"][0, 0] = float("nan")
    return files | {"model.safetensors": save(tensors)}


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        (lambda files: {"pytorch_model.bin": b"\x80\x04."}, "no config.json"),
        (lambda files: {"config.json": files["config.json"]}, "no model.safetensors"),
        (lambda files: files | {"config.json": b"[]"}, "config.json cannot be used"),
        (lambda files: files | {"config.json": b"[" * 50_000}, "config.json cannot be used"),
        (lambda files: files | {"config.json": b" " * 200_001}, "config.json is too large"),
        (lambda files: damaged_config(files, auto_map="evil.py"), "Unknown setting: auto_map"),
        (lambda files: damaged_config(files, width=10**9), "width is 1000000000"),
        (lambda files: damaged_config(files, width=16), "does not fit"),
        (lambda files: files | {"model.safetensors": b"\x80\x04\x95evil."}, "does not fit"),
        (lambda files: files | {"model.safetensors": b"\xff" * 8 + b"{}"}, "does not fit"),
        (lambda files: files | {"model.safetensors": b""}, "does not fit"),
        (not_finite, "does not fit"),
    ],
)
def test_invalid_models_are_refused_and_leave_nothing(hub, files, tmp_path, change, sentence):
    hub.add(NAME, change(files))
    message = refused("not_ours", tmp_path)
    assert sentence in message and "\n" not in message and str(tmp_path) not in message
    assert not [path for path in hub.downloads() if path.endswith((".bin", ".py"))]


def test_only_known_files_are_downloaded(hub, files, tmp_path):
    hub.add(NAME, files | {"evil.py": b"boom", "pytorch_model.bin": b"\x80", "../x": b""})
    pull(NAME, tmp_path / "model", card=False)
    names = {path.rpartition("/")[2] for path in hub.downloads()}
    assert names == {"config.json", "model.safetensors"}


def test_large_weights_are_refused_before_the_download(hub, files, tmp_path):
    hub.add(NAME, files)
    assert "2 MB, and at most 1 MB" in refused("too_large", tmp_path, most_bytes=1_000_000)
    assert not hub.downloads()


@pytest.mark.parametrize("swap", [b"short", b"x" * 10_000_000])
def test_files_that_differ_from_their_listing_are_refused(hub, files, tmp_path, swap):
    hub.add(NAME, files)
    hub.swap = swap
    arrived = []
    refused("damaged", tmp_path, on_bytes=arrived.append)
    hub.swap = bytes(reversed(files["model.safetensors"]))  # of the right length
    refused("damaged", tmp_path, on_bytes=arrived.append)
    assert sum(arrived) < 3 * sum(map(len, files.values()))


def test_a_download_can_be_cancelled_and_times_out(hub, files, tmp_path, monkeypatch):
    hub.add(NAME, files)
    hub.wait_s = 0.05
    stop = threading.Event()
    arrived = []
    refused("stopped", tmp_path, stop=stop, on_bytes=lambda n: (arrived.append(n), stop.set()))
    assert sum(arrived) < len(files["model.safetensors"]) / 2
    monkeypatch.setattr(download, "SLOWEST_S", 0.1)
    refused("slow", tmp_path)


def test_every_error_of_the_hub_has_a_message(hub, files, tmp_path, monkeypatch):
    hub.add(NAME, files)
    refused("not_found", tmp_path, "ada/nothing")
    hub.repos["eve/secret"] = Repo(private=True)
    hub.add("eve/secret", files)
    refused("not_found", tmp_path, "eve/secret", token=False)
    pull("eve/secret", tmp_path / "mine")  # with access
    hub.repos[NAME].gated = True
    assert "ask for access" in refused("gated", tmp_path)
    for status, kind in ((401, "bad_token"), (403, "forbidden"), (429, "rate"), (503, "trouble")):
        hub.status = status
        message = refused(kind, tmp_path)
        assert status != 429 or "in 7 s" in message
    point(monkeypatch, NOWHERE)
    assert "cannot be reached" in refused("offline", tmp_path)
    refused("bad_name", tmp_path, "../../etc")


def test_existing_folders_are_not_overwritten(hub, files, tmp_path):
    hub.add(NAME, files)
    (tmp_path / "kept").mkdir()
    with pytest.raises(FileExistsError, match="name a new folder"):
        pull(NAME, tmp_path / "kept")
    assert not hub.asked


def test_pushing_is_refused_before_the_upload(hub, files, tiny_model, monkeypatch, tmp_path):
    def refuses(kind, repo=NAME, **options):
        with pytest.raises(HubError) as caught:
            push(tiny_model, repo, **options)
        assert caught.value.kind == kind, caught.value

    hub.add("ada/bert", {"config.json": b"{}", "model.safetensors": b"", "README.md": b""})
    refuses("other_kind", "ada/bert")
    refuses("forbidden", "eve/digits")
    hub.add("eve/other", {"README.md": b""})
    refuses("forbidden", "eve/other")
    push(tiny_model, NAME)
    refuses("is_public", private=True)
    push(tiny_model, "ada/hidden", private=True)
    assert hub.repos["ada/hidden"].private and not hub.repos[NAME].private
    monkeypatch.setenv("HF_TOKEN", "hf_wrong")
    refuses("bad_token", "ada/new")
    monkeypatch.delenv("HF_TOKEN")
    refuses("no_token")
    assert set(hub.repos) == {"ada/bert", "eve/other", NAME, "ada/hidden"}


def test_the_command_line_never_prints_the_token(
    hub, tiny_model, tmp_path, capfd, caplog, monkeypatch
):
    caplog.set_level(0)
    monkeypatch.setattr(constants, "HF_DEBUG", True)
    assert main.main(["push", str(tiny_model), NAME]) == 0
    assert main.main(["pull", NAME, "--out", str(tmp_path / "model")]) == 0
    assert main.main(["pull", "ada/none", "--out", str(tmp_path / "none")]) == 2
    assert main.main(["pull", NAME, "--out", str(tmp_path / "model")]) == 2
    assert main.main(["push", str(tmp_path), NAME]) == 2
    out, err = capfd.readouterr()
    assert f"{hub.address}/{NAME}/commit/" in out and str(tmp_path / "model") in out
    assert "There is no model ada/none on the Hub" in err and "name a new folder" in err
    kept = b"".join(path.read_bytes() for path in (tmp_path / "model").iterdir())
    assert TOKEN not in out + err + caplog.text and TOKEN.encode() not in kept
    # storage is another host, which must not get the token
    assert not any(known for _, path, known in hub.asked if path.startswith("/storage/"))


@pytest.mark.parametrize(
    ("typed", "name"),
    [
        ("ada/digits", "ada/digits"),
        (" hub:ada/digits ", "ada/digits"),
        ("https://huggingface.co/ada/digits", "ada/digits"),
        ("huggingface.co/ada/my.digits_2-x/tree/main?x=1#y", "ada/my.digits_2-x"),
        ("hf.co/ada/digits/", "ada/digits"),
        *((wrong, None) for wrong in (
            "", "ada", "/ada", "ada/", "a/b/c", "datasets/ada/digits", "../etc", "ada/..", "a--b/c",
            "ada/x.git", "ada/-x", "ada/x\n/y", "ada/é", "https://evil.example/ada/digits",
            "a/" + "x" * 96, "x" * 501, None, 7, ["ada/digits"],
        )),
    ],
)  # fmt: skip
def test_names_follow_the_rules_of_the_hub(typed, name):
    assert hub_name(typed) == name


def test_the_samples_equal_those_of_the_command_line(tiny_model, tmp_path):
    main.main(["sample", "--model", str(tiny_model), "--count", "100", "--out",
              str(tmp_path / "x.png")])  # fmt: skip
    drawn = iio.imread(tmp_path / "x.png")
    assert np.array_equal(samples(Generator.load(tiny_model))[..., 0], drawn)
