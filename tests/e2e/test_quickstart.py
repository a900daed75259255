"""deploy/quickstart as people meet it: what it leaves, what it prints, how it says no."""
import os
import pwd
import re
import shutil
import signal
import socket
import subprocess
import tempfile
import time

import pytest

from lib.downloads import Log, counted, minute_passes
from lib.instance import BUILD, ROOT, Instance, free_port
from lib.registry import Client, Crate


@pytest.fixture
def instance():
    made = Instance()
    try:
        yield made
    finally:
        made.remove()


def ours(instance):
    """Command lines of processes that name the instance's folder."""
    found = []
    for entry in os.listdir("/proc"):
        if entry.isdigit() and int(entry) != os.getpid():
            try:
                with open(f"/proc/{entry}/cmdline", "rb") as file:
                    line = file.read().replace(b"\0", b" ").decode(errors="replace")
            except OSError:
                continue
            if str(instance.data) + "/" in line:
                found.append(line)
    return found


def test_prints_what_to_type_and_continues_after_a_stop(instance):
    instance.start()
    assert f'index = "sparse+{instance.index_url}"' in instance.started
    token = re.search(r"^echo (\S+) \| cargo login", instance.started, re.M).group(1)
    me = Client(instance.url, Authorization=token).get("/api/v1/me/crate_owner_invitations")
    assert me.status_code != 401
    instance.ctl("user", "create", "dora", "--email", "dora@example.test")
    # Again while it runs: nothing happens, the same words.
    pid = instance.pid("cratehouse")
    assert "it runs already" in instance.quickstart("--no-install", "--build", str(BUILD)).stdout
    assert instance.pid("cratehouse") == pid
    instance.stop()
    assert ours(instance) == []
    # Without options: port, web server and settings of the first time, and its data.
    again = instance.quickstart("--no-install", "--build", str(BUILD)).stdout
    assert instance.url in again and token in again
    assert "dora" in instance.ctl("user", "list")
    assert "enabled = false" in (instance.data / "cratehouse.toml").read_text()


def test_another_web_server_goes_on_with_the_same_folder(instance):
    instance.start()
    instance.user("erin")
    for web in ("lighttpd", "apache-fcgid", "apache", "nginx"):
        instance.stop()
        instance.quickstart("--no-install", "--build", str(BUILD), "--web", web)
        assert instance.anonymous.get("/index/config.json").status_code == 200
        assert "erin" in instance.ctl("user", "list")


def test_settings_go_into_the_file_and_edits_stay(instance):
    instance.settings += ('site.title=The "tide" \\ house', "limits.keywords=7", "site.url=http://127.0.0.1:1")
    instance.start()
    text = (instance.data / "cratehouse.toml").read_text()
    assert r'title = "The \"tide\" \\ house"' in text and "keywords = 7" in text
    assert (instance.data / "cratehouse.toml").stat().st_mode & 0o077 == 0
    instance.stop()
    (instance.data / "cratehouse.toml").write_text(text.replace("keywords = 7", "keywords = 9  # mine"))
    instance.quickstart("--no-install", "--build", str(BUILD))
    text = (instance.data / "cratehouse.toml").read_text()
    assert "keywords = 9  # mine" in text and 'url = "http://127.0.0.1:1"' in text, "of another web server on this machine"


def test_a_port_in_use_is_said(instance):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        done = instance.quickstart("--no-install", "--build", str(BUILD), "--port", str(taken.getsockname()[1]), check=False)
    assert done.returncode == 1 and "is in use" in done.stderr
    assert ours(instance) == []


@pytest.mark.parametrize("options, words", [
    (["--set", "no.such=1"], "[no]"), (["--set", "limits.keywords=many"], "keywords"), (["--web", "iis"], "--web"),
    (["--port", "http"], "--port"), (["--set", "nonsense"], "SECTION.KEY=VALUE"), (["--build", "/nowhere"], "/nowhere"),
    (["--nonsense"], "unknown option")])
def test_mistakes_are_named_and_leave_nothing_running(instance, options, words):
    port = [] if "--port" in options else ["--port", str(free_port())]
    build = [] if "--build" in options else ["--build", str(BUILD)]
    done = instance.quickstart("--no-install", *build, *port, *options, check=False)
    assert done.returncode != 0 and words in done.stderr, done.stderr
    assert ours(instance) == []


LOGS = ("cratehouse", "access", "web-error", "downloads", "mariadbd")


def grow(instance, *names):
    for name in names:
        with open(instance.data / "log" / f"{name}.log", "a") as file:
            file.write("a line that nobody wrote\n" * 50000)


def put_away(instance, *names):
    """Those of these logs that are in the way no more."""
    instance.quickstart("--rotate-logs")
    folder = instance.data / "log"
    return [name for name in names if (folder / f"{name}.log.1").exists() and (folder / f"{name}.log").stat().st_size < 1 << 20]


@pytest.mark.parametrize("web", ["nginx", "apache", "apache-fcgid", "lighttpd"])
def test_logs_are_bounded_and_each_download_counts_once(web):
    instance = Instance(web=web, settings=["server.job_runners=0", "downloads.count=log"])
    log = Log(instance, instance.data / "log/downloads.log")
    crate = Crate("logged")

    def lines():  # a connection that is kept ends with the process that has the old log
        return sum(file.read_text().count("logged-1.0.0.crate") for file in log.path.parent.glob("downloads.log*"))

    def download():
        before, end = lines(), time.monotonic() + 30
        assert instance.anonymous.get("/static/crates/logged/logged-1.0.0.crate", headers={"User-Agent": "cargo/1.96.0"}).status_code == 200
        while lines() == before:
            assert time.monotonic() < end, "no line in the log"
            time.sleep(0.05)

    try:
        instance.start("--log-mb", "1")
        assert instance.user("liz").token.publish(crate).status_code == 200
        logs = [name for name in LOGS if name != "cratehouse" or web != "apache-fcgid"]
        download()
        grow(instance, *logs)
        assert put_away(instance, *logs) == [name for name in logs if name != "downloads"], "nobody has read it yet"
        log.count()
        assert put_away(instance, "downloads") == ["downloads"]
        download()
        log.count()
        assert counted(instance, "logged") == {("1.0.0", 0): 2}
        log.count()
        grow(instance, "downloads", "access")
        log.path.with_name("access.log.1").unlink()
        assert put_away(instance, "access", "downloads") == ["access"], "the one before was not looked at again"
        minute_passes(instance)
        log.count()
        old = log.path.with_name("downloads.log.1").stat().st_ino
        assert put_away(instance, "downloads") == ["downloads"] and log.path.with_name("downloads.log.1").stat().st_ino != old
        download()
        log.count()
        assert counted(instance, "logged") == {("1.0.0", 0): 3}
        # It is done by itself too: at each start, and once a minute.
        assert f"{instance.data}/ --keep-logs" in "".join(ours(instance))
        os.kill(instance.pid("logs"), signal.SIGKILL)
        while f"{instance.data}/ --keep-logs" in "".join(ours(instance)):
            time.sleep(0.05)
        assert "it runs already" in instance.quickstart("--no-install", "--build", str(BUILD)).stdout
        assert f"{instance.data}/ --keep-logs" in "".join(ours(instance))
        instance.stop()
        assert ours(instance) == []
        grow(instance, "mariadbd")
        log.path.with_name("mariadbd.log.1").unlink()
        instance.quickstart("--no-install", "--build", str(BUILD))
        assert log.path.with_name("mariadbd.log.1").exists()
    finally:
        instance.remove()


def test_needs_no_root():
    if os.getuid() != 0:
        pytest.skip("the whole run is without root")
    nobody = pwd.getpwnam("nobody")
    become = ["setpriv", f"--reuid={nobody.pw_uid}", f"--regid={nobody.pw_gid}", "--clear-groups"]
    data = tempfile.mkdtemp(prefix="cratehouse-test-")
    os.chown(data, nobody.pw_uid, nobody.pw_gid)
    if subprocess.run([*become, "test", "-x", BUILD / "cratehouse", "-a", "-x", ROOT / "deploy/quickstart"]).returncode:
        pytest.skip("user nobody cannot look into this source tree")
    command = [*become, "env", f"HOME={data}", str(ROOT / "deploy/quickstart"), "--data", data]
    try:
        port = free_port()
        done = subprocess.run([*command, "--no-install", "--build", str(BUILD), "--port", str(port)], capture_output=True,
                              text=True, stdin=subprocess.DEVNULL, timeout=120)
        assert done.returncode == 0, done.stderr
        assert Client(f"http://127.0.0.1:{port}").get("/api/v1/site_metadata").status_code == 200
    finally:
        subprocess.run([*command, "--stop"], stdin=subprocess.DEVNULL, timeout=120)
        shutil.rmtree(data, ignore_errors=True)
