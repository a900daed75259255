"""cratehouse import crates: archives of another registry as they are, with the checks that protect readers."""
import pytest

from lib.registry import Crate, archive


@pytest.fixture
def take(registry, alice, tmp_path):
    """Imports crates (or (file name, bytes)) in that order; the finished command."""
    tmp_path.chmod(0o755)
    for folder in list(tmp_path.parents)[:2]:
        folder.chmod(0o755)  # as root the command runs as another user

    def run(*crates):
        paths = []
        for crate in crates:
            name, content = (crate.file_name, crate.archive) if isinstance(crate, Crate) else crate
            (tmp_path / name).write_bytes(content)
            paths.append(tmp_path / name)
        return registry.run_ctl("import", "crates", "--owner", "alice", *paths)
    return run


def said(done):
    return done.stdout.splitlines()[-1]


def test_bytes_and_owner(registry, take, alice, bob, new_name):
    crate = Crate(new_name("import"), "1.0.0", {"keywords": ["moved"], "readme": "README.md"},
                  {"features": {"default": ["std"], "std": []}}, {"README.md": "# Moved\n"})
    assert said(take(crate)) == "1 imported, 0 here already, 0 refused"
    line, = registry.index(crate.name)
    assert (line["cksum"], line["features"]) == (crate.checksum, {"default": ["std"], "std": []})
    assert registry.anonymous.get(f"/static/crates/{crate.name}/{crate.file_name}").content == crate.archive
    shown = registry.anonymous.get(f"/api/v1/crates/{crate.name}").json()
    assert shown["crate"]["keywords"] == ["moved"]
    assert registry.sql(f"SELECT readme FROM crates WHERE name = '{crate.name}'") == [["# Moved\\n"]]
    assert "owner" in bob.token.publish(Crate(crate.name, "1.0.1")).text
    assert alice.token.publish(Crate(crate.name, "1.0.1")).status_code == 200


def test_again_and_with_other_bytes(registry, take, new_name):
    crate = Crate(new_name("import"), "1.0.0")
    assert said(take(crate)) == "1 imported, 0 here already, 0 refused"
    assert said(take(crate, Crate(crate.name, "1.0.1"))) == "1 imported, 1 here already, 0 refused"
    other = take(Crate(crate.name, "1.0.0", files={"src/lib.rs": "// other\n"}))
    assert (other.returncode, said(other)) == (1, "0 imported, 0 here already, 1 refused")
    assert "here with other bytes" in other.stderr
    assert [line["cksum"] for line in registry.index(crate.name)][0] == crate.checksum
    build = take(Crate(crate.name, "1.0.0+other"))
    assert "crate version `1.0.0` is already uploaded" in build.stderr
    assert len(registry.index(crate.name)) == 2


@pytest.mark.parametrize("name", ["a", "ab", "abc", "a-b", "aa-bb", "a--b", "a_", "x-_", "-".join("abc")])
def test_every_place_in_the_index(registry, take, name):
    crate = Crate(name, "1.0.0")
    assert said(take(crate)) == "1 imported, 0 here already, 0 refused"
    assert registry.index(name)[0]["cksum"] == crate.checksum


def test_dependents_may_come_first(registry, take, new_name):
    base, dependent = new_name("zz-base"), new_name("aa-dependent")
    crate = Crate(dependent, "1.0.0", tables={"dependencies": {base: "1", "not-here-at-all": "^2"}})
    assert said(take(crate)) == "1 imported, 0 here already, 0 refused"
    assert [dep["name"] for dep in registry.index(dependent)[0]["deps"]] == sorted([base, "not-here-at-all"])
    assert said(take(Crate(base, "1.0.0"))) == "1 imported, 0 here already, 0 refused"
    answer = registry.anonymous.get(f"/api/v1/crates/{base}/reverse_dependencies").json()
    assert [version["crate"] for version in answer["versions"]] == [dependent]


def test_what_concerns_a_publisher_is_not_asked(registry, take, new_name):
    crate = Crate(new_name("import"), "0.0.1", {"description": None, "license": None, "categories": ["no-such-category"],
                                                "homepage": "not a url"},
                  {"dependencies": {"any": "*"}})
    assert said(take(crate)) == "1 imported, 0 here already, 0 refused"
    assert registry.index(crate.name)[0]["deps"][0]["req"] == "*"


def test_versions_are_in_the_order_of_precedence(registry, take, new_name):
    name = new_name("import")
    numbers = ["1.10.0", "1.9.0", "2.0.0-rc.1", "1.9.1", "0.1.0"]
    assert said(take(*(Crate(name, number) for number in numbers))) == "5 imported, 0 here already, 0 refused"
    assert [line["vers"] for line in registry.index(name)] == ["0.1.0", "1.9.0", "1.9.1", "1.10.0", "2.0.0-rc.1"]
    assert registry.anonymous.get(f"/api/v1/crates/{name}").json()["crate"]["default_version"] == "1.10.0"


@pytest.mark.parametrize("file,content,words", [
    ("name.zip", lambda n: b"", "not called NAME-VERSION.crate"),
    ("{n}.crate", lambda n: b"", "not called NAME-VERSION.crate"),
    ("{n}-1.0.crate", lambda n: b"", "not called NAME-VERSION.crate"),
    ("1{n}-1.0.0.crate", lambda n: Crate(n).archive, "not called NAME-VERSION.crate"),
    ("{n}-1.0.0.crate", lambda n: b"no archive", "uploaded tarball is malformed"),
    ("{n}-1.0.0.crate", lambda n: Crate(n, "1.0.1").archive, "invalid path found"),
    ("{n}-1.0.0.crate", lambda n: archive([(f"{n}-1.0.0/../x", "")]), "invalid path found"),
    ("{n}-1.0.0.crate", lambda n: archive([(f"{n}-1.0.0/Cargo.toml", '[package]\nname = "y"\nversion = "1.0.0"\n')]),
     "the manifest is of `y` 1.0.0"),
    ("{n}-1.0.0.crate", lambda n: Crate(n, tables={"dependencies": {"x": "not one"}}).archive,
     '"not one" is an invalid version requirement'),
    ("{n}-1.0.0.crate", lambda n: Crate(n, tables={"dependencies": {"9x": "1"}}).archive, "cannot start with a digit"),
    ("std-1.0.0.crate", lambda n: Crate("std").archive, "cannot upload a crate with a reserved name"),
])
def test_refused(registry, take, new_name, file, content, words):
    name = new_name("import")
    done = take((file.format(n=name), content(name)))
    assert (done.returncode, said(done)) == (1, "0 imported, 0 here already, 1 refused")
    assert words in done.stderr
    assert registry.sql(f"SELECT COUNT(*) FROM crates WHERE name IN ('{name}', 'std', 'y')") == [["0"]]
    assert registry.index(name) is None


def test_unknown_owner(registry, take, tmp_path):
    done = registry.run_ctl("import", "crates", "--owner", "nobody-at-all", tmp_path / "x-1.0.0.crate")
    assert done.returncode == 1 and "there is no user `nobody-at-all`" in done.stderr
