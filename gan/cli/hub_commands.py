"""`python -m gan push` and `pull`: models to the Hugging Face Hub and back."""

import argparse

from tqdm import tqdm

from gan.hub import hub


def push(args: argparse.Namespace) -> None:
    address = hub.push(args.folder, args.repo, args.private, args.licence)
    print(f"{args.repo}: {address}")


def pull(args: argparse.Namespace) -> None:
    with tqdm(unit="B", unit_scale=True) as bar:
        out = hub.pull(args.repo, args.out, args.revision, on_size=bar.reset, on_bytes=bar.update)
    print(f"{out}: {args.repo}; try: python -m gan sample --model {out} --count 100 --out x.png")
