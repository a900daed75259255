#!/usr/bin/env python3
"""make bench: how fast and how large, as ratios measured in one run.

A quickstart instance (nginx) is measured beside a plain nginx that serves a copy of the same bytes, and beside a bare
libfcgi program (tests/bench/hello.c) with as many processes as we have workers. Machines are noisy: A and B are run in
turn, in short slices, and the median of the ratios is what counts; the processor time a request, which noise hardly
touches, stands beside it. No test depends on these figures. docs/bench.md says more.

    bench.py BUILD_DIR [--seconds 1] [--rounds 15] [--port 18700] [--crates 1000 | --data DATA]
"""
import argparse
import concurrent.futures
import os
import pathlib
import re
import shutil
import signal
import socket
import statistics
import subprocess
import sys
import tempfile
import time

HERE = pathlib.Path(__file__).resolve().parent
TOP = HERE.parent.parent
sys.path.insert(0, str(HERE.parent))
from lib.instance import Instance  # noqa: E402
from lib.registry import Client, Crate  # noqa: E402
sys.path.insert(0, str(HERE.parent / "http"))
import fcgi_client  # noqa: E402


def wrk(url, seconds, servers, headers=(), connections=16):
    """Requests a second, the 99th percentile in milliseconds, and the servers' microseconds of processor a request."""
    before = processor_ns(servers)
    sent = [word for header in ("User-Agent: bench", *headers) for word in ("-H", header)]
    out = subprocess.run(["wrk", "-t1", f"-c{connections}", f"-d{seconds}s", "--latency", *sent, url],
                         capture_output=True, text=True, check=True).stdout
    rate = float(re.search(r"Requests/sec:\s+([\d.]+)", out).group(1))
    number, unit = re.search(r"99%\s+([\d.]+)(us|ms|s)", out).groups()
    if "Non-2xx" in out:
        raise SystemExit(f"{url}: {out}")
    requests = int(re.search(r"(\d+) requests in", out).group(1))
    # A process that left in between takes its time with it: at most a worker in 10,000 requests.
    spent = sum(max(0, ns - before.get(pid, 0)) for pid, ns in processor_ns(servers).items())
    return rate, float(number) * {"us": 0.001, "ms": 1, "s": 1000}[unit], spent / requests / 1000


def processor_ns(roots):
    """Nanoseconds of processor that each of these processes, and each below them, has had."""
    return {pid: int(pathlib.Path(f"/proc/{pid}/schedstat").read_text().split()[0])
            for root in roots for pid, _ in processes(root) if pathlib.Path(f"/proc/{pid}/schedstat").exists()}


def versus(label, ours, theirs, args, aim=None, headers=(), rounds=None):
    """ours, theirs: URL and the roots of the processes that serve it. Runs both in turn and prints the medians."""
    a, b = [], []
    for number in range(rounds or args.rounds):
        for got, (url, servers) in ((a, ours), (b, theirs))[::-1 if number % 2 else 1]:
            got.append(wrk(url, args.seconds, servers, headers))
    ratios = sorted(x[0] / y[0] for x, y in zip(a, b))

    def median(got, column):
        return statistics.median(row[column] for row in got)
    print(f"{label:42} {statistics.median(ratios):5.2f}  {f'aim {aim}' if aim else '':8}  half of all from "
          f"{ratios[len(ratios) // 4]:.2f} to {ratios[-1 - len(ratios) // 4]:.2f}\n"
          f"    {median(a, 0):.0f} to {median(b, 0):.0f} a second; p99 {median(a, 1):.2f} to {median(b, 1):.2f} ms; "
          f"processor a request {median(a, 2):.1f} to {median(b, 2):.1f} µs", flush=True)


def smaps(pid):
    """PSS and RSS in MB; nothing of a process that has just ended."""
    try:
        text = pathlib.Path(f"/proc/{pid}/smaps_rollup").read_text()
    except (FileNotFoundError, ProcessLookupError):
        return 0, 0
    return tuple(int(re.search(rf"^{key}:\s+(\d+)", text, re.M).group(1)) / 1024 for key in ("Pss", "Rss"))


def processes(master):
    """(pid, what it is) of the master and all below it."""
    found, todo = [], [master]
    while todo:
        pid = todo.pop()
        try:
            found.append((pid, pathlib.Path(f"/proc/{pid}/cmdline").read_bytes().replace(b"\0", b" ").decode().strip()))
            todo += [int(c) for c in pathlib.Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]
        except FileNotFoundError:
            pass
    return sorted((pid, what) for pid, what in found if what)  # one that has ended has no command line


class Plain:
    """A plain nginx with static files and a way to the bare FastCGI program."""

    def __init__(self, folder, port, hello, workers):
        self.folder, self.port = folder, port
        (folder / "www").mkdir()
        (folder / "nginx.conf").write_text(f"""\
worker_processes auto;
daemon off;
pid {folder}/pid;
error_log {folder}/error.log;
{'user www-data;' if os.getuid() == 0 else ''}
events {{ worker_connections 1024; }}
http {{
  # What is not our sample's business is alike: the log of all requests, and that of errors.
  access_log {folder}/access.log; sendfile on; tcp_nopush on; default_type text/plain;
  client_body_temp_path {folder}/t1; proxy_temp_path {folder}/t2; fastcgi_temp_path {folder}/t3;
  uwsgi_temp_path {folder}/t4; scgi_temp_path {folder}/t5;
  server {{
    listen 127.0.0.1:{port}; root {folder}/www;
    location /hello {{ fastcgi_pass unix:{folder}/hello.sock; include /etc/nginx/fastcgi_params; }}
  }}
}}
""")
        listener = socket.socket(socket.AF_UNIX)
        listener.bind(str(folder / "hello.sock"))
        listener.listen(128)
        os.chmod(folder / "hello.sock", 0o777)
        # In sessions of their own, as quickstart starts them: the kernel schedules by session (sched_autogroup_enabled).
        self.children = [
            subprocess.Popen(["sh", "-c", f"exec 3<&0; for i in $(seq {workers}); do '{hello}' <&3 & done; wait"],
                             stdin=listener.fileno(), start_new_session=True),
            subprocess.Popen(["nginx", "-e", str(folder / "error.log"), "-c", str(folder / "nginx.conf")],
                             start_new_session=True)]
        time.sleep(0.5)
        self.url = f"http://127.0.0.1:{port}"

    def stop(self):
        for child in self.children:
            os.killpg(child.pid, signal.SIGTERM)  # a session that we made
        for child in self.children:
            child.wait(10)


def filler(name):
    """A crate of about 10 KB whatever gzip does: random words."""
    source = "".join(f"// {os.urandom(30).hex()}\n" for _ in range(260))
    return Crate(name, files={"src/lib.rs": source})


def publish_times(user, count, at_once):
    """Seconds of each publish of a 10 KB crate."""
    def one(number):
        client = Client(user.token.url, **user.token.headers)
        body = filler(f"bench-{at_once}-{number}").body
        start = time.monotonic()
        answer = client.publish(body)
        assert answer.status_code == 200, answer.text
        return time.monotonic() - start
    with concurrent.futures.ThreadPoolExecutor(at_once) as pool:
        return sorted(pool.map(one, range(count)))


def start_to_first_answer(build, data, rounds=5):
    """Milliseconds from exec of `cratehouse serve` to the first FastCGI answer, over a socket of its own."""
    best = []
    sock = data / "run/bench.sock"
    for _ in range(rounds):
        env = {**os.environ, "CRATEHOUSE_SERVER_SOCKET": str(sock)}
        start = time.monotonic()
        child = subprocess.Popen([build / "cratehouse", "-c", data / "cratehouse.toml", "serve"], env=env,
                                 stderr=subprocess.DEVNULL)
        while True:
            try:
                if fcgi_client.FastCGI(str(sock)).get("/api/v1/site_metadata", {"User-Agent": "bench"}).status == 200:
                    break
            except OSError:
                pass
            if time.monotonic() - start > 10:
                raise SystemExit("cratehouse serve does not answer")
            time.sleep(0.0005)
        best.append((time.monotonic() - start) * 1000)
        child.send_signal(signal.SIGTERM)
        child.wait(30)
    return statistics.median(best)


MAKE_DUMP = TOP.parent / "shared/bench/make_dump.py"


def imported(args, build, plain, folder):
    """Reads of a registry with a dump of so many crates, and how fast that is loaded; or of one that runs already."""
    if args.data:
        reads(args, Instance(data=args.data), plain)
        return
    if not args.crates or not MAKE_DUMP.exists():
        print("no dump to import: reads of a larger registry are left out")
        return
    subprocess.run([sys.executable, str(MAKE_DUMP), str(folder / "dump"), "--crates", str(args.crates)], check=True)
    reg = Instance(build=build, port=args.port + 2).start()
    try:
        said = reg.run_ctl("import", "dump", folder / "dump", timeout=24 * 3600)
        if said.returncode:
            raise SystemExit(said.stderr)
        print("\n".join(f"    {line}" for line in said.stdout.splitlines()
                        if re.match(r"\d+ rows|derived|search|index files", line)))
        reads(args, reg, plain)
    finally:
        reg.remove()


def reads(args, reg, plain):
    """Answers of the API and pages, each against the bare FastCGI program."""
    def most(what, order):
        return reg.sql(f"SELECT c.name FROM {what} d JOIN crates c ON c.id = d.crate_id ORDER BY d.{order} DESC, c.id LIMIT 1")[0][0]
    words = [row[0] for row in reg.sql("SELECT term FROM search_postings GROUP BY term ORDER BY COUNT(*) DESC, term LIMIT 2")]
    keyword = reg.sql("SELECT keyword FROM keywords ORDER BY crates_cnt DESC, keyword LIMIT 1")[0][0]
    popular, versions = most("dependents", "n"), most("default_versions", "num_versions")
    crate = f"/api/v1/crates/{popular}"
    same = {path: f"If-None-Match: {Client(reg.url).get(path, headers={'Accept-Encoding': 'identity'}).headers['ETag']}"
            for path in (crate, crate + "/reverse_dependencies")}
    servers = [reg.pid("web"), reg.pid("cratehouse")]
    for label, path, headers in (
            (f"search for '{words[0]}', the commonest word", f"/api/v1/crates?q={words[0]}", ()),
            (f"search for '{words[0]}' and '{words[1]}'", f"/api/v1/crates?q={words[0]}+{words[1]}", ()),
            ("crates of a keyword, page 100", f"/api/v1/crates?keyword={keyword}&sort=downloads&page=100", ()),
            ("crate with the most dependents", crate, ()),
            ("its dependents", crate + "/reverse_dependencies", ()),
            ("crate with the most versions: 10 of them", f"/api/v1/crates/{versions}/versions?per_page=10", ()),
            ("crate, unchanged (304)", crate, (same[crate],)),
            ("its dependents, unchanged (304)", crate + "/reverse_dependencies", (same[crate + "/reverse_dependencies"],)),
            ("page: front", "/", ()),
            ("page: crate with the most dependents", f"/crates/{popular}", ()),
            ("page: its dependents", f"/crates/{popular}/reverse_dependencies", ()),
            ("page: the most versions", f"/crates/{versions}/versions", ()),
            (f"page: search for '{words[0]}'", f"/search?q={words[0]}", ()),
            ("page: crates of a keyword", f"/keywords/{keyword}", ())):
        versus(f"{label} / bare FastCGI", (reg.url + path, servers),
               (plain.url + "/hello", [child.pid for child in plain.children]), args, headers=headers,
               rounds=max(3, args.rounds // 3))


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("build", type=pathlib.Path)
    parser.add_argument("--seconds", type=int, default=1)
    parser.add_argument("--rounds", type=int, default=15)
    parser.add_argument("--port", type=int, default=18700)
    parser.add_argument("--crates", type=int, default=1000, help="of the dump that is imported; 0: none")
    parser.add_argument("--data", type=pathlib.Path, help="a registry that runs already, for the reads in place of that")
    args = parser.parse_args()
    build = args.build.resolve()
    folder = pathlib.Path(tempfile.mkdtemp(prefix="cratehouse-bench-"))
    folder.chmod(0o755)
    reg = Instance(build=build, port=args.port).start()
    plain = None
    try:
        alice = reg.user("alice")
        assert alice.token.publish(filler("bench-static")).status_code == 200
        mixed(reg, alice)
        for at_once, count in ((1, 60), (8, 120)):
            t = publish_times(alice, count, at_once)
            print(f"publish of a 10 KB crate, {at_once} at once: p50 {t[len(t) // 2] * 1000:.1f} ms, "
                  f"p99 {t[min(len(t) - 1, len(t) * 99 // 100)] * 1000:.1f} ms ({count} publishes)", flush=True)
        print(f"cratehouse serve to the first answer: {start_to_first_answer(build, reg.data):.1f} ms (aim 50)", flush=True)
        (folder / "plain").mkdir()
        plain = Plain(folder / "plain", args.port + 1, build / "tests/bench/hello", workers_of(reg))
        shutil.copy(reg.data / "index/be/nc/bench-static", plain.folder / "www/line")
        shutil.copy(reg.public("bench-static", "1.0.0"), plain.folder / "www/crate")
        print("requests a second, ours to theirs, median of the ratios of neighbouring slices")
        for label, path, theirs, aim in (
                ("sparse index file / plain nginx file", "/index/be/nc/bench-static", "/line", 0.97),
                (".crate / plain nginx file", "/static/crates/bench-static/bench-static-1.0.0.crate", "/crate", 0.97),
                ("site_metadata (no query) / bare FastCGI", "/api/v1/site_metadata", "/hello", 0.8),
                ("keywords (one query) / bare FastCGI", "/api/v1/keywords", "/hello", None)):
            versus(label, (reg.url + path, [reg.pid("web"), reg.pid("cratehouse")]),
                   (plain.url + theirs, [child.pid for child in plain.children]), args, aim)
        private(args, build, reg)
        imported(args, build, plain, folder)
    finally:
        if plain:
            plain.stop()
        reg.remove()
        shutil.rmtree(folder, ignore_errors=True)


def private(args, build, public):
    """What the gate of a private registry costs: the same files, each by way of a worker that knows the token."""
    reg = Instance(build=build, port=args.port + 2, settings=["registry.auth_required=true"]).start()
    try:
        alice = reg.user("alice")
        assert alice.token.publish(filler("bench-static")).status_code == 200
        for label, path in (("index file, private / public", "/index/be/nc/bench-static"),
                            (".crate, private / public", "/static/crates/bench-static/bench-static-1.0.0.crate")):
            versus(label, *((r.url + path, [r.pid("web"), r.pid("cratehouse")]) for r in (reg, public)), args,
                   headers=[f"Authorization: {alice.secret}"])
    finally:
        reg.remove()


def workers_of(reg):
    """How many workers the master has: the bare program gets as many processes."""
    return int(re.search(r"^server\.workers = (\d+)", reg.ctl("config", "check"), re.M).group(1))


README = "# Mixed\n\n" + "Some *words* about `it`, and a [link](https://example.org).\n\n" * 50


def mixed(reg, alice):
    """10,000 mixed requests, in tenths, and what they leave in memory."""
    paths = ["/api/v1/crates/bench-static", "/api/v1/crates/bench-static/versions", "/api/v1/crates?q=bench",
             "/api/v1/crates/bench-static/1.0.0", "/api/v1/crates/bench-static/owners", "/api/v1/crates/nothing-here",
             "/api/v1/site_metadata", "/api/v1/crates/bench-static/1.0.0/dependencies", "/api/v1/nowhere"]
    for tenth in range(10):
        def one(number, tenth=tenth):
            client = Client(alice.token.url, **alice.token.headers)
            if number % 50 == 49:
                crate = Crate(f"mixed-{tenth}-{number}", package={"readme": "README.md"}, files={"README.md": README},
                              metadata={"readme": README, "readme_file": "README.md"})
                answer = client.publish(crate.body)
            else:
                answer = client.get(paths[number % len(paths)])
            assert answer.status_code in (200, 404), answer.text
        with concurrent.futures.ThreadPoolExecutor(4) as pool:
            list(pool.map(one, range(1000)))
        if tenth in (0, 4, 9):
            print(f"memory after {(tenth + 1) * 1000} requests (aim: PSS 8 MB, RSS 16 MB):")
            for pid, what in processes(reg.pid("cratehouse")):
                pss, rss = smaps(pid)
                print(f"    {pathlib.Path(what.split()[0]).name:20} {pid:8} PSS {pss:5.1f} MB  RSS {rss:5.1f} MB", flush=True)


if __name__ == "__main__":
    main()
