"""A log of downloads, as web servers write it, and what the registry made of it."""
import contextlib
import datetime
import os

import pytest

from lib.instance import Instance

UTC = datetime.timezone.utc


def today(ago=0):
    return datetime.datetime.now(UTC) - datetime.timedelta(days=ago)


class Log:
    """One file, which grows and is rotated. The registry reads it by the jobs that a test runs."""

    def __init__(self, instance, path):
        self.instance, self.path = instance, path

    def write(self, *lines, end="\n"):
        with open(self.path, "a") as file:
            file.write("".join(line + end for line in lines))

    @staticmethod
    def line(name, version="1.0.0", when=None, status=200, agent="cargo/1.96.0", method="GET"):
        when = (when or today()).strftime("%d/%b/%Y:%H:%M:%S %z")
        return (f'127.0.0.1 - - [{when}] "{method} /static/crates/{name}/{name}-{version}.crate HTTP/1.1"'
                f' {status} 512 "-" "{agent}"')

    def downloads(self, name, version="1.0.0", times=1, **more):
        self.write(*[self.line(name, version, **more)] * times)

    def rotate(self, to=".1"):
        """As logrotate does: the writer goes on with the old file until it is told."""
        old = self.path.with_name(self.path.name + to)
        os.rename(self.path, old)
        return Log(self.instance, old)

    def count(self):
        """One run of the job, as a crontab would do it; what it said."""
        done = self.instance.run_ctl("jobs", "--for", "20")
        assert done.returncode == 0, done.stderr
        return done.stderr

    def position(self):
        """(position, finished) of each file of this log, oldest first."""
        return [(int(position), finished == "1") for position, finished in self.instance.sql(
            "SELECT position, finished_us IS NOT NULL FROM log_positions ORDER BY id")]


@contextlib.contextmanager
def counting(*settings, how="log"):
    """A registry that counts, whose jobs run when a test says so."""
    instance = Instance(settings=["server.job_runners=0", "server.workers=2", f"downloads.count={how}", *settings])
    instance.settings += (f"downloads.log={instance.data}/log/own.log",)
    try:
        yield instance.start()
    finally:
        instance.remove()


@pytest.fixture(scope="module", name="site")
def counting_site():
    """For the files that import it, each with one of its own."""
    with counting() as instance:
        yield instance


@pytest.fixture(scope="module")
def publisher(site):
    return site.user("publisher").token


def counted(instance, name):
    """{(version, days ago): downloads}"""
    rows = instance.sql("SELECT v.num, DATEDIFF(UTC_DATE(), d.date), d.downloads FROM version_downloads d"
                        f" JOIN versions v ON v.id = d.version_id JOIN crates c ON c.id = v.crate_id WHERE c.name = '{name}'")
    return {(num, int(ago)): int(n) for num, ago, n in rows}


def minute_passes(instance):
    """For what looks again a minute after a log was finished."""
    instance.sql("UPDATE log_positions SET finished_us = finished_us - 61000000, updated_us = updated_us - 61000000 WHERE finished_us IS NOT NULL")
