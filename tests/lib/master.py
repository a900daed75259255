"""`cratehouse serve` alone, without web server and database: for what the processes do, not what the routes say."""
import os
import pathlib
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "http"))

from fcgi_client import FastCGI  # noqa: E402
from lib.instance import BUILD  # noqa: E402

LSAN_OPTIONS = f"print_suppressions=0:suppressions={pathlib.Path(__file__).resolve().parent / 'lsan.supp'}"
ROUTE = "/api/v1/site_metadata"  # answers without a database


class Master:
    """start() returns at the first answer. Keys of the configuration as server__workers=2."""

    def __init__(self, **keys):
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="cratehouse-master-"))
        self.socket = str(self.folder / "s")
        self.config = self.folder / "c.toml"
        self.log_path = self.folder / "log"
        self.process = None
        self.keys = {"server.socket": self.socket, "server.libexec": str(BUILD), "server.job_runners": 0,
                     "server.workers": 2, "server.drain_s": 5, "server.pid_file": str(self.folder / "pid"),
                     "data.dir": str(self.folder / "data"), "db.socket": str(self.folder / "no-database")}
        self.set(**keys)

    def set(self, **keys):
        self.keys.update({name.replace("__", "."): value for name, value in keys.items()})
        lines = [f"{name} = {str(value).lower() if isinstance(value, bool) else repr(value)}"
                 for name, value in self.keys.items()]
        self.config.write_text("\n".join(lines).replace("'", '"') + "\n")

    @property
    def client(self):
        return FastCGI(self.socket, timeout=20)

    def spawn(self, *words, **more):
        with open(self.log_path, "ab") as log:
            return subprocess.Popen([str(BUILD / "cratehouse"), "-c", str(self.config), *words], stderr=log,
                                    env={**os.environ, "LSAN_OPTIONS": LSAN_OPTIONS}, **more)

    def start(self):
        self.process = self.spawn("serve")
        return self.wait_answer()

    def wait_answer(self, seconds=30):
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            try:
                if self.client.get(self.keys.get("server.base_path", "") + ROUTE).status == 200:
                    return self
            except OSError:
                time.sleep(0.005)
        raise AssertionError("no answer\n" + self.log())

    def children(self, kind="cratehouse"):
        """The ids of the master's children whose program has that name."""
        pids = []
        for line in subprocess.run(["ps", "-o", "pid=,comm=", "--ppid", str(self.process.pid)], capture_output=True,
                                   text=True).stdout.splitlines():
            pid, name = line.split(None, 1)
            if name.strip() == kind:
                pids.append(int(pid))
        return sorted(pids)

    def sockets(self):
        """What sockets the workers have, or the one worker itself: pairs of its id and the socket's name."""
        found = set()
        for pid in self.children() or [self.process.pid]:
            try:
                found |= {(pid, os.readlink(fd.path)) for fd in os.scandir(f"/proc/{pid}/fd")}
            except FileNotFoundError:  # it left
                pass
        return {(pid, name) for pid, name in found if name.startswith("socket:")}

    def wait_children(self, good, seconds=30):
        """The workers' ids, as soon as good(ids) holds."""
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            pids = self.children()
            if good(pids):
                return pids
            time.sleep(0.01)
        raise AssertionError(f"workers: {self.children()}\n" + self.log())

    def log(self):
        return self.log_path.read_text() if self.log_path.exists() else ""

    def wait_log(self, good, seconds=30):
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            if good(self.log()):
                return self.log()
            time.sleep(0.02)
        raise AssertionError(self.log())

    def signal(self, number):
        self.process.send_signal(number)

    def stop(self, seconds=20):
        """SIGTERM; the exit status."""
        self.signal(signal.SIGTERM)
        return self.process.wait(seconds)

    def remove(self):
        if self.process and self.process.poll() is None:
            try:
                self.stop()
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()
        log = self.log()
        shutil.rmtree(self.folder, ignore_errors=True)
        assert "Sanitizer" not in log and "runtime error" not in log, log


def listening_socket(path):
    s = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    s.bind(path)
    s.listen(16)
    return s


def alive(pid):
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    try:
        return pathlib.Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0] != "Z"
    except FileNotFoundError:
        return False
