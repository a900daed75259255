"""A publish or a yank that is killed, fails or waits at each of its named steps (app/base/fault.h): nothing is lost,
nothing is half there, and the registry finds its way back without a person. Needs a build with --enable-faults."""
import concurrent.futures
import os
import re
import time

import pytest

from lib.instance import ROOT, Instance
from lib.registry import Crate, detail

NAMES = re.findall(r'X\(\w+, "([a-z.-]+)"\)', (ROOT / "app/base/fault.h").read_text())
PUBLISH = [name for name in NAMES if name.startswith(("publish.", "settle."))]
YANK = [name for name in NAMES if name.startswith(("yank.", "settle."))]
# Up to here nothing of a publish is committed, or of a yank.
UNCOMMITTED = [name for name in NAMES if re.match(r"publish\.(before-blob|in-blob|after-blob|tx-)|yank\.tx-", name)]


class Faulty(Instance):
    """A registry whose workers read an order at each named step."""

    def __init__(self):
        super().__init__()
        folder = self.data / "faults"
        folder.mkdir()
        folder.chmod(0o777)  # who obeys removes the order first, and may be another user
        self.order = folder / "order"

    def start(self, *more):
        os.environ["CRATEHOUSE_FAULT_FILE"] = str(self.order)
        try:
            return super().start(*more)
        finally:
            del os.environ["CRATEHOUSE_FAULT_FILE"]

    def arm(self, name, what):
        new = self.order.with_suffix(".new")
        new.write_text(f"{name}:{what}")
        new.rename(self.order)

    def disarm(self):
        """Whether the order was still there: the step was never passed."""
        try:
            self.order.unlink()
            return True
        except FileNotFoundError:
            return False

    def wait_settled(self, seconds=20):
        end = time.time() + seconds
        while self.sql("SELECT COUNT(*) FROM background_jobs WHERE job_type = 'settle'") != [["0"]]:
            assert time.time() < end, "settle jobs are left"
            time.sleep(0.1)

    def has_version(self, crate):
        return self.sql("SELECT COUNT(*) FROM versions v JOIN crates c ON c.id = v.crate_id"
                        f" WHERE c.name = '{crate.name}' AND v.num = '{crate.version}'") == [["1"]]


@pytest.fixture(scope="module")
def faulty():
    instance = Faulty()
    try:
        yield instance.start()
    finally:
        instance.remove()


@pytest.fixture(scope="module")
def ann(faulty):
    return faulty.user("ann")


def check_all_there(faulty, crate):
    lines = {line["vers"]: line for line in faulty.index(crate.name)}
    assert lines[crate.version]["cksum"] == crate.checksum
    answer = faulty.anonymous.get(f"/static/crates/{crate.name}/{crate.file_name}")
    assert answer.content == crate.archive


def check_nothing_there(faulty, crate):
    assert crate.version not in {line["vers"] for line in faulty.index(crate.name) or ()}
    assert not faulty.public(crate.name, crate.version).exists()


def check_whole(faulty):
    done = faulty.run_ctl("fsck", "--hash")
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.parametrize("is_new", [True, False], ids=["new", "update"])
@pytest.mark.parametrize("step", PUBLISH)
def test_killed_publish(faulty, ann, new_name, step, is_new):
    name = new_name("killed")
    crate = Crate(name, "1.0.1", tables={"features": {"f": []}})
    if not is_new:
        assert ann.token.publish(Crate(name, "1.0.0")).status_code == 200
    faulty.arm(step, "kill")
    answer = ann.token.publish(crate)
    assert not faulty.disarm(), "the step was not passed"
    if step in UNCOMMITTED:
        assert answer.status_code == 503
        assert not faulty.has_version(crate)
        check_nothing_there(faulty, crate)
        assert ann.token.publish(crate).status_code == 200
    else:
        # The client may have seen a failure; what was committed becomes visible all the same.
        faulty.wait_settled()
        assert faulty.has_version(crate)
        again = ann.token.publish(crate)
        assert detail(again) == "crate version `1.0.1` is already uploaded"
    check_all_there(faulty, crate)
    check_whole(faulty)


@pytest.mark.parametrize("step", YANK)
def test_killed_yank(faulty, ann, new_name, step):
    crate = Crate(new_name("yanked"), "1.0.0")
    assert ann.token.publish(crate).status_code == 200
    faulty.arm(step, "kill")
    answer = ann.token.delete(f"/api/v1/crates/{crate.name}/1.0.0/yank")
    assert not faulty.disarm(), "the step was not passed"
    if step in UNCOMMITTED:
        assert answer.status_code == 503
        assert [line["yanked"] for line in faulty.index(crate.name)] == [False]
        assert ann.token.delete(f"/api/v1/crates/{crate.name}/1.0.0/yank").status_code == 200
    else:
        faulty.wait_settled()
    assert [line["yanked"] for line in faulty.index(crate.name)] == [True]
    check_whole(faulty)


@pytest.mark.parametrize("what,status", [("error", 500), ("busy", 503)])
@pytest.mark.parametrize("step", [name for name in UNCOMMITTED if name.startswith("publish.")])
def test_failed_publish(faulty, ann, new_name, step, what, status):
    crate = Crate(new_name("failed"), "1.0.0")
    before = set((faulty.data / "tmp").iterdir())  # what killed ones left, for fsck to sweep
    faulty.arm(step, what)
    answer = ann.token.publish(crate)
    assert not faulty.disarm(), "the step was not passed"
    assert answer.status_code == status
    assert ("Retry-After" in answer.headers) == (status == 503)
    assert not faulty.has_version(crate)
    check_nothing_there(faulty, crate)
    assert faulty.sql(f"SELECT COUNT(*) FROM crates WHERE name = '{crate.name}'") == [["0"]]
    assert set((faulty.data / "tmp").iterdir()) == before


@pytest.mark.parametrize("step", [name for name in PUBLISH if name not in UNCOMMITTED and name.startswith("settle.")])
def test_failed_settle_is_a_success(faulty, ann, new_name, step):
    """Once it is committed, the client hears of a success, and the job finishes the rest."""
    crate = Crate(new_name("unsettled"), "1.0.0")
    faulty.arm(step, "error")
    answer = ann.token.publish(crate)
    assert not faulty.disarm(), "the step was not passed"
    assert answer.status_code == 200 and "crate" in answer.json()
    deadline = time.time() + 150  # a job that failed itself waits two minutes
    while faulty.sql("SELECT COUNT(*) FROM background_jobs WHERE job_type = 'settle'") != [["0"]]:
        faulty.sql("UPDATE background_jobs SET run_after_us = 0 WHERE job_type = 'settle'")
        assert time.time() < deadline
        time.sleep(0.2)
    check_all_there(faulty, crate)
    check_whole(faulty)


@pytest.mark.parametrize("what", ["sleep=3000", "sleep=3000+kill"])
@pytest.mark.parametrize("step", ["settle.after-read", "settle.before-rename"])
def test_slow_writer_ends_with_the_newer_line(faulty, ann, new_name, step, what):
    """One writer waits between its read and its rename, another commits and writes meanwhile."""
    crate = Crate(new_name("slow"), "1.0.0")
    assert ann.token.publish(crate).status_code == 200
    faulty.wait_settled()
    faulty.arm(step, what)
    with concurrent.futures.ThreadPoolExecutor(1) as pool:
        slow = pool.submit(ann.token.delete, f"/api/v1/crates/{crate.name}/1.0.0/yank")
        end = time.time() + 5
        while faulty.order.exists():
            assert time.time() < end
            time.sleep(0.01)
        assert ann.token.put(f"/api/v1/crates/{crate.name}/1.0.0/unyank").status_code == 200
        assert [line["yanked"] for line in faulty.index(crate.name)] == [False]
        slow.result()
    faulty.wait_settled()
    assert [line["yanked"] for line in faulty.index(crate.name)] == [False]
    check_whole(faulty)


def test_many_publishers_at_once(faulty, ann, new_name):
    """Eight publish versions of one crate, and crates that depend on it: every one succeeds, none meets a deadlock."""
    base = new_name("crowd")
    assert ann.token.publish(Crate(base, "1.0.0", {"keywords": ["crowd"]})).status_code == 200
    crates = [Crate(base, f"1.0.{n}", {"keywords": ["crowd", f"k{n % 3}"]}) for n in range(1, 13)]
    crates += [Crate(new_name("dependent"), f"0.1.{n}", {"keywords": ["crowd"]}, {"dependencies": {base: "1"}})
               for n in range(12)]
    order = [crate for pair in zip(crates[:12], crates[12:]) for crate in pair]
    with concurrent.futures.ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(ann.token.publish, order))
    assert [answer.status_code for answer in answers] == [200] * len(order)
    assert all("crate" in answer.json() for answer in answers), [answer.text for answer in answers]
    faulty.wait_settled()
    assert len(faulty.index(base)) == 13
    for crate in order:
        check_all_there(faulty, crate)
    end = time.time() + 20
    while faulty.run_ctl("fsck").returncode and time.time() < end:
        time.sleep(0.5)  # the counts of dependents are a job's
    check_whole(faulty)


def test_one_version_twice_at_once(faulty, ann, new_name):
    """Two of the same version with other bytes: one is published, the other refused, and its bytes are nobody's."""
    name = new_name("twice")
    crates = [Crate(name, "1.0.0", files={"src/lib.rs": f"// {n}\n"}) for n in range(6)]
    with concurrent.futures.ThreadPoolExecutor(6) as pool:
        answers = list(pool.map(ann.token.publish, crates))
    won = [crate for crate, answer in zip(crates, answers) if "crate" in answer.json()]
    assert len(won) == 1
    refused = {detail(answer) for answer in answers if "errors" in answer.json()}
    assert refused == {"crate version `1.0.0` is already uploaded"}
    check_all_there(faulty, won[0])
    assert len(faulty.index(name)) == 1
