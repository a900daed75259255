"""PUT /api/v1/crates/new, accepted: the answer, the served bytes, the index line, at once; and what concurrency does to it."""
import concurrent.futures
import hashlib

from lib.census import settled
from lib.registry import Client, Crate, archive, detail, frame


def test_everything_is_readable_when_the_answer_is_there(registry, alice, anon, new_name):
    name = new_name("tide")
    crate = Crate(name, package={"keywords": ["Sea"], "categories": ["science"], "links": name, "rust-version": "1.70"})
    answer = alice.token.publish(crate)
    assert answer.status_code == 200, answer.text
    body = answer.json()
    assert body["crate"]["name"] == name and body["crate"]["max_version"] == "1.0.0"
    assert body["warnings"] == {"invalid_categories": [], "invalid_badges": [], "other": []}
    entry = registry.index(name)[-1]
    assert entry["cksum"] == crate.checksum and entry["links"] == name
    assert entry["rust_version"] == "1.70" and entry["yanked"] is False and "v" not in entry
    got = anon.get(f"/static/crates/{name}/{crate.file_name}")
    assert got.status_code == 200 and got.content == crate.archive
    assert "immutable" in got.headers["Cache-Control"]
    answer = anon.get(f"/api/v1/crates/{name}/1.0.0/download")
    assert answer.json()["url"].endswith(f"/static/crates/{name}/{crate.file_name}")


def test_index_line_in_full(registry, alice, new_name):
    name, dep = new_name("full"), new_name("dep")
    assert alice.token.publish(Crate(dep)).status_code == 200
    answer = alice.token.publish(Crate(name, "1.0.0-beta.1+build.7", tables={
        "dependencies": {dep: "1", "other": {"version": ">= 1 , <2", "package": dep, "optional": True,
                                             "default-features": False, "features": ["b", "a"]}},
        "dev-dependencies": {dep: "1.2.x"}, "target.'cfg(unix)'.build-dependencies": {dep: "~1"},
        "features": {"z": [], "weak": ["other?/b"], "on": ["dep:other"], "via": ["on"]}}))
    assert answer.status_code == 200, answer.text
    entry, = registry.index(name)
    assert [key for key in entry if key != "pubtime"] == ["name", "vers", "deps", "cksum", "features", "features2", "yanked", "v"]
    assert entry["vers"] == "1.0.0-beta.1+build.7" and entry["v"] == 2
    assert entry["features"] == {"z": []}
    assert entry["features2"] == {"on": ["dep:other"], "via": ["on"], "weak": ["other?/b"]}
    assert [(d["name"], d["kind"], d["req"], d["target"]) for d in entry["deps"]] == [
        (dep, "normal", "^1", None), (dep, "build", "~1", "cfg(unix)"), (dep, "dev", "1.2.*", None),
        ("other", "normal", ">=1, <2", None)]
    other = entry["deps"][-1]
    assert list(other) == ["name", "req", "features", "optional", "default_features", "target", "kind", "package"]
    assert other["package"] == dep and other["features"] == ["b", "a"]
    assert other["optional"] and not other["default_features"]


def fresh(user):
    """A client of its own, for a thread."""
    return Client(user.token.url, **user.token.headers)


def test_eight_at_once_of_the_same_version(registry, alice, new_name):
    name = new_name("twice")
    crate = Crate(name)
    with concurrent.futures.ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(lambda _: fresh(alice).publish(crate), range(8)))
    assert sorted(a.status_code for a in answers) == [200] + [400] * 7
    assert {detail(a) for a in answers if a.status_code == 400} == {"crate version `1.0.0` is already uploaded"}
    assert len(registry.index(name)) == 1


def test_eight_publishers_of_a_crate_and_its_dependents(registry, alice, new_name):
    """Deadlocks end as retries inside the worker: nobody sees one (design.md 5)."""
    base = new_name("base")
    assert alice.token.publish(Crate(base)).status_code == 200

    def publisher(number):
        client, done = fresh(alice), []
        for turn in range(6):
            if (number + turn) % 2:
                crate = Crate(base, f"1.{number}.{turn + 1}",
                              package={"keywords": ["sea", "tide", f"k{turn}"], "categories": ["science"]})
            else:
                crate = Crate(f"{base}-{number}", f"1.0.{turn}", tables={"dependencies": {base: "1"}},
                              package={"keywords": [f"k{turn}", "tide", "sea"], "categories": ["science", "parsing"]})
            done.append((crate, client.publish(crate)))
        return done
    with concurrent.futures.ThreadPoolExecutor(8) as pool:
        results = [result for part in pool.map(publisher, range(8)) for result in part]
    assert [(a.status_code, a.text[:200]) for _, a in results if a.status_code != 200] == []
    lines = {line["vers"] for line in registry.index(base)}
    assert lines == {"1.0.0"} | {crate.version for crate, _ in results if crate.name == base}
    settled(registry)
    registry.ctl("fsck")


def test_the_bytes_are_kept_exactly(registry, alice, anon, new_name):
    """What a reader of the archive never sees (behind the gzip member) is kept and hashed all the same."""
    crate = Crate(new_name("bytes"))
    data = crate.archive + b"bytes that no reader looks at"
    answer = alice.token.publish(frame(crate.metadata, data))
    assert answer.status_code == 200, answer.text
    assert registry.index(crate.name)[-1]["cksum"] == hashlib.sha256(data).hexdigest()
    assert anon.get(f"/static/crates/{crate.name}/{crate.file_name}").content == data


def test_gnu_long_names(registry, alice, new_name):
    crate = Crate(new_name("long"))
    root = f"{crate.name}-1.0.0"
    data = archive([(f"{root}/Cargo.toml", crate.manifest), (f"{root}/src/{'d' * 90}/{'f' * 120}.rs", "// deep\n")])
    answer = alice.token.publish(frame(crate.metadata, data))
    assert answer.status_code == 200, answer.text
