"""Generative adversarial networks small enough to watch: data, networks, training, latents, export.

Nothing here knows the web page; `python -m gan --help` is its own front door.
"""

import os

# OpenMP reads these once, when torch is first imported. Its threads otherwise spin for long while
# they wait for one another: beside any other work on two cores a step then takes up to twenty
# times as long. Not at all is no good either: most waits are of microseconds, and to wake a thread
# that sleeps costs more, half of a step of the default run. So: some 30 microseconds, then sleep.
os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")
os.environ.setdefault("GOMP_SPINCOUNT", "10000")
