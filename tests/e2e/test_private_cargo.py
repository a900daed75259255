"""The real cargo drives a private registry (registry.auth_required) behind every web server: with a token all of it works, without one it
says where to get one."""
import pathlib

import pytest

from lib.cargo import Cargo, package
from lib.instance import Instance

SERVERS = ("nginx", "apache", "apache-fcgid", "lighttpd")
LIBRARIES = 40


@pytest.fixture(scope="module", params=SERVERS)
def private(request):
    instance = Instance(web=request.param, settings=["registry.auth_required=true", "server.workers=2"])
    try:
        yield instance.start()
    finally:
        instance.remove()


@pytest.fixture(scope="module")
def alice(private):
    return private.user("alice")


@pytest.fixture(scope="module")
def hers(private, alice, tmp_path_factory):
    return Cargo(tmp_path_factory.mktemp("alice"), private, alice.secret)


def publish(cargo, folder, **kw):
    return cargo.run("publish", "--registry", "house", "--allow-dirty", "--no-verify", cwd=folder, **kw)


@pytest.fixture(scope="module")
def harbour(hers, tmp_path_factory):
    folder = package(tmp_path_factory.mktemp("lib"), "harbour", lib="pub fn depth() -> u32 { 7 }\n")
    assert "Published harbour v0.1.0" in hers.run("publish", "--registry", "house", "--allow-dirty", cwd=folder)
    return folder


def pilot(folder):
    return package(folder, "pilot", deps='harbour = { version = "0.1", registry = "house" }\n',
                   main='fn main() { println!("{}", harbour::depth()); }\n')


def test_publish_search_build_yank(private, alice, hers, harbour, tmp_path):
    assert 'harbour = "0.1.0"' in hers.run("search", "--registry", "house", "harbour")
    assert "version: 0.1.0" in hers.run("info", "--registry", "house", "harbour")
    user = pilot(tmp_path / "user")
    # A home that knows nothing yet: config.json is asked for without a token first (401), and then with it.
    fresh = Cargo(tmp_path / "fresh", private, alice.secret)
    assert "7" in fresh.run("run", "-q", cwd=user)
    publish(hers, package(harbour, "harbour", "0.1.1", lib="pub fn depth() -> u32 { 8 }\n"))
    assert "Updating harbour v0.1.0" in fresh.run("update", cwd=user)
    assert "8" in fresh.run("run", "-q", cwd=user)
    hers.run("yank", "--registry", "house", "harbour@0.1.1")
    assert "Downgrading harbour v0.1.1" in fresh.run("update", cwd=user)
    hers.run("yank", "--undo", "--registry", "house", "harbour@0.1.1")
    assert "alice" in hers.run("owner", "--registry", "house", "--list", "harbour")


def test_without_a_token(private, harbour, tmp_path):
    user = pilot(tmp_path / "user")
    nobody = Cargo(tmp_path / "nobody", private)
    for command in (["build"], ["search", "--registry", "house", "harbour"], ["info", "--registry", "house", "harbour"]):
        out = nobody.run(*command, cwd=user, ok=False)
        assert "harbour v0.1.0" not in out and "no token found" in out, out
    # cargo names the page that WWW-Authenticate named.
    out = nobody.run("build", cwd=user, ok=False)
    assert "cargo login --registry house" in out
    out = nobody.run("login", "--registry", "house", stdin="\n", ok=False)
    assert f"{private.url}/me" in out


def test_with_a_token_that_is_none(private, harbour, tmp_path):
    user = pilot(tmp_path / "user")
    out = Cargo(tmp_path / "wrong", private, "cht_" + "x" * 32).run("build", cwd=user, ok=False)
    assert "token rejected" in out and "authentication failed" in out and "cargo login --registry house" in out, out


def test_a_token_that_was_revoked_builds_no_more(private, harbour, tmp_path):
    private.user("leaver")
    secret = private.token("leaver", "old")
    private.ctl("token", "revoke", secret)
    out = Cargo(tmp_path / "leaver", private, secret).run("build", cwd=pilot(tmp_path / "user"), ok=False)
    assert "token rejected" in out


def test_many_crates_cost_few_queries(private, alice, hers, tmp_path):
    """Hundreds of requests of a fresh home: the workers ask once each whose token it is."""
    for n in range(LIBRARIES):
        publish(hers, package(tmp_path / f"lib-{n}", f"quay-{n}"))
    user = package(tmp_path / "user", "fleet", main="fn main() {}\n",
                   deps="".join(f'quay-{n} = {{ version = "0.1", registry = "house" }}\n' for n in range(LIBRARIES)))
    secret = private.token("alice", "for a fetch")
    Cargo(tmp_path / "fresh", private, secret).run("fetch", cwd=user)
    files = [line for line in private.log("status=200") if line.get("route") in ("/index/{*path}", "/static/{*path}")]
    files = files[-2 * LIBRARIES:]
    assert len(files) == 2 * LIBRARIES
    assert sum(int(line["db_n"]) for line in files) <= 12  # of two workers (Apache starts some more)
    assert {path.name for path in (pathlib.Path(tmp_path / "fresh/registry/cache")).rglob("*.crate")} == {
        f"quay-{n}-0.1.0.crate" for n in range(LIBRARIES)}
