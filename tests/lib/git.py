"""The git index of an instance as git itself sees it."""
import subprocess
import time

from lib.instance import environment
from lib.registry import index_path


def git(*words, cwd=None, check=True, timeout=120, **more):
    """Runs git without anybody's configuration; its standard output."""
    env = environment(GIT_CONFIG_NOSYSTEM="1", HOME="/nonexistent", GIT_TERMINAL_PROMPT="0", LC_ALL="C",
                      GIT_CONFIG_COUNT="1", GIT_CONFIG_KEY_0="safe.directory", GIT_CONFIG_VALUE_0="*", **more)
    done = subprocess.run(["git", *map(str, words)], cwd=cwd, capture_output=True, text=True, timeout=timeout, env=env,
                          stdin=subprocess.DEVNULL)
    assert not check or done.returncode == 0, f"git {words}: {done.stderr}"
    return done.stdout if check else done


class GitIndex:
    """DATA/git/index of an instance."""

    def __init__(self, instance):
        self.instance, self.path = instance, instance.data / "git/index"

    def git(self, *words, **more):
        return git("--git-dir", self.path, *words, **more)

    def subjects(self, count=100):
        """What the newest commits say, the newest first."""
        return self.git("log", f"-{count}", "--format=%s", "master").splitlines() if self.path.exists() else []

    def head(self):
        return self.git("rev-parse", "master").strip()

    def file(self, name, ref="master"):
        """The bytes of a crate's file; None where there is none."""
        done = self.git("cat-file", "blob", f"{ref}:{index_path(name)}", check=False)
        return done.stdout if done.returncode == 0 else None

    def files(self):
        return self.git("ls-tree", "-r", "--name-only", "master").split()

    def jobs(self, seconds=60):
        """Runs what is due, and says what was logged of jobs. What a runner of the registry has in hand is waited for."""
        done = subprocess.run([str(self.instance.ctl_path), "jobs", "--for", str(seconds)], stdin=subprocess.DEVNULL,
                              capture_output=True, text=True, timeout=seconds + 60, env=environment())
        assert done.returncode == 0, done.stderr
        end = time.time() + seconds
        while self.instance.sql("SELECT id FROM background_jobs WHERE queue = 'repository' AND retries = 0"):
            assert time.time() < end, self.waiting()
            time.sleep(0.1)
        return done.stderr

    def waiting(self):
        return [(kind, data) for kind, data in self.instance.sql(
            "SELECT job_type, data FROM background_jobs WHERE queue = 'repository' ORDER BY id")]

    def whole(self):
        self.git("fsck", "--full", "--strict")
        assert not [f for f in (self.path / "objects/pack").iterdir() if f.suffix not in (".pack", ".idx", ".bitmap", ".rev")]
