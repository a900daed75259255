"""The git index through each web server, with git, and with the real cargo that reads the registry by it alone."""
import pytest

from lib.cargo import Cargo, package
from lib.git import GitIndex, git
from lib.instance import Instance
from lib.registry import Crate


@pytest.fixture(scope="module", params=["nginx", "apache", "apache-fcgid", "lighttpd", "workers"])
def site(request):
    """workers: git_index.serve, behind nginx."""
    workers = request.param == "workers"
    instance = Instance(web="nginx" if workers else request.param,
                        settings=["git_index.enabled=true", "registry.pubtime=false",
                                  *(["git_index.serve=true"] if workers else [])])
    try:
        instance.start()
        instance.alice = instance.user("alice")
        assert instance.alice.token.publish(Crate("first-one")).status_code == 200
        index = GitIndex(instance)
        index.jobs()
        yield instance
    finally:
        instance.remove()


@pytest.fixture
def remote(site):
    return f"{site.url}/git/index"


class GitCargo(Cargo):
    """It knows the registry by its git index."""

    def __init__(self, home, site, token=None, fetch_with_cli=False):
        super().__init__(home, site, token)
        config = self.home / "config.toml"
        config.write_text(config.read_text().replace(f"sparse+{site.url}/index/", f"{site.url}/git/index").replace(
            "[net]", f"[net]\ngit-fetch-with-cli = {str(fetch_with_cli).lower()}"))


def test_clone_and_fetch(site, remote, tmp_path):
    clone = tmp_path / "clone"
    git("clone", "-q", remote, clone)
    assert (clone / "fi/rs/first-one").read_text() == (site.data / "index/fi/rs/first-one").read_text()
    assert (clone / "config.json").read_text() == (site.data / "index/config.json").read_text()
    assert site.alice.token.publish(Crate("second-one")).status_code == 200
    GitIndex(site).jobs()
    git("pull", "-q", cwd=clone)
    assert git("log", "-1", "--format=%s", cwd=clone) == "Create crate `second-one`\n"
    git("fsck", "--full", cwd=clone)
    for version in ("0", "1", "2"):
        assert "HEAD" in git("-c", f"protocol.version={version}", "ls-remote", remote)


def test_nobody_pushes_and_no_file_is_read(site, remote, tmp_path):
    clone = tmp_path / "clone"
    git("clone", "-q", remote, clone)
    (clone / "more").write_text("x")
    git("add", "more", cwd=clone)
    git("-c", "user.name=a", "-c", "user.email=a@b.c", "commit", "-q", "-m", "more", cwd=clone)
    before = GitIndex(site).head()
    assert git("push", "origin", "HEAD:master", cwd=clone, check=False).returncode != 0
    for path in ("HEAD", "config", "objects/info/packs", "refs/heads/master", "../../cratehouse.toml",
                 "info/refs?service=git-receive-pack", "info/refs"):
        assert site.anonymous.get(f"/git/index/{path}").status_code in (400, 403, 404), path
    post = site.anonymous.post("/git/index/git-receive-pack", b"0000",
                               headers={"Content-Type": "application/x-git-receive-pack-request"})
    assert post.status_code in (403, 404)
    assert GitIndex(site).head() == before


@pytest.mark.parametrize("fetch_with_cli", [False, True])
def test_cargo(site, tmp_path, fetch_with_cli):
    """Published by cargo, built by another from the git index alone; a yank and a delete are seen."""
    name = f"git-cargo-{'cli' if fetch_with_cli else 'own'}"
    publisher = GitCargo(tmp_path / "publisher", site, site.alice.secret, fetch_with_cli)
    for version in ("0.1.0", "0.1.1"):
        package(tmp_path / version, name, version)
        # the job that brings it into the git index is what cargo waits for
        publisher.run("publish", "--registry", "house", "--allow-dirty", cwd=tmp_path / version)

    user = GitCargo(tmp_path / "user", site, fetch_with_cli=fetch_with_cli)
    app = package(tmp_path / "app", "app", main="fn main() { println!(\"{}\", %s::one()); }" % name.replace("-", "_"),
                  deps=f'{name} = {{ version = "0.1", registry = "house" }}')
    assert user.run("run", cwd=app).startswith("1\n")
    assert f'version = "0.1.1"' in (app / "Cargo.lock").read_text().split(f'name = "{name}"')[1]

    publisher.run("yank", "--registry", "house", "--version", "0.1.1", name)
    GitIndex(site).jobs()
    (app / "Cargo.lock").unlink()
    user.run("generate-lockfile", cwd=app)
    assert 'version = "0.1.0"' in (app / "Cargo.lock").read_text().split(f'name = "{name}"')[1]

    site.ctl("job", "enqueue", "squash_index")
    GitIndex(site).jobs()
    user.run("update", cwd=app)  # a history that was written anew is no trouble

    site.ctl("crate", "delete", name, "--yes", "--by", "alice")
    GitIndex(site).jobs()
    (app / "Cargo.lock").unlink()
    assert name in user.run("generate-lockfile", cwd=app, ok=False)
