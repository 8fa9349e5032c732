"""`python -m gan push` and `pull`: models to the Hugging Face Hub and back."""

from __future__ import annotations

import argparse

from tqdm import tqdm


def push(args: argparse.Namespace) -> None:
    """Upload a model folder to the Hub."""
    from gan.hub.hub import push as send

    address = send(args.folder, args.repo, args.private, args.licence)
    print(f"{args.repo}: {address}")


def pull(args: argparse.Namespace) -> None:
    """Download a model from the Hub into a new folder."""
    from gan.hub.hub import pull as get

    with tqdm(unit="B", unit_scale=True) as bar:
        folder = get(args.repo, args.out, args.revision, on_size=bar.reset, on_bytes=bar.update)
    print(
        f"{folder}: {args.repo}; try: python -m gan sample --model {folder} --count 100 --out x.png"
    )
