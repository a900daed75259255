"""Downloads by day (contract/api.md 15)."""
import datetime

import pytest

from lib.registry import detail
from lib.steps import publish

TODAY = datetime.datetime.now(datetime.timezone.utc).date()
VERSIONS = ["1.0.0", "1.1.0", "2.0.0-rc.1", "2.0.0", "0.9.0", "0.8.0", "1.10.0"]
LATEST = ["2.0.0", "2.0.0-rc.1", "1.10.0", "1.1.0", "1.0.0"]


def ago(days):
    return str(TODAY - datetime.timedelta(days=days))


@pytest.fixture(scope="module")
def crate(registry, alice):
    """Seven versions; each was downloaded 10 times on each of six days. The ids of its versions."""
    ids = {}
    for version in VERSIONS:
        publish(alice, "Down_loads", version)
    for vid, num in registry.sql("SELECT v.id, v.num FROM versions v JOIN crates c ON c.id = v.crate_id"
                                 " WHERE c.name = 'Down_loads'"):
        ids[num] = int(vid)
        for days in (0, 1, 88, 89, 90, 400):
            registry.sql("INSERT INTO version_downloads (version_id, date, downloads)"
                         f" VALUES ({vid}, '{ago(days)}', 10)")
    return ids


def test_of_crate(anon, crate):
    answer = anon.get("/api/v1/crates/down-loads/downloads").json()
    assert list(answer) == ["version_downloads", "meta"]
    newest_first = sorted((crate[num] for num in LATEST), reverse=True)
    assert answer["version_downloads"] == [{"version": vid, "downloads": 10, "date": ago(days)}
                                           for days in (89, 88, 1, 0) for vid in newest_first]
    assert answer["meta"] == {"extra_downloads": [{"date": ago(days), "downloads": 20} for days in (89, 88, 1, 0)]}


def test_with_versions(anon, crate):
    answer = anon.get("/api/v1/crates/down-loads/downloads?include=versions").json()
    assert list(answer) == ["version_downloads", "versions", "meta"]
    assert [v["num"] for v in answer["versions"]] == LATEST
    assert {v["crate"] for v in answer["versions"]} == {"down-loads"}  # upstream: as it was asked for
    assert all(v["audit_actions"] and v["published_by"]["login"] == "alice" for v in answer["versions"])


def test_few_versions(anon, alice, new_name):
    name = publish(alice, new_name("few"))
    answer = anon.get(f"/api/v1/crates/{name}/downloads?include=versions&before_date=zz").json()
    assert (answer["version_downloads"], answer["meta"]) == ([], {"extra_downloads": []})
    assert len(answer["versions"]) == 1


@pytest.mark.parametrize("query, status, words", [
    ("?include=cargo", 400, "invalid component for ?include= (expected 'versions')"),
    ("?include=versions,cargo", 400, "invalid component for ?include= (expected 'versions')"),
    ("?include=", 200, None), ("?include=,", 200, None),
])
def test_include(anon, crate, query, status, words):
    answer = anon.get("/api/v1/crates/Down_loads/downloads" + query)
    assert answer.status_code == status
    assert words is None or detail(answer) == words


def test_unknown(anon, crate):
    for path, words in {
        "nobody/downloads?include=cargo": "crate `nobody` does not exist",
        "nobody/1.0.0/downloads": "crate `nobody` does not exist",
        "down-loads/7.0.0/downloads": "crate `down-loads` does not have a version `7.0.0`",
    }.items():
        answer = anon.get(f"/api/v1/crates/{path}")
        assert (answer.status_code, detail(answer)) == (404, words)
    answer = anon.get("/api/v1/crates/nobody/invalid-version/downloads")
    assert answer.status_code == 400
    assert detail(answer) == "Invalid URL: unexpected character 'i' while parsing major version number"


@pytest.mark.parametrize("query, days", [
    ("", (89, 88, 1, 0)),
    (f"?before_date={ago(0)}", (89, 88, 1, 0)),
    (f"?before_date={ago(1)}", (90, 89, 88, 1)),
    (f"?before_date={ago(90)}", (90,)),
    ("?before_date=2020-1-2", ()),
])
def test_of_version(anon, crate, query, days):
    answer = anon.get("/api/v1/crates/down-loads/2.0.0/downloads" + query)
    assert answer.json() == {"version_downloads": [{"version": crate["2.0.0"], "downloads": 10, "date": ago(day)}
                                                   for day in days]}


@pytest.mark.parametrize("date, words", [
    ("", "premature end of input"), ("2020", "premature end of input"), ("2020-", "premature end of input"),
    ("zz", "input contains invalid characters"), ("2020-x", "input contains invalid characters"),
    ("20200101", "input contains invalid characters"), ("2020-13-01", "input is out of range"),
    ("2021-02-29", "input is out of range"), ("2020-01-011", "trailing input"), ("2020-01-01T00", "trailing input"),
    ("%00", "input contains invalid characters"),
])
def test_bad_date(anon, crate, date, words):
    answer = anon.get(f"/api/v1/crates/down-loads/2.0.0/downloads?before_date={date}")
    assert answer.status_code == 400
    assert detail(answer) == f"Failed to deserialize query string: before_date: {words}"


def test_queries(registry, anon, crate):
    assert registry.queries(anon.get("/api/v1/crates/down-loads/downloads")) == 4
    assert registry.queries(anon.get("/api/v1/crates/down-loads/downloads?include=versions")) == 7
    assert registry.queries(anon.get("/api/v1/crates/down-loads/2.0.0/downloads")) == 3


@pytest.mark.parametrize("file", ["download", "readme"])
def test_file_of_a_version_longer_than_any(anon, file):
    """No such version can be published: it is not there, and nothing of ours has failed."""
    answer = anon.get(f"/api/v1/crates/down-loads/1.0.0-{'a' * 5000}/{file}")
    assert answer.status_code == 404 and "does not have a version `1.0.0-aaa" in answer.text
