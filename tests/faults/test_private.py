"""A private registry whose database goes away: whoever was known goes on to read for auth.stale_s, nobody else, and nothing is
published; when it is back, what was revoked meanwhile ends."""
import signal
import time
from concurrent.futures import ThreadPoolExecutor

import pytest

from lib.cargo import Cargo, package
from lib.faults import Faulty, refused, wait
from lib.registry import Client, Crate, index_path
from test_database_away import present  # noqa: F401 (the database is back after each test)

NAME = "tide-tables"
INDEX, ARCHIVE = f"/index/{index_path(NAME)}", f"/static/crates/{NAME}/{NAME}-1.0.0.crate"


@pytest.fixture(scope="module")
def settings():
    return {"settings": ["registry.auth_required=true", "auth.cache_s=1"], "workers": 2}


@pytest.fixture(scope="module")
def crate(alice):
    crate = Crate(NAME)
    assert alice.token.publish(crate).status_code == 200
    return crate


def all_know(registry, client, path=INDEX):
    """Each worker has been asked by it: requests fall to either, so there are many at once."""
    before = registry.children()
    with ThreadPoolExecutor(8) as pool:
        for _ in range(12):
            assert all(answer.status_code == 200 for answer in pool.map(lambda _: client.get(path), range(24)))
    assert registry.children() == before


def away(registry, number=signal.SIGKILL):
    registry.kill_database(number)
    time.sleep(1.1)  # auth.cache_s is over: what follows is what stale_s lets through, whenever it comes


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGKILL])
def test_builds_go_on(faulty, alice, crate, tmp_path, number):
    stranger = Client(faulty.url, Authorization="cht_" + "z" * 32)
    never_seen = Client(faulty.url, Authorization=faulty.token("alice", "not shown before"))
    for client in (alice.token, alice.browser):
        all_know(faulty, client)
    workers = faulty.children()
    away(faulty, number)
    for _ in range(8):
        for client in (alice.token, alice.browser):
            assert client.get(INDEX).status_code == 200
            assert client.get(ARCHIVE).content == crate.archive
        for client in (stranger, never_seen):
            refused(client.get(INDEX))  # 503: nobody can say that it is none
            refused(client.get(ARCHIVE))
        assert faulty.anonymous.get(INDEX).status_code == 401
        assert faulty.anonymous.get(ARCHIVE, headers={"If-None-Match": "*"}).status_code == 401
        refused(alice.token.publish(Crate(NAME, "1.1.0")))
        refused(alice.token.get(f"/api/v1/crates/{NAME}"))
    folder = package(tmp_path / "app", "app", main="fn main() {}\n", deps=f'{NAME} = {{ version = "1", registry = "house" }}\n')
    Cargo(tmp_path / "home", faulty, alice.secret).run("build", cwd=folder)
    assert faulty.children() == workers
    faulty.start_database()
    assert never_seen.get(INDEX).status_code == 200
    wait(lambda: stranger.get(INDEX).status_code == 401, "the database is asked again")


def test_what_is_revoked_ends_when_it_is_back(faulty, alice, crate):
    secret = faulty.token("alice", "goes")
    reader = Client(faulty.url, Authorization=secret)
    all_know(faulty, reader)
    away(faulty)
    assert all(reader.get(INDEX).status_code == 200 for _ in range(6))
    faulty.start_database()
    faulty.ctl("token", "revoke", secret)
    # Workers pause for 5 s before they ask a database anew that was away.
    wait(lambda: all(reader.get(INDEX).status_code == 401 for _ in range(8)), "revoked", 60)
    assert alice.token.get(INDEX).status_code == 200


@pytest.mark.parametrize("stale", [0, 3])
def test_not_for_ever(stale):
    registry = Faulty(settings=["registry.auth_required=true", "auth.cache_s=1", f"auth.stale_s={stale}"], workers=1)
    try:
        alice = registry.start().user("alice")
        assert alice.token.publish(Crate(NAME)).status_code == 200
        assert alice.token.get(INDEX).status_code == 200
        registry.kill_database()
        wait(lambda: alice.token.get(INDEX).status_code == 503, "it is believed for ever", 60)
        refused(alice.token.get(INDEX))
        registry.start_database()
        wait(lambda: alice.token.get(INDEX).status_code == 200, "it comes back", 60)
    finally:
        registry.remove()
