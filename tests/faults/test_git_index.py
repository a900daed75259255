"""cratehouse-git is killed before each of its calls that change a file: the repository is whole, as it was before or after the
change, and the next run brings it up to date."""
import shutil
import stat
import subprocess

import pytest

from lib.git import GitIndex
from lib.instance import Instance
from lib.registry import Crate

STEPS_MAX = 300
# Preloaded into the helper: SIGKILL before its N-th such call.
KILL_AT = r"""
#include <dlfcn.h>
#include <fcntl.h>
#include <signal.h>
#include <stdarg.h>
#include <stdlib.h>
#include <sys/types.h>
#include <unistd.h>

static long at;

__attribute__((constructor)) static void read_order(void) /* the program throws its environment away */
{
	at = strtol(getenv("KILL_AT"), NULL, 10);
}

static void step(void)
{
	static long n;

	if (++n == at)
		kill(getpid(), SIGKILL);
}

#define STEP(type, name, args, pass) \
	type name args { step(); return ((type(*) args)dlsym(RTLD_NEXT, #name)) pass; }
STEP(int, rename, (const char *a, const char *b), (a, b))
STEP(int, link, (const char *a, const char *b), (a, b))
STEP(int, unlink, (const char *a), (a))
STEP(int, mkdir, (const char *a, mode_t mode), (a, mode))
STEP(int, fsync, (int fd), (fd))
STEP(ssize_t, write, (int fd, const void *p, size_t n), (fd, p, n))
STEP(ssize_t, pwrite, (int fd, const void *p, size_t n, off_t to), (fd, p, n, to))

int open(const char *path, int flags, ...)
{
	int (*next)(const char *, int, ...) = (int (*)(const char *, int, ...))dlsym(RTLD_NEXT, "open");
	mode_t mode = 0;
	va_list ap;

	if (flags & O_CREAT) {
		step();
		va_start(ap, flags);
		mode = va_arg(ap, mode_t);
		va_end(ap);
	}
	return next(path, flags, mode);
}
"""


class Site(Instance):
    """Its helper can be told at which step to die."""

    def start(self, *more):
        super().start(*more)
        source, self.preload = self.data / "kill_at.c", self.data / "kill_at.so"
        source.write_text(KILL_AT)
        subprocess.run(["cc", "-shared", "-fPIC", "-O1", "-w", "-o", self.preload, source, "-ldl"], check=True)
        self.order = self.data / "kill-at"
        helper = self.data / "program/libexec/cratehouse-git"
        real = helper.with_suffix(".real")
        shutil.move(helper, real)
        helper.write_text(f"#!/bin/sh\nif read -r KILL_AT <'{self.order}'; then export KILL_AT LD_PRELOAD='{self.preload}'; fi"
                          f" 2>/dev/null\nexec '{real}' \"$@\"\n")
        helper.chmod(helper.stat().st_mode | stat.S_IXUSR | stat.S_IXGRP | stat.S_IXOTH)
        self.kill_at(None)
        return self

    def kill_at(self, number):
        fresh = self.order.with_suffix(".new")
        fresh.write_text(f"{number}\n" if number else "")
        fresh.chmod(0o644)
        fresh.rename(self.order)


@pytest.fixture(scope="module")
def site():
    instance = Site(settings=["git_index.enabled=true", "server.job_runners=0", "server.workers=1"])
    try:
        yield instance.start()
    finally:
        instance.remove()


@pytest.fixture(scope="module")
def alice(site):
    return site.user("alice")


def run_jobs(site):
    site.sql("UPDATE background_jobs SET run_after_us = 0, retries = 0, lease_until_us = IF(lease_until_us IS NULL, NULL, 1)")
    site.ctl("jobs", "--for", "20")


def test_a_change(site, alice):
    index = GitIndex(site)
    assert alice.token.publish(Crate("changes")).status_code == 200
    index.jobs()
    for number in range(1, STEPS_MAX):
        before = len(index.subjects(2 * STEPS_MAX))
        site.sql(f"UPDATE versions SET links = 'at-{number}'")
        site.ctl("job", "enqueue", "sync_to_git_index", "--data", '{"krate":"changes"}')
        site.kill_at(number)
        run_jobs(site)
        died = site.sql("SELECT COUNT(*) FROM background_jobs WHERE queue = 'repository'") == [["1"]]
        index.git("fsck", "--full", "--strict")
        after = len(index.subjects(2 * STEPS_MAX))
        assert after == before + (f"at-{number}" in index.file("changes"))
        assert died or after == before + 1
        site.kill_at(None)
        run_jobs(site)
        assert f"at-{number}" in index.file("changes")
        assert len(index.subjects(2 * STEPS_MAX)) == before + 1, "done once"
        assert index.waiting() == []
        if not died:
            break
    assert not died and number > 5, "it was killed at every step"
    index.whole()


def test_from_nothing(site, alice):
    index = GitIndex(site)
    for number in range(1, STEPS_MAX):
        shutil.rmtree(site.data / "git", ignore_errors=True)
        site.kill_at(number)
        died = site.run_ctl("rebuild", "git-index").returncode != 0
        site.kill_at(None)
        site.ctl("rebuild", "git-index")
        index.whole()
        assert set(index.files()) == {"config.json", "ch/an/changes"}
        assert index.git("symbolic-ref", "HEAD") == "refs/heads/master\n"
        assert (index.path / "git-daemon-export-ok").exists()
        assert index.git("config", "http.receivepack") == "false\n"
        if not died:
            break
    assert not died and number > 20, "it was killed at every step"
