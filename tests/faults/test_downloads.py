"""A line of the log is counted once, whatever dies when: the job at each step, the database, an answer to a COMMIT."""
import pytest

from lib.downloads import Log, counted, minute_passes, today
from lib.faults import STEPS as ALL_STEPS
from lib.faults import DatabaseProxy, Later
from lib.registry import Crate

STEPS, SUM_STEPS, ARCHIVE_STEPS = ([step for step in ALL_STEPS if step.startswith(part)] for part in ("count.", "sum.", "archive."))


@pytest.fixture(scope="module")
def settings():
    return {"settings": ["downloads.count=log", "downloads.log=/nowhere"]}


@pytest.fixture(scope="module")
def file(faulty):
    path = faulty.data / "log/own.log"
    config = faulty.data / "cratehouse.toml"
    config.write_text(config.read_text().replace('"/nowhere"', f'"{path}"'))
    return path


@pytest.fixture
def log(faulty, file):
    faulty.sql("DELETE FROM log_positions")
    for old in file.parent.glob("own.log*"):
        old.unlink()
    return Log(faulty, file)


@pytest.fixture
def crate(alice, fresh):
    name = fresh()
    assert alice.token.publish(Crate(name)).status_code == 200
    return name


def count(faulty):
    assert faulty.run_jobs().returncode == 0


@pytest.mark.parametrize("what", ["kill", "error", "busy"])
@pytest.mark.parametrize("step", STEPS)
def test_each_step(faulty, log, crate, step, what):
    for round in range(2):
        log.downloads(crate, times=5)
        faulty.order(step, what)
        done = faulty.run_jobs(orders=True)
        assert faulty.obeyed() and (done.returncode in (-9, 137)) == (what == "kill")
        assert counted(faulty, crate) in ({("1.0.0", 0): 5 * n} for n in range(1, 1 + round + (step == "count.after-commit"))) \
            or (counted(faulty, crate) == {} and not round)
        count(faulty)
        assert counted(faulty, crate) == {("1.0.0", 0): 5 * (round + 1)}


@pytest.mark.parametrize("step", STEPS)
def test_killed_while_the_log_is_rotated(faulty, log, crate, step):
    log.downloads(crate)
    count(faulty)
    log.downloads(crate)
    old = log.rotate()
    log.downloads(crate)
    faulty.order(step, "kill")
    faulty.run_jobs(orders=True)
    assert faulty.obeyed()
    old.downloads(crate)
    count(faulty)
    assert counted(faulty, crate) == {("1.0.0", 0): 4}
    minute_passes(faulty)
    old.downloads(crate)
    faulty.order(step, "kill")
    faulty.run_jobs(orders=True)
    assert faulty.obeyed()
    count(faulty)
    assert counted(faulty, crate) == {("1.0.0", 0): 5}


def test_two_runners(faulty, log, crate):
    """While one stands in its transaction the other finds nothing to do; and no line is read twice."""
    log.downloads(crate, times=3)
    faulty.order("count.tx-counts", "hold")
    first = Later(faulty.run_jobs, orders=True)
    faulty.held()
    count(faulty)
    assert counted(faulty, crate) == {}
    faulty.let_go()
    assert first.result().returncode == 0
    count(faulty)
    assert counted(faulty, crate) == {("1.0.0", 0): 3}


@pytest.mark.parametrize("how", ["answer", "commit"])
def test_answer_to_commit_is_lost(faulty, log, crate, how):
    """Whether it was done is read in the position, the next time."""
    log.downloads(crate, times=2)
    count(faulty)
    log.downloads(crate, times=2)
    proxy = DatabaseProxy(faulty)
    faulty.sql("DELETE FROM background_jobs")
    config = faulty.data / "cratehouse.toml"
    own, other = f'socket = "{faulty.data}/run/mariadb.sock"', f'socket = "{proxy.path}"'
    try:
        config.write_text(config.read_text().replace(own, other))
        proxy.lose = how
        faulty.run_jobs()
        assert proxy.commits_lost == 1
    finally:
        config.write_text(config.read_text().replace(other, own))
        proxy.close()
        proxy.path.unlink()
    assert counted(faulty, crate) == {("1.0.0", 0): 4 if how == "answer" else 2}
    count(faulty)
    assert counted(faulty, crate) == {("1.0.0", 0): 4}


def test_deleted_while_it_is_counted(faulty, alice, log, crate):
    """What is gone is not counted, and the rest is."""
    log.downloads(crate)
    log.downloads(crate, "1.1.0")
    assert alice.token.publish(Crate(crate, "1.1.0")).status_code == 200
    faulty.order("count.tx-position", "hold")
    job = Later(faulty.run_jobs, orders=True)
    faulty.held()
    faulty.ctl("version", "delete", crate, "1.1.0", "--yes")
    faulty.let_go()
    assert job.result().returncode == 0
    assert counted(faulty, crate) == {("1.0.0", 0): 1}
    assert log.position() == [(log.path.stat().st_size, False)]


def test_database_away(faulty, log, crate):
    log.downloads(crate)
    faulty.kill_database()
    faulty.run_ctl("jobs", "--for", "5")
    faulty.start_database()
    log.downloads(crate)
    count(faulty)
    assert counted(faulty, crate) == {("1.0.0", 0): 2}


@pytest.mark.parametrize("step", SUM_STEPS)
@pytest.mark.parametrize("what", ["kill", "error"])
def test_summing_up(faulty, log, crate, step, what):
    """All sums of a crate change together, or none; and each download once."""
    def total():
        return int(faulty.sql("SELECT total_downloads FROM metadata")[0][0])

    faulty.ctl("job", "enqueue", "update_downloads")
    count(faulty)
    before = total()
    log.downloads(crate, times=3)
    count(faulty)
    faulty.ctl("job", "enqueue", "update_downloads")
    faulty.order(step, what)
    faulty.run_jobs(orders=True)
    assert faulty.obeyed()
    assert total() == before + (3 if step == "sum.after-commit" else 0)
    faulty.sql("UPDATE background_jobs SET run_after_us = 0, lease_until_us = IF(lease_until_us IS NULL, NULL, 1)")
    count(faulty)
    assert total() == before + 3
    faulty.prove(crate)


@pytest.mark.parametrize("step", ARCHIVE_STEPS)
@pytest.mark.parametrize("what", ["kill", "error"])
def test_archive(faulty, crate, step, what):
    """Each download is in the database or in the file, never in both and never in none; late ones too."""
    def add(downloads):
        faulty.sql("INSERT INTO version_downloads (version_id, date, downloads) SELECT v.id, UTC_DATE() - INTERVAL 95 DAY,"
                   f" {downloads} FROM versions v JOIN crates c ON c.id = v.crate_id WHERE c.name = '{crate}' ON DUPLICATE KEY"
                   " UPDATE downloads = version_downloads.downloads + VALUES(downloads), processed = 0")
        run("update_downloads")

    def run(kind, data="{}", orders=False):
        faulty.ctl("job", "enqueue", kind, "--data", data)
        faulty.sql("UPDATE background_jobs SET run_after_us = 0, lease_until_us = IF(lease_until_us IS NULL, NULL, 1)")
        faulty.run_jobs(orders=orders)

    file = faulty.data / f"public/archives/version-downloads/{today(95):%Y-%m-%d}.csv"
    number = faulty.sql(f"SELECT v.id FROM versions v JOIN crates c ON c.id = v.crate_id WHERE c.name = '{crate}'")[0][0]
    before = f'{{"before":"{today(90):%Y-%m-%d}"}}'
    for round in (1, 2):
        add(5)
        faulty.order(step, what)
        run("archive_version_downloads", before, orders=True)
        assert faulty.obeyed()
        add(3)
        run("archive_version_downloads", before)
        assert f"\n{number},{8 * round}\n" in file.read_text()
        assert counted(faulty, crate) == {} and not file.with_name(file.name + ".new").exists()
    faulty.prove(crate)
