"""No space for what a publish must write: a clear 503, nothing half there, and all is well when there is space again."""
import random
import subprocess

import pytest

from lib.census import census
from lib.faults import AS_WORKER, Later, refused
from lib.registry import Crate
from lib.small_disk import SmallDisk, small_disk

PAGE = 4096
BIG = 40 * 1024


def big(name, version="1.0.0"):
    """A crate of more than BIG bytes, because they do not compress."""
    return Crate(name, version, files={"data.bin": random.Random(name + version).randbytes(BIG)})


@pytest.fixture(scope="module")
def small():
    with small_disk() as disk:
        instance = SmallDisk(disk)
        try:
            yield instance.start()
        finally:
            instance.remove()


@pytest.fixture(scope="module")
def alice_small(small):
    return small.user("alice")


def test_full_at_every_moment(small, alice_small, fresh):
    """One page more of space with each try, from none at all to enough: it ends at another moment each time."""
    name = fresh()
    assert alice_small.token.publish(big(name)).status_code == 200
    workers, wheres, left, pages = small.children(), set(), [], 0
    while True:
        crate = big(name, f"1.1.{pages}")
        before = census(small)
        small.leave(pages * PAGE)
        answer = alice_small.token.publish(crate)
        small.empty()
        if answer.status_code == 200:
            left.append(crate)
            if crate.version in small.lines(name):
                break
        else:
            refused(answer)
            wheres.add(small.log_line(answer).get("where"))
            assert census(small) == before
            assert small.scraps() == set()
        pages += 1
        assert pages < 100, "it never fits"
    assert pages > 10 and len(wheres) > 1, (pages, wheres)
    assert small.children() == workers
    small.finish_jobs()
    small.prove(name)
    assert {crate.version for crate in left} < set(small.lines(name))


def test_full_for_the_index_alone(small, alice_small, fresh):
    """The transaction is through, and no page is left for the index file: a success, and the job writes it later."""
    crate = big(fresh())
    small.order("publish.after-commit", "hold")
    answer = Later(alice_small.token.publish, crate)
    small.held()
    small.leave(0)
    small.let_go()
    assert answer.result().status_code == 200
    assert small.lines(crate.name) == {}
    assert small.scraps() == set()
    small.leave(0)
    small.run_jobs()
    assert small.lines(crate.name) == {}, "still full"
    small.empty()
    small.ctl("job", "retry")
    small.finish_jobs()
    assert crate.version in small.lines(crate.name)
    small.prove(crate.name)


def test_reads_and_refusals_need_no_space(small, alice_small, fresh):
    name = fresh()
    assert alice_small.token.publish(Crate(name)).status_code == 200
    small.leave(0)
    try:
        assert small.anonymous.get(f"/api/v1/crates/{name}").status_code == 200
        assert set(small.lines(name)) == {"1.0.0"}
        assert small.downloads(name, "1.0.0")
        assert small.anonymous.publish(Crate(fresh())).status_code in (401, 403)
        refused(alice_small.token.publish(Crate(fresh())))
    finally:
        small.empty()
    small.finish_jobs()
    small.prove(name)


def test_yank_with_a_full_disk(small, alice_small, fresh):
    """It needs no space but for the index file: seen at once, or by the job."""
    name = fresh()
    crate = Crate(name)
    assert alice_small.token.publish(crate).status_code == 200
    small.leave(0)
    try:
        assert alice_small.token.delete(f"/api/v1/crates/{name}/1.0.0/yank").status_code == 200
        assert small.lines(name)["1.0.0"][1] is False
    finally:
        small.empty()
    small.finish_jobs()
    assert small.lines(name)["1.0.0"][1] is True
    small.prove(name)


def limit_files(pids, soft):
    for pid in pids:
        subprocess.run([*AS_WORKER, "prlimit", f"--pid={pid}", f"--fsize={soft}:unlimited"], check=True)


def test_limit_on_the_size_of_files(faulty, alice, fresh):
    """A host's quota of another kind (ulimit -f): no signal kills the worker, and it says 503."""
    name = fresh()
    assert alice.token.publish(Crate(name)).status_code == 200
    workers, before = faulty.children(), census(faulty)
    limit_files(workers, str(BIG // 2))
    for _ in range(4):
        refused(alice.token.publish(big(name, "1.1.0")))
    assert faulty.children() == workers
    assert census(faulty) == before
    limit_files(workers, "unlimited")
    assert alice.token.publish(big(name, "1.1.0")).status_code == 200
    faulty.prove(name)
