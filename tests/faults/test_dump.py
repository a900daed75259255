"""A dump that is served is whole, whatever becomes of the job that makes the next one; and nothing of it stays for ever."""
import io
import random
import zipfile

import pytest

from lib import dumps
from lib.faults import STEPS as ALL_STEPS
from lib.faults import Later
from lib.registry import Crate
from lib.small_disk import SmallDisk, small_disk

STEPS = [step for step in ALL_STEPS if step.startswith("dump.")]


def run(faulty, orders=False):
    faulty.sql("DELETE FROM background_jobs WHERE job_type = 'dump_db'")
    faulty.ctl("job", "enqueue", "dump_db")
    return faulty.run_jobs(orders=orders)


def whole(registry):
    """Both dumps can be read to their end; what each says is in it."""
    tar = dumps.files(registry)
    dumps.well_formed(tar)
    packed = zipfile.ZipFile(io.BytesIO(dumps.fetch(registry, "db-dump.zip")))
    assert packed.testzip() is None
    packed = {name: packed.read(name) for name in packed.namelist()}
    dumps.well_formed(packed)
    return [sorted(row["name"] for row in dumps.rows(found, "crates")) for found in (tar, packed)]


@pytest.mark.parametrize("what", ["kill", "error", "busy"])
@pytest.mark.parametrize("step", STEPS)
def test_each_step(faulty, alice, fresh, step, what):
    assert run(faulty).returncode == 0
    before = whole(faulty)
    name = fresh()
    assert alice.token.publish(Crate(name)).status_code == 200
    faulty.order(step, what)
    done = run(faulty, orders=True)
    assert faulty.obeyed() and (done.returncode in (-9, 137)) == (what == "kill")
    after = whole(faulty)
    new = [sorted([*names, name]) for names in before]
    assert after in (before, [new[0], before[1]], new)
    assert (after == before) == (step not in ("dump.archive-public", "dump.done"))
    if what != "kill":
        assert faulty.scraps() == set()
    # Whoever comes next makes it, and clears up what was left.
    faulty.sql("UPDATE background_jobs SET run_after_us = 0, lease_until_us = IF(lease_until_us IS NULL, NULL, 1)")
    assert faulty.run_jobs().returncode == 0
    assert whole(faulty) == new
    assert faulty.scraps() == set()
    assert faulty.sql("SELECT job_type FROM background_jobs WHERE job_type = 'dump_db'") == []


def test_what_happens_meanwhile(faulty, alice, fresh):
    """Nobody waits for it, and it shows the moment at which it began; a second one finds nothing to do."""
    old, new = fresh(), fresh()
    assert alice.token.publish(Crate(old)).status_code == 200
    faulty.order("dump.in-snapshot", "hold")
    job = Later(run, faulty, orders=True)
    faulty.held()
    assert alice.token.publish(Crate(new)).status_code == 200
    assert alice.token.publish(Crate(old, "1.1.0")).status_code == 200
    faulty.ctl("job", "enqueue", "dump_db")
    marks = [dumps.mark(faulty, name) for name in dumps.NAMES]
    assert faulty.run_jobs().returncode == 0  # somebody has the lock
    assert [dumps.mark(faulty, name) for name in dumps.NAMES] == marks
    faulty.let_go()
    assert job.result().returncode == 0
    found = dumps.files(faulty)
    assert old in {row["name"] for row in dumps.rows(found, "crates")} and new not in found["data/crates.csv"].decode()
    assert "1.1.0" not in {row["num"] for row in dumps.rows(found, "versions")}
    faulty.finish_jobs()


def test_lease_is_lost(faulty):
    """Somebody else has the job by now: what was made is not put over his."""
    assert run(faulty).returncode == 0
    marks = [dumps.mark(faulty, name) for name in dumps.NAMES]
    faulty.order("dump.read", "hold")
    job = Later(run, faulty, orders=True)
    faulty.held()
    faulty.sql("UPDATE background_jobs SET lease_owner = 'another', lease_until_us = 8000000000000000 WHERE job_type = 'dump_db'")
    faulty.let_go()
    job.result()
    faulty.sql("DELETE FROM background_jobs WHERE job_type = 'dump_db'")
    assert [dumps.mark(faulty, name) for name in dumps.NAMES] == marks


def test_database_away(faulty):
    assert run(faulty).returncode == 0
    marks = [dumps.mark(faulty, name) for name in dumps.NAMES]
    faulty.order("dump.in-snapshot", "hold")
    job = Later(run, faulty, orders=True)
    faulty.held()
    faulty.kill_database()
    faulty.let_go()
    job.result()
    faulty.start_database()
    assert [dumps.mark(faulty, name) for name in dumps.NAMES] == marks and faulty.scraps() == set()
    assert run(faulty).returncode == 0
    assert [dumps.mark(faulty, name) for name in dumps.NAMES] != marks


def test_full_disk():
    """The last one stays; and before the disk is full for those who publish, the dump gives up."""
    with small_disk(8) as disk:
        small = SmallDisk(disk)
        try:
            small.start()
            alice = small.user("alice")
            assert alice.token.publish(Crate("first")).status_code == 200
            assert run(small).returncode == 0
            before, marks = whole(small), [dumps.mark(small, name) for name in dumps.NAMES]
            # Some rows that take a megabyte and do not compress well.
            small.sql("INSERT INTO reserved_usernames (username, canon_username)"
                      " SELECT CONCAT(SHA2(seq, 512), seq), seq FROM seq_1_to_9000")
            tried = 0
            while [dumps.mark(small, name) for name in dumps.NAMES] == marks:
                assert whole(small) == before and small.scraps() == set()
                small.leave(tried * 256 * 1024)
                run(small)
                tried += 1
                assert tried < 24, "it never fits"
            small.empty()
            assert tried > 4, "without room"
            assert small.scraps() == set()
            small.sql("UPDATE background_jobs SET run_after_us = 0")
            assert small.run_jobs().returncode == 0
            assert whole(small) == before
            assert len(dumps.rows(dumps.files(small), "reserved_usernames")) >= 9000
            small.prove("first")
        finally:
            small.remove()
