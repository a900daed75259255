"""downloads.count = "request": where nobody can read the web server's log, cargo asks a worker for each file."""
import os
import threading

import pytest

from lib.downloads import Log, counted, counting, minute_passes, publisher  # noqa: F401  (a fixture)
from lib.registry import Crate

CARGO = {"User-Agent": "cargo/1.96.0", "Accept": "*/*"}


@pytest.fixture(scope="module", params=["x-accel", "none"])
def site(request):
    with counting(f"server.sendfile={request.param}", how="request") as instance:
        instance.sendfile = request.param
        yield instance


@pytest.fixture
def crate(publisher, new_name):
    crate = Crate(new_name("asked"), "1.0.0+b.1")
    assert publisher.publish(crate).status_code == 200
    return crate


@pytest.fixture
def log(site):
    folder = site.data / "downloads"
    return Log(site, folder / f"{os.uname().nodename}.log")


def path(crate, version="1.0.0%2Bb.1"):
    return f"/api/v1/crates/{crate.name}/{version}/download"


def test_config_json(site):
    assert site.anonymous.get("/index/config.json").json()["dl"] == f"{site.url}/api/v1/crates/{{crate}}/{{version}}/download"


def test_a_download(site, log, crate):
    answer = site.anonymous.get(path(crate), headers=CARGO)
    if site.sendfile == "none":
        assert answer.status_code == 302 and answer.headers["Location"].endswith(f"/static/crates/{crate.name}/{crate.name}-1.0.0%2Bb.1.crate")
    else:
        assert (answer.status_code, answer.content, answer.headers["Content-Type"]) == (200, crate.archive, "application/gzip")
        assert "immutable" in answer.headers["Cache-Control"] and answer.headers["Vary"].lower() == "accept"
        assert answer.headers["Content-Security-Policy"] == "sandbox; default-src 'none'"
    assert site.queries(answer) == 0
    log.count()
    assert counted(site, crate.name) == {("1.0.0+b.1", 0): 1}


def test_what_counts(site, log, crate):
    ask = site.anonymous.get
    ask(path(crate), headers={"User-Agent": "", "Accept": None})
    ask(path(crate), headers={**CARGO, "User-Agent": "curl/7.88.1"})
    ask(path(crate), headers={**CARGO, "Range": "bytes=0-3"})
    ask(path(crate), headers={**CARGO, "If-None-Match": '"x"'})
    site.anonymous.request("HEAD", path(crate), headers=CARGO)
    assert ask(path(crate), headers={**CARGO, "Accept": "application/json"}).json()["url"].endswith(".crate")
    ask(f"/api/v1/crates/{crate.name.upper()}/1.0.0%2Bb.1/download", headers=CARGO)
    ask(f"/api/v1/crates/{crate.name}/9.9.9/download", headers=CARGO)
    lines = log.path.read_text().count("\n")
    log.count()
    assert counted(site, crate.name) == {("1.0.0+b.1", 0): 1}
    assert log.path.read_text().count("\n") == lines and "127.0.0.1" not in log.path.read_text()


def test_many_at_once(site, log, crate):
    """Workers append to one file."""
    def ask():
        for _ in range(20):
            site.anonymous.get(path(crate), headers=CARGO)
    threads = [threading.Thread(target=ask) for _ in range(5)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    log.count()
    assert counted(site, crate.name) == {("1.0.0+b.1", 0): 100}


def test_it_rotates_by_itself(site, log, crate):
    site.anonymous.get(path(crate), headers=CARGO)
    log.count()
    line = log.path.read_text().splitlines()[-1]
    with open(log.path, "a") as file:
        file.write((line + "\n") * 60000)
    log.count()
    assert not log.path.exists() and log.path.with_name(log.path.name + ".1").stat().st_size > 4 << 20
    site.anonymous.get(path(crate), headers=CARGO)
    log.count()
    assert counted(site, crate.name) == {("1.0.0+b.1", 0): 60002}
    minute_passes(site)
    log.count()
    assert counted(site, crate.name) == {("1.0.0+b.1", 0): 60002}


def test_of_another_machine(site, log, crate):
    """Whoever has the folder reads what a machine left that is no more."""
    site.anonymous.get(path(crate), headers=CARGO)
    log.count()
    gone = log.path.with_name("gone.log")
    gone.write_text(log.path.read_text().splitlines()[-1] + "\n")
    gone.chmod(0o644)
    log.count()
    assert counted(site, crate.name) == {("1.0.0+b.1", 0): 2}


def age(file, days=8):
    os.utime(file, (file.stat().st_atime, file.stat().st_mtime - days * 86400))


def test_what_a_machine_left_goes_when_it_is_counted(site, log, crate):
    site.anonymous.get(path(crate), headers=CARGO)
    log.count()
    gone, before = log.path.with_name("left.log"), log.path.with_name("left.log.1")
    line = log.path.read_text().splitlines()[-1] + "\n"
    gone.write_text(line)
    log.count()
    log.count()
    assert gone.exists(), "it may be quiet for some days"
    age(gone)
    log.count()
    assert not gone.exists() and before.exists(), "out of the way: whoever has it open may still write"
    with open(before, "a") as file:
        file.write(line)
    log.count()
    minute_passes(site)
    age(before)
    log.count()
    assert before.exists() and counted(site, crate.name) == {("1.0.0+b.1", 0): 3}
    log.count()
    assert not before.exists() and not gone.exists()
    Log(site, gone).downloads(crate.name, "1.0.0%2Bb.1", times=2)  # the machine is back
    log.count()
    assert counted(site, crate.name) == {("1.0.0+b.1", 0): 5}
    assert log.path.exists(), "one that is written to stays"


def test_an_empty_log_and_one_that_nobody_counted(site, log, crate):
    site.anonymous.get(path(crate), headers=CARGO)
    log.count()
    line = log.path.read_text().splitlines()[-1] + "\n"
    empty, old = log.path.with_name("empty.log"), log.path.with_name("never.log.1")
    empty.write_text("")
    old.write_text(line)
    age(empty)
    age(old)
    log.count()
    log.count()
    assert not empty.exists() and not empty.with_name("empty.log.1").exists()
    assert old.exists(), "what nobody knows to be counted is not thrown away"
    old.unlink()
