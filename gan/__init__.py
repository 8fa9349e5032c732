"""Generative adversarial networks small enough to watch: data, networks, training, latents, export.

Nothing here knows the web page; `python -m gan --help` is its own front door.
"""

import os

# OpenMP reads this once, when torch is first imported. Its threads otherwise spin while they wait
# for one another: beside any other work on two cores a step then takes up to twenty times as long.
os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")
