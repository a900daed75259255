"""GET /api/private/metrics/{kind} (contract/api.md 29.1): who may, what the database says, and what the workers of a master count
together."""
import os
import re
import time

import pytest

from fcgi_client import FastCGI
from lib.master import ROUTE, listening_socket
from lib.steps import publish, refused
from test_processes import make  # noqa: F401  (a fixture)

SERVICE, INSTANCE = "/api/private/metrics/service", "/api/private/metrics/instance"
TOKEN = "of the collector"
BEARER = {"Authorization": f"Bearer {TOKEN}"}
SAMPLE = re.compile(r'([a-z_]+)(?:\{((?:[a-z_]+="[^"\\]*",?)*)\})? (\d+(?:\.\d+)?)')
PREFIX = "cratesio_instance_"


def samples(text):
    """{name: {labels: value}}, after a look at the form: each family has its help and its type, and stands together."""
    families, found, current = set(), {}, None
    for line in text.splitlines():
        if line.startswith("# HELP "):
            current = line.split()[2]
            assert current not in families and len(line.split()) > 4
            families.add(current)
        elif line.startswith("# TYPE "):
            assert line.split()[2] == current and line.split()[3] in ("gauge", "counter", "histogram")
        else:
            name, labels, value = SAMPLE.fullmatch(line).groups()
            assert name == current or re.sub("_(bucket|sum|count)$", "", name) == current
            assert (labels or "") not in found.setdefault(name, {})
            found[name][labels or ""] = float(value)
    assert text.endswith("\n")
    return found


def counted(master):
    reply = master.client.get(INSTANCE, BEARER)
    assert reply.status == 200 and reply.header("content-type") == "text/plain; charset=utf-8"
    assert reply.header("cache-control") == "no-store"
    return samples(reply.body.decode())


# ---- who may

def test_disabled(tight):
    for headers in ({}, BEARER, {"Authorization": "Bearer "}, {"Authorization": "Bearer"}):
        for kind in ("service", "instance", "x"):
            refused(tight.anonymous.get(f"/api/private/metrics/{kind}", headers=headers), 404,
                    f"Metrics are disabled on this {tight.site} instance")


@pytest.mark.parametrize("value", [None, "", TOKEN, f"bearer {TOKEN}", f"Bearer  {TOKEN}", f"Bearer {TOKEN}x", f"Bearer {TOKEN[:-1]}", "Bearer ",
                                   f"Token {TOKEN}", f"Bearer {TOKEN.upper()}", "x" * 5000])
def test_wrong_token(registry, boss, value):
    for client in (registry.anonymous, boss.browser, boss.token):
        for path in (SERVICE, INSTANCE, "/api/private/metrics/nothing"):  # before a look at the kind
            refused(client.get(path, headers={"Authorization": value}), 403, "invalid or missing authorization token")


def test_other_kinds(collector):
    for kind in ("x", "Service", "x" * 3000, "%20"):
        refused(collector.get(f"/api/private/metrics/{kind}"), 404, "Not Found")


def test_token_reaches_no_log(registry, collector):
    collector.get(SERVICE)
    assert TOKEN not in (registry.data / "log/cratehouse.log").read_text(errors="replace")
    assert TOKEN not in registry.ctl("config", "check")


# ---- service

def test_service(registry, alice, collector, new_name):
    name = publish(alice, new_name("metered"), "1.0.0", "1.0.1")
    answer = collector.get(SERVICE)
    assert registry.queries(answer) == 2
    assert answer.headers["Content-Type"] == "text/plain; charset=utf-8" and answer.headers["Cache-Control"] == "no-store"
    before = samples(answer.text)
    crates, versions = registry.sql("SELECT (SELECT COUNT(*) FROM crates), (SELECT COUNT(*) FROM versions)")[0]
    assert before["cratesio_service_crates_total"] == {"": int(crates)}
    assert before["cratesio_service_versions_total"] == {"": int(versions)}
    publish(alice, name, "2.0.0")
    after = samples(collector.get(SERVICE).text)
    assert after["cratesio_service_crates_total"] == {"": int(crates)}
    assert after["cratesio_service_versions_total"] == {"": int(versions) + 1}


def test_jobs(registry, collector):
    """Kinds of which there is none are 0; a job with a priority of its own is a series of its own."""
    registry.sql("INSERT INTO background_jobs (queue, `rank`, job_type, data, created_us, run_after_us) "
                 "VALUES ('tests', -7, 'sweep', '{}', 0, 9000000000000000), ('tests', -7, 'sweep', '{}', 0, 9000000000000000)")
    try:
        jobs = samples(collector.get(SERVICE).text)["cratesio_service_background_jobs"]
        assert jobs['priority="7",job="sweep"'] == 2
        assert jobs['priority="100",job="settle"'] >= 0 and 'priority="-20",job="sweep"' in jobs
    finally:
        registry.sql("DELETE FROM background_jobs WHERE queue = 'tests'")
    assert 'priority="7",job="sweep"' not in samples(collector.get(SERVICE).text)["cratesio_service_background_jobs"]


def test_every_kind_of_job_is_a_series(collector):
    """What the runner knows; `job enqueue` names it."""
    jobs = samples(collector.get(SERVICE).text)["cratesio_service_background_jobs"]
    assert len({labels.split("job=")[1] for labels in jobs}) >= 6


# ---- instance

def test_workers_count_together(make):  # noqa: F811
    master = make(server__workers=4, server__metrics_token=TOKEN).start()
    before = counted(master)
    for _ in range(40):
        assert master.client.get(ROUTE).status == 200
    for path in ("/nothing", "/api/v1/summary"):
        master.client.get(path)
    assert master.client.get("/api/v1/crates/a/1.0.0/download", {"Accept": "*/*"}).status == 302
    after = counted(master)

    def more(name, labels=""):
        return after[PREFIX + name].get(labels, 0) - before.get(PREFIX + name, {}).get(labels, 0)
    # The first look at the counters is itself counted when it ends.
    assert more("requests_total") == 44
    assert more("responses_by_status_code_total", 'status="200"') == 41
    assert more("responses_by_status_code_total", 'status="302"') == 1
    assert more("responses_by_status_code_total", 'status="404"') == 1
    assert more("responses_by_status_code_total", 'status="503"') == 1  # there is no database
    assert more("response_bytes_total") >= 40 * len(master.client.get(ROUTE).body)
    assert after[PREFIX + "requests_in_flight"] == {"": 1}
    assert after[PREFIX + "database_used_conns"] == after[PREFIX + "database_idle_conns"] == {'pool="async_primary"': 0}
    for endpoint, n in ((ROUTE, 40), ("<unknown>", 1), ("/api/v1/crates/{name}/{version}/download", 1), ("/api/private/metrics/{kind}", 1)):
        assert more("response_times_count", f'endpoint="{endpoint}"') == n
        assert more("response_times_bucket", f'endpoint="{endpoint}",le="+Inf"') == n
    buckets = [value for labels, value in after[PREFIX + "response_times_bucket"].items() if f'"{ROUTE}"' in labels]
    assert buckets == sorted(buckets) and len(buckets) == 15
    assert 0 < more("response_times_sum", f'endpoint="{ROUTE}"') < 40
    assert 'endpoint="/api/v1/crates"' not in str(after[PREFIX + "response_times_count"])  # nobody asked for it


def test_counters_outlive_workers(make):  # noqa: F811
    master = make(server__workers=2, server__metrics_token=TOKEN).start()
    for _ in range(10):
        master.client.get(ROUTE)
    n = counted(master)[PREFIX + "requests_total"][""]
    old = master.children()
    master.signal(1)  # SIGHUP: new workers
    master.wait_children(lambda pids: len(pids) == 2 and not set(pids) & set(old))
    assert counted(master)[PREFIX + "requests_total"][""] == n + 1


def test_in_flight(make):  # noqa: F811
    """A request in hand counts, and one whose worker was killed does not."""
    master = make(server__workers=2, server__metrics_token=TOKEN).start()
    half = master.client.connect()
    master.client.send(half, "PUT", "/api/v1/me/tokens", {"Content-Type": "application/json"}, b"{", length="10", end=False)
    end = time.monotonic() + 20
    while counted(master)[PREFIX + "requests_in_flight"][""] != 2:
        assert time.monotonic() < end
    before = counted(master)
    for pid in master.children():
        os.kill(pid, 9)
    half.close()
    master.wait_log(lambda log: log.count('msg="child failed"') >= 2)
    master.wait_answer()
    assert counted(master)[PREFIX + "requests_in_flight"] == {"": 1}
    assert counted(master)[PREFIX + "requests_total"][""] > before[PREFIX + "requests_total"][""]


def test_connections(registry, collector, anon):
    anon.get("/api/v1/summary")
    found = samples(collector.get(INSTANCE).text)
    pool = 'pool="async_primary"'
    assert found[PREFIX + "database_idle_conns"][pool] + found[PREFIX + "database_used_conns"][pool] >= 1
    assert found[PREFIX + "database_queries_total"][""] > 0


def test_no_database_is_asked_for_the_instance(registry, collector):
    assert registry.queries(collector.get(INSTANCE)) == 0


def test_one_worker_counts_for_itself(make):  # noqa: F811
    master = make(server__metrics_token=TOKEN)
    with listening_socket(master.socket) as s:
        master.process = master.spawn(stdin=s)
        master.wait_answer()
        n = counted(master)[PREFIX + "requests_total"][""]
        master.client.get(ROUTE)
        after = counted(master)
        assert after[PREFIX + "requests_total"][""] == n + 2 and after[PREFIX + "requests_in_flight"][""] == 1


def test_secret_from_a_file(make):  # noqa: F811
    master = make()
    file = master.folder / "token"
    file.write_text(TOKEN + "\n")
    master.set(server__metrics_token_file=str(file))
    master.start()
    assert counted(master)
    assert FastCGI(master.socket).get(INSTANCE).status == 403
