"""Who may train and control runs: on a private server, a public one, and with the owner's key."""

import errno
import re
import threading
from concurrent.futures import Future
from dataclasses import replace
from pathlib import Path

import pytest

from demo.endpoint import Refused, endpoint
from demo.server.access import WAITING_MOST, Access
from demo.settings import Settings
from demo.text import catalogue
from gan.config import Config, ConfigError
from gan.monitor.diagnosis import Diagnosis, Remedy
from gan.storage.metadata import read_about
from tests.fake_runner import FakeRunner
from tests.waiting import until

ROOT = Path(__file__).parents[3]
ANNA, BEN = "a" * 32, "b" * 32
KEY = "open sesame".replace(" ", "-")
HOST = f"{'c' * 32} {KEY}"


def made(tmp_path, **settings):
    runner = FakeRunner()
    access = Access(runner, Settings(runs=tmp_path, **settings))
    runner.on_end = access.run_ended
    return access, runner


def refusal(do):
    with pytest.raises(Refused) as caught:
        do()
    return caught.value.key


def test_only_the_visitor_who_started_a_run_controls_it(tmp_path):
    access, runner = made(tmp_path)
    name = access.start(ANNA, Config())
    assert name == runner.status.run and access.controls(ANNA)
    assert not any(access.controls(who) for who in (BEN, "", None, 3, ANNA[:-1], ANNA + "a", HOST))
    for job in ("pause", "resume", "configure", "rollback", "stop"):
        assert refusal(lambda job=job: access.act(BEN, job)) == "not_yours"
    assert access.act(ANNA, "configure", lr_g=1e-3) == 2  # what the runner's job returned
    assert runner.jobs[-1] == ("configure", {"lr_g": 1e-3})
    access.act(ANNA, "stop")
    assert refusal(lambda: access.act(ANNA, "pause")) == "no_run"
    for job in ("close", "start", "generator", "__init__", "", None):
        with pytest.raises(LookupError):
            access.act(ANNA, job)


@pytest.mark.parametrize(
    ("training", "may", "reason"),
    [
        ("open", (True, True, True), ""),
        ("owner", (False, False, True), "training_owner"),
        ("off", (False, False, False), "training_off"),
    ],
)
def test_the_server_owner_decides_who_may_train(tmp_path, training, may, reason):
    access, runner = made(tmp_path, training=training, owner_key=KEY)
    wrong_key = f"{BEN} {KEY}x"
    assert (access.may_train(ANNA), access.may_train(wrong_key), access.may_train(HOST)) == may
    assert not access.may_train("") and not access.may_train(f" {KEY}")
    for who in (ANNA, wrong_key, HOST):
        if not access.may_train(who):
            assert refusal(lambda who=who: access.start(who, Config())) == reason
            assert access.status(who)["may"] == training
    assert runner.jobs == [] or training == "open"


def test_the_server_owner_controls_and_owns_every_run(tmp_path):
    access, _ = made(tmp_path, owner_key=KEY, public=True)
    name = access.start(ANNA, Config())
    assert access.controls(HOST) and access.owns(HOST, tmp_path / name)
    assert access.status(HOST)["host"] and not access.status(ANNA)["host"]
    access.act(HOST, "stop")


@pytest.mark.parametrize("public", [False, True])
def test_at_a_private_server_itself_any_run_can_be_stopped(tmp_path, monkeypatch, public):
    access, runner = made(tmp_path, public=public)
    name = access.start(ANNA, Config())
    assert not access.status(BEN)["stops"] and access.status(ANNA)["stops"]
    assert refusal(lambda: access.act(BEN, "stop")) == "not_yours"
    monkeypatch.setattr("demo.address.is_local", lambda: True)
    assert refusal(lambda: access.act(BEN, "pause")) == "not_yours"
    if public:
        assert refusal(lambda: access.act(BEN, "stop")) == "not_yours"
        return
    assert access.status(BEN)["stops"] and not access.status(BEN)["mine"]
    access.request(BEN, "stop")
    assert runner.jobs[-1] == ("stop",)
    assert access.status(ANNA)["ended"] == {"why": "host", "run": name}


def test_on_a_public_server_a_run_belongs_to_the_visitor_who_started_it(tmp_path):
    access, runner = made(tmp_path, public=True)
    name = access.start(ANNA, Config(), beside=replace(Config(), seed=1))
    folder = tmp_path / name
    assert access.owns(ANNA, folder) and access.owns(ANNA, tmp_path / f"{name}-b")
    assert not any(access.owns(who, folder) for who in (BEN, "", None))
    assert not access.owns(ANNA, tmp_path / f"{name}x")
    kept = read_about(folder)
    assert ANNA not in str(kept)  # who reads the files cannot steer by what stands there
    runner.end()
    assert refusal(lambda: access.resume(BEN, name)) == "not_yours"
    again, after = made(tmp_path, public=True)  # the server was restarted
    assert not again.controls(ANNA)
    assert again.resume(ANNA, name) == name and again.controls(ANNA)
    assert after.jobs[-1][:2] == ("resume_run", name)
    own_machine, _ = made(tmp_path)
    assert own_machine.owns(BEN, folder)


def test_unknown_runs_cannot_be_resumed(tmp_path):
    access, _ = made(tmp_path)
    for name in ("nowhere", "../early", "", None, 7):
        with pytest.raises(LookupError, match="not on this server"):
            access.resume(ANNA, name)


def test_the_steps_of_a_run_are_limited(tmp_path):
    access, runner = made(tmp_path, max_steps=500)
    for config, beside in ((Config(), None), (Config(steps=500), Config())):
        assert refusal(lambda c=config, b=beside: access.start(ANNA, c, beside=b)) == "too_long"
    access.start(ANNA, Config(steps=500), paused=True)
    assert runner.jobs == [("start", Config(steps=500), True, None)]


def test_only_remedies_of_the_current_finding_can_be_applied(tmp_path):
    access, runner = made(tmp_path)
    access.start(ANNA, Config())
    runner.show(
        diagnosis=_ill(
            Remedy("add_r1", {"r1_gamma": 1.0}), Remedy("rollback", {"lr_d": 1e-4}, rollback=True)
        )
    )
    assert refusal(lambda: access.treat(BEN, "add_r1")) == "not_yours"
    access.treat(ANNA, "add_r1")
    assert runner.jobs[-1] == ("configure", {"r1_gamma": 1.0})
    access.treat(ANNA, "rollback")
    assert runner.jobs[-1] == ("rollback", {"lr_d": 1e-4})
    for name in ("lower_lr_d", "stop", "", None, ["add_r1"]):
        assert refusal(lambda name=name: access.treat(ANNA, name)) == "diagnosis_changed"
    runner.show(diagnosis=None)
    assert refusal(lambda: access.treat(ANNA, "add_r1")) == "diagnosis_changed"


def test_pause_and_stop_answer_before_the_step_ends(tmp_path, monkeypatch):
    access, runner = made(tmp_path)
    access.start(ANNA, Config())
    monkeypatch.setattr("demo.server.access.PROMPT_S", 0.01)
    monkeypatch.setattr(runner, "_do", lambda *_: Future())
    monkeypatch.setattr(runner, "end", lambda: None)
    for job in ("pause", "stop", "discard"):
        assert access.request(ANNA, job) is None
    failed = Future()
    failed.set_exception(OSError("No space left"))
    monkeypatch.setattr(runner, "_do", lambda *_: failed)
    with pytest.raises(OSError, match="No space"):
        access.request(ANNA, "pause")
    assert refusal(lambda: access.request(BEN, "stop")) == "not_yours"


def test_few_requests_wait_for_the_training_thread(tmp_path, monkeypatch):
    access, runner = made(tmp_path)
    access.start(ANNA, Config())
    slow = Future()
    monkeypatch.setattr(runner, "_do", lambda *_: slow)
    waiting = [
        threading.Thread(target=access.act, args=(ANNA, "configure")) for _ in range(WAITING_MOST)
    ]
    for thread in waiting:
        thread.start()
    until(lambda: access._waiting._value == 0)
    assert refusal(lambda: access.act(ANNA, "rollback")) == "slow"
    slow.set_result(1)
    for thread in waiting:
        thread.join()
    assert access.act(ANNA, "rollback") == 1


def test_every_refusal_has_a_text():
    keys = {f"training_{one}" for one in ("owner", "off")}
    for path in (ROOT / "demo").rglob("*.py"):
        keys |= set(re.findall(r'Refused\(\s*"(\w+)"', path.read_text(encoding="utf-8")))
    assert {"not_yours", "queue_full"} <= keys
    missing = [key for key in keys if f"panel.refused_{key}" not in catalogue("en")]
    assert not missing, missing


def test_errors_are_answered_as_messages_and_bugs_propagate():
    assert endpoint(lambda payload: {"step": 3})({}) == {"step": 3}
    assert failed(Refused("queue_full", most=3)) == {"refused": "queue_full", "values": {"most": 3}}
    assert failed(TimeoutError())["refused"] == "slow"
    for error in (ConfigError("lr_g is 7."), LookupError("lr_g is 7."), KeyError("lr_g is 7.")):
        assert failed(error) == {"error": "lr_g is 7."}
    with pytest.raises(TypeError):
        failed(TypeError("ours"))


def test_error_messages_do_not_reveal_folders():
    denied = OSError(13, "Permission denied", "/home/me/runs/a b/model.safetensors")
    for error in (denied, LookupError("There is no checkpoint in /home/me/runs/first: 3/4 of it.")):
        message = failed(error)["error"]
        assert "/home" not in message and "me/" not in message, message
    assert message == "There is no checkpoint in first: 3/4 of it."


def test_a_full_disk_is_a_refusal_in_the_language_of_the_page():
    for number in (errno.ENOSPC, errno.EDQUOT):
        assert failed(OSError(number, "No space left")) == {"refused": "disk", "values": {}}


def failed(error):
    """The answer of a server function that raises this."""

    @endpoint
    def fail(payload):
        raise error

    return fail({})


def _ill(*remedies):
    return Diagnosis("collapsing", 100, {}, (), remedies)
