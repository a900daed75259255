"""Registries that are made to fail: orders for the fault switch (app/base/fault.h), processes to kill, a database that
goes away, and the proof that what is left is whole."""
import contextlib
import os
import pathlib
import re
import signal
import socket
import subprocess
import threading
import time

import pytest

from lib.instance import BUILD, ROOT, Instance

STEPS = re.findall(r'X\(\w+, "([a-z.-]+)"\)', (ROOT / "app/base/fault.h").read_text())
SETTLE_STEPS = [step for step in STEPS if step.startswith("settle.")]
PUBLISH_STEPS = [step for step in STEPS if step.startswith(("publish.", "settle."))]
YANK_STEPS = [step for step in STEPS if step.startswith(("yank.", "settle."))]
# A file of the index that goes is not renamed.
DELETE_STEPS = [step for step in STEPS if step.startswith(("delete.", "settle.")) and step != "settle.before-rename"]
# As root quickstart lets everything run as this user.
AS_WORKER = ["setpriv", "--reuid=www-data", "--regid=www-data", "--init-groups"] if os.getuid() == 0 else []


def committed(step):
    """Whether the transaction is behind who dies at that step."""
    return step.startswith("settle.") or step.endswith((".after-commit", ".before-answer"))


def linked(step):
    """Whether the .crate has its public name by then."""
    return step.endswith(".before-answer") or step in SETTLE_STEPS[SETTLE_STEPS.index("settle.after-link"):]


def indexed(step):
    """Whether the index file is written by then."""
    return step.endswith(".before-answer") or step in SETTLE_STEPS[SETTLE_STEPS.index("settle.after-rename"):]


def alive(pid):
    with contextlib.suppress(OSError):
        return pathlib.Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0] not in "ZX"
    return False


def children_of(pid):
    """{process id: name of its program}"""
    lines = subprocess.run(["ps", "-o", "pid=,comm=", "--ppid", str(pid)], capture_output=True, text=True).stdout.splitlines()
    return {int(child): name for child, name in (line.split(None, 1) for line in lines)}


def wait(good, what, seconds=20):
    """The first true value of good()."""
    end = time.monotonic() + seconds
    while True:
        value = good()
        if value:
            return value
        assert time.monotonic() < end, f"waited {seconds} s: {what() if callable(what) else what}"
        time.sleep(0.02)


class Later:
    """A call in a thread of its own; result() waits for it and gives or raises what came of it."""

    def __init__(self, call, *args, **more):
        self._value = self._error = None

        def run():
            try:
                self._value = call(*args, **more)
            except BaseException as e:  # handed to whoever asks for the result
                self._error = e
        self._thread = threading.Thread(target=run, daemon=True)
        self._thread.start()

    def result(self, seconds=60):
        self._thread.join(seconds)
        assert not self._thread.is_alive(), "no answer"
        if self._error:
            raise self._error
        return self._value


class Faulty(Instance):
    """A registry whose workers obey orders. Jobs run when a test says so (run_jobs), unless job_runners is given."""

    def __init__(self, settings=(), workers=2, job_runners=0, **more):
        super().__init__(settings=(f"server.workers={workers}", f"server.job_runners={job_runners}", *settings), **more)
        self.count = workers
        self.order_file = self.data / "run/fault"
        self.held_file = self.data / "run/fault.held"
        self.environment = {"CRATEHOUSE_FAULT_FILE": str(self.order_file)}

    def start(self, *more):
        if b"CRATEHOUSE_FAULT_FILE" not in (BUILD / "cratehouse").read_bytes():
            pytest.fail("this build has no fault switch: configure it with --enable-faults", pytrace=False)
        return super().start(*more)

    # ---- orders

    def order(self, step, what):
        """For the first process that comes to that step: kill, error, busy, hold, sleep=MS."""
        assert step in STEPS
        with contextlib.suppress(FileNotFoundError):
            self.held_file.unlink()
        fresh = self.order_file.with_suffix(".new")
        fresh.write_text(f"{step}:{what}")
        fresh.rename(self.order_file)

    def obeyed(self):
        """Whether some process came to the step. An order that nobody took is taken back."""
        with contextlib.suppress(FileNotFoundError):
            self.order_file.unlink()
            return False
        return True

    def held(self):
        """The id of the process that was told to hold, once it stands there."""
        return int(wait(lambda: self.held_file.exists() and self.held_file.read_text(), "nobody came to the step"))

    def let_go(self):
        self.held_file.unlink()

    # ---- processes

    def children(self):
        """The workers and job runners."""
        return {pid for pid, name in children_of(self.pid("cratehouse")).items() if name == "cratehouse"}

    def tell_master(self, number):
        os.kill(self.pid("cratehouse"), number)

    def fresh_workers(self):
        """The master's pause after failures begins anew, and all processes are others than before."""
        before = self.children()
        self.tell_master(signal.SIGHUP)
        wait(lambda: len(self.children()) == self.count and not self.children() & before, self.children)

    def run_jobs(self, *words, orders=False, seconds=20):
        """`cratehouse jobs --for`, to the end of what is due. With orders it obeys them as workers do."""
        # A settle job waits two seconds for the worker that does its work at once; here nobody is waited for.
        self.sql("UPDATE background_jobs SET run_after_us = 0 WHERE job_type = 'settle' AND retries = 0")
        environment = {**os.environ, **(self.environment if orders else {})}
        return subprocess.run([str(self.ctl_path), "jobs", "--for", str(seconds), *words], stdin=subprocess.DEVNULL,
                              capture_output=True, text=True, timeout=seconds + 60, env=environment)

    def finish_jobs(self):
        done = self.run_jobs()
        assert done.returncode == 0, done.stderr
        assert self.sql("SELECT job_type, last_error FROM background_jobs WHERE queue = 'index'") == []

    # ---- the database

    def kill_database(self, number=signal.SIGKILL):
        pid = self.pid("mariadbd")
        os.kill(pid, number)
        wait(lambda: not alive(pid), "mariadbd does not end", 60)

    def start_database(self):
        """As quickstart does, but nothing else is started anew."""
        socket_path = self.data / "run/mariadb.sock"
        with contextlib.suppress(FileNotFoundError):
            socket_path.unlink()
        path = os.environ["PATH"] + ":/usr/sbin:/sbin"
        with open(self.data / "log/mariadbd.log", "ab") as log:
            process = subprocess.Popen([*AS_WORKER, "mariadbd", f"--defaults-file={self.data}/etc/mariadb.cnf"],
                                       stdin=subprocess.DEVNULL, stdout=log, stderr=log, start_new_session=True,
                                       env={**os.environ, "PATH": path})
        (self.data / "run/mariadbd.pid").write_text(f"{process.pid}\n")
        wait(socket_path.exists, "mariadbd does not start", 60)

    def configure(self, old, new):
        """Changes a line of the configuration and reloads it."""
        file = self.data / "cratehouse.toml"
        text = file.read_text()
        assert old in text
        file.write_text(text.replace(old, new))
        self.fresh_workers()

    def admin(self, statement):
        """As MariaDB's own root, whom it knows by the user that runs this."""
        if os.getuid() != 0:
            pytest.skip("only root is an administrator of the database")
        done = subprocess.run(["mariadb", "--no-defaults", f"--socket={self.data}/run/mariadb.sock", "-uroot", "-N", "-B",
                               "-e", statement], stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=60)
        assert done.returncode == 0, done.stderr
        return [line.split("\t") for line in done.stdout.splitlines()]

    # ---- what is there

    def versions(self, name):
        """{version: (checksum, yanked)} of the database."""
        rows = self.sql("SELECT v.num, LOWER(HEX(v.tar_sha256)), v.yanked FROM versions v JOIN crates c ON c.id = v.crate_id"
                        f" WHERE c.name = '{name}'")
        return {num: (checksum, yanked == "1") for num, checksum, yanked in rows}

    def lines(self, name):
        """The same of the index, as a client reads it."""
        return {line["vers"]: (line["cksum"], line["yanked"]) for line in self.index(name) or []}

    def downloads(self, name, version):
        """Whether the .crate is served."""
        answer = self.anonymous.get(f"/static/crates/{name}/{name}-{version}.crate")
        assert answer.status_code in (200, 404)
        return answer.status_code == 200

    def blob(self, checksum):
        return self.data / "blobs" / checksum[:2] / checksum[2:]

    def blobs(self):
        return {path.name for path in (self.data / "blobs").rglob("*") if path.is_file()}

    def scraps(self):
        """Half written files: a process that was killed may leave one, others may not."""
        return {path.name for path in (self.data / "tmp").iterdir()}

    def prove(self, *names):
        """fsck finds nothing, and for these crates: index = database, and each .crate is its blob."""
        done = self.run_ctl("fsck", "--hash")
        assert done.returncode == 0, done.stdout + done.stderr
        for name in names:
            versions = self.versions(name)
            assert self.lines(name) == versions, name
            assert versions or not (self.data / "public/crates" / name).exists(), name
            for version, (checksum, _) in versions.items():
                assert os.path.samefile(self.blob(checksum), self.public(name, version)), (name, version)
                assert self.downloads(name, version)


def refused(answer, status=503):
    """That it is an error cargo can show, and says when to come back where that helps."""
    assert answer.status_code == status, answer.text
    assert answer.headers["Content-Type"].startswith("application/json")
    assert answer.json()["errors"][0]["detail"]
    assert status != 503 or int(answer.headers["Retry-After"]) > 0
    return True


def already_uploaded(answer):
    return answer.status_code != 200 and "already uploaded" in answer.json()["errors"][0]["detail"]


class Session:
    """One connection to the database, as its own user: for locks and transactions that last as long as a test wants."""

    def __init__(self, instance):
        password = re.search(r'^password = "([^"]*)"', (instance.data / "cratehouse.toml").read_text(), re.M).group(1)
        self.process = subprocess.Popen(["mariadb", "--no-defaults", f"--socket={instance.data}/run/mariadb.sock",
                                         "-ucratehouse", "-N", "-B", "-n", "cratehouse"], stdin=subprocess.PIPE,
                                        stdout=subprocess.PIPE, text=True, env={**os.environ, "MYSQL_PWD": password})

    def say(self, statements):
        self.process.stdin.write(statements + ";\nSELECT 'said';\n")
        self.process.stdin.flush()

    def wait(self):
        """Until what was said is done."""
        while True:
            line = self.process.stdout.readline()
            assert line, "the session has ended"
            if line == "said\n":
                return

    def do(self, statements):
        self.say(statements)
        self.wait()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.stdin.close()
        self.process.wait(20)
        self.process.stdout.close()


class DatabaseProxy:
    """Stands between workers and MariaDB on a socket of its own. With .lose set, the next COMMIT kills its connection:
    "answer" after the server has obeyed, "commit" before it has heard."""

    def __init__(self, instance):
        self.path, self.upstream, self.lose = instance.data / "run/proxy.sock", instance.data / "run/mariadb.sock", None
        self.commits_lost = 0
        self.socket = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self.socket.bind(str(self.path))
        self.path.chmod(0o777)
        self.socket.listen(32)
        threading.Thread(target=self._accept, daemon=True).start()

    def close(self):
        self.socket.close()

    def _accept(self):
        with contextlib.suppress(OSError):
            while True:
                client, _ = self.socket.accept()
                server = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
                try:
                    server.connect(str(self.upstream))
                except OSError:
                    client.close()
                    continue
                lost = threading.Event()  # from here on the client hears nothing
                threading.Thread(target=self._asks, args=(client, server, lost), daemon=True).start()
                threading.Thread(target=self._answers, args=(client, server, lost), daemon=True).start()

    def _asks(self, client, server, lost):
        with contextlib.suppress(OSError):
            while data := client.recv(65536):
                if self.lose and data[4:] == b"\x03COMMIT":
                    how, self.lose = self.lose, None
                    self.commits_lost += 1
                    lost.set()
                    if how == "answer":
                        server.sendall(data)
                        continue  # until _answers has seen that the server obeyed
                    break
                server.sendall(data)
        self._hang_up(client, server)

    def _answers(self, client, server, lost):
        with contextlib.suppress(OSError):
            while data := server.recv(65536):
                if lost.is_set():
                    break
                client.sendall(data)
        self._hang_up(client, server)

    @staticmethod
    def _hang_up(*sockets):
        for s in sockets:
            with contextlib.suppress(OSError):
                s.shutdown(socket.SHUT_RDWR)
