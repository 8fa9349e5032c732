"""The model card on the Hub: what the model is, how good it is and how to use it."""

from pathlib import Path
from typing import Any

from gan.datasets import is_own
from gan.metrics.report import markdown, read_evaluation
from gan.models.generator import Generator
from gan.monitor.vitals_log import read_vitals
from gan.storage.layout import CARD, SAMPLES

LIBRARY = "latent-studio"
TAGS = (LIBRARY, "gan", "image-generation", "safetensors")
PIPELINE = "unconditional-image-generation"
UNMEASURED = "Not measured."

# names of data sets on the Hub
DATASETS = {
    "mnist": "ylecun/mnist",
    "fashion-mnist": "zalando-datasets/fashion_mnist",
    "cifar10": "uoft-cs/cifar10",
    "svhn": "ufldl-stanford/svhn",
}

TEMPLATE = """---
{{ card_data }}
---

# {{ title }}

A small generative adversarial network, trained with Latent Studio on {{ data }}: {{ what }}.

![Samples]({{ samples }})

{{ caption }}

## Figures

{{ figures }}

## Use

```
python -m gan pull {{ repo }} --out models/{{ name }}
python -m gan sample --model models/{{ name }} --count 100 --out samples.png
```

Or open `{{ repo }}` in Latent Studio. `model.safetensors` holds the averaged weights (EMA) of the
generator, `config.json` all training settings.
"""


def template_values(folder: Path, generator: Generator, repo: str) -> dict[str, Any]:
    """Return the values of `TEMPLATE` for the generator in a folder; `repo` is "owner/name"."""
    config, name = generator.config, repo.partition("/")[2]
    weights = sum(each.numel() for each in generator.network.parameters())
    colour = "colour" if config.channels == 3 else "grey"
    classes = f", {config.classes} classes" if config.classes else ""
    caption = "Uncurated samples of seed 0"
    return {
        "title": name,
        "repo": repo,
        "name": name,
        "data": "the author's own images" if is_own(config.data) else config.data,
        "what": f"{config.image_size} x {config.image_size} px, {colour}{classes}, "
        f"{weights / 1e6:.2f} M weights",
        "samples": SAMPLES,
        "caption": caption + (", one column per class." if config.classes else "."),
        "figures": figures(folder, generator.model_id),
    }


def figures(folder: Path, model_id: str) -> str:
    """Return the model's metrics as Markdown.

    From the stored evaluation of these weights, else the table in README.md, else the last vital
    signs of the run.
    """
    report = read_evaluation(folder)
    if report is not None and report.model_id == model_id:
        note = f"{report.count:,} samples against {report.real_count:,} held-out real images."
        return f"{markdown(report)}\n\n{note}"
    return _first_table(folder) or _last_distance(folder) or UNMEASURED


def _first_table(folder: Path) -> str:
    """Return the first table of a README.md: of a bundled or a pulled model."""
    try:
        lines = (folder / CARD).read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError):
        return ""
    table: list[str] = []
    for line in lines:
        if line.startswith("|"):
            table.append(line)
        elif table:
            break
    return "\n".join(table) if len(table) > 2 else ""


def _last_distance(folder: Path) -> str:
    rows = [row for row in read_vitals(folder) if isinstance(row.get("frechet"), int | float)]
    if not rows:
        return ""
    last = rows[-1]
    return (
        f"Frechet distance {last['frechet']:.3g} at step {last.get('step')}, estimated from few "
        "samples during training."
    )
