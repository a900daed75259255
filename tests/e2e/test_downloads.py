"""What cargo downloads is counted: from the web server's log to every place that shows it, behind each web server,
and without that log."""
import re
import time

import pytest

from lib.cargo import Cargo, package
from lib.instance import Instance
from lib.page import Visitor


SERVERS = ("nginx", "apache", "apache-fcgid", "lighttpd")


@pytest.fixture(scope="module", params=[(web, how) for how in ("log", "request") for web in SERVERS], ids=" ".join)
def counting(request):
    """As quickstart makes it: it counts by the log without being told. Or by what workers are asked."""
    web, how = request.param
    instance = Instance(web=web)
    instance.settings = ("limits.enabled=false", *(["downloads.count=request"] if how == "request" else []))
    try:
        yield instance.start()
    finally:
        instance.remove()


def until(counting, good, *kinds, seconds=90):
    """Runs jobs until it is so: a web server may hold a line of its log for a second."""
    end = time.monotonic() + seconds
    while not good():
        assert time.monotonic() < end, counting.data
        for kind in kinds:
            counting.ctl("job", "enqueue", kind)
        counting.ctl("jobs", "--for", "5")
        time.sleep(0.2)


def test_cargo_fetch_is_a_download(counting, tmp_path):
    author = counting.user("author")
    hers = Cargo(tmp_path / "hers", counting, author.secret)
    folder = package(tmp_path / "lib", "fetched-lib")
    hers.run("publish", "--registry", "house", "--allow-dirty", "--no-verify", cwd=folder)
    user = package(tmp_path / "user", "fetching", deps='fetched-lib = { version = "0.1", registry = "house" }\n')
    for number in (1, 2):  # two people; each downloads once, whatever he builds
        cargo = Cargo(tmp_path / f"home{number}", counting)
        cargo.run("fetch", cwd=user)
        cargo.run("fetch", cwd=user)
    counting.anonymous.get("/static/crates/fetched-lib/fetched-lib-0.1.0.crate", headers={"User-Agent": "somebody's script"})
    anon, path = counting.anonymous, "/api/v1/crates/fetched-lib"
    until(counting, lambda: [day["downloads"] for day in anon.get(f"{path}/downloads").json()["version_downloads"]] == [2])
    until(counting, lambda: anon.get(path).json()["crate"]["downloads"] == 2, "update_downloads")
    shown = anon.get(path).json()
    assert shown["crate"]["recent_downloads"] == 2 and shown["versions"][0]["downloads"] == 2
    assert anon.get(f"{path}/0.1.0").json()["version"]["downloads"] == 2
    summary = anon.get("/api/v1/summary").json()
    assert summary["num_downloads"] == 2 and summary["most_downloaded"][0]["name"] == "fetched-lib"
    page = Visitor(anon).get("/crates/fetched-lib").page.text
    assert re.search(r"Downloads all time\s*2\b", page), page
    done = counting.run_ctl("fsck")
    assert (done.returncode, done.stdout) == (0, "0 found, 0 mended\n")
    assert "count_downloads" in anon.get("/status", headers={"Accept": "text/html"}).text
