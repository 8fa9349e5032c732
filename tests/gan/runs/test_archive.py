"""Runs are packed into a zip file and unpacked unchanged; any other file is refused."""

import io
import json
import zipfile

import numpy as np
import pytest

from gan.config import ConfigError
from gan.models.generator import Generator
from gan.presets import preset
from gan.runs.archive import pack
from gan.runs.check_worker import check_apart
from gan.runs.listing import list_runs
from gan.runs.run import Run
from gan.runs.unpack import clear_temporary, unpack
from gan.runs.validate import ArchiveError
from gan.storage.checkpoint_file import CheckpointError, load_checkpoint
from gan.storage.layout import NEWEST, TEMPORARY
from gan.storage.metadata import change_about, read_about, read_title

SMALL = preset("default", width=4, batch_size=8, steps=1000)
MOST = 200_000_000


@pytest.fixture(scope="module")
def trained(tmp_path_factory):
    """A run of 20 steps with snapshots, a change, vital signs and a title."""
    run = Run.create(SMALL, tmp_path_factory.mktemp("here") / "20260101-000000-mnist")
    for step in range(20):
        run.advance()
        if step in (4, 9):
            run.keep_snapshot()
    run.configure({"lr_d": 1e-4})
    run.save()
    run.keep_snapshot()
    (run.folder / "vitals.jsonl").write_text(
        '{"step": 10, "frechet": 3.5, "classes": [5, 0], "elapsed_s": 1.0}\n'
    )
    change_about(run.folder, title="Mine", owner="secret")
    return run.folder


@pytest.fixture(scope="module")
def packed(trained):
    """The zip of that run, as bytes."""
    return b"".join(pack(trained))


def taken(tmp_path, data, **rest):
    """Unpack a file with these bytes."""
    file = tmp_path / "sent.zip"
    file.write_bytes(data)
    return unpack(file, tmp_path / "runs", MOST, **rest)


def changed(data, name=None, content=None, rename=lambda inner: inner, **more):
    """The zip with one file's content changed (None removes it), or with others in it."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(out, "w") as new:
        for member in old.infolist():
            value = old.read(member)
            if name and member.filename.endswith("/" + name):
                if content is None:
                    continue
                value = content(value) if callable(content) else content
            new.writestr(rename(member.filename), value, zipfile.ZIP_DEFLATED)
        for extra, value in more.items():
            new.writestr(extra, value)
    return out.getvalue()


def text(value):
    return json.dumps(value).encode()


def test_an_unpacked_run_resumes_bit_for_bit(tmp_path, trained, packed):
    folder = taken(tmp_path, packed)
    assert folder.parent == tmp_path / "runs" and folder.name == trained.name
    for name in ("history.jsonl", "vitals.jsonl"):
        old, new = ((where / name).read_text().splitlines() for where in (trained, folder))
        assert list(map(json.loads, new)) == list(map(json.loads, old))
    for path in sorted([*trained.glob("snapshots/*"), *trained.glob("milestones/*")]):
        assert (folder / path.relative_to(trained)).read_bytes() == path.read_bytes()
    before, after = (
        load_checkpoint(where / "checkpoint.safetensors") for where in (trained, folder)
    )
    assert after[1] == before[1]
    runs = [Run.resume(folder), Run.resume(folder)]  # the first leaves the folder unchanged
    there = Run.resume(trained)
    for run in (runs[0], there):
        for _ in range(3):
            run.advance()
    mine, theirs = (run.trainer.state_dict()["tensors"] for run in (runs[0], there))
    assert mine.keys() == theirs.keys() and all(bool((mine[k] == theirs[k]).all()) for k in mine)


def test_an_unpacked_run_is_usable_has_its_title_and_no_owner(tmp_path, trained, packed):
    folder = taken(tmp_path, packed)
    assert read_title(folder) == "Mine" and "owner" not in read_about(folder)
    assert b"secret" not in packed
    z = np.zeros((1, 64), np.float32)
    pictures = [Generator.load(where).sample(z, 3) for where in (trained, folder)]
    assert (pictures[0] == pictures[1]).all()
    kept = Generator.load(folder, 10)
    assert (kept.sample(z, 3) == Generator.load(trained, 10).sample(z, 3)).all()


def test_a_name_that_exists_gets_a_number(tmp_path, packed):
    names = [taken(tmp_path, packed).name for _ in range(3)]
    assert names == ["20260101-000000-mnist" + end for end in ("", "-2", "-3")]


def test_a_run_in_training_is_packed_as_at_its_checkpoint(tmp_path):
    run = Run.create(SMALL, tmp_path / "going")
    for _ in range(10):
        run.advance()
    run.save()
    pieces = pack(run.folder)
    for _ in range(10):
        run.advance()
    run.keep_snapshot()
    run.save()
    folder = taken(tmp_path, b"".join(pieces))
    (info,) = list_runs(tmp_path / "runs")
    assert info.step == 10 and info.state == "can be resumed" and info.folder == folder
    assert [row["step"] for row in Run.resume(folder).rows] == [10]
    assert not list(folder.glob("snapshots/*"))


def test_a_run_that_was_rolled_back_on_request_can_be_unpacked(tmp_path):
    run = Run.create(SMALL, tmp_path / "run")
    for _ in range(10):
        run.advance()
    run.rollback(0, {"lr_d": 1e-4})
    folder = taken(tmp_path, b"".join(pack(run.folder)))
    (mark,) = Run.resume(folder).history.marks
    assert mark["mark"] == "rolled back" and mark["asked"] is True


def test_the_size_is_known_and_checkpoints_are_streamed(trained, packed, monkeypatch):
    monkeypatch.setattr("gan.storage.checkpoint_file.load", None)
    archive = pack(trained)
    pieces = list(archive)
    assert len(archive) == len(packed) == sum(map(len, pieces)) and max(map(len, pieces)) <= 2**16
    links = list((trained.parent / TEMPORARY).iterdir())
    assert len(links) == 1
    del archive
    assert not list((trained.parent / TEMPORARY).iterdir())


def test_a_damaged_checkpoint_is_not_packed(tmp_path):
    run = Run.create(SMALL, tmp_path / "run")
    run.advance()
    run.save()
    newest = run.folder / "checkpoint.safetensors"
    data = bytearray(newest.read_bytes())
    data[-1] ^= 1
    newest.write_bytes(data)
    (info,) = list_runs((taken(tmp_path, b"".join(pack(run.folder)))).parent)
    assert info.step == 0  # that of the previous checkpoint
    for path in (run.folder / "checkpoint.previous.safetensors", *run.folder.glob("milestones/*")):
        path.unlink()
    with pytest.raises(CheckpointError, match="damaged"):
        pack(run.folder)


def test_an_invalid_milestone_is_dropped(tmp_path, packed):
    with zipfile.ZipFile(io.BytesIO(packed)) as zipped:
        start = zipped.read("20260101-000000-mnist/milestones/00000000.safetensors")
    data = changed(packed, "milestones/00000020.safetensors", start)  # intact, but of another step
    folder = taken(tmp_path, data)
    assert [path.stem for path in folder.glob("milestones/*")] == ["00000000"]


def with_step(step):
    def change(data):
        length = int.from_bytes(data[:8], "little")
        header = json.loads(data[8 : 8 + length])
        numbers = json.loads(header["__metadata__"]["latent_studio"]) | {"step_count": step}
        header["__metadata__"]["latent_studio"] = json.dumps(numbers)
        return with_header(0, header)(data)

    return change


def with_header(more, header=None):
    """Return a change of a checkpoint: another header, with `more` bytes of JSON."""

    def change(data):
        length = int.from_bytes(data[:8], "little")
        new = header or json.loads(data[8 : 8 + length])
        made = json.dumps(new).encode() + b" " * more
        return len(made).to_bytes(8, "little") + made + data[8 + length :]

    return change


def history(*lines):
    return b"".join(text(line) + b"\n" for line in lines)


ROW = {"step": 10, "loss_g": 1, "loss_d": 1, "d_real": 1, "d_fake": 0, "elapsed_s": 1}
BAD = {
    "no zip": (lambda data: b"GIF89a" + data[:50], "must be a zip file"),
    "empty": (lambda data: b"", "must be a zip file"),
    "cut short": (lambda data: data[: len(data) // 2], "must be a zip file"),
    "damaged": (lambda data: data[:9000] + b"xxxx" + data[9004:], "damaged"),
    "foreign file": (lambda data: changed(data, **{"20260101-000000-mnist/x.pkl": b""}), "x.pkl"),
    "way out": (
        lambda data: changed(data, **{"20260101-000000-mnist/../../x": b""}),
        "does not belong",
    ),
    "root": (lambda data: changed(data, rename=lambda name: "/" + name), "one folder"),
    "two folders": (lambda data: changed(data, **{"b/config.json": b"{}"}), "one folder"),
    "odd name": (
        lambda data: changed(data, rename=lambda n: ".x/" + n.split("/", 1)[1]),
        "one folder",
    ),
    "no settings": (lambda data: changed(data, "config.json"), "config.json is missing"),
    "bad settings": (lambda data: changed(data, "config.json", b'{"width": 1}'), "width is 1"),
    "deep settings": (lambda data: changed(data, "config.json", b"[" * 50_000), "nested too"),
    "long settings": (lambda data: changed(data, "config.json", b" " * 64_001), "64,000 bytes"),
    "large step": (lambda data: changed(data, NEWEST, with_step(10**400)), "too large"),
    "step of nine digits": (lambda data: changed(data, NEWEST, with_step(10**8)), "numbers are"),
    "large header": (lambda data: changed(data, NEWEST, with_header(1_000_000)), "1,000,000 bytes"),
    "many marks": (
        lambda data: changed(data, "history.jsonl", history(*[{"step": 1, "mark": "x"}] * 1001)),
        "more than .* 1,000 marks",
    ),
    "many rows": (lambda data: changed(data, "history.jsonl", b"1\n" * 101_001), "100,000 rows"),
    "large signs": (
        lambda data: changed(data, "vitals.jsonl", history({"step": 1, "gap": 1e308})),
        "row 1, gap: Input should be less than or equal to 35",
    ),
    "from a large step": (
        lambda data: changed(
            data, "history.jsonl", history({"step": 1, "mark": "x", "from_step": 10**300})
        ),
        "from_step",
    ),
    "other settings": (
        lambda data: changed(data, "config.json", text({"width": 8})),
        "another run",
    ),
    "no checkpoint": (lambda data: changed(data, "checkpoint.safetensors"), "no checkpoint"),
    "pickle": (lambda data: changed(data, "checkpoint.safetensors", b"\x80\x04K\x01."), "damaged"),
    "no picture": (lambda data: changed(data, "00000005.png", b"\x89PNG\r\n\x1a\n"), "step 5"),
    "weights": (
        lambda data: changed(data, "snapshots/00000005.safetensors", b"\0" * 64),
        "weights of step 5",
    ),
    "bomb": (lambda data: changed(data, "history.jsonl", b" " * 50_000_000), "too large"),
    "no row": (
        lambda data: changed(data, "history.jsonl", history({"step": 10})),
        "row 1, loss_g: Field required",
    ),
    "disorder": (
        lambda data: changed(data, "history.jsonl", history(ROW, ROW | {"step": 2})),
        "after",
    ),
    "not finite": (
        lambda data: changed(data, "history.jsonl", history(ROW | {"loss_g": float("nan")})),
        "row 1, loss_g: Input should be a finite number",
    ),
    "huge": (
        lambda data: changed(data, "history.jsonl", history(ROW | {"loss_g": 10**400})),
        "row 1, loss_g: Input should be a valid number",
    ),
    "bool": (
        lambda data: changed(data, "history.jsonl", history(ROW, ROW | {"d_fake": True})),
        "row 2, d_fake: Input should be a valid number",
    ),
    "surrogate": (
        lambda data: changed(
            data, "history.jsonl", history({"step": 1, "mark": "x", "note": "\ud800"})
        ),
        "row 1, note: Input should be a valid string",
    ),
    "odd mark": (
        lambda data: changed(data, "history.jsonl", history({"step": 1, "mark": "x", "note": 3})),
        "row 1, note: Input should be a valid string",
    ),
    "odd signs": (
        lambda data: changed(data, "vitals.jsonl", history({"step": 1, "classes": "all"})),
        "row 1, classes: Input should be a valid list",
    ),
    "many files": (
        lambda data: changed(
            data, **{f"20260101-000000-mnist/snapshots/{n:08d}.png": b"" for n in range(100, 500)}
        ),
        "too many files",
    ),
    "long directory": (
        lambda data: changed(data, **{f"{'x' * 60_000}{n}": b"" for n in range(2)}),
        "too many files",
    ),
}


REZIPPED = {
    "zip -r": lambda name: [f"{name}/", f"{name}/snapshots/"],
    "Finder": lambda name: [f"{name}/", f"__MACOSX/._{name}", f"__MACOSX/{name}/._config.json"],
    "seen by Finder": lambda name: [f"{name}/.DS_Store", f"{name}/snapshots/._00000005.png"],
    "Explorer": lambda name: [f"{name}/Thumbs.db", f"{name}/desktop.ini"],
    "the server's folder": lambda name: [f"{name}/{one}" for one in ("pair.json", "owner.json")],
}
TOPS = {
    "renamed": ("Katzen \u732b e\u0301 (2)", "Katzen-e-2"),
    "unpacked twice": ("outer/inner", "inner"),
    "hidden characters": ("\u732b", "run"),
}


@pytest.mark.parametrize("kind", REZIPPED)
def test_a_run_that_was_unpacked_and_packed_again_is_accepted(tmp_path, packed, trained, kind):
    more = {name: b"" for name in REZIPPED[kind](trained.name)}
    folder = taken(tmp_path, changed(packed, **more))
    assert folder.name == trained.name and {path.name for path in folder.iterdir()} == {
        *("about.json", "checkpoint.safetensors", "config.json", "history.jsonl", "milestones"),
        *("model.safetensors", "snapshots", "vitals.jsonl"),
    }


@pytest.mark.parametrize("kind", TOPS)
def test_the_top_folder_may_have_any_name(tmp_path, packed, trained, kind):
    top, name = TOPS[kind]
    data = changed(packed, rename=lambda old: old.replace(trained.name, top))
    assert taken(tmp_path, data).name == name


def test_files_without_a_folder_backslashes_and_a_comment_are_accepted(tmp_path, packed, trained):
    data = changed(packed, rename=lambda name: name.partition("/")[2])
    assert taken(tmp_path, data).name == "run"
    data = changed(packed, rename=lambda name: name.replace("/", "\\"))
    assert taken(tmp_path, data).name == trained.name
    data = data[:-2] + len(b"mine").to_bytes(2, "little") + b"mine"
    assert taken(tmp_path, data).name == trained.name + "-2"


def test_the_directory_cannot_claim_more_than_the_file_has(tmp_path, packed):
    data, name = bytearray(changed(packed)), b"20260101-000000-mnist/history.jsonl"
    at = data.rfind(b"PK\1\2", 0, data.rfind(name))
    data[at + 20 : at + 24] = (200_000).to_bytes(4, "little")  # the compressed size
    with pytest.raises(ArchiveError, match="overlap"):
        taken(tmp_path, bytes(data))


def test_a_run_is_checked_in_a_process_of_its_own(tmp_path, packed, monkeypatch):
    monkeypatch.setattr("gan.runs.unpack.check_apart", check_apart)
    monkeypatch.setattr("gan.runs.validate.Trainer", None)  # not used here
    folder = taken(tmp_path, packed)
    assert Generator.load(folder).classes == 10
    with pytest.raises(ArchiveError, match="1,000,000 bytes"):
        taken(tmp_path, changed(packed, NEWEST, with_header(1_000_000)))


@pytest.mark.parametrize(
    "ends", ["import os; os.abort()", "x = [0] * 10**10", "import time; time.sleep(60)"]
)
def test_a_run_whose_check_never_ends_is_refused(tmp_path, packed, monkeypatch, ends):
    begin = "from gan.system.bounded_process import limit_memory; limit_memory(10**9); "
    monkeypatch.setattr("gan.runs.check_worker.WORKER", ("-c", begin + ends))
    monkeypatch.setattr("gan.runs.check_worker.TIMEOUT_S", 1)
    monkeypatch.setattr("gan.runs.unpack.check_apart", check_apart)
    with pytest.raises(ArchiveError, match="too much memory or time"):
        taken(tmp_path, packed)


@pytest.mark.parametrize("kind", BAD)
def test_anything_but_a_run_is_refused_and_leaves_no_files(tmp_path, packed, kind):
    spoil, message = BAD[kind]
    with pytest.raises(ArchiveError, match=message):
        taken(tmp_path, spoil(packed))
    left = [path for path in (tmp_path / "runs").rglob("*") if path.name != TEMPORARY]
    assert not left


def test_the_size_and_the_settings_can_be_limited(tmp_path, packed):
    def refuse(config):
        raise ConfigError(f"width is {config.width}; that is too much here.")

    with pytest.raises(ArchiveError, match="width is 4"):
        taken(tmp_path, packed, check=refuse)
    with pytest.raises(ArchiveError, match="the limit is 1 MB|too large"):
        unpack(tmp_path / "sent.zip", tmp_path / "runs", 1_000_000)
    assert not list_runs(tmp_path / "runs")


def test_temporary_files_of_a_killed_server_are_removed(tmp_path):
    (tmp_path / TEMPORARY / "half" / "snapshots").mkdir(parents=True)
    assert not list_runs(tmp_path)
    clear_temporary(tmp_path)
    assert not (tmp_path / TEMPORARY).exists()
