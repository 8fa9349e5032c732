"""Faces nod, blink and talk as their state says, at any time, from a seed."""

import pytest
import torch

from gan.data import moving_faces
from gan.data.image_set import load
from gan.data.moving_faces import EYES, MOUTH, State, draw, random_rhythms, read_parts
from gan.datasets import DATASETS
from gan.paths import ASSETS

COUNT = 200


def rng(seed=0):
    return torch.Generator().manual_seed(seed)


@pytest.fixture(scope="module")
def moving():
    return load("moving-faces", train=False)


@pytest.fixture(scope="module")
def state():
    return random_rhythms(COUNT, rng()).at(torch.arange(0, 200.0).expand(COUNT, -1))


@pytest.fixture
def parts(moving):
    """The faces, closed eyes and open mouths of a few clips."""
    source = moving.source.subset(torch.arange(20))
    return source.faces, source.closed, source.opened


def still(nod=0.0, eyes=1.0, mouth=0.0, count=20):
    return State(*(torch.full((count,), value) for value in (nod, eyes, mouth)))


def test_heads_nod_smoothly_by_up_to_two_px_as_a_sine(state):
    assert 1.9 < state.nod.abs().max() <= 2
    # the second difference of a sine is a negative multiple of it
    middle, bend = state.nod[:, 1:-1], state.nod.diff(dim=1).diff(dim=1)
    factor = (middle * bend).sum(1) / middle.square().sum(1)
    assert (factor < 0).all()
    assert (bend - factor[:, None] * middle).abs().max() < 1e-3


def test_blinks_are_short_and_come_back_after_the_period(state):
    closed = state.eyes < 0.5
    assert 0.05 < closed.float().mean() < 0.2
    assert (state.eyes == 1).float().mean() > 0.8
    period = moving_faces.BLINK
    starts = (closed[:, 1:] & ~closed[:, :-1]).sum(1)
    assert starts.min() >= 200 // period[1] - 1 and starts.max() <= 200 // period[0] + 1


def test_mouths_open_and_close_and_pause(state):
    assert state.mouth.min() == 0 and state.mouth.max() > 0.99
    silent = state.mouth.unfold(1, 10, 1).amax(2) == 0
    assert silent.any(1).float().mean() > 0.9
    assert (state.mouth > 0.5).any(1).all()


def test_the_state_is_that_of_any_real_time():
    rhythms = random_rhythms(COUNT, rng())
    times = torch.arange(0, 50, 0.05).expand(COUNT, -1)
    for values, fastest in zip(rhythms.at(times), (1.1, 0.7, 1.1), strict=True):
        assert values.diff(dim=1).abs().max() < 0.05 * fastest


def test_a_face_at_rest_is_the_still_one_and_other_states_change_only_their_part(parts):
    faces, closed, opened = parts
    assert torch.equal(draw(*parts, still()), faces)
    for state, where, drawn in ((still(eyes=0), EYES, closed), (still(mouth=1), MOUTH, opened)):
        frames = draw(*parts, state)
        assert torch.equal(frames[:, :, *where], drawn)
        frames[:, :, *where] = faces[:, :, *where]
        assert torch.equal(frames, faces)
    assert (closed != faces[:, :, *EYES]).flatten(1).any(1).all()
    assert (opened != faces[:, :, *MOUTH]).flatten(1).any(1).all()


def test_lids_fall_from_above(parts):
    faces, closed, _ = parts
    half = draw(*parts, still(eyes=0.5))[:, :, *EYES]
    assert torch.equal(half[:, :, :3], closed[:, :, :3])
    assert torch.equal(half[:, :, 3:], faces[:, :, *EYES][:, :, 3:])


@pytest.mark.parametrize("px", [-2, 1, 2])
def test_the_head_nods_and_the_shoulders_stay(parts, px):
    faces = parts[0]
    frames = draw(*parts, still(nod=px))
    assert torch.equal(frames[:, :, 3:20], faces[:, :, 3 - px : 20 - px])
    assert torch.equal(frames[:, :, 28:], faces[:, :, 28:])


def test_a_nod_between_px_mixes_two_rows(parts):
    faces = parts[0].float()
    frames = draw(*parts, still(nod=0.25)).float()
    mixed = 0.75 * faces[:, :, 3:20] + 0.25 * faces[:, :, 2:19]
    torch.testing.assert_close(frames[:, :, 3:20], mixed, rtol=0, atol=0.51)


def test_clips_show_the_state_of_their_rhythms(moving, parts):
    times = torch.tensor([0, 0.5, 7.25]).expand(20, -1)
    clips, labels = moving.clips(torch.arange(20), times, rng(3))
    assert clips.shape == (20, 3, 3, 32, 32) and clips.min() >= -1 and clips.max() <= 1
    assert torch.equal(labels, moving.labels[:20])
    state = random_rhythms(20, rng(3)).at(times)
    frames = draw(*parts, State(*(values[:, 2] for values in state)))
    torch.testing.assert_close(clips[:, 2], frames / 127.5 - 1)


def test_clips_come_from_the_seed_alone_and_another_draw_moves_otherwise(moving):
    index, times = torch.arange(8), torch.arange(0, 5.0).expand(8, -1)
    first, same, other = (moving.clips(index, times, rng(seed))[0] for seed in (1, 1, 2))
    assert torch.equal(first, same) and not torch.equal(first, other)


def test_a_subset_has_the_clips_of_its_images(moving):
    few = moving.subset(40, 0)
    assert few.labels.bincount().tolist() == [5] * 8
    frames = few.clips(torch.arange(40), torch.zeros(40, 1), rng())[0][:, 0]
    known = few.images / 127.5 - 1
    distances = (frames[:, None] - known[None]).abs().mean((2, 3, 4))
    assert (distances.argmin(1) == torch.arange(40)).float().mean() > 0.9


def test_classes_and_numbers_are_those_of_the_faces_and_held_out_faces_are_others(moving):
    faces, train = load("faces", train=False), load("moving-faces")
    assert torch.equal(moving.labels, faces.labels) and len(train.labels) == 12_000
    assert moving.images.shape == (2000, 3, 32, 32)
    known = {face.numpy().tobytes() for face in train.source.faces}
    assert not known & {face.numpy().tobytes() for face in moving.source.faces}


def test_the_parts_are_in_the_order_of_the_faces():
    """A closed eye shows the skin above the lashes, as the forehead between the eyes does."""
    faces = load("faces", train=False)
    closed, _ = read_parts(ASSETS / "data/moving-faces", train=False)
    between = faces.images[:, :, 14, 15].int()
    same = (closed[:, :, 4, 7].int() - between).abs().sum(1) == 0
    assert same.float().mean() > 0.99


def test_clips_are_had_in_other_sizes():
    assert DATASETS["moving-faces"].image_size == 32
    large = load("moving-faces", train=False, size=64)
    clips, _ = large.clips(torch.arange(2), torch.zeros(2, 3), rng())
    assert large.images.shape[1:] == (3, 64, 64) and clips.shape == (2, 3, 3, 64, 64)
