"""The real cargo, with a home of its own, and packages for it to publish."""
import os
import pathlib
import subprocess
import textwrap


def cargo_version():
    words = subprocess.run(["cargo", "--version"], capture_output=True, text=True).stdout.split()
    return tuple(int(part) for part in words[1].split(".")[:2])


class Cargo:
    """A cargo with a home of its own, configured for one registry under the name `house`."""

    def __init__(self, home, registry, token=None):
        self.home, self.registry, self.token = pathlib.Path(home), registry, token
        self.home.mkdir(parents=True, exist_ok=True)
        (self.home / "config.toml").write_text(textwrap.dedent(f"""\
            [registries.house]
            index = "sparse+{registry.url}/index/"
            [registry]
            global-credential-providers = ["cargo:token"]
            [net]
            retry = 0
            [build]
            target-dir = "{self.home}/target"
            """))

    def run(self, *args, cwd=None, ok=True, stdin=None, env=None):
        full = {k: v for k, v in os.environ.items() if not k.startswith("CARGO_") or k == "CARGO_NET_GIT_FETCH_WITH_CLI"}
        full.update({"CARGO_HOME": str(self.home), "CARGO_TERM_COLOR": "never", **(env or {})})
        if self.token:
            full["CARGO_REGISTRIES_HOUSE_TOKEN"] = self.token
        done = subprocess.run(["cargo", *args], cwd=cwd or self.home, env=full, input=stdin, text=True,
                              capture_output=True, timeout=600)
        if ok:
            assert done.returncode == 0, f"cargo {' '.join(args)}\n{done.stdout}\n{done.stderr}"
        else:
            assert done.returncode != 0, f"cargo {' '.join(args)} succeeded\n{done.stdout}\n{done.stderr}"
        return done.stdout + done.stderr


def package(folder, name, version="0.1.0", lib="", main=None, deps="", extra=""):
    """A package on disk, ready for `cargo publish`."""
    folder = pathlib.Path(folder)
    (folder / "src").mkdir(parents=True, exist_ok=True)
    (folder / "Cargo.toml").write_text(textwrap.dedent(f"""\
        [package]
        name = "{name}"
        version = "{version}"
        edition = "2021"
        description = "{name} for the end-to-end tests"
        license = "MIT OR Apache-2.0"
        repository = "https://example.test/{name}"
        """) + textwrap.dedent(extra) + "\n[dependencies]\n" + textwrap.dedent(deps))
    if main is None or lib:
        (folder / "src/lib.rs").write_text(lib or "pub fn one() -> u32 { 1 }\n")
    if main is not None:
        (folder / "src/main.rs").write_text(main)
    return folder
