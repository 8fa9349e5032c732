"""The page that a model has on the Hub: what it is, how good it is, how to use it."""

from __future__ import annotations

from pathlib import Path
from types import MappingProxyType
from typing import Any

from gan.datasets import is_own
from gan.metrics.report import read_evaluation
from gan.metrics.table import markdown
from gan.models.generator import Generator
from gan.monitor.vitals_log import read_vitals
from gan.storage.layout import CARD, SAMPLES

LIBRARY = "latent-studio"
TAGS = (LIBRARY, "gan", "image-generation", "safetensors")
PIPELINE = "unconditional-image-generation"
UNMEASURED = "They were not measured."

# where the Hub keeps the data sets that are known by other names there
DATASETS = MappingProxyType(
    {
        "mnist": "ylecun/mnist",
        "fashion-mnist": "zalando-datasets/fashion_mnist",
        "cifar10": "uoft-cs/cifar10",
        "svhn": "ufldl-stanford/svhn",
    }
)

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

Or open `{{ repo }}` on the page of Latent Studio. `model.safetensors` holds the averaged weights
(EMA) of the generator, `config.json` all settings of its training.
"""


def words(folder: Path, generator: Generator, repo: str) -> dict[str, Any]:
    """What fills `TEMPLATE` for a generator from a folder, as the model "owner/name"."""
    config, name = generator.config, repo.partition("/")[2]
    weights = sum(each.numel() for each in generator.network.parameters())
    colour = "colour" if config.channels == 3 else "grey"
    classes = f", {config.classes} classes" if config.classes else ""
    caption = "Samples of seed 0, none chosen by hand"
    return {
        "title": name,
        "repo": repo,
        "name": name,
        "data": "its maker's own images" if is_own(config.data) else config.data,
        "what": f"{config.image_size} x {config.image_size} px, {colour}{classes}, "
        f"{weights / 1e6:.2f} M weights",
        "samples": SAMPLES,
        "caption": caption + (", a column for each class." if config.classes else "."),
        "figures": figures(folder, generator.model_id),
    }


def figures(folder: Path, model_id: str) -> str:
    """Markdown of how good the model in a folder is, as far as anyone has measured these weights.

    From a stored evaluation, else the table of its own card, else the last vital signs of its run.
    """
    report = read_evaluation(folder)
    if report is not None and report.model_id == model_id:
        note = f"{report.count:,} samples against {report.real_count:,} held-out real images."
        return f"{markdown(report)}\n\n{note}"
    return _carded(folder) or _lived(folder) or UNMEASURED


def _carded(folder: Path) -> str:
    """The first table of a README.md: a bundled model's card, or one that was pulled."""
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


def _lived(folder: Path) -> str:
    rows = [row for row in read_vitals(folder) if isinstance(row.get("frechet"), int | float)]
    if not rows:
        return ""
    last = rows[-1]
    return (
        f"Frechet distance {last['frechet']:.3g} at step {last.get('step')}, of few samples, while "
        "it was trained; nobody has evaluated it since."
    )
