"""How much of an image alternates from pixel to pixel: the checkerboard of an upsampling."""

import numpy as np


def checkerboard(images: np.ndarray) -> float:
    """Return the share of the variation of images uint8 (n,h,w,c) at the Nyquist frequencies, 0..1.

    These are the waves of two pixels, horizontal or vertical, in which the errors of transposed
    convolutions and of the pixel shuffle show (Odena et al. 2016, Distill). Compare with real
    images: edges have some of it, too. The sides must be even.
    """
    power = np.abs(np.fft.fft2(images, axes=(1, 2))) ** 2
    power[:, 0, 0] = 0  # the mean colour
    _, height, width, _ = images.shape
    crossed = power[:, height // 2, width // 2].sum()  # in the row and in the column
    at_nyquist = power[:, height // 2].sum() + power[:, :, width // 2].sum() - crossed
    return float(at_nyquist / power.sum())
