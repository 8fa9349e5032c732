"""Choose the seed whose image greets the visitor of a model."""

import numpy as np

from gan.latent.latents import latents
from gan.metrics.judge import Judge
from gan.models.generator import Generator

SEEDS = 32


def first_seed(generator: Generator, judge: Judge | None = None) -> int:
    """Return the first of the seeds whose image, of the first class, the judge reads most clearly.

    An image is as clear as the attribute of which the judge is least certain: a blend of two hats
    or mouths is read as neither. Whole percents are compared, so that clear models keep the first
    seed. Without a judge of these images it is seed 0.
    """
    if judge is None or judge.shape != generator.shape:
        return 0
    images = generator.sample(
        latents(range(SEEDS), generator.z_dim), 0 if generator.classes else None
    )
    certain = [values.max(1) for values in judge.read(images).values()]
    return int(np.min(certain, axis=0).round(2).argmax())
