"""The page that a model has on the Hub: what it is, how good it is, how to use it."""

from __future__ import annotations

import json
from pathlib import Path
from types import MappingProxyType
from typing import Any

from gan.config import Config
from gan.vitals_log import read_vitals

LIBRARY = "latent-studio"
TAGS = (LIBRARY, "gan", "image-generation", "safetensors")
PIPELINE = "unconditional-image-generation"
EVALUATION = "evaluation.json"  # in a model's folder: what `gan evaluate --json` printed
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


def words(folder: Path, config: Config, weights: int, repo: str) -> dict[str, Any]:
    """What fills `TEMPLATE` for the model in a folder; `weights`: how many numbers it has."""
    shape = f"{config.image_size} x {config.image_size} px"
    colour = "colour" if config.channels == 3 else "grey"
    classes = f", {config.classes} classes" if config.classes else ""
    caption = "Samples of seed 0, none chosen by hand"
    return {
        "title": repo.partition("/")[2],
        "repo": repo,
        "name": repo.partition("/")[2],
        "data": config.data,
        "what": f"{shape}, {colour}{classes}, {weights / 1e6:.2f} M weights",
        "samples": "samples.png",
        "caption": caption + (", a column for each class." if config.classes else "."),
        "figures": figures(folder),
    }


def figures(folder: Path) -> str:
    """Markdown of how good the model in a folder is, as far as anyone has measured it.

    From a stored evaluation, else the table of its own card, else the last vital signs of its run.
    """
    return _evaluated(folder) or _carded(folder) or _lived(folder) or UNMEASURED


def _evaluated(folder: Path) -> str:
    try:
        found = json.loads((folder / EVALUATION).read_bytes())
    except (OSError, ValueError, RecursionError):
        return ""
    if not isinstance(found, dict):
        return ""
    rows = [(name, value) for name, value in found.items() if type(value) in (int, float, str)]
    return _table([(name.replace("_", " "), _shown(value)) for name, value in rows])


def _carded(folder: Path) -> str:
    """The first table of a README.md: a bundled model's card, or one that was pulled."""
    try:
        lines = (folder / "README.md").read_text(encoding="utf-8").splitlines()
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
    told = [("step", str(last.get("step"))), ("Frechet distance", _shown(last["frechet"]))]
    note = "Of few samples, while it was trained; an evaluation would use 10,000."
    return f"{_table(told)}\n\n{note}"


def _table(rows: list[tuple[str, str]]) -> str:
    body = [f"| {name} | {value} |" for name, value in rows]
    return "\n".join(["| | |", "|---|---|", *body]) if body else ""


def _shown(value: Any) -> str:
    return f"{value:.4g}" if isinstance(value, float) else str(value)
