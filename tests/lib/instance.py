"""A registry of one's own for tests, started by deploy/quickstart: what is tested is what people run."""
import json
import os
import pathlib
import random
import re
import shutil
import signal
import socket
import subprocess
import tempfile
import time

from lib.registry import Client, index_path

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
BUILD = pathlib.Path(os.environ.get("CRATEHOUSE_BUILD", ROOT / "build")).resolve()
PAIR = re.compile(r'([a-z_0-9]+)=("(?:[^"\\]|\\.)*"|\S*)')


def environment(**more):
    """For programs: pytest's own variable has the test's name in it, which may be longer than the system takes."""
    return {**{name: value for name, value in os.environ.items() if name != "PYTEST_CURRENT_TEST"}, **more}


def end_in_order():
    """SIGTERM ends this program as Ctrl-C does: the registries that it started are ended, and their folders go. A second one changes
    nothing: make, the shell and a time limit each send it. Until somebody is ending() it is said again: what is raised in a callback,
    such as one of the garbage collector, is lost."""
    told = []

    def end(_signal, _frame):
        if not told:
            told.append(True)
            signal.setitimer(signal.ITIMER_REAL, 10, 10)
            raise KeyboardInterrupt

    def once_more(_signal, _frame):
        raise KeyboardInterrupt
    signal.signal(signal.SIGTERM, end)
    signal.signal(signal.SIGALRM, once_more)


def ending():
    """It was heard."""
    signal.setitimer(signal.ITIMER_REAL, 0)


def free_port():
    """Below the range the kernel takes for outgoing connections: nothing else comes upon it before it is used."""
    while True:
        port = random.randrange(20000, 30000)
        with socket.socket() as probe:
            try:
                probe.bind(("127.0.0.1", port))
                return port
            except OSError:
                pass


class User:
    """An account with both ways to say who one is: .token as cargo does, .browser as a signed-in page does."""

    def __init__(self, instance, login, token, cookie):
        self.login, self.secret, self.cookie = login, token, cookie
        self.token = Client(instance.url, Authorization=token)
        self.browser = Client(instance.url, Cookie=cookie, Origin=instance.url)


class Instance:
    """One registry. start() returns when it answers; stop() ends it; remove() takes its folder away."""

    answered = set()  # (method, route) that had success on an instance that was removed

    def __init__(self, web="nginx", settings=(), build=BUILD, port=None, environment=None, data=None):
        """data: the folder of a registry that runs already; it is neither to be started nor removed."""
        if data:
            self.data = data
            port = int(re.search(r'^url = ".*:(\d+)', (data / "cratehouse.toml").read_text(), re.M).group(1))
        else:
            # Everybody may enter: as root the programs run as another user.
            self.data = pathlib.Path(tempfile.mkdtemp(prefix="cratehouse-test-", dir=os.environ.get("CRATEHOUSE_TEST_TMP")))
            self.data.chmod(0o755)
        self.web, self.settings, self.build = web, ("limits.enabled=false", "downloads.count=off", *settings), build
        self.environment = environment or {}  # beside our own, of whatever quickstart starts
        self.port = port or free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.site = f"127.0.0.1:{self.port}"
        self.index_url = self.url + "/index/"
        self.anonymous = Client(self.url)

    def quickstart(self, *options, check=True):
        done = subprocess.run([str(ROOT / "deploy/quickstart"), "--data", str(self.data), *options],
                              stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=240,
                              env=environment(**self.environment))
        if check and done.returncode:
            raise AssertionError(f"quickstart {' '.join(options)}: {done.stderr[-2000:]}")
        return done

    def start(self, *more):
        sets = [word for setting in self.settings for word in ("--set", setting)]
        done = self.quickstart("--no-install", "--build", str(self.build), "--port", str(self.port), "--web", self.web,
                               "--log-mb", "0", *sets, *more)  # tests read its logs from beginning to end
        self.started = done.stdout
        return self

    def stop(self):
        self.quickstart("--stop")

    def remove(self):
        """Ends what runs and takes the folder away (CRATEHOUSE_TEST_KEEP=1 leaves it for a look)."""
        ending()
        Instance.answered |= self.succeeded()
        self.quickstart("--stop", check=False)
        if not os.environ.get("CRATEHOUSE_TEST_KEEP"):
            shutil.rmtree(self.data, ignore_errors=True)

    def pid(self, name):
        """Of mariadbd, cratehouse (the master), jobs or web."""
        return int((self.data / "run" / f"{name}.pid").read_text())

    @property
    def ctl_path(self):
        return self.data / "cratehouse"

    def run_ctl(self, *args, timeout=120, env=None):
        return subprocess.run([str(self.ctl_path), *map(str, args)], stdin=subprocess.DEVNULL, capture_output=True,
                              text=True, timeout=timeout, env=environment(**(env or {})))

    def ctl(self, *args, timeout=120):
        """The administration command; its output. Fails the test when the command fails."""
        done = self.run_ctl(*args, timeout=timeout)
        assert done.returncode == 0, f"cratehouse {' '.join(map(str, args))}: {done.stderr or done.stdout}"
        return done.stdout

    def user(self, login, verified=True, admin=False, email=None):
        """A new account with a token and a session."""
        self.ctl("user", "create", login, "--name", login.capitalize(), "--email", email or f"{login}@example.test",
                 *([] if verified else ["--unverified"]), *(["--admin"] if admin else []))
        return User(self, login, self.token(login, f"{login}'s token"), self.ctl("session", "create", login).split()[-1])

    def token(self, login, name, *options):
        return self.ctl("token", "create", login, name, *options).split()[-1]

    def sql(self, statement):
        """Rows as lists of strings, asked as the registry's own database user."""
        config = (self.data / "cratehouse.toml").read_text()
        password = re.search(r'^password = "([^"]*)"', config, re.M).group(1)
        done = subprocess.run(["mariadb", "--no-defaults", f"--socket={self.data}/run/mariadb.sock", "-ucratehouse",
                               "-N", "-B", "cratehouse", "-e", statement], stdin=subprocess.DEVNULL, capture_output=True,
                              text=True, timeout=60, env=environment(MYSQL_PWD=password))
        assert done.returncode == 0, done.stderr
        return [line.split("\t") for line in done.stdout.splitlines()]

    def index(self, name):
        """The lines of a crate in the sparse index, as a client reads them; None where there is no such file."""
        answer = self.anonymous.get("/index/" + index_path(name), headers={"Authorization": None})
        if answer.status_code == 404:
            return None
        assert answer.status_code == 200, answer.text
        assert answer.text.endswith("\n")
        return [json.loads(line) for line in answer.text.splitlines()]

    def public(self, name, version):
        """The path of a published .crate below the data folder."""
        return self.data / "public/crates" / name / f"{name}-{version}.crate"

    def log(self, part=""):
        """Lines of the registry's log that have the part in them, each as a dict of its pairs."""
        file = self.data / "log" / ("web-error.log" if self.web == "apache-fcgid" else "cratehouse.log")
        for line in file.read_text(errors="replace").split("\n") if file.exists() else ():
            if part not in line:
                continue
            yield {key: json.loads(value) if value[:1] == '"' and "\\x" not in value else value.strip('"')
                   for key, value in PAIR.findall(line)}

    def succeeded(self, counts=lambda line: True):
        """(method, route) of all requests that were answered with success, as far as they count."""
        return {(line["method"], line["route"]) for line in self.log("route=")
                if {"route", "status", "method", "id"} <= line.keys() and int(line["status"]) < 400 and counts(line)}

    def log_line(self, answer, seconds=20):
        """The log line of an answer (of Client): the request's queries, bytes, milliseconds, error."""
        end = time.time() + seconds
        while True:
            for line in self.log(answer.sent_id):
                if line.get("id") == answer.sent_id and "route" in line:
                    return line
            assert time.time() < end, f"no log line with id={answer.sent_id}"
            time.sleep(0.05)

    def queries(self, answer):
        """How many queries a request made."""
        return int(self.log_line(answer).get("db_n", 0))

    def wait(self, path, ready, seconds=60, client=None):
        """Asks again until ready(answer): for what follows in the background. The last answer."""
        end = time.time() + seconds
        while True:
            answer = (client or self.anonymous).get(path)
            if ready(answer):
                return answer
            assert time.time() < end, f"{path}: {answer.status_code} {answer.text[:500]}"
            time.sleep(0.1)
