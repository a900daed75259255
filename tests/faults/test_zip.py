"""A zip is there whole, with the list that belongs to it, or will be; and goes with its version whatever happens meanwhile."""
import random

import pytest

from lib import zips
from lib.faults import STEPS as ALL_STEPS
from lib.faults import Later
from lib.registry import Crate
from lib.small_disk import SmallDisk, small_disk

STEPS = [step for step in ALL_STEPS if step.startswith("zip.")]


@pytest.fixture(scope="module")
def settings():
    return {"settings": ["zip.enabled=true", "dump.every_h=0"]}


def jobs(registry):
    return registry.sql("SELECT job_type FROM background_jobs WHERE job_type = 'build_crate_zip'")


def again(registry):
    registry.sql("UPDATE background_jobs SET run_after_us = 0, lease_until_us = IF(lease_until_us IS NULL, NULL, 1)")
    assert registry.run_jobs().returncode == 0


@pytest.mark.parametrize("what", ["kill", "error", "busy"])
@pytest.mark.parametrize("step", STEPS)
def test_each_step(faulty, alice, fresh, step, what):
    crate = Crate(fresh())
    assert alice.token.publish(crate).status_code == 200
    faulty.order(step, what)
    done = faulty.run_jobs(orders=True)
    assert faulty.obeyed() and (done.returncode in (-9, 137)) == (what == "kill")
    assert jobs(faulty)
    half = zips.fetch_if_whole(faulty, crate.name, crate.version)
    assert bool(half) == (step == "zip.public")
    again(faulty)
    zips.whole(*zips.fetch(faulty, crate.name, crate.version), zips.contents(crate))
    assert jobs(faulty) == []
    faulty.sql("UPDATE job_schedule SET next_us = 0 WHERE name = 'sweep'")
    assert len(faulty.scraps()) <= 1
    for scrap in faulty.scraps():
        assert what == "kill" and scrap.startswith("zip-")
        (faulty.data / "tmp" / scrap).unlink()
    faulty.prove(crate.name)


@pytest.mark.parametrize("step", STEPS)
@pytest.mark.parametrize("what", ["version", "crate"])
def test_deleted_meanwhile(faulty, alice, fresh, step, what):
    """Nothing of it is left; and what is published under the same number since has a zip of its own."""
    crate, other = Crate(fresh()), Crate(fresh())
    for one in (crate, Crate(crate.name, "0.9.0"), other):
        assert alice.token.publish(one).status_code == 200
    faulty.run_jobs()
    faulty.sql("UPDATE versions SET zip_sha256 = NULL")
    for path in (faulty.data / "public/crates" / crate.name).glob("*1.0.0.zip*"):
        path.unlink()
    faulty.ctl("build-crate-zips", f"{crate.name}@1.0.0")
    faulty.order(step, "hold")
    job = Later(faulty.run_jobs, orders=True)
    faulty.held()
    if what == "crate":
        faulty.ctl("crate", "delete", crate.name, "--yes", "--hours", "0")
    else:
        faulty.ctl("version", "delete", crate.name, "1.0.0", "--yes")
    changed = Crate(crate.name, files={"src/more.rs": "// more"})
    if what == "version":
        assert alice.token.publish(changed).status_code == 200
    faulty.let_go()
    assert job.result().returncode == 0
    again(faulty)
    found = zips.fetch(faulty, crate.name, "1.0.0")
    if what == "version":
        zips.whole(*found, zips.contents(changed))
    else:
        assert found is None and not (faulty.data / "public/crates" / crate.name).exists()
    assert jobs(faulty) == [] and faulty.scraps() == set()
    faulty.prove(other.name)


def test_full_disk():
    """No room for it is no verdict on the archive: it is made when there is some."""
    with small_disk(8) as disk:
        small = SmallDisk(disk, "zip.enabled=true")
        try:
            small.start()
            crate = Crate("noisy", files={"data.bin": random.Random(7).randbytes(400_000)})
            assert small.user("alice").token.publish(crate).status_code == 200
            small.leave(48 * 4096)
            small.run_jobs()
            assert jobs(small) and zips.fetch(small, crate.name, crate.version) is None
            assert small.scraps() == set()
            small.empty()
            again(small)
            zips.whole(*zips.fetch(small, crate.name, crate.version), zips.contents(crate))
            small.prove(crate.name)
        finally:
            small.remove()
