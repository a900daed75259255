"""Two processes write the index file of one crate: whatever the slower one does, the newer content stays."""
import os
import signal

import pytest

from lib.faults import Later, Session, already_uploaded, refused, wait
from lib.registry import Crate


@pytest.fixture(scope="module")
def settings():
    return {"workers": 3}


@pytest.fixture
def overtaken(faulty, alice, fresh):
    """A function of a step: a publish of 1.0.0 stands there with its older lines in hand, 1.1.0 is published and seen.
    Gives the name, the waiting answer and the worker that stands."""
    def stand(step):
        name = fresh()
        faulty.order(step, "hold")
        slow = Later(alice.token.publish, Crate(name))
        pid = faulty.held()
        # It waits a little for the lock that the other one has, and then works without it.
        assert alice.token.publish(Crate(name, "1.1.0")).status_code == 200
        assert set(faulty.lines(name)) == {"1.0.0", "1.1.0"}
        return name, slow, pid
    return stand


BEFORE_RENAME = ["settle.after-read", "settle.after-link", "settle.before-rename"]


@pytest.mark.parametrize("step", BEFORE_RENAME)
def test_slow_writer_ends_with_the_newer_line(faulty, overtaken, step):
    name, slow, _ = overtaken(step)
    faulty.let_go()
    assert slow.result().status_code == 200
    assert set(faulty.lines(name)) == {"1.0.0", "1.1.0"}, "before the answer, with no job's help"
    faulty.prove(name)


@pytest.mark.parametrize("step", BEFORE_RENAME)
def test_slow_writer_killed_before_its_rename(faulty, overtaken, step):
    name, slow, pid = overtaken(step)
    os.kill(pid, signal.SIGKILL)
    refused(slow.result())
    faulty.let_go()
    assert set(faulty.lines(name)) == {"1.0.0", "1.1.0"}
    faulty.finish_jobs()
    faulty.prove(name)
    faulty.fresh_workers()


@pytest.mark.parametrize("mended_by", ["job", "next publish", "fsck"])
def test_slow_writer_killed_after_its_rename(faulty, alice, overtaken, mended_by):
    """The worst of all: older lines replaced newer ones, and who did it is dead."""
    for _ in range(3):
        name, slow, _ = overtaken("settle.before-rename")
        faulty.order("settle.after-rename", "kill")  # it also lets go
        refused(slow.result())
        assert faulty.obeyed()
        if set(faulty.lines(name)) == {"1.0.0"}:
            break
        faulty.finish_jobs()  # on a slow machine a job has mended it before it was looked at, which proves nothing
        faulty.fresh_workers()
    else:
        raise AssertionError("always mended before it could be seen")
    expected = {"1.0.0", "1.1.0"}
    if mended_by == "job":
        faulty.finish_jobs()
    elif mended_by == "next publish":
        expected.add("1.2.0")
        assert alice.token.publish(Crate(name, "1.2.0")).status_code == 200
    else:
        assert faulty.run_ctl("fsck").returncode != 0
        faulty.ctl("fsck", "--repair")
    assert set(faulty.lines(name)) == expected
    faulty.prove(name)
    faulty.finish_jobs()
    faulty.fresh_workers()


def test_time_of_the_file_grows_with_each_content(faulty, overtaken):
    """Its validator: what the slow one wrote at last is not older than what was read in between."""
    name, slow, _ = overtaken("settle.before-rename")
    path = next((faulty.data / "index").rglob(name))
    between = path.stat().st_mtime
    faulty.let_go()
    assert slow.result().status_code == 200
    assert path.stat().st_mtime == between, "the same content, the same time"
    stamp = faulty.sql(f"SELECT index_stamp FROM crate_index WHERE name = '{name}'")
    assert stamp == [[str(int(between))]]


def test_eight_publishers_of_a_crate_and_its_dependents(faulty, alice, fresh):
    """All at once, again and again, on rows that all of them need: nobody hears of a deadlock."""
    base = fresh()
    assert alice.token.publish(Crate(base, "1.0.0", package={"keywords": ["shared", "words"]})).status_code == 200

    def publish(n):
        name = base if n < 2 else f"{base}-dependent-{n}"
        words = ["shared", "words"] if n % 2 else ["words", "shared", f"own-{n}"]
        deps = {} if name == base else {"dependencies": {base: "1", **({f"{base}-dependent-2": ">=1"} if n > 2 else {})}}
        answers = []
        for round in range(4):
            if n > 2 and not answers:
                faulty.wait(f"/api/v1/crates/{base}-dependent-2", lambda answer: answer.status_code == 200)
            crate = Crate(name, f"1.{round + 1}.{n}", package={"keywords": words}, tables=deps)
            answers.append(alice.token.publish(crate))
        return answers
    answers = [answer for later in [Later(publish, n) for n in range(8)] for answer in later.result(120)]
    assert [answer.text for answer in answers if answer.status_code != 200] == []
    faulty.finish_jobs()
    faulty.prove(base, *(f"{base}-dependent-{n}" for n in range(2, 8)))


def test_one_version_by_six_at_once(faulty, alice, fresh):
    """With other bytes each: one is published, the others are refused, and their bytes are nobody's."""
    name = fresh()
    crates = [Crate(name, files={"src/lib.rs": f"// {n}\n"}) for n in range(6)]
    answers = [later.result() for later in [Later(alice.token.publish, crate) for crate in crates]]
    won = [crate for crate, answer in zip(crates, answers) if answer.status_code == 200]
    assert len(won) == 1
    assert all(answer.status_code == 200 or already_uploaded(answer) for answer in answers), answers
    assert faulty.lines(name) == {"1.0.0": (won[0].checksum, False)}
    faulty.prove(name)


def test_deadlock_is_nobody_s_business(faulty, alice, fresh):
    """MariaDB ends a publish in favour of another transaction: it is run again, and the client hears of a success."""
    name = fresh()
    assert alice.token.publish(Crate(name)).status_code == 200
    canon = name.replace("-", "_")

    def deadlocks():
        return int(faulty.sql("SHOW GLOBAL STATUS LIKE 'Innodb_deadlocks'")[0][1])
    before = deadlocks()
    faulty.order("publish.tx-derived", "hold")
    # A keyword that is new: the row that counts them is the last that the transaction takes.
    publish = Later(alice.token.publish, Crate(name, "1.1.0", package={"keywords": [f"of-{name}"]}))
    faulty.held()
    with Session(faulty) as other:
        # Of two transactions that wait for each other, the one that has written less is ended.
        other.do("CREATE TABLE weight (n BIGINT PRIMARY KEY) ENGINE=InnoDB; START TRANSACTION;"
                 "INSERT INTO weight SELECT seq FROM seq_1_to_3000; UPDATE metadata SET num_crates = num_crates")
        other.say(f"UPDATE crate_index SET index_gen = index_gen WHERE canon_name = '{canon}'; COMMIT; DROP TABLE weight")
        wait(lambda: faulty.sql("SELECT id FROM information_schema.processlist WHERE info LIKE 'UPDATE crate_index %'"),
             "the other transaction does not wait")
        faulty.let_go()
        other.wait()
    assert publish.result().status_code == 200, publish.result().text
    assert deadlocks() == before + 1, "else this proves nothing"
    assert set(faulty.lines(name)) == {"1.0.0", "1.1.0"}
    faulty.prove(name)


def test_job_stays_while_a_writer_has_older_lines_in_hand(faulty, overtaken):
    """A runner that comes in between writes what is right and may not think that it is over: who holds the older lines
    can still put them there and die."""
    name, slow, _ = overtaken("settle.before-rename")
    assert faulty.run_jobs().returncode == 0
    faulty.order("settle.after-rename", "kill")  # it also lets go
    refused(slow.result())
    assert faulty.obeyed()
    assert set(faulty.lines(name)) == {"1.0.0"}, "else this proves nothing"
    faulty.sql("UPDATE background_jobs SET run_after_us = 0")  # or some minutes later
    faulty.finish_jobs()
    assert set(faulty.lines(name)) == {"1.0.0", "1.1.0"}
    faulty.prove(name)
    faulty.fresh_workers()


def test_a_crate_with_a_long_past(faulty, alice, fresh):
    """2,000 versions of 100 dependencies each: more rows than a request may take memory for. The version that comes on
    top is in the database once cargo has its answer, so it has to be in the index too."""
    name = fresh()
    assert alice.token.publish(Crate(name)).status_code == 200
    rows = faulty.sql("SELECT column_name FROM information_schema.columns"
                      " WHERE table_schema = 'cratehouse' AND table_name = 'versions'")
    changed = {"id": "NULL", "num": "CONCAT('1.0.', seq)", "num_no_build": "CONCAT('1.0.', seq)",
               "semver_ord": "CONCAT(semver_ord, LPAD(seq, 5, '0'))"}
    columns = [row[0] for row in rows]
    version = faulty.sql(f"SELECT v.id, crate_id FROM versions v JOIN crates c ON c.id = crate_id WHERE name = '{name}'")
    faulty.sql(f"INSERT INTO versions ({', '.join(columns)}) SELECT {', '.join(changed.get(c, c) for c in columns)}"
               f" FROM versions, seq_1_to_2000 WHERE id = {version[0][0]}")
    faulty.sql("INSERT INTO dependencies (version_id, crate_name, req, optional, default_features, features, kind)"
               " SELECT id, 'another-name', '^1.2.3', 0, 1, '[\"derive\", \"std\"]', 0 FROM versions, seq_1_to_100"
               f" WHERE crate_id = {version[0][1]} AND num <> '1.0.0'")
    faulty.sql(f"UPDATE default_versions SET num_versions = 2001 WHERE crate_id = {version[0][1]}")
    assert alice.token.publish(Crate(name, "2.0.0")).status_code == 200
    lines = faulty.index(name)
    assert len(lines) == 2002 and lines[-1]["vers"] == "2.0.0"
    assert len(lines[1]["deps"]) == 100
    faulty.finish_jobs()


def test_two_who_yank_the_same(faulty, alice, fresh):
    """The second finds it done, though it was not when he looked first: one yank is remembered, not two."""
    name = fresh()
    assert alice.token.publish(Crate(name)).status_code == 200
    faulty.order("yank.tx-begun", "hold")
    slow = Later(alice.token.delete, f"/api/v1/crates/{name}/1.0.0/yank")
    faulty.held()
    assert alice.token.delete(f"/api/v1/crates/{name}/1.0.0/yank").status_code == 200
    faulty.let_go()
    assert slow.result().status_code == 200
    actions = faulty.sql("SELECT a.action FROM version_owner_actions a JOIN versions v ON v.id = version_id"
                         f" JOIN crates c ON c.id = crate_id WHERE name = '{name}' ORDER BY a.id")
    assert actions == [["0"], ["1"]]
    faulty.prove(name)
