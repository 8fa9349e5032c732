"""Settings of a server from environment variables."""

import pytest

from demo.settings import Settings

PREFIX = "LATENT_STUDIO_"


def read(**env):
    return Settings.from_env({PREFIX + name: value for name, value in env.items()})


def test_the_default_is_an_open_private_server():
    assert Settings.from_env({}) == Settings()
    assert Settings().training == "open" and not Settings().public and Settings().max_queue == 40


def test_a_space_is_public_by_default():
    assert Settings.from_env({"SPACE_ID": "me/studio"}).public
    assert not Settings.from_env({"SPACE_ID": "me/studio", PREFIX + "PUBLIC": "0"}).public
    assert read(PUBLIC="1").public


def test_settings_are_read():
    found = read(TRAINING="owner", OWNER_KEY="long-enough", MAX_RUN_S="600", MAX_QUEUE="0")
    assert (found.training, found.owner_key, found.max_run_s, found.max_queue) == (
        "owner",
        "long-enough",
        600,
        0,
    )


@pytest.mark.parametrize(
    ("env", "sentence"),
    [
        ({"TRAINING": "maybe"}, "TRAINING is 'maybe'; choose one of: open, owner, off"),
        ({"TRAINING": "owner"}, "OWNER_KEY must be set"),
        ({"OWNER_KEY": "short"}, "at least 8 characters"),
        ({"OWNER_KEY": "with a space"}, "no spaces"),
        ({"MAX_RUN_S": "0"}, "MAX_RUN_S is '0'; it must be a whole number of at least 1"),
        ({"MAX_QUEUE": "-1"}, "MAX_QUEUE is '-1'; it must be a whole number of at least 0"),
        ({"MAX_STEPS": "many"}, "MAX_STEPS is 'many'"),
        ({"MAX_FRAMES": "9" * 5000}, "MAX_FRAMES is '9{40}'"),
        ({"PUBLIC": "yes"}, "PUBLIC is 'yes'; choose one of: 0, 1"),
    ],
)
def test_invalid_settings_exit_with_a_message(env, sentence):
    with pytest.raises(SystemExit, match=sentence):
        read(**env)


def test_images_expire_after_a_day_on_public_servers_only():
    assert read().images_kept_h is None and read(PUBLIC="1").images_kept_h == 24
    assert read(PUBLIC="1", IMAGES_KEPT_H="2").images_kept_h == 2
    assert read(MAX_IMAGES="50", MAX_COLLECTIONS="1").max_images == 50
    with pytest.raises(SystemExit, match="MAX_IMAGES is 'all'"):
        read(MAX_IMAGES="all")
