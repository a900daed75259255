"""Dependencies of a version, and the crates that depend on one (contract/api.md 14)."""
import pytest

from lib.steps import crate_id, publish, refused

KEYS = ["id", "version_id", "crate_id", "req", "optional", "default_features", "features", "target", "kind", "downloads"]


def dependencies(client, name, number="1.0.0"):
    answer = client.get(f"/api/v1/crates/{name}/{number}/dependencies")
    assert answer.status_code == 200 and list(answer.json()) == ["dependencies"]
    return answer.json()["dependencies"]


def dependents(registry, name, query=""):
    answer = registry.anonymous.get(f"/api/v1/crates/{name}/reverse_dependencies{query}")
    assert answer.status_code == 200, answer.text
    return answer.json()


def names(registry, name, query=""):
    body = dependents(registry, name, query)
    crates = {v["id"]: v["crate"] for v in body["versions"]}
    return [crates[d["version_id"]] for d in body["dependencies"]]


@pytest.fixture
def base(alice, new_name):
    return publish(alice, new_name("base"), "1.0.0")


def depend(alice, name, base, *versions, **table):
    return publish(alice, name, *versions, tables={table.pop("header", "dependencies"): {base: table or "1"}})


def test_dependencies(registry, alice, anon, new_name):
    a, b, name = (publish(alice, new_name(stem)) for stem in ("dep-a", "dep-b", "top"))
    publish(alice, name, "2.0.0", tables={
        "dependencies": {b: "1.2", "renamed": {"version": ">=1, <3", "package": a, "optional": True}},
        "dev-dependencies": {a: {"version": "1.0.*", "features": ["x", "y"], "default-features": False}},
        "target.'cfg(windows)'.build-dependencies": {b: "=1.0.0"}})
    assert dependencies(anon, name) == []
    rows = dependencies(anon, name, "2.0.0")
    assert all(list(d) == KEYS and d["downloads"] == 0 for d in rows)
    assert [(d["crate_id"], d["optional"]) for d in rows] == [(a, False), (b, False), (b, False), (a, True)]
    assert {(d["req"], d["kind"], d["target"]) for d in rows if d["crate_id"] == b} == \
        {("^1.2", "normal", None), ("=1.0.0", "build", "cfg(windows)")}
    dev = rows[0]
    assert (dev["req"], dev["kind"], dev["features"], dev["default_features"]) == ("1.0.*", "dev", ["x", "y"], False)
    assert (rows[-1]["crate_id"], rows[-1]["optional"], rows[-1]["req"]) == (a, True, ">=1, <3")
    answer = anon.get(f"/api/v1/crates/{name}/2.0.0/dependencies")
    assert registry.queries(answer) == 3


def test_dependents(registry, alice, base, new_name):
    assert dependents(registry, base) == {"dependencies": [], "versions": [], "meta": {"total": 0}}
    first, second = (depend(alice, new_name("user"), base) for _ in range(2))
    body = dependents(registry, base)
    assert list(body) == ["dependencies", "versions", "meta"] and body["meta"] == {"total": 2}
    assert names(registry, base) == [second, first]  # equal downloads: the younger crate first
    assert [v["crate"] for v in body["versions"]] == [first, second]
    assert all(list(d) == KEYS and d["crate_id"] == base for d in body["dependencies"])
    registry.sql("UPDATE reverse_dependencies SET dependent_downloads = 5 WHERE dependent_crate_id = "
                 f"{crate_id(registry, first)}")
    assert names(registry, base) == [first, second]
    assert [d["downloads"] for d in dependents(registry, base)["dependencies"]] == [5, 0]
    registry.sql("UPDATE reverse_dependencies SET dependent_downloads = 0 WHERE dependent_downloads = 5")


def test_one_entry_a_crate(registry, alice, base, new_name):
    """Of several dependencies the first; of several versions the default one."""
    name = new_name("user")
    publish(alice, name, "1.0.0", tables={"dependencies": {base: "1.0"}, "build-dependencies": {base: "1.1"}})
    assert names(registry, base) == [name]
    assert dependents(registry, base)["dependencies"][0]["req"] == "^1.0"
    depend(alice, name, base, "2.0.0-beta.1", version="2", optional=True)
    assert [v["num"] for v in dependents(registry, base)["versions"]] == ["1.0.0"]
    depend(alice, name, base, "1.1.0", version="1.5", optional=True)
    body = dependents(registry, base)
    assert [v["num"] for v in body["versions"]] == ["1.1.0"]
    assert (body["dependencies"][0]["req"], body["dependencies"][0]["optional"]) == ("^1.5", True)
    publish(alice, name, "1.2.0")  # depends no more
    assert dependents(registry, base)["dependencies"] == []


def test_yanked_ones_do_not_count(registry, alice, base, new_name):
    name = depend(alice, new_name("user"), base, header="dev-dependencies")
    assert names(registry, base) == [name]
    alice.token.delete(f"/api/v1/crates/{name}/1.0.0/yank")
    assert names(registry, base) == []
    alice.token.put(f"/api/v1/crates/{name}/1.0.0/unyank")
    assert names(registry, base) == [name]
    alice.token.delete(f"/api/v1/crates/{base}/1.0.0/yank")  # what is depended upon may be yanked
    assert names(registry, base) == [name]


def test_itself(registry, alice, new_name):
    name = new_name("self")
    publish(alice, name, "1.0.0")
    depend(alice, name, name, "1.0.1", header="dev-dependencies")
    assert names(registry, name) == [name]


def test_pages(registry, alice, base, new_name):
    crates = [depend(alice, new_name("user"), base) for _ in range(3)][::-1]
    assert names(registry, base, "?per_page=2") == crates[:2]
    assert names(registry, base, "?per_page=2&page=2") == crates[2:]
    assert dependents(registry, base, "?per_page=2&page=2")["meta"] == {"total": 3}
    assert names(registry, base, "?page=200") == []
    registry.wait(f"/api/v1/crates/{base}/reverse_dependencies?per_page=1",
                  lambda answer: answer.json()["meta"]["total"] == 3)  # the counter that a job keeps


@pytest.mark.parametrize("query,words", [
    ("seek=x", "?seek= is not supported for this request"),
    ("seek=x&page=1", "providing both ?page= and ?seek= is unsupported"),
    ("page=0", "Failed to deserialize query string: page: invalid value: integer `0`, expected a nonzero u32"),
    ("page=201", "Page 201 is unavailable for performance reasons. Please take a look at "
     "https://crates.io/data-access for alternatives."),
    ("page=4294967295&per_page=100", "Page 4294967295 is unavailable for performance reasons. Please take a look at "
     "https://crates.io/data-access for alternatives."),
    ("per_page=101", "cannot request more than 100 items"),
    ("page=1&page=1", "Failed to deserialize query string: duplicate field `page`"),
])
def test_bad_queries(anon, base, query, words):
    refused(anon.get(f"/api/v1/crates/{base}/reverse_dependencies?{query}"), 400, words)
    refused(anon.get(f"/api/v1/crates/no-such-crate/reverse_dependencies?{query}"), 400, words)


def test_no_such_crate(anon):
    refused(anon.get("/api/v1/crates/no-such-crate/reverse_dependencies"), 404, "crate `no-such-crate` does not exist")


def test_queries(registry, alice, anon, base, new_name):
    for _ in range(3):
        depend(alice, new_name("user"), base)
    answer = anon.get(f"/api/v1/crates/{base}/reverse_dependencies")
    assert len(answer.json()["versions"]) == 3 and registry.queries(answer) == 4
