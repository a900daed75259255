"""Reload, drain and workers that leave, on a whole registry: what tests/http/test_processes.py shows of the processes alone,
here through the web server and with publishes."""
import contextlib
import os
import signal
import threading

import pytest

from lib.faults import Later, already_uploaded, alive, children_of, committed, refused, wait
from lib.registry import Crate

WORKERS = 3


@pytest.fixture(scope="module")
def settings():
    return {"workers": WORKERS, "job_runners": 1, "settings": ("server.max_requests=60", "server.drain_s=20")}


@pytest.fixture(scope="module", autouse=True)
def all_children(faulty):
    faulty.count = WORKERS + 1  # the job runner too


class Load:
    """Reads and publishes without pause, until stopped; .wrong holds what was no success."""

    def __init__(self, faulty, alice, name, readers=3, publishers=2):
        self.faulty, self.alice, self.name = faulty, alice, name
        self.stopped, self.wrong, self.reads, self.published = threading.Event(), [], 0, []
        self.lock = threading.Lock()
        assert alice.token.publish(Crate(name)).status_code == 200
        self.threads = [threading.Thread(target=self.loop, args=(self.read,)) for _ in range(readers)]
        self.threads += [threading.Thread(target=self.loop, args=(lambda n=n: self.publish(n),)) for n in range(publishers)]

    def loop(self, step):
        while not self.stopped.is_set():
            try:
                answer = step()
                if answer.status_code != 200:
                    self.wrong.append((answer.status_code, answer.text[:200]))
            except OSError as e:
                self.wrong.append(repr(e))

    def read(self):
        answer = self.faulty.anonymous.get(f"/api/v1/crates/{self.name}")
        with self.lock:
            self.reads += 1
        return answer

    def publish(self, n):
        with self.lock:
            crate = Crate(f"{self.name}-{n}", f"1.0.{len(self.published)}")
            self.published.append(crate)
        return self.alice.token.publish(crate)

    def __enter__(self):
        for thread in self.threads:
            thread.start()
        return self

    def __exit__(self, *_):
        self.stopped.set()
        for thread in self.threads:
            thread.join(60)


def test_reload_under_load_drops_nothing(faulty, alice, fresh):
    first = faulty.children()
    with Load(faulty, alice, fresh()) as load:
        for _ in range(5):
            before = load.reads, len(load.published)
            faulty.fresh_workers()
            wait(lambda: load.reads > before[0] + 5 and len(load.published) > before[1] + 2, "no load")
    assert load.wrong == []
    assert not first & faulty.children()
    published = {crate.name for crate in load.published}
    wait(lambda: faulty.sql("SELECT id FROM background_jobs WHERE queue = 'index'") == [], "settle")
    faulty.prove(*published)
    assert sum(len(faulty.versions(name)) for name in published) == len(load.published)


def test_workers_leave_after_their_share(faulty, alice, fresh):
    first = faulty.children()
    with Load(faulty, alice, fresh()) as load:
        wait(lambda: len(first & faulty.children()) == 1, faulty.children, 60)
    assert load.wrong == []
    wait(lambda: len(faulty.children()) == faulty.count, faulty.children)


def test_killed_workers_come_back_while_others_go_on(faulty, alice, fresh):
    """The one request that a killed worker had in hand is refused, and nobody else's."""
    with Load(faulty, alice, fresh()) as load:
        faulty.order("publish.tx-version", "kill")
        wait(lambda: not faulty.order_file.exists(), "no publish")
        seen = load.reads
        wait(lambda: load.reads > seen + 20, "no load")
    assert [status for status, _ in load.wrong] == [503]
    wait(lambda: len(faulty.children()) == faulty.count, faulty.children)


def test_reload_waits_for_the_publish_in_hand(faulty, alice, fresh):
    faulty.order("publish.tx-version", "hold")
    answer = Later(alice.token.publish, Crate(fresh()))
    pid = faulty.held()
    faulty.tell_master(signal.SIGHUP)
    wait(lambda: len(faulty.children() - {pid}) >= faulty.count, faulty.children)
    assert pid in faulty.children(), "it still has something in hand"
    assert alice.token.publish(Crate(fresh())).status_code == 200
    faulty.let_go()
    assert answer.result().status_code == 200
    wait(lambda: pid not in faulty.children() and len(faulty.children()) == faulty.count, faulty.children)


def test_stop_waits_for_the_publish_in_hand(faulty, alice, fresh):
    """SIGTERM drains: the publish that has begun is answered, and then all of them are gone."""
    crate = Crate(fresh())
    faulty.order("publish.tx-version", "hold")
    answer = Later(alice.token.publish, crate)
    worker, master, others = faulty.held(), faulty.pid("cratehouse"), faulty.children()
    os.kill(master, signal.SIGTERM)
    wait(lambda: faulty.children() == {worker}, faulty.children)
    assert alive(master)
    faulty.let_go()
    assert answer.result().status_code == 200
    wait(lambda: not any(alive(pid) for pid in (master, *others)), "somebody lives on")
    refused(faulty.anonymous.get("/api/v1/site_metadata"))
    assert faulty.lines(crate.name)["1.0.0"] == (crate.checksum, False), "reads survive everything"
    faulty.start()
    faulty.prove(crate.name)


def test_stop_kills_what_does_not_end(faulty, alice, fresh):
    """After drain_s a worker that hangs is killed, and what it did is undone or finished at the next start."""
    crate = Crate(fresh())
    file = faulty.data / "cratehouse.toml"
    file.write_text(file.read_text().replace("drain_s = 20", "drain_s = 1"))
    faulty.fresh_workers()
    faulty.order("publish.after-commit", "hold")
    answer = Later(alice.token.publish, crate)
    worker, master = faulty.held(), faulty.pid("cratehouse")
    os.kill(master, signal.SIGTERM)
    refused(answer.result())
    wait(lambda: not alive(worker) and not alive(master), "somebody lives on")
    assert faulty.lines(crate.name) == {}
    faulty.start()
    wait(lambda: faulty.lines(crate.name), "the job of the next start")
    faulty.prove(crate.name)


def test_runner_that_is_killed_is_replaced(faulty, alice, fresh):
    """Jobs go on with the next one."""
    def at_work():
        """Runners with a job in hand ("machine:pid:..."); what a dead one held is taken up when its lease ends."""
        held = faulty.sql("SELECT lease_owner FROM background_jobs WHERE lease_owner IS NOT NULL")
        return [owner for owner, in held if alive(int(owner.split(":")[1]))]
    wait(lambda: not at_work(), at_work)
    faulty.order("settle.begun", "kill")
    faulty.ctl("job", "enqueue", "settle", "--data", '{"name":"nothing"}')
    wait(lambda: not faulty.order_file.exists(), "nobody runs jobs")
    wait(lambda: len(faulty.children()) == faulty.count, faulty.children)
    crate = Crate(fresh(), package={"readme": "README.md"}, files={"README.md": "# Words\n"})
    assert alice.token.publish(crate).status_code == 200
    wait(lambda: (faulty.data / f"public/readmes/{crate.name}/{crate.name}-1.0.0.html").exists(), "the README", 30)


def test_master_killed_with_a_publish_in_hand(faulty, alice, fresh):
    """Its workers do not outlive it, but what has begun is answered."""
    crate = Crate(fresh())
    faulty.order("publish.tx-version", "hold")
    answer = Later(alice.token.publish, crate)
    worker, master, others = faulty.held(), faulty.pid("cratehouse"), faulty.children()
    os.kill(master, signal.SIGKILL)
    wait(lambda: not any(alive(pid) for pid in others - {worker}), "a worker outlives its master")
    faulty.let_go()
    assert answer.result().status_code == 200
    wait(lambda: not alive(worker), "the last worker stays")
    faulty.start()
    faulty.prove(crate.name)


@pytest.mark.parametrize("step", ["publish.after-blob", "publish.tx-jobs", "publish.after-commit", "settle.before-rename"])
def test_everything_killed_at_once(faulty, alice, fresh, step):
    """As far as processes go, a power cut: web server, workers and database. The next start needs nobody's help."""
    crate = Crate(fresh())
    faulty.order(step, "hold")
    answer = Later(alice.token.publish, crate)
    faulty.held()
    masters = [faulty.pid(name) for name in ("web", "cratehouse", "mariadbd")]
    everybody = [*masters, *(pid for master in masters for pid in children_of(master))]
    for pid in everybody:
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)
    with pytest.raises(OSError):
        answer.result()
    wait(lambda: not any(alive(pid) for pid in everybody), "somebody lives on")
    faulty.let_go()
    faulty.start()
    expected = {"1.0.0": (crate.checksum, False)} if committed(step) else {}
    assert faulty.versions(crate.name) == expected
    wait(lambda: faulty.lines(crate.name) == expected, lambda: faulty.ctl("job", "list"))
    faulty.prove()
    again = alice.token.publish(crate)
    assert already_uploaded(again) if committed(step) else again.status_code == 200
    faulty.prove(crate.name)
