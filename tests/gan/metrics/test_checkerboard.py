"""The checkerboard of an upsampling is measured, and smooth images have none."""

import numpy as np
import pytest

from gan.metrics.checkerboard import checkerboard


def test_blocks_of_two_pixels_have_none_and_a_checkerboard_has_nothing_else():
    blocks = np.random.default_rng(0).integers(0, 256, (5, 8, 8, 3), dtype=np.uint8)
    assert checkerboard(blocks.repeat(2, 1).repeat(2, 2)) == pytest.approx(0, abs=1e-12)
    board = np.indices((16, 16)).sum(0)[None, :, :, None] % 2 * np.uint8(200)
    assert checkerboard(board.astype(np.uint8)) == pytest.approx(1)
    stripes = np.broadcast_to(board[:, :1], board.shape).astype(np.uint8)
    assert checkerboard(stripes) == pytest.approx(1)


def test_it_grows_with_the_artefact():
    wave = 128 + 60 * np.sin(np.arange(32) / 5)
    image = np.broadcast_to(wave, (32, 32))[None, :, :, None]
    noisy = [image + k * (np.indices((32, 32)).sum(0) % 2)[None, :, :, None] for k in (0, 10, 40)]
    found = [checkerboard(each.astype(np.uint8)) for each in noisy]
    assert found[0] < 0.01 < found[1] < found[2]
