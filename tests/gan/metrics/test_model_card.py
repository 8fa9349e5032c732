"""A card shows the metrics of its weights and keeps the text around them."""

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from gan.data.image_set import ASSETS
from gan.metrics.model_card import BEGIN, END, section, with_figures, write_card
from gan.metrics.report import Report, markdown, read_evaluation
from gan.models.generator import Generator
from tests.models import evaluation

BUNDLED = sorted(path.parent for path in (ASSETS / "models").glob("*/config.json"))


@pytest.mark.parametrize("folder", BUNDLED, ids=lambda folder: folder.name)
def test_the_card_of_a_bundled_model_is_about_its_weights(folder):
    found = read_evaluation(folder)
    assert found.model_id == Generator.load(folder).model_id
    card = (folder / "README.md").read_text(encoding="utf-8")
    assert f"`{found.model_id}`" in card and markdown(found) in card
    expected = {"frechet", "precision", "recall", "memorisation", "accuracy_score"}
    assert expected <= set(found.figures) and found.count == 10_000
    assert all(found.figures[name].floor is not None for name in expected)
    assert "samples.png" in card and (folder / "samples.png").is_file()


def test_a_report_round_trip():
    assert Report.from_json(evaluation().to_json()) == evaluation()


def test_metrics_replace_the_old_ones_and_leave_the_rest():
    card = with_figures("# A model\n\nMade by hand.\n", "old")
    assert card.startswith("# A model\n\nMade by hand.\n") and card.count(BEGIN) == 1
    again = with_figures(card + "\nData: mine.\n", "new")
    assert "old" not in again and "new" in again and again.endswith("\nData: mine.\n")
    assert again.count(BEGIN) == again.count(END) == 1


def test_the_section_names_the_weights_and_every_metric():
    text = section(evaluation(), has_classes=True)
    assert "`0123456789ab`" in text and "0.500" in text and "0.250" in text and "75.00%" in text
    assert "one column per class" in text


def test_samples_are_beside_real_images(tmp_path: Path):
    bundled = ASSETS / "models/mnist"
    write_card(tmp_path, Generator.load(bundled), evaluation())
    picture = np.asarray(Image.open(tmp_path / "samples.png"))
    assert picture.shape == (280, 280 + 12 + 280)
    assert (picture[:, 280:292] == 255).all()
    left, right = picture[:, :280].mean(), picture[:, 292:].mean()
    assert left == pytest.approx(right, rel=0.1)  # as much ink
    assert read_evaluation(tmp_path) == evaluation()
    assert read_evaluation(tmp_path / "nowhere") is None
