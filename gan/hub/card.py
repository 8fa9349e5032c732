"""The model card on the Hub: what the model is, how good it is and how to use it."""

from itertools import dropwhile, takewhile
from pathlib import Path
from typing import Any

from gan.datasets import is_own
from gan.metrics.report import markdown, read_evaluation
from gan.models.generator import Generator
from gan.monitor.vitals_log import read_vitals
from gan.storage.layout import CARD

LIBRARY = "latent-studio"
TAGS = (LIBRARY, "gan", "image-generation", "safetensors")
PIPELINE = "unconditional-image-generation"

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

# {{ name }}

A small generative adversarial network, trained with Latent Studio on {{ data }}: {{ what }}.

![Samples](samples.png)

Uncurated samples of seeds 0 to 99{{ columns }}.

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
    config = generator.config
    weights = sum(each.numel() for each in generator.network.parameters())
    colour = "colour" if config.channels == 3 else "grey"
    classes = f", {config.classes} classes" if config.classes else ""
    return {
        "repo": repo,
        "name": repo.partition("/")[2],
        "data": "the author's own images" if is_own(config.data) else config.data,
        "what": f"{config.image_size} x {config.image_size} px, {colour}{classes}, "
        f"{weights / 1e6:.2f} M weights",
        "columns": ", one column per class" if config.classes else "",
        "figures": figures(folder, generator.model_id),
    }


def figures(folder: Path, model_id: str) -> str:
    """Return the model's metrics as Markdown.

    From the evaluation of these weights, else README.md's table, else the run's last vital signs.
    """
    report = read_evaluation(folder)
    if report is not None and report.model_id == model_id:
        note = f"{report.count:,} samples against {report.real_count:,} held-out real images."
        return f"{markdown(report)}\n\n{note}"
    return _first_table(folder) or _last_distance(folder) or "Not measured."


def _first_table(folder: Path) -> str:
    """Return the first table of a README.md: of a bundled or a pulled model."""
    try:
        lines = (folder / CARD).read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError):
        return ""
    from_table = dropwhile(lambda line: not line.startswith("|"), lines)
    table = list(takewhile(lambda line: line.startswith("|"), from_table))
    return "\n".join(table) if len(table) > 2 else ""


def _last_distance(folder: Path) -> str:
    for row in reversed(read_vitals(folder)):
        if isinstance(row.get("frechet"), int | float):
            return (
                f"Frechet distance {row['frechet']:.3g} at step {row.get('step')}, estimated from "
                "few samples during training."
            )
    return ""
