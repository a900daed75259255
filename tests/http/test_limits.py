"""How large and how many: limits.* of the configuration, and what single crates were granted (contract/publish.md 2)."""
import os
import random

import pytest

from lib.census import census, settled
from lib.registry import Crate, frame
from lib.steps import crate_id, refused

UPLOAD, BODY, DAILY = 20_000, 10_000, 3


@pytest.fixture
def user(tight, new_name):
    """Their buckets are large."""
    one = tight.user(new_name("user"))
    tight.sql("INSERT INTO publish_rate_overrides (user_id, action, burst, expires_us) SELECT id, seq, 1000, NULL FROM users"
              f" JOIN seq_0_to_2 WHERE username = '{one.login}'")
    return one


@pytest.fixture
def crate(user, new_name):
    name = new_name("sized")
    assert user.token.publish(Crate(name)).status_code == 200
    return name


def of_size(name, number, size):
    """A crate whose archive has exactly that many bytes: gzip cannot shrink what is random."""
    n = size - 1_000
    for _ in range(500):
        crate = Crate(name, number, files={"noise": os.urandom(n), "pattern": "x" * random.randrange(5000)})
        missing = size - len(crate.archive)
        if not missing:
            return crate
        n += missing if abs(missing) > 3 else 1 if missing > 0 else -1
    raise AssertionError(size)


def test_upload_limit(tight, user, new_name):
    name = new_name("exact")
    settled(tight)
    before = census(tight)
    refused(user.token.publish(of_size(name, "1.0.0", UPLOAD + 1)), 413, f"max upload size is: {UPLOAD}")
    # the announced length is judged, not what came
    body = frame(Crate(name).metadata, b"", crate_size=UPLOAD + 1)
    refused(user.token.publish(body), 413, f"max upload size is: {UPLOAD}")
    refused(user.token.publish(frame(Crate(name).metadata, b"", crate_size=2**32 - 1)), 413, f"max upload size is: {UPLOAD}")
    assert census(tight) == before
    assert user.token.publish(of_size(name, "1.0.0", UPLOAD)).status_code == 200


@pytest.mark.parametrize("granted", [UPLOAD + 10_000, 500])
def test_of_one_crate(tight, user, crate, granted):
    """More, or less, than others may."""
    tight.sql(f"UPDATE crates SET max_upload_size = {granted} WHERE id = {crate_id(tight, crate)}")
    refused(user.token.publish(frame(Crate(crate, "1.0.1").metadata, b"", crate_size=granted + 1)), 413,
            f"max upload size is: {granted}")
    spelled = crate.upper().replace("-", "_")  # any spelling of the name
    refused(user.token.publish(frame(Crate(spelled, "1.0.1").metadata, b"", crate_size=granted + 1)), 413,
            f"max upload size is: {granted}")
    fits = of_size(crate, "1.0.1", granted) if granted > UPLOAD else None
    if fits:
        assert user.token.publish(fits).status_code == 200
        assert len(tight.public(crate, "1.0.1").read_bytes()) == granted


def test_new_versions_daily(tight, user, crate):
    words = "You have published too many versions of this crate in the last 24 hours"
    for number in range(1, DAILY):
        assert user.token.publish(Crate(crate, f"1.0.{number}")).status_code == 200
    settled(tight)
    before = census(tight)
    answer = user.token.publish(Crate(crate, "1.0.9"))
    refused(answer, 429, words)
    assert "Retry-After" not in answer.headers and census(tight) == before
    refused(user.token.publish(Crate(crate, "1.0.0")), 429, words)  # before the look whether it is there
    day = 24 * 3600 * 10**6
    tight.sql(f"UPDATE versions SET created_us = created_us - {day} WHERE crate_id = {crate_id(tight, crate)} LIMIT 1")
    assert user.token.publish(Crate(crate, "1.0.9")).status_code == 200


def test_another_crate_has_a_day_of_its_own(user, crate, new_name):
    for number in range(1, DAILY):
        assert user.token.publish(Crate(crate, f"1.0.{number}")).status_code == 200
    assert user.token.publish(Crate(new_name("other"))).status_code == 200


def test_bodies(tight, user, crate):
    words = "Failed to buffer the request body: length limit exceeded"
    path = f"/api/v1/crates/{crate}/owners"
    fits = b'{"owners":[]' + b" " * (BODY - 13) + b"}"
    assert len(fits) == BODY and user.token.put(path, fits, headers={"Content-Type": "application/json"}).status_code == 200
    for client in (user.token, tight.anonymous):  # the body before the credentials
        refused(client.put(path, fits + b" ", headers={"Content-Type": "application/json"}), 413, words)
        refused(client.patch(f"/api/v1/crates/{crate}/1.0.0", fits + b" ", headers={"Content-Type": "application/json"}), 413,
                words)


def test_bodies_in_pieces(tight, user, crate):
    """Without a length of its own: the web server counts."""
    def pieces():
        for _ in range(20):
            yield b" " * 1000
    answer = user.token.put(f"/api/v1/crates/{crate}/owners", pieces(), headers={"Content-Type": "application/json"})
    refused(answer, 413, "Failed to buffer the request body: length limit exceeded")


def test_what_follows_the_archive_counts_for_nothing(user, new_name):
    body = Crate(new_name("rest")).body + b"x" * 200_000
    assert user.token.publish(body).status_code == 200
