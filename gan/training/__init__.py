"""One training step: trainer, losses, augmentation."""
