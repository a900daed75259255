"""Master and workers: nothing is dropped by a reload, a stop or a worker that leaves; what fails comes back."""
import os
import pathlib
import re
import signal
import socket
import subprocess
import threading
import time

import pytest

from fcgi_client import BEGIN, PARAMS, STDIN, FastCGI, record, stream
from lib.instance import BUILD
from lib.master import ROUTE, Master, alive, listening_socket

BEGIN_BODY = b"\0\1\0\0\0\0\0\0"


@pytest.fixture
def make():
    """A function: a Master with those keys; all are stopped at the end."""
    masters = []

    def one(**keys):
        masters.append(Master(**keys))
        return masters[-1]
    yield one
    for master in masters:
        master.remove()


class Load:
    """Asks without pause from several threads, until stopped; keeps what was no whole 200."""

    def __init__(self, client, threads=4):
        self.client, self.stopped, self.wrong, self.answers = client, threading.Event(), [], 0
        self.threads = [threading.Thread(target=self.run) for _ in range(threads)]

    def run(self):
        while not self.stopped.is_set():
            try:
                reply = self.client.get(ROUTE)
                if reply.status != 200 or not reply.whole:
                    self.wrong.append((reply.status, reply.whole, reply.raw[:200]))
            except OSError as e:
                self.wrong.append(repr(e))
            self.answers += 1

    def __enter__(self):
        for t in self.threads:
            t.start()
        return self

    def __exit__(self, *_):
        self.stopped.set()
        for t in self.threads:
            t.join(20)


def wait(good, seconds=30):
    """Until good() holds."""
    end = time.monotonic() + seconds
    while not good():
        assert time.monotonic() < end
        time.sleep(0.01)


def half_request(master):
    """A connection on which a worker waits for the rest of the parameters; and that rest."""
    before = master.sockets()
    s = master.client.connect()
    params = FastCGI.params("GET", ROUTE)
    s.sendall(record(BEGIN, BEGIN_BODY) + stream(PARAMS, params))
    wait(lambda: master.sockets() - before)  # a worker has taken it
    return s, record(PARAMS) + record(STDIN)


def quickest(limit_s, once, tries=8):
    """once() says how long it took. What a machine that is busy with other things needs says nothing: one of some tries has to keep the limit."""
    took = []
    while not took or min(took) >= limit_s:
        assert len(took) < tries, took
        took.append(once())


def test_first_answer_comes_soon(make):
    """The aim is 50 ms on an idle machine (make bench measures it)."""
    master = make()

    def once():
        if master.process:
            assert master.stop() == 0
        began = time.monotonic()
        master.start()
        return time.monotonic() - began
    quickest(1, once)
    assert (master.folder / "pid").read_text() == f"{master.process.pid}\n"
    assert oct(os.stat(master.socket).st_mode)[-3:] == "660"


def test_killed_worker_is_replaced(make):
    master = make().start()
    before = master.wait_children(lambda p: len(p) == 2)
    os.kill(before[0], signal.SIGKILL)
    after = master.wait_children(lambda p: len(p) == 2 and before[0] not in p)
    assert before[1] in after
    assert "msg=\"child failed\" kind=worker status=-1 signal=9" in master.log()
    assert master.client.get(ROUTE).status == 200


def test_pause_grows_while_workers_fail(make):
    master = make(server__workers=1)
    (master.folder / "data").write_text("a file where a folder must be\n")
    master.process = master.spawn("serve")
    log = master.wait_log(lambda text: text.count("child failed") >= 5)
    pauses = [int(n) for n in re.findall(r"again_in_ms=(\d+)", log)]
    assert pauses[:5] == [0, 100, 200, 400, 800]
    (master.folder / "data").unlink()
    master.wait_answer()
    assert master.stop() == 0


def test_reload_under_load_drops_nothing(make):
    master = make(server__workers=3, server__banner="first").start()
    old = master.wait_children(lambda p: len(p) == 3)
    with Load(master.client) as load:
        for i in range(8):
            master.set(server__banner=f"number {i}", server__workers=2 + i % 2)
            master.signal(signal.SIGHUP)
            until = load.answers + 30
            wait(lambda: load.answers >= until)
    assert load.wrong == []
    new = master.wait_children(lambda p: len(p) == 3 and not set(p) & set(old))
    assert new
    assert b'"banner_message":"number 7"' in master.client.get(ROUTE).body


def test_reload_with_a_mistake_changes_nothing(make):
    master = make(server__banner="kept").start()
    before = master.wait_children(lambda p: len(p) == 2)
    master.config.write_text("[server]\nworkers = 0\n")
    master.signal(signal.SIGHUP)
    master.wait_log(lambda text: "configuration not reloaded" in text and "workers must be between" in text)
    assert master.children() == before
    assert b'"banner_message":"kept"' in master.client.get(ROUTE).body


def test_reload_waits_for_the_request_in_hand(make):
    master = make(server__workers=1).start()
    old = master.wait_children(lambda p: len(p) == 1)
    s, rest = half_request(master)
    master.signal(signal.SIGHUP)
    master.wait_children(lambda p: len(p) == 2 and old[0] in p)
    assert master.client.get(ROUTE).status == 200  # the new worker is there already
    s.sendall(rest)
    reply = FastCGI.receive(s)
    assert (reply.status, reply.whole) == (200, True)
    master.wait_children(lambda p: len(p) == 1 and old[0] not in p)


def test_stop_answers_the_request_in_hand(make):
    master = make().start()
    s, rest = half_request(master)
    master.signal(signal.SIGTERM)
    time.sleep(0.3)
    assert master.process.poll() is None
    s.sendall(rest)
    reply = FastCGI.receive(s)
    assert (reply.status, reply.whole) == (200, True)
    assert master.process.wait(10) == 0
    assert not os.path.exists(master.socket)
    assert not (master.folder / "pid").exists()
    assert "killed after drain_s" not in master.log()


def test_stop_waits_no_longer_than_drain_s(make):
    master = make(server__drain_s=1).start()
    s, _ = half_request(master)
    began = time.monotonic()
    assert master.stop() == 0  # the rest never comes: without drain_s this had no end
    assert 0.9 < time.monotonic() - began
    assert "killed after drain_s" in master.log()
    s.close()


def test_stop_of_an_idle_server_is_quick(make):
    master = make(server__workers=8)

    def once():
        master.start()
        began = time.monotonic()
        assert master.stop() == 0
        return time.monotonic() - began
    quickest(2, once)


def test_worker_leaves_after_its_share(make):
    master = make(server__workers=2, server__max_requests=5).start()
    before = master.wait_children(lambda p: len(p) == 2)
    with Load(master.client, threads=2) as load:
        master.wait_children(lambda p: not set(p) & set(before))
    master.wait_children(lambda p: len(p) == 2)  # under load they leave faster than one can count them
    assert load.wrong == []
    assert "child failed" not in master.log()


def test_worker_over_its_memory_mark_leaves(make):
    master = make(server__workers=1, server__max_rss_mb=1).start()
    before = master.wait_children(lambda p: len(p) == 1)
    assert master.client.get(ROUTE).status == 200
    master.wait_children(lambda p: len(p) == 1 and p != before)
    assert "worker over its memory mark" in master.log()


def test_workers_do_not_outlive_the_master(make):
    master = make().start()
    workers = master.wait_children(lambda p: len(p) == 2) + master.children("cratehouse-insp")
    master.process.kill()
    master.process.wait()
    wait(lambda: not any(alive(pid) for pid in workers))
    # What is left of the socket is no obstacle to the next start.
    master.start()


def test_second_master_on_the_socket_refuses(make):
    master = make().start()
    other = master.spawn("serve")
    assert other.wait(10) == 1
    assert "another instance runs there" in master.log()
    assert master.client.get(ROUTE).status == 200


def test_socket_that_is_a_file_stays(make):
    master = make()
    pathlib.Path(master.socket).write_text("mine\n")
    assert master.spawn("serve").wait(10) == 1
    assert pathlib.Path(master.socket).read_text() == "mine\n"


def test_inspector_is_replaced(make):
    master = make().start()
    master.wait_log(lambda _: master.children("cratehouse-insp"))
    old = master.children("cratehouse-insp")
    os.kill(old[0], signal.SIGKILL)
    master.wait_log(lambda _: master.children("cratehouse-insp") not in ([], old))


def test_tcp_socket(make):
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    master = make(server__socket=f"127.0.0.1:{port}")
    master.socket = ("127.0.0.1", port)
    master.start()
    assert master.stop() == 0


# ---- one worker on descriptor 0, as mod_fcgid, lighttpd and spawn-fcgi start it

@pytest.fixture
def worker(make):
    master = make()
    with listening_socket(master.socket) as s:
        master.process = master.spawn(stdin=s)
        yield master.wait_answer()


def test_one_worker_answers_and_stops(worker):
    assert worker.client.get(ROUTE).whole
    assert worker.children() == []
    assert worker.stop() == 0


def test_one_worker_finishes_what_it_has(worker):
    s, rest = half_request(worker)
    worker.signal(signal.SIGTERM)
    time.sleep(0.2)
    s.sendall(rest)
    assert FastCGI.receive(s).status == 200
    assert worker.process.wait(10) == 0


def test_one_worker_leaves_after_its_share(make):
    master = make(server__max_requests=3)
    with listening_socket(master.socket) as s:
        master.process = master.spawn(stdin=s)
        for _ in range(3):
            assert master.client.get(ROUTE).whole
        assert master.process.wait(10) == 0


def test_without_a_socket_it_says_how_it_is_used(make):
    master = make()
    done = subprocess.run([str(BUILD / "cratehouse"), "-c", str(master.config)], stdin=subprocess.DEVNULL,
                          capture_output=True, text=True)
    assert done.returncode == 2
    assert done.stderr.startswith("usage: cratehouse ")


def test_without_a_database_it_says_so_and_lives_on(make):
    master = make(server__workers=1).start()
    before = master.wait_children(lambda p: len(p) == 1)
    for _ in range(3):
        reply = master.client.get("/api/v1/crates/anything")
        assert (reply.status, reply.whole) == (503, True)
        assert reply.body == b'{"errors":[{"detail":"Service unavailable"}]}'
        assert int(reply.header("retry-after")) > 0
    assert master.client.get(ROUTE).status == 200
    assert master.children() == before
    assert "err=busy" in master.log() and "cause=" in master.log()
