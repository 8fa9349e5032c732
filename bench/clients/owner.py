"""An honest visitor of a public server with much to lose: runs, one of them private, and images."""

from __future__ import annotations

import hashlib
import secrets
from pathlib import Path

from bench.clients.visitor import CLASSES, SMALL, Visitor, images_zip, until
from gan.storage.layout import LOCK


class Owner(Visitor):
    """Owns a finished run, a paused run on own images, and the images.

    secrets: texts that no answer to a stranger may hold. names: what a stranger may have heard of.
    """

    def prepare(self) -> None:
        """Make everything."""
        word = secrets.token_hex(4)
        self.public = self.small_run(20)
        self.call("runs", "rename", run=self.public, title=f"Numbers {word}")
        self.upload(f"/studio/images?name=secret-{word}.zip&size=32", images_zip(1))
        until(lambda: self.call("images", "images")["collections"], "the images")
        self.images = self.call("images", "images")["collections"][0]["id"]
        settings = SMALL | {"steps": 300, "data": self.images}
        self.private = self.call("train-form", "start", settings=settings)["run"]
        self.call("train-form", "act", job="pause")
        until(lambda: self.standing()["state"] == "paused", "a paused run")
        self.call("runs", "rename", run=self.private, title=f"Private {word}")
        mark = hashlib.sha256(self.token.encode()).hexdigest()
        self.secrets = [self.private, self.images, f"Private {word}", f"secret-{word}"]
        self.secrets += [self.token, mark, *CLASSES]
        self.names = [self.public, self.private, self.images]

    def finish(self) -> None:
        """Stop the paused run, which makes the training slot free."""
        self.call("train-form", "act", job="stop")

        def ended() -> bool:
            standing = self.standing()
            return standing["state"] == "done" or standing["run"] != self.private

        until(ended, "the end of the run")

    def belongings(self, folder: Path) -> dict[str, tuple[int, int]]:
        """Return size and time of change of each file that is theirs."""
        found = {}
        for place in (f"runs/{self.public}", f"runs/{self.private}", f"images/{self.images}*"):
            for path in folder.glob(place + "/**/*"):
                known = path.stat()
                if path.is_file() and path.name != LOCK:  # renewed while it trains
                    found[str(path.relative_to(folder))] = (known.st_size, known.st_mtime_ns)
        return found
