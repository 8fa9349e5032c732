"""The networks as a sequence of blocks, for diagrams."""

from dataclasses import dataclass, replace

from gan.config import Config
from gan.models.networks import stages

PARTS = ("frame", "clip")  # of a `ClipDiscriminator`


@dataclass(frozen=True)
class Block:
    """A layer with its normalisation, embedding, motion or shift.

    `kind` is dense, up, down or score; `modules` are the prefixes of its weights' names, the layer
    itself last; `shape` is that of its output for one image: (features,) or (c,h,w).
    """

    kind: str
    modules: tuple[str, ...]
    shape: tuple[int, ...]

    def owns(self, weight: str) -> bool:
        return any(weight.startswith(module + ".") for module in self.modules)


def generator_blocks(config: Config) -> tuple[Block, ...]:
    """Return the blocks from z to the image."""
    image = (config.channels, config.image_size, config.image_size)
    if config.arch == "mlp":
        return (
            Block("dense", ("fc.0",), (128,)),
            Block("dense", ("fc.1",), (256,)),
            Block("dense", ("out",), image),
        )
    widths = stages(config)
    side = config.image_size >> len(widths)
    blocks = [Block("dense", ("embed", "motion", "fc"), (widths[0], side, side))]
    for k, channels in enumerate((*widths[1:], config.channels)):
        side *= 2
        shift = ("shift",) if config.motion_dim and k == len(widths) - 1 else ()
        blocks.append(Block("up", (f"norms.{k}", *shift, f"ups.{k}"), (channels, side, side)))
    return tuple(blocks)


def discriminator_blocks(config: Config) -> tuple[Block, ...]:
    """Return the blocks from the image to the score."""
    if config.arch == "mlp":
        return (
            Block("dense", ("fc.0",), (256,)),
            Block("dense", ("fc.1",), (128,)),
            Block("score", ("out",), (1,)),
        )
    side, blocks = config.image_size, []
    for k, channels in enumerate(stages(config)[::-1]):
        side //= 2
        blocks.append(Block("down", (f"norms.{k}", f"downs.{k}"), (channels, side, side)))
    if config.d_hidden:
        blocks.append(Block("dense", ("hidden",), (config.d_hidden,)))
    blocks.append(Block("score", ("embed", "out"), (1,)))
    if config.motion_dim:  # two networks of the same form, shown as one
        return tuple(
            replace(each, modules=tuple(f"{part}.{m}" for m in each.modules for part in PARTS))
            for each in blocks
        )
    return tuple(blocks)


def blocks_of(config: Config, who: str) -> tuple[Block, ...]:
    """Return the blocks of "G" or "D"."""
    return generator_blocks(config) if who == "G" else discriminator_blocks(config)
