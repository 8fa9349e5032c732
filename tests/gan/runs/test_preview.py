"""The contact sheet of a run of clips shows moments of the same clips, one below the other."""

import numpy as np
import torch

from gan.presets import preset
from gan.runs.preview import Preview
from gan.runs.snapshots import COLUMNS, ROWS
from gan.training.trainer import Trainer
from tests.moving_digits import moving


def test_a_column_is_a_clip(tiny_data):
    config = preset("video", width=4, z_dim=14, motion_dim=6, batch_size=8)
    trainer = Trainer(config, moving(tiny_data), torch.device("cpu"))
    with torch.no_grad():  # at first, G draws almost the same for all latents
        trainer.ema.fc.weight.mul_(30)
    images, opinions = Preview(trainer).judged()
    assert images.shape == (ROWS * COLUMNS, 32, 32, 1) and opinions.shape == (ROWS * COLUMNS,)
    clips = images.reshape(ROWS, COLUMNS, -1).astype(np.int16)
    over_time = np.abs(np.diff(clips, axis=0)).mean()
    between_clips = np.abs(np.diff(clips, axis=1)).mean()
    assert 0 < over_time < between_clips
