"""Own images on the command line: importing them and training on them."""

import json

import pytest

from gan.cli.main import main
from gan.data.collection import CollectionStore
from tests.hostile import encoded, noise


@pytest.fixture
def folder(tmp_path, monkeypatch):
    monkeypatch.setenv("LATENT_STUDIO_IMAGES", str(tmp_path / "images"))
    for i in range(24):
        path = tmp_path / "pets" / ("cats", "dogs")[i % 2] / f"{i}.png"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(encoded(noise(i)))
    (tmp_path / "pets" / "list.csv").write_text("x")
    return tmp_path / "pets"


def test_images_are_imported_and_trained_on(folder, tmp_path, capsys):
    assert main(["images", str(folder), "--size", "32"]) == 0
    said, (one,) = capsys.readouterr().out, CollectionStore().all()
    assert f"{one.id} (pets): 24 images, colour, 32 px, 4 held out" in said
    assert "2 classes: cats 12, dogs 12" in said and "1 skipped: not images" in said
    small = ["--set", "width=4", "--set", "batch_size=4", "--steps", "1"]
    ways = (["--data", one.id], ["--images", str(folder), "--size", "32"])
    ways = (*ways, [*ways[0], "--set", "augment_target=0"])
    for number, what in enumerate(ways):
        run = tmp_path / f"run{number}"
        assert main(["train", *what, *small, "--out", str(run)]) == 0
        config = json.loads((run / "config.json").read_text())
        assert (config["data"], config["image_size"], config["image_classes"]) == (one.id, 32, 2)
        assert config["augment"] > 0  # the default preset for own images
        assert config["augment_target"] == (0.6, 0.6, 0)[number]  # they are few


def test_invalid_input_gives_a_message(folder, tmp_path, capsys):
    run = ["--out", str(tmp_path / "run")]
    for arguments, sentence in (
        (["images", str(folder / "list.csv")], "This is not a complete zip file"),
        (["images", str(folder / "nowhere")], "file or folder does not exist"),
        (["train", "--data", "own-ffffffffffff", *run], "prepare them again"),
        (["train", "--data", "imagenet", *run], "data is 'imagenet'; choose one of"),
    ):
        assert main(arguments) == 2
        assert sentence in capsys.readouterr().err
    with pytest.raises(SystemExit):
        main(["images", str(folder), "--size", "28"])
    assert "32, 64, 128" in capsys.readouterr().err
    assert CollectionStore().all() == [] and not (tmp_path / "run").exists()
