"""A worker that dies, or fails, at each named step of a publish, a yank and a delete: all of it is there afterwards, or nothing.

No job runner is at work here, so that what a dead worker left can be looked at before it is mended."""
import os
import time

import pytest

from lib.faults import (DELETE_STEPS, PUBLISH_STEPS, SETTLE_STEPS, STEPS, YANK_STEPS, Later, already_uploaded, alive,
                        committed, indexed, linked, refused, wait)
from lib.registry import Crate

ROWS = ("crates", "versions", "dependencies", "default_versions", "crate_owners", "crates_keywords", "keywords",
        "version_owner_actions", "background_jobs")


def rows(faulty):
    """How many rows there are of what a publish writes."""
    return faulty.sql("SELECT " + ", ".join(f"(SELECT COUNT(*) FROM {table})" for table in ROWS))


class Publish:
    """Of a new crate, or of the next version of one that is there."""

    def __init__(self, faulty, alice, name, kind):
        self.faulty, self.alice, self.name = faulty, alice, name
        needed = f"{name}-needed"
        assert alice.token.publish(Crate(needed)).status_code == 200
        self.before = {}
        if kind == "update":
            first = Crate(name)
            assert alice.token.publish(first).status_code == 200
            self.before = {first.version: (first.checksum, False)}
        self.crate = Crate(name, "1.1.0", package={"keywords": [f"word-{name}"], "description": f"About {name}, again"},
                           tables={"dependencies": {needed: "1"}})
        self.after = {**self.before, "1.1.0": (self.crate.checksum, False)}

    def do(self):
        return self.alice.token.publish(self.crate)

    def check_between(self, step):
        assert self.faulty.versions(self.name) == (self.after if committed(step) else self.before)
        assert self.faulty.lines(self.name) == (self.after if indexed(step) else self.before)
        assert self.faulty.downloads(self.name, "1.1.0") == linked(step)

    def again(self, step):
        answer = self.do()
        assert already_uploaded(answer) if committed(step) else answer.status_code == 200, answer.text


class Yank:
    def __init__(self, faulty, alice, name, kind="yank"):
        self.faulty, self.alice, self.name = faulty, alice, name
        self.crate = Crate(name)
        assert alice.token.publish(self.crate).status_code == 200
        self.before = {"1.0.0": (self.crate.checksum, False)}
        self.after = {"1.0.0": (self.crate.checksum, True)}

    def do(self):
        return self.alice.token.delete(f"/api/v1/crates/{self.name}/1.0.0/yank")

    def check_between(self, step):
        assert self.faulty.versions(self.name) == (self.after if committed(step) else self.before)
        assert self.faulty.lines(self.name) == (self.after if indexed(step) else self.before)
        assert self.faulty.downloads(self.name, "1.0.0")

    def again(self, step):
        answer = self.do()
        assert answer.status_code == 200, answer.text


class Delete:
    """Of a crate with its README, which others need no longer."""

    def __init__(self, faulty, alice, name, kind="delete"):
        self.faulty, self.alice, self.name = faulty, alice, name
        needed = f"{name}-needed"
        assert alice.token.publish(Crate(needed)).status_code == 200
        self.crate = Crate(name, package={"keywords": [f"word-{name}"]}, tables={"dependencies": {needed: "1"}})
        assert alice.token.publish(self.crate).status_code == 200
        faulty.finish_jobs()
        self.before, self.after, self.answer = {"1.0.0": (self.crate.checksum, False)}, {}, None

    def do(self):
        self.answer = self.alice.browser.delete(f"/api/v1/crates/{self.name}")
        return self.answer

    def check_between(self, step):
        done = self.answer.status_code == 204  # whoever goes on after a failed settle settles once more
        assert self.faulty.versions(self.name) == (self.after if committed(step) else self.before)
        assert self.faulty.lines(self.name) == (self.after if done or indexed(step) else self.before)
        # The files go after the index.
        assert self.faulty.downloads(self.name, "1.0.0") == (not done and step != "delete.before-answer")

    def again(self, step):
        answer = self.do()
        assert answer.status_code == (404 if committed(step) else 204), answer.text


CASES = [(Publish, kind, step) for kind in ("new", "update") for step in PUBLISH_STEPS]
CASES += [(Yank, "yank", step) for step in YANK_STEPS]
CASES += [(Delete, "delete", step) for step in DELETE_STEPS]
IDS = [f"{kind}-{step}" for _, kind, step in CASES]


def kill_at(faulty, step, work):
    """The worker that does the work dies at the step; another takes its place."""
    before = faulty.children()
    faulty.order(step, "kill")
    answer = work.do()
    assert faulty.obeyed(), f"{step} was never reached: {answer.status_code} {answer.text}"
    refused(answer)
    wait(lambda: len(faulty.children()) == faulty.count and len(before - faulty.children()) == 1, faulty.children)
    faulty.fresh_workers()


def test_every_step_is_some_test_s():
    assert len(STEPS) >= 28
    elsewhere = ("mail.", "count.", "sum.", "archive.", "dump.", "zip.")  # test_mails.py, test_downloads.py, test_dump.py, test_zip.py
    assert {step for _, _, step in CASES} == {step for step in STEPS if not step.startswith(elsewhere)}


@pytest.mark.parametrize("work, kind, step", CASES, ids=IDS)
def test_killed_and_done_again(faulty, alice, fresh, work, kind, step):
    w = work(faulty, alice, fresh(), kind)
    kill_at(faulty, step, w)
    w.check_between(step)
    w.again(step)
    faulty.finish_jobs()
    assert faulty.versions(w.name) == w.after
    faulty.prove(w.name)


@pytest.mark.parametrize("work, kind, step", CASES, ids=IDS)
def test_fails_and_is_done_again(faulty, alice, fresh, work, kind, step):
    """What does not get through fails in both ways, one after the other; what does, in one of them."""
    w = work(faulty, alice, fresh(), kind)
    ways = ["error", "busy"]
    if committed(step):
        ways = ["busy"] if kind == "update" else ["error"]
    for what in ways:
        workers, counted, scraps, blobs = faulty.children(), rows(faulty), faulty.scraps(), faulty.blobs()
        faulty.order(step, what)
        answer = w.do()
        assert faulty.obeyed(), f"{step} was never reached"
        if step in SETTLE_STEPS:
            # What is committed is a success; the job does what is missing.
            assert answer.status_code in (200, 204), answer.text
        else:
            refused(answer, 503 if what == "busy" else 500)
        w.check_between(step)
        assert committed(step) or rows(faulty) == counted
        # Bytes that nothing names may be left where the transaction failed for no fault of the client: fsck sweeps them.
        assert faulty.blobs() - blobs <= {w.crate.checksum[2:]}
        assert faulty.scraps() == scraps
        assert faulty.children() == workers, "a failure is no reason to die"
    w.again(step)
    if committed(step):
        faulty.finish_jobs()
    assert faulty.lines(w.name) == faulty.versions(w.name) == w.after


def test_next_start_mends_all(faulty, alice, fresh):
    """Nobody does anything again: the next start, with its job runner, finishes whatever was committed."""
    done = []
    for work, kind, step in CASES:
        w = work(faulty, alice, fresh(), kind)
        kill_at(faulty, step, w)
        done.append((w, step))
    assert sum(not indexed(step) and committed(step) for _, step in done) > 10
    faulty.stop()
    faulty.start("--set", "server.job_runners=1")
    try:
        faulty.count += 1
        wait(lambda: faulty.sql("SELECT id FROM background_jobs WHERE queue = 'index'") == [],
             lambda: faulty.ctl("job", "list"), 60)
        for w, step in done:
            assert faulty.versions(w.name) == (w.after if committed(step) else w.before), step
        faulty.prove(*(w.name for w, _ in done))
    finally:
        faulty.count -= 1
        faulty.stop()
        faulty.start()


# The queue deletes a job itself: the two steps around that are a worker's alone.
@pytest.mark.parametrize("step", [step for step in SETTLE_STEPS if "-job-" not in step])
def test_job_runner_killed_while_it_mends(faulty, alice, fresh, step):
    """The runner that takes over from a dead worker dies too; its job is claimed again when the lease is over."""
    w = Publish(faulty, alice, fresh(), "update")
    faulty.finish_jobs()
    kill_at(faulty, "publish.after-commit", w)
    faulty.order(step, "kill")
    assert faulty.run_jobs(orders=True).returncode in (-9, 137)
    assert faulty.obeyed()
    assert faulty.lines(w.name) == (w.after if indexed(step) else w.before)
    mine = "SELECT retries, lease_until_us IS NOT NULL FROM background_jobs WHERE job_type = 'settle'"
    assert faulty.run_jobs().returncode == 0
    assert faulty.sql(mine) == [["0", "1"]], "nobody takes a job whose lease is not over"
    faulty.sql("UPDATE background_jobs SET lease_until_us = 1 WHERE job_type = 'settle'")
    faulty.finish_jobs()
    assert faulty.versions(w.name) == w.after
    faulty.prove(w.name)


def test_fsck_mends_what_no_job_is_left_for(faulty, alice, fresh):
    """Even without the job: fsck sees it, and --repair makes it right."""
    w = Publish(faulty, alice, fresh(), "new")
    kill_at(faulty, "publish.after-commit", w)
    faulty.sql("DELETE FROM background_jobs WHERE queue = 'index'")
    found = faulty.run_ctl("fsck")
    assert found.returncode != 0 and w.name in found.stdout
    faulty.ctl("fsck", "--repair")
    assert faulty.versions(w.name) == w.after
    faulty.prove(w.name)


@pytest.mark.parametrize("step", ["publish.in-blob", "publish.tx-crate"])
def test_bytes_of_nothing_are_swept(faulty, alice, fresh, step):
    """A worker died before its transaction: the bytes it had stored go when they are old, not before."""
    w = Publish(faulty, alice, fresh(), "new")
    kill_at(faulty, step, w)
    blob = faulty.blob(w.crate.checksum)
    assert blob.exists() == (step != "publish.in-blob")
    faulty.ctl("fsck", "--repair")
    assert blob.exists() == (step != "publish.in-blob"), "a publish under way may be about to name it"
    long_ago = time.time() - 3 * 86400
    for path in (blob, *(faulty.data / "tmp").iterdir()):
        if path.exists():
            os.utime(path, (long_ago, long_ago))
    faulty.run_ctl("fsck", "--repair")
    assert not blob.exists()
    assert faulty.scraps() == set()
    w.again(step)
    faulty.finish_jobs()
    faulty.prove(w.name)


def test_a_dead_worker_leaves_no_other_waiting(faulty, alice, fresh):
    """What a killed worker had locked is free at once: the database hears that its client is gone."""
    w = Publish(faulty, alice, fresh(), "update")
    faulty.order("publish.tx-version", "hold")
    hung = Later(w.do)
    pid = faulty.held()
    other = Later(alice.token.publish, Crate(w.name, "1.2.0"))
    os.kill(pid, 9)
    refused(hung.result())
    assert other.result().status_code == 200
    wait(lambda: not alive(pid), "it lives")
    faulty.obeyed()
    faulty.fresh_workers()
    assert set(faulty.versions(w.name)) == {"1.0.0", "1.2.0"}
    faulty.finish_jobs()
    faulty.prove(w.name)
