"""GET and POST /git/index/{*path}: git's smart protocol by a worker, and nothing but what a fetch asks for."""
import gzip
import pathlib
import re
import socket
import threading

import pytest

from lib.faults import children_of, wait
from lib.git import GitIndex, git
from lib.instance import Instance
from lib.registry import Client, Crate

REFS = "/git/index/info/refs?service=git-upload-pack"
PACK = "/git/index/git-upload-pack"
UPLOAD = {"Content-Type": "application/x-git-upload-pack-request"}


@pytest.fixture(scope="module")
def site():
    instance = Instance(settings=["server.job_runners=0", "server.workers=2", "git_index.enabled=true",
                                  "git_index.serve=true"])
    try:
        instance.start()
        instance.publisher = instance.user("publisher").token
        assert instance.publisher.publish(Crate("first-one")).status_code == 200
        GitIndex(instance).jobs()
        yield instance
    finally:
        instance.remove()


def worker(site, path, **more):
    """Asked of a worker even where the web server has git itself."""
    return site.anonymous.get(path, **more)


def line(text):
    return f"{len(text) + 4:04x}{text}".encode()


def wants(site):
    """The body of a fetch of all, protocol 0."""
    head = GitIndex(site).head()
    return line(f"want {head} ofs-delta\n") + b"0000" + line("done\n")


def test_refs(site):
    answer = worker(site, REFS)
    assert answer.status_code == 200
    assert answer.headers["Content-Type"] == "application/x-git-upload-pack-advertisement"
    assert "no-cache" in answer.headers["Cache-Control"]
    assert answer.content.startswith(b"001e# service=git-upload-pack\n0000")
    assert b"symref=HEAD:refs/heads/master" in answer.content
    assert site.queries(answer) == 0


def test_protocol_2(site):
    answer = worker(site, REFS, headers={"Git-Protocol": "version=2"})
    assert b"version 2" in answer.content
    odd = worker(site, REFS, headers={"Git-Protocol": "version=2\\;x $(id)"})
    assert odd.status_code == 200 and b"version 2" not in odd.content


@pytest.mark.parametrize("packed", [False, True])
def test_pack(site, packed):
    body = gzip.compress(wants(site)) if packed else wants(site)
    answer = site.anonymous.post(PACK, body, headers={**UPLOAD, **({"Content-Encoding": "gzip"} if packed else {})})
    assert answer.status_code == 200
    assert answer.headers["Content-Type"] == "application/x-git-upload-pack-result"
    assert b"PACK" in answer.content[:100]


@pytest.mark.parametrize("path", [
    "/git/index/", "/git/index/HEAD", "/git/index/config", "/git/index/objects/info/packs", "/git/index/info/refs",
    "/git/index/info/refs?service=git-receive-pack", REFS + "&service=git-receive-pack", "/git/index/info/refs?service=x",
    "/git/index/refs/heads/master", "/git/index/info%2Frefs/x?service=git-upload-pack",
    "/git/index/../index/HEAD", "/git/index/git-upload-pack", "/git/index/git-receive-pack", "/git/other/info/refs"])
def test_nothing_else_is_read(site, path):
    assert worker(site, path).status_code == 404


@pytest.mark.parametrize("path", ["/git/index/git-receive-pack", "/git/index/info/refs", "/git/index/objects/x"])
def test_nothing_else_is_written(site, path):
    head = GitIndex(site).head()
    answer = site.anonymous.post(path, b"0000", headers={"Content-Type": "application/x-git-receive-pack-request"})
    assert answer.status_code == 404
    assert GitIndex(site).head() == head


def test_a_push_is_refused(site, tmp_path):
    git("clone", "-q", f"{site.url}/git/index", tmp_path / "clone")
    clone = tmp_path / "clone"
    (clone / "more").write_text("x")
    git("add", "more", cwd=clone)
    git("-c", "user.name=a", "-c", "user.email=a@b.c", "commit", "-q", "-m", "more", cwd=clone)
    assert git("push", "origin", "HEAD:master", cwd=clone, check=False).returncode != 0


def test_bad_bodies(site):
    assert site.anonymous.post(PACK, wants(site), headers={"Content-Type": "text/plain"}).status_code == 415
    assert site.anonymous.post(PACK, b"x" * (1024 * 1024 + 1), headers=UPLOAD).status_code == 413
    for body in (b"", b"0000", b"nonsense", b"ffff", gzip.compress(b"x" * 1000)):
        answer = site.anonymous.post(PACK, body, headers=UPLOAD)
        assert answer.status_code in (200, 400, 500, 502, 503)
    assert worker(site, REFS).status_code == 200, "workers live on"


def programs_of(site):
    """Of git, started for this registry."""
    found = []
    for process in pathlib.Path("/proc").glob("[0-9]*"):
        try:
            if f"GIT_PROJECT_ROOT={site.data}/git\0".encode() in (process / "environ").read_bytes():
                found.append((process / "cmdline").read_bytes())
        except OSError:
            pass  # it has ended, or is somebody else's
    return found


@pytest.fixture(scope="module")
def odd():
    """Its git is a script that a test writes."""
    instance = Instance(settings=["server.job_runners=0", "server.workers=1", "git_index.enabled=true",
                                  "git_index.serve=true"])
    instance.settings += (f"git_index.git={instance.data}/git.sh",)
    try:
        yield instance.start()
    finally:
        instance.remove()


def says(odd, script):
    fresh = odd.data / "git.new"
    fresh.write_text(f"#!/bin/sh\n{script}\n")
    fresh.chmod(0o755)
    fresh.rename(odd.data / "git.sh")


HEAD = "printf 'Content-Type: text/x\\r\\n\\r\\n'"


@pytest.mark.parametrize("script, status", [
    ("exit 0", 500), ("exit 1", 500), ("echo no head", 500), ("echo; echo body", 500), ("printf 'Status: 99\\n\\n'", 500),
    ("printf 'Status: x\\n\\n'", 500), ("printf 'A: b\\rC: d\\n\\n'", 500), ("yes 'A: b'", 500),
    ("printf 'Status: 404 Not Found\\r\\nContent-Type: text/plain\\r\\n\\r\\nno such\\n'", 404),
    (HEAD, 200)])
def test_whatever_the_program_says(odd, script, status):
    says(odd, script)
    assert worker(odd, REFS).status_code == status
    wait(lambda: programs_of(odd) == [], "a program is left", 60)


def test_the_program_gets_nothing_of_ours(odd):
    says(odd, f"{HEAD}; env; ls -l /proc/self/fd; echo \"$@\"")
    said = worker(odd, REFS, headers={"Proxy": "http://evil.test", "Cookie": "a=b", "Authorization": "secret"}).text
    assert "evil" not in said and "secret" not in said and "a=b" not in said and "CRATEHOUSE" not in said
    assert "socket:" not in said and said.rstrip().endswith("http-backend")
    assert "GIT_PROJECT_ROOT" in said


def test_one_that_is_not_there(odd):
    (odd.data / "git.sh").unlink(missing_ok=True)
    answer = worker(odd, REFS)
    assert answer.status_code == 503 and answer.headers["Retry-After"]


def test_one_that_fails_in_the_middle_is_no_whole_answer(odd):
    says(odd, f"{HEAD}; echo half; exit 3")
    try:
        assert worker(odd, REFS).status_code >= 500
    except OSError:
        pass  # cut, as it should be
    says(odd, f"{HEAD}; echo whole")
    assert worker(odd, REFS).text == "whole\n"


def pss_kb(pid):
    return int(re.search(r"^Pss:\s+(\d+) kB", pathlib.Path(f"/proc/{pid}/smaps_rollup").read_text(), re.M).group(1))


def test_much_goes_through_little_memory(odd):
    """100 MB, while the worker stays below the 8 MB that a worker may have."""
    says(odd, f"{HEAD}; head -c 100000000 /dev/zero")
    assert len(worker(odd, REFS).content) == 100000000
    workers = [pid for pid, name in children_of(odd.pid("cratehouse")).items() if name == "cratehouse"]
    assert len(workers) == 1 and pss_kb(workers[0]) < 8 * 1024


def test_who_goes_away_takes_the_program_along(odd):
    says(odd, f"{HEAD}; while echo more; do :; done; sleep 1000 & wait")
    with socket.create_connection(("127.0.0.1", odd.port)) as stream:
        stream.sendall(f"GET {REFS} HTTP/1.1\r\nHost: x\r\nUser-Agent: x\r\n\r\n".encode())
        assert stream.recv(1000)
    wait(lambda: programs_of(odd) == [], "a program is left", 60)


def test_off_by_default(registry, anon):
    assert anon.get(REFS).status_code == 404
    assert anon.post(PACK, b"0000", headers=UPLOAD).status_code == 404


def test_clone_fetch_and_many_at_once(site, tmp_path):
    for number in range(3):
        assert site.publisher.publish(Crate(f"more-{number}")).status_code == 200
    GitIndex(site).jobs()
    git("clone", "-q", f"{site.url}/git/index", tmp_path / "clone")
    assert (tmp_path / "clone/mo/re/more-2").exists() and (tmp_path / "clone/config.json").exists()
    assert site.publisher.publish(Crate("more-3")).status_code == 200
    GitIndex(site).jobs()
    git("pull", "-q", cwd=tmp_path / "clone")
    assert git("log", "-1", "--format=%s", cwd=tmp_path / "clone") == "Create crate `more-3`\n"
    git("fsck", "--full", cwd=tmp_path / "clone")
    threads = [threading.Thread(target=git, args=("clone", "-q", f"{site.url}/git/index", tmp_path / f"clone-{n}"))
               for n in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert all((tmp_path / f"clone-{n}/mo/re/more-3").exists() for n in range(6))
    wait(lambda: programs_of(site) == [], "a program is left", 60)
