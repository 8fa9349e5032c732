"""The sentences of diagnoses and marks, with formatted values."""

import pytest

from demo import text
from demo.train.payload import diagnosis_payload
from gan.monitor.diagnosis import ILLNESSES, STATES, Diagnosis, Trial
from gan.training.live_settings import STEERABLE
from tests.node import run_node

SCRIPT = """
const { changesInWords, figure, isIll, markWords, sentence, trialsInWords } = await import(
  "./train/doctor/words.js");
const { fill } = await import("./core/dom.js");
const say = (key, values) => fill(given.words[key] ?? key, values ?? {});
give({
  sentences: given.findings.map((diagnosis) => sentence(diagnosis, given.words)),
  without: sentence({state: "collapsing", values: {gap: 0.1}}, given.words),
  ill: given.findings.map((diagnosis) => isIll(diagnosis)),
  trials: trialsInWords(given.tried, say),
  figures: given.figures.map(([name, value]) => figure(name, value, say)),
  marks: given.marks.map((mark) => markWords(mark, say).text),
  changes: changesInWords(given.changes, say),
});
"""
FIGURES = [
    *[("top_share", 0.934), ("gap", -0.124), ("separation", 0.9987), ("top_share", 1.0)],
    *[("diversity", 0.1234), ("frechet", 12.345), ("frechet", 4321.9), ("step", 12345)],
    ("share", 0.0),
]
TOLD = ["93 %", "\u221212 %", "99.9 %", "100 %", "0.12", "12.3", "4,322", "12,345", "0 %"]
KINDS = ("changed", "rolled back", "diverged", "repeated", "fell back", "history damaged")


@pytest.fixture(scope="module")
def said(tmp_path_factory):
    words = dict(text.catalogue("en"))
    words["doctor.state.collapsing"] = "{top_share} % of step {step} is a {top_class}."
    words["doctor.more.collapsing"] = "Most of it."
    del words["doctor.also.collapsing"]
    values = {"top_share": 0.934, "step": 1200, "top_class": 1}
    findings = [diagnosis_payload(Diagnosis(state, 0, values)) for state in STATES]
    changed = ("changed", "rolled back", "diverged")
    marks = [
        [1200, kind, {"lr_d": 1e-4} if kind in changed else {}, 1500, "a note"] for kind in KINDS
    ]
    marks += [[1200, "of a later version", {}, None, *note] for note in ([], ["a note"])]
    changes = dict.fromkeys(STEERABLE, 0.000123456)
    given = {"words": words, "findings": findings, "figures": FIGURES, "marks": marks}
    tried = (Trial("lower_lr_g", 1200, False), Trial("add_r1", 1300, True), Trial("augment", 1))
    ill = diagnosis_payload(Diagnosis("collapsing", trials=tried))
    given |= {"changes": changes, "tried": ill | {"restart": True}}
    return run_node(tmp_path_factory.mktemp("js"), SCRIPT, given)


def test_figures_have_their_unit_and_no_needless_digits(said):
    assert said["figures"] == TOLD


def test_a_sentence_has_its_values_filled_in(said):
    found = dict(zip(STATES, said["sentences"], strict=True))
    assert found["collapsing"] == "93 % of step 1,200 is a 1. Most of it."
    # where no classes are known nothing is said of them
    assert said["without"] == "Most of it."


def test_each_remedy_is_said_to_have_helped_or_not(said):
    for part in (
        "“Lower G's learning rate” at step 1,200 did not help.",
        "“Increase R1” at step 1,300 helped.",
        "“Augment the images”, applied at step 1:",
        "No remedies are left",
    ):
        assert part in said["trials"]
    assert "{" not in said["trials"]


def test_both_languages_agree_on_illnesses(said):
    assert tuple(state for state, ill in zip(STATES, said["ill"], strict=True) if ill) == ILLNESSES


def test_every_kind_of_mark_has_words(said):
    assert not any("watch." in entry or "{" in entry for entry in said["marks"])
    assert not any("note" in entry for entry in said["marks"][: len(KINDS)])
    for entry in said["marks"][1:3]:
        assert "1,200" in entry and "1,500" in entry and "0.0001" in entry


def test_a_mark_without_text_shows_its_note(said):
    unknown, noted = said["marks"][len(KINDS) :]
    assert noted == "a note" and "1,200" in unknown and "of a later version" in unknown


def test_every_setting_that_can_change_has_a_name(said):
    assert "train." not in said["changes"] and "0.000123" in said["changes"]
