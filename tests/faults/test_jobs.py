"""The queue of background jobs when runners die, fail, stand in each other's way, or come from a crontab."""
import json
import re
import time

import pytest

from lib.faults import Later, Session, wait
from lib.registry import Crate

QUEUE = "SELECT id, retries, lease_owner IS NOT NULL, run_after_us FROM background_jobs WHERE job_type = '{}' ORDER BY id"
BROKEN = ("update_dependents", json.dumps({"no": "crate"}))  # fails each time


@pytest.fixture(autouse=True)
def empty(faulty):
    """Each test begins with nothing in the queue."""
    faulty.sql("DELETE FROM background_jobs")


def queue(faulty, kind):
    """(id, failures, whether a runner has or had it, when it is due) of each such job."""
    return [(int(id), int(retries), leased == "1", int(due)) for id, retries, leased, due in faulty.sql(QUEUE.format(kind))]


def enqueue(faulty, kind, data):
    return int(faulty.ctl("job", "enqueue", kind, "--data", data))


def due(faulty):
    """Time passes: whatever waits is due, whoever held a lease has lost it."""
    faulty.sql("UPDATE background_jobs SET run_after_us = 0, lease_until_us = IF(lease_until_us IS NULL, NULL, 1)")


def ran(done, kind):
    """How a runner's jobs of that kind ended, by its log."""
    return re.findall(rf'job={kind} .*status=("[^"]*"|\S+)', done.stderr)


@pytest.fixture(scope="module")
def crate_id(faulty, alice):
    assert alice.token.publish(Crate("job-target")).status_code == 200
    return faulty.sql("SELECT id FROM crates WHERE name = 'job-target'")[0][0]


def test_for_a_while_ends_when_nothing_is_due(faulty, crate_id):
    """A crontab line: it runs what is due and ends, long before its time is over."""
    data = json.dumps({"crate_ids": [int(crate_id)]})
    enqueue(faulty, "update_dependents", data)
    later = enqueue(faulty, "analyze_crate_file", json.dumps({"version_id": 1}))
    faulty.sql(f"UPDATE background_jobs SET run_after_us = run_after_us + 3600000000 WHERE id = {later}")
    began = time.monotonic()
    done = faulty.run_jobs(seconds=300)
    assert done.returncode == 0 and time.monotonic() - began < 200
    assert ran(done, "update_dependents") == ["done"]
    assert [row[0] for row in queue(faulty, "analyze_crate_file")] == [later], "not due yet"


def test_failures_wait_longer_each_time(faulty):
    job = enqueue(faulty, *BROKEN)
    waits = []
    for failures in range(1, 6):
        before = time.time()
        done = faulty.run_jobs()
        assert ran(done, BROKEN[0]) == ["failed"]
        (found,) = queue(faulty, BROKEN[0])
        assert found[:3] == (job, failures, False)
        waits.append(round((found[3] / 1e6 - before) / 60))
        assert ran(faulty.run_jobs(), BROKEN[0]) == [], "not again before its time"
        due(faulty)
    assert waits == [2, 4, 8, 16, 32]
    assert "failed 5 times" in faulty.ctl("job", "list")


def test_rests_after_its_last_try_until_somebody_says_so(faulty):
    job = enqueue(faulty, *BROKEN)
    faulty.sql(f"UPDATE background_jobs SET retries = 19 WHERE id = {job}")
    assert ran(faulty.run_jobs(), BROKEN[0]) == ["failed"]
    due(faulty)
    assert ran(faulty.run_jobs(), BROKEN[0]) == [], "jobs.retries is 20"
    assert queue(faulty, BROKEN[0])[0][:2] == (job, 20)
    faulty.ctl("job", "retry", job)
    assert ran(faulty.run_jobs(), BROKEN[0]) == ["failed"]
    assert queue(faulty, BROKEN[0])[0][:2] == (job, 1)


def test_one_that_fails_holds_up_no_other(faulty, crate_id):
    enqueue(faulty, *BROKEN)
    enqueue(faulty, "update_dependents", json.dumps({"crate_ids": [int(crate_id)]}))
    assert ran(faulty.run_jobs(), "update_dependents") == ["failed", "done"]


def test_killed_runner_s_job_is_claimed_after_the_lease(faulty):
    job = enqueue(faulty, "settle", json.dumps({"name": "job_target"}))
    faulty.order("settle.begun", "kill")
    assert faulty.run_jobs(orders=True).returncode in (-9, 137)
    assert faulty.obeyed()
    ((_, retries, leased, _),) = queue(faulty, "settle")
    assert (retries, leased) == (0, True)
    assert ran(faulty.run_jobs(), "settle") == [], "its lease is not over"
    due(faulty)
    assert ran(faulty.run_jobs(), "settle") == ["done"]
    assert queue(faulty, "settle") == [], job


def test_runner_that_lost_its_lease_takes_nothing_away(faulty):
    """It was slow, another has the job by now: it may finish, but the row is the other's."""
    enqueue(faulty, "settle", json.dumps({"name": "job_target"}))
    faulty.order("settle.begun", "hold")
    slow = Later(faulty.run_jobs, orders=True)
    faulty.held()
    faulty.sql("UPDATE background_jobs SET lease_owner = 'another', lease_until_us = lease_until_us + 3600000000")
    faulty.let_go()
    assert ran(slow.result(), "settle") == ['"lease lost"']
    assert len(queue(faulty, "settle")) == 1


@pytest.mark.parametrize("kind", ["settle", "update_dependents"])
def test_added_again_while_it_runs(faulty, crate_id, kind):
    """What changed after the runner had looked is not lost: it runs once more; what waits is not doubled."""
    if kind == "settle":
        data = json.dumps({"name": "job_target"})
        enqueue(faulty, kind, data)
        faulty.order("settle.after-read", "hold")
        running = Later(faulty.run_jobs, orders=True)
        faulty.held()
        enqueue(faulty, kind, data)
        assert [leased for _, _, leased, _ in queue(faulty, kind)] == [True, False]
        faulty.let_go()
    else:
        data = json.dumps({"crate_ids": [int(crate_id)]})
        first = enqueue(faulty, kind, data)
        assert enqueue(faulty, kind, data) == first, "one that waits is enough"
        with Session(faulty) as session:
            session.do("LOCK TABLES crates WRITE")  # a runner that has claimed it stands still
            running = Later(faulty.run_jobs)
            wait(lambda: any(leased for _, _, leased, _ in queue(faulty, kind)), "nobody claims it")
            second = enqueue(faulty, kind, data)
            assert second != first
            assert enqueue(faulty, kind, data) == second
    assert ran(running.result(), kind) == ["done", "done"]
    assert queue(faulty, kind) == []


def test_index_goes_first(faulty, crate_id):
    """Slow things of the other queue, and whatever was added before, do not stand before what cargo waits for."""
    for version in range(5):
        enqueue(faulty, "analyze_crate_file", json.dumps({"version_id": 1000 + version}))
    enqueue(faulty, "settle", json.dumps({"name": "job_target"}))
    done = faulty.run_jobs()
    kinds = re.findall(r"job=(\S+) .*status=", done.stderr)
    assert kinds[0] == "settle" and kinds.count("analyze_crate_file") == 5


def test_schedule_runs_each_once(faulty):
    """However many runners look at it at the same time."""
    names = [name for name, in faulty.sql("SELECT name FROM job_schedule")]
    assert "sweep" in names
    for _ in range(4):
        faulty.sql("UPDATE job_schedule SET next_us = 1000000")
        runners = [Later(faulty.run_jobs) for _ in range(4)]
        logs = [runner.result() for runner in runners]
        assert [done.returncode for done in logs] == [0] * 4
        assert sum(len(ran(done, "sweep")) for done in logs) == 1
    now = time.time()
    assert all(int(next_us) / 1e6 > now for next_us, in faulty.sql("SELECT next_us FROM job_schedule"))


def test_schedule_where_nothing_was_ever_scheduled(faulty):
    """The first start of all, by several machines at once."""
    faulty.sql("DELETE FROM job_schedule")
    logs = [runner.result() for runner in [Later(faulty.run_jobs) for _ in range(4)]]
    assert [done.returncode for done in logs] == [0] * 4
    assert sum(len(ran(done, "sweep")) for done in logs) == 1


def test_many_runners_share_many_jobs(faulty):
    """Each job is done by one of them."""
    for n in range(40):
        enqueue_many = f"('default', 0, 'analyze_crate_file', '{{\"version_id\":{9000 + n}}}', 0, 0)"
        faulty.sql(f"INSERT INTO background_jobs (queue, `rank`, job_type, data, created_us, run_after_us) VALUES {enqueue_many}")
    logs = [runner.result() for runner in [Later(faulty.run_jobs) for _ in range(4)]]
    assert sum(len(ran(done, "analyze_crate_file")) for done in logs) == 40
    assert queue(faulty, "analyze_crate_file") == []


def test_lines_that_cannot_be_counted_are_not_tried_again(faulty, alice):
    """What the inspector says of some bytes, or that it died over them, is the same each time: it would cost seconds of
    a processor, and one of its few places, again and again."""
    crate = Crate("job-broken")
    assert alice.token.publish(crate).status_code == 200
    file = faulty.blob(crate.checksum)
    file.write_bytes(b"no archive")
    done = faulty.run_jobs()
    assert ran(done, "analyze_crate_file") == ["done"], done.stderr
    assert "lines are not counted" in done.stderr
    assert queue(faulty, "analyze_crate_file") == []
    file.write_bytes(crate.archive)
