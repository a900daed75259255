"""The real cargo drives a fresh registry: everything that a user types, with what cargo prints for it."""
import os
import pathlib
import shutil
import subprocess
import tempfile
import textwrap

import pytest

from lib.cargo import Cargo, cargo_version, package

publishes_workspaces = pytest.mark.skipif(cargo_version() < (1, 90), reason="cargo publish --workspace came with 1.90")


@pytest.fixture
def hers(registry, alice, tmp_path):
    """alice's cargo."""
    return Cargo(tmp_path / "alice", registry, alice.secret)


@pytest.fixture
def his(registry, bob, tmp_path):
    """bob's cargo."""
    return Cargo(tmp_path / "bob", registry, bob.secret)


def publish(cargo, folder, *args, **kw):
    return cargo.run("publish", "--registry", "house", "--allow-dirty", *args, cwd=folder, **kw)


def test_login_and_logout(registry, alice, new_name, tmp_path):
    cargo = Cargo(tmp_path / "home", registry)
    token, name = alice.secret, new_name("anchor")
    out = cargo.run("login", "--registry", "house", stdin=token + "\n")
    assert "saved" in out
    assert token in (cargo.home / "credentials.toml").read_text()
    folder = package(tmp_path / "anchor", name)
    publish(cargo, folder)
    assert "removed" in cargo.run("logout", "--registry", "house")
    assert "no token found" in publish(cargo, package(tmp_path / "anchor", name, "0.2.0"), ok=False)


def test_publish_is_visible_at_once_and_builds(registry, hers, new_name, tmp_path):
    name = new_name("harbour")
    out = publish(hers, package(tmp_path / "lib", name, lib="pub fn depth() -> u32 { 7 }\n"))
    assert f"Uploaded {name} v0.1.0" in out and f"Published {name} v0.1.0" in out
    assert "warning" not in out.replace("warning: aborting", "")
    user = package(tmp_path / "user", new_name("pilot"), deps=f'{name} = {{ version = "0.1", registry = "house" }}\n',
                   main=f'fn main() {{ println!("{{}}", {name.replace("-", "_")}::depth()); }}\n')
    assert "7" in hers.run("run", "-q", cwd=user)
    out = publish(hers, package(tmp_path / "lib", name), ok=False)
    assert "already exists" in out


def test_add_info_search_update_install(registry, hers, new_name, tmp_path):
    name = new_name("capstan")
    tool = new_name("capstan-tool")
    publish(hers, package(tmp_path / "lib", name, lib="pub fn turn() {}\n"))
    publish(hers, package(tmp_path / "tool", tool, main='fn main() { println!("heave"); }\n'))
    out = hers.run("search", "--registry", "house", name)
    assert f'{name} = "0.1.0"' in out and f"{name} for the end-to-end tests" in out
    out = hers.run("info", "--registry", "house", name)
    assert "license: MIT OR Apache-2.0" in out and "version: 0.1.0" in out
    app = package(tmp_path / "app", new_name("app"), main="fn main() {}\n")
    assert f"Adding {name} v0.1.0" in hers.run("add", "--registry", "house", name, cwd=app)
    hers.run("build", "-q", cwd=app)
    publish(hers, package(tmp_path / "lib", name, "0.1.1", lib="pub fn turn() {}\npub fn back() {}\n"))
    out = hers.run("update", cwd=app)
    assert f"Updating {name} v0.1.0" in out and "-> v0.1.1" in out
    hers.run("install", "--registry", "house", "--root", str(tmp_path / "root"), tool)
    done = subprocess.run([tmp_path / "root/bin" / tool], capture_output=True, text=True, check=True)
    assert done.stdout == "heave\n"


def test_yank_and_undo(registry, hers, his, new_name, tmp_path):
    name = new_name("ensign")
    publish(hers, package(tmp_path / "lib", name))
    app = package(tmp_path / "app", new_name("app"), main="fn main() {}\n",
                  deps=f'{name} = {{ version = "0.1", registry = "house" }}\n')
    assert "must already be an owner" in his.run("yank", "--registry", "house", f"{name}@0.1.0", ok=False)
    assert f"Yank {name}@0.1.0" in hers.run("yank", "--registry", "house", f"{name}@0.1.0")
    assert "yanked" in hers.run("build", cwd=app, ok=False)
    assert f"Unyank {name}@0.1.0" in hers.run("yank", "--registry", "house", "--undo", f"{name}@0.1.0")
    hers.run("build", "-q", cwd=app)
    hers.run("yank", "--registry", "house", f"{name}@0.1.0")
    hers.run("clean", cwd=app)
    hers.run("build", "-q", cwd=app)  # a yanked version stays usable for whom Cargo.lock names it


def test_owners(registry, bob, hers, his, new_name, tmp_path):
    name = new_name("gangway")
    publish(hers, package(tmp_path / "lib", name))
    assert "alice" in hers.run("owner", "--registry", "house", "--list", name)
    out = hers.run("owner", "--registry", "house", "--add", "bob", name)
    assert f"user bob has been invited to be an owner of crate {name}" in out
    lib = package(tmp_path / "lib", name, "0.2.0")
    assert "you don't seem to be an owner" in publish(his, lib, ok=False)
    invitation, = bob.browser.get("/api/v1/me/crate_owner_invitations").json()["crate_owner_invitations"]
    answer = bob.browser.put(f"/api/v1/me/crate_owner_invitations/{invitation['crate_id']}",
                             {"crate_owner_invite": {"crate_id": invitation["crate_id"], "accepted": True}})
    assert answer.status_code == 200, answer.text
    publish(his, lib)
    assert "bob" in hers.run("owner", "--registry", "house", "--list", name)
    assert "Owner removing" in hers.run("owner", "--registry", "house", "--remove", "bob", name)
    assert "cannot remove all individual owners" in hers.run("owner", "--registry", "house", "--remove", "alice", name,
                                                              ok=False)


@publishes_workspaces
def test_workspace_with_dependencies_among_members(registry, hers, new_name, tmp_path):
    keel, hull, ship = (new_name(n) for n in ("keel", "hull", "ship"))
    root = tmp_path / "fleet"
    root.mkdir()
    (root / "Cargo.toml").write_text('[workspace]\nresolver = "2"\nmembers = ["ship", "hull", "keel"]\n')
    package(root / "keel", keel)
    package(root / "hull", hull, deps=f'{keel} = {{ path = "../keel", version = "0.1", registry = "house" }}\n')
    package(root / "ship", ship, deps=f'{hull} = {{ path = "../hull", version = "0.1", registry = "house" }}\n',
            extra='[features]\ndefault = []\nsail = []\n')
    out = publish(hers, root, "--workspace")
    for name in (keel, hull, ship):
        assert f"Uploaded {name} v0.1.0" in out
    app = package(tmp_path / "app", new_name("app"), main="fn main() {}\n",
                  deps=f'{ship} = {{ version = "0.1", registry = "house", features = ["sail"] }}\n')
    hers.run("build", "-q", cwd=app)


def test_refusals_reach_the_user_in_words(registry, hers, new_name, tmp_path):
    folder = package(tmp_path / "std", "std")
    assert "cannot upload a crate with a reserved name" in publish(hers, folder, "--no-verify", ok=False)
    folder = package(tmp_path / "words", new_name("words"), extra='keywords = ["two words"]\n')
    assert '"two words" is an invalid keyword' in publish(hers, folder, "--no-verify", ok=False)
    stranger = Cargo(tmp_path / "stranger", registry, "cht_" + "x" * 32)
    folder = package(tmp_path / "x", new_name("x"))
    assert "authentication failed" in publish(stranger, folder, "--no-verify", ok=False)


# ---- a real program, its dependencies, and a build from this registry alone

PROGRAM = ("ripgrep", "14.1.1")


@pytest.fixture(scope="module")
def real_program(tmp_path_factory):
    """The published archives of a real program and of everything in its Cargo.lock, as cargo fetched them."""
    home = tmp_path_factory.mktemp("public")
    scratch = home / "scratch"
    name, version = PROGRAM
    package(scratch, "scratch", deps=f'{name} = "={version}"\n')
    env = {**{k: v for k, v in os.environ.items() if not k.startswith("CARGO_")}, "CARGO_TERM_COLOR": "never"}
    config = pathlib.Path(os.environ.get("CARGO_HOME", pathlib.Path.home() / ".cargo")) / "config.toml"
    if config.exists():  # how this machine reaches the public registry
        (home / "config.toml").write_text(config.read_text())
    env["CARGO_HOME"] = str(home)
    done = subprocess.run(["cargo", "fetch"], cwd=scratch, env=env, capture_output=True, text=True, timeout=600)
    if done.returncode:
        pytest.skip("the public registry cannot be reached: " + done.stderr.strip().splitlines()[-1])
    archive = next(home.glob(f"registry/cache/*/{name}-{version}.crate"))
    subprocess.run(["tar", "xzf", archive, "-C", home], check=True)
    source = home / f"{name}-{version}"
    subprocess.run(["cargo", "fetch", "--locked"], cwd=source, env=env, check=True, capture_output=True, timeout=600)
    # where the registry's own user may read them
    folder = pathlib.Path(tempfile.mkdtemp(prefix="cratehouse-crates-"))
    folder.chmod(0o755)
    try:
        yield source, sorted(shutil.copy(crate, folder) for crate in home.glob("registry/cache/*/*.crate"))
    finally:
        shutil.rmtree(folder)


def test_a_real_program_is_imported_and_built_from_here_alone(registry, alice, real_program, tmp_path):
    source, crates = real_program
    assert len(crates) > 20
    registry.ctl("import", "crates", "--owner", "alice", *crates, timeout=600)
    registry.ctl("fsck", timeout=300)
    lock = (source / "Cargo.lock").read_text()
    home = tmp_path / "home"
    home.mkdir()
    (home / "config.toml").write_text(textwrap.dedent(f"""\
        [source.crates-io]
        replace-with = "house"
        [source.house]
        registry = "sparse+{registry.url}/index/"
        [build]
        target-dir = "{home}/target"
        """))
    env = {k: v for k, v in os.environ.items() if not k.startswith("CARGO_")}
    env.update(CARGO_HOME=str(home), CARGO_TERM_COLOR="never")
    done = subprocess.run(["cargo", "build", "--locked"], cwd=source, env=env, capture_output=True, text=True, timeout=900)
    assert done.returncode == 0, done.stderr
    assert (source / "Cargo.lock").read_text() == lock
    assert registry.url in (home / "config.toml").read_text()
    done = subprocess.run([home / "target/debug/rg", "--version"], capture_output=True, text=True, check=True)
    assert PROGRAM[1] in done.stdout
    folders = [p.name for p in (home / "registry/cache").iterdir()]
    assert len(folders) == 1 and folders[0].startswith("127.0.0.1-"), folders


def test_a_workspace_on_top_of_imported_crates(registry, real_program, hers, new_name, tmp_path):
    """Real cargo publishes new crates that depend on imported ones, and a program is built from all of them."""
    _, crates = real_program
    registry.ctl("import", "crates", "--owner", "alice", *crates, timeout=600)
    eye, net = new_name("eye"), new_name("net")
    root = tmp_path / "fleet"
    root.mkdir()
    (root / "Cargo.toml").write_text('[workspace]\nresolver = "2"\nmembers = ["net", "eye"]\n')
    package(root / "eye", eye, deps='memchr = { version = "2", registry = "house" }\n',
            lib="pub fn find(s: &str) -> Option<usize> { memchr::memchr(b'x', s.as_bytes()) }\n")
    package(root / "net", net, deps=f'{eye} = {{ path = "../eye", version = "0.1", registry = "house" }}\n',
            lib=f"pub use {eye.replace('-', '_')}::find;\n")
    out = publish(hers, root, "--workspace")
    assert f"Uploaded {eye} v0.1.0" in out and f"Uploaded {net} v0.1.0" in out
    line, = registry.index(eye)
    assert line["deps"][0]["name"] == "memchr" and line["deps"][0]["req"] == "^2"
    app = package(tmp_path / "app", new_name("app"), deps=f'{net} = {{ version = "0.1", registry = "house" }}\n',
                  main=f"fn main() {{ println!(\"{{:?}}\", {net.replace('-', '_')}::find(\"box\")); }}\n")
    assert hers.run("run", "-q", cwd=app) == "Some(2)\n"
