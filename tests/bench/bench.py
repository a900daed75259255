#!/usr/bin/env python3
"""make bench: how fast and how large, as ratios measured in one run.

A quickstart instance (nginx) is measured beside a plain nginx that serves a copy of the same bytes, and beside a bare
libfcgi program (tests/bench/hello.c) with as many processes as we have workers. Machines are noisy: A and B are run in
turn, several rounds, and the median of the ratios is what counts. No test depends on these figures.

    bench.py BUILD_DIR [--seconds 4] [--rounds 5] [--port 18700]
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


def wrk(url, seconds, connections=16):
    """Requests a second, and the 99th percentile in milliseconds."""
    out = subprocess.run(["wrk", "-t1", f"-c{connections}", f"-d{seconds}s", "--latency", "-H", "User-Agent: bench", url],
                         capture_output=True, text=True, check=True).stdout
    rate = float(re.search(r"Requests/sec:\s+([\d.]+)", out).group(1))
    number, unit = re.search(r"99%\s+([\d.]+)(us|ms|s)", out).groups()
    if "Non-2xx" in out:
        raise SystemExit(f"{url}: {out}")
    return rate, float(number) * {"us": 0.001, "ms": 1, "s": 1000}[unit]


def versus(label, ours, theirs, args, aim=None):
    """Runs both in turn and prints the median ratio."""
    ratios, rates = [], []
    for _ in range(args.rounds):
        a, b = wrk(ours, args.seconds), wrk(theirs, args.seconds)
        ratios.append(a[0] / b[0])
        rates.append((a, b))
    a, b = (statistics.median(r[i][0] for r in rates) for i in (0, 1))
    p99 = statistics.median(r[0][1] for r in rates)
    print(f"{label:44} {statistics.median(ratios):6.3f}  (from {min(ratios):.3f} to {max(ratios):.3f}; {a:.0f} to {b:.0f} a second, "
          f"p99 {p99:.2f} ms{f'; aim {aim}' if aim else ''})", flush=True)


def smaps(pid):
    """PSS and RSS in MB."""
    text = pathlib.Path(f"/proc/{pid}/smaps_rollup").read_text()
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
    return sorted(found)


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
{'user root;' if os.getuid() == 0 else ''}
events {{ worker_connections 1024; }}
http {{
  # What is not our sample's business is alike: the log of all requests, and that of errors.
  access_log {folder}/access.log; sendfile on; tcp_nopush on; keepalive_requests 100000; default_type text/plain;
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


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("build", type=pathlib.Path)
    parser.add_argument("--seconds", type=int, default=4)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--port", type=int, default=18700)
    args = parser.parse_args()
    build = args.build.resolve()
    folder = pathlib.Path(tempfile.mkdtemp(prefix="cratehouse-bench-"))
    reg = Instance(build=build, port=args.port).start()
    plain = None
    try:
        alice = reg.user("alice")
        assert alice.token.publish(filler("bench-static")).status_code == 200
        (folder / "plain").mkdir()
        plain = Plain(folder / "plain", args.port + 1, build / "tests/bench/hello", workers_of(reg))
        shutil.copy(reg.data / "index/be/nc/bench-static", plain.folder / "www/line")
        shutil.copy(reg.public("bench-static", "1.0.0"), plain.folder / "www/crate")
        print(f"{'ratio, higher is better':44} median")
        versus("sparse index file / plain nginx file", f"{reg.url}/index/be/nc/bench-static", f"{plain.url}/line", args, 0.97)
        versus(".crate / plain nginx file", f"{reg.url}/static/crates/bench-static/bench-static-1.0.0.crate",
               f"{plain.url}/crate", args, 0.97)
        versus("site_metadata (no query) / bare FastCGI", f"{reg.url}/api/v1/site_metadata", f"{plain.url}/hello", args, 0.8)
        versus("owners (a query) / bare FastCGI", f"{reg.url}/api/v1/crates/bench-static/owners", f"{plain.url}/hello", args)
        for at_once, count in ((1, 40), (8, 80)):
            t = publish_times(alice, count, at_once)
            print(f"publish of a 10 KB crate, {at_once} at once: p50 {t[len(t) // 2] * 1000:.1f} ms, "
                  f"p99 {t[min(len(t) - 1, len(t) * 99 // 100)] * 1000:.1f} ms ({count} publishes)", flush=True)
        mixed(reg, alice)
        print(f"cratehouse serve to the first answer: {start_to_first_answer(build, reg.data):.1f} ms (aim 50)")
    finally:
        if plain:
            plain.stop()
        reg.remove()
        shutil.rmtree(folder, ignore_errors=True)


def workers_of(reg):
    """How many workers the master has: the bare program gets as many processes."""
    return int(re.search(r"^server\.workers = (\d+)", reg.ctl("config", "check"), re.M).group(1))


def mixed(reg, alice):
    """10,000 mixed requests, in tenths, and what they leave in memory."""
    paths = ["/api/v1/crates/bench-static", "/api/v1/crates/bench-static/versions", "/api/v1/crates?q=bench",
             "/api/v1/crates/bench-static/1.0.0", "/api/v1/crates/bench-static/owners", "/api/v1/crates/nothing-here",
             "/api/v1/site_metadata", "/api/v1/crates/bench-static/1.0.0/dependencies", "/api/v1/nowhere"]
    for tenth in range(10):
        def one(number, tenth=tenth):
            client = Client(alice.token.url, **alice.token.headers)
            if number % 50 == 49:
                client.publish(Crate(f"mixed-{tenth}-{number}"))
            else:
                client.get(paths[number % len(paths)])
        with concurrent.futures.ThreadPoolExecutor(4) as pool:
            list(pool.map(one, range(1000)))
        if tenth in (0, 4, 9):
            print(f"memory after {(tenth + 1) * 1000} requests (aim: PSS 8 MB, RSS 16 MB):")
            for pid, what in processes(reg.pid("cratehouse")):
                pss, rss = smaps(pid)
                print(f"    {what[:60]:60} PSS {pss:5.1f} MB  RSS {rss:5.1f} MB", flush=True)


if __name__ == "__main__":
    main()
