"""Small generative adversarial networks: data, networks, training, latent space and export.

It does not depend on the web app. Command line: `python -m gan --help`.
"""

import os

# OpenMP reads these once, when torch is first imported. By default, waiting threads spin for long:
# with other work on two cores, a step takes up to twenty times as long. Without spinning, a step of
# the default run takes half as long again: most waits are shorter than the time to wake a thread.
# With these values, threads spin for about 30 microseconds, then sleep.
os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")
os.environ.setdefault("GOMP_SPINCOUNT", "10000")
