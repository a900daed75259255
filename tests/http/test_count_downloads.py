"""Downloads are counted by the web server's log: what counts, and each line once, however the log is rotated."""
import os

import pytest

from lib.downloads import Log, counted, counting_site, minute_passes, publisher, today  # noqa: F401  (fixtures)
from lib.registry import Crate


@pytest.fixture
def crate(publisher, new_name):
    name = new_name("counted")
    for version in ("1.0.0", "1.1.0", "2.0.0-rc.1+build.5"):
        assert publisher.publish(Crate(name, version)).status_code == 200
    return name


@pytest.fixture
def log(site):
    """An empty one for each test, and nothing known of any before."""
    site.sql("DELETE FROM log_positions")
    for old in (site.data / "log").glob("own.log*"):
        old.unlink()
    log = Log(site, site.data / "log/own.log")
    log.path.touch()
    return log


def test_what_counts(site, log, crate):
    log.downloads(crate, times=3)
    log.downloads(crate, "1.1.0", agent="cargo 1.20.0")
    log.downloads(crate, "2.0.0-rc.1%2Bbuild.5", agent="-")
    log.downloads(crate, "1.0.0", when=today(1))
    for none in ({"status": 404}, {"status": 206}, {"status": 304}, {"method": "HEAD"}, {"agent": "curl/7.88.1"}):
        log.downloads(crate, **none)
    log.downloads(crate, "9.9.9")
    log.downloads("never-published")
    log.downloads(crate.upper())
    log.write("", "no line at all", '::1 - - [x] "GET', "\\x16\\x03")
    said = log.count()
    assert counted(site, crate) == {("1.0.0", 0): 3, ("1.1.0", 0): 1, ("2.0.0-rc.1+build.5", 0): 1, ("1.0.0", 1): 1}
    assert "counted=6 unknown=3" in said
    assert log.position() == [(log.path.stat().st_size, False)]


def test_each_line_once(site, log, crate):
    for n in range(1, 4):
        log.downloads(crate)
        log.count()
        assert counted(site, crate) == {("1.0.0", 0): n}
        assert "downloads counted" not in log.count(), "nothing is new"
    assert counted(site, crate) == {("1.0.0", 0): 3}


def test_a_line_that_is_being_written(site, log, crate):
    log.downloads(crate)
    whole = log.line(crate)
    log.write(whole[:60], end="")
    log.count()
    assert counted(site, crate) == {("1.0.0", 0): 1}
    log.write(whole[60:])
    log.count()
    assert counted(site, crate) == {("1.0.0", 0): 2}


def test_rotated_by_renaming(site, log, crate):
    """What is written to the old file before it is noticed, until its writer lets go of it, and to the new one."""
    log.downloads(crate)
    log.count()
    log.downloads(crate, times=2)
    old = log.rotate()
    log.downloads(crate, times=4)
    log.count()
    assert counted(site, crate) == {("1.0.0", 0): 7}
    old.downloads(crate, times=8)
    log.count()
    assert counted(site, crate) == {("1.0.0", 0): 7}, "a minute has not passed"
    minute_passes(site)
    log.downloads(crate)
    log.count()
    assert counted(site, crate) == {("1.0.0", 0): 16}
    old.downloads(crate)
    minute_passes(site)
    log.count()
    assert counted(site, crate) == {("1.0.0", 0): 16}, "it was looked at for the last time"
    assert log.position() == [(old.path.stat().st_size - len(log.line(crate)) - 1, True), (log.path.stat().st_size, False)]


def test_renamed_while_nothing_has_the_name(site, log, crate):
    log.downloads(crate)
    log.count()
    old = log.rotate("-20261128")
    old.downloads(crate)
    log.count()
    assert counted(site, crate) == {("1.0.0", 0): 2}
    log.downloads(crate)
    log.count()
    assert counted(site, crate) == {("1.0.0", 0): 3}


def test_rotated_twice(site, log, crate):
    for number in range(3):
        log.downloads(crate)
        log.count()
        log.downloads(crate)
        log.rotate(f".{number}")
    log.downloads(crate)
    log.count()
    minute_passes(site)
    log.count()
    assert counted(site, crate) == {("1.0.0", 0): 7}


def test_rotated_twice_while_nobody_read(site, log, crate):
    """The jobs were down for days. What is older than the last one read, compressed or copied is not read."""
    log.write(log.line(crate, when=today(9)))
    log.rotate(".9")
    log.downloads(crate)
    log.count()
    assert counted(site, crate) == {("1.0.0", 0): 1}
    log.path.with_name("own.log.bak").write_bytes(log.path.read_bytes())
    log.downloads(crate)
    log.rotate(".3")
    log.downloads(crate, "1.1.0", times=10)
    log.rotate(".2")
    log.downloads(crate, "2.0.0-rc.1+build.5", times=100)
    copy = log.rotate(".1").path
    copy.with_name("own.log.4.gz").write_bytes(copy.read_bytes())
    copy.with_name("own.log.copy").write_bytes(log.path.with_name("own.log.3").read_bytes())
    log.downloads(crate, when=today(1), times=1000)
    log.count()
    found = {("1.0.0", 0): 2, ("1.1.0", 0): 10, ("2.0.0-rc.1+build.5", 0): 100, ("1.0.0", 1): 1000}
    assert counted(site, crate) == found
    minute_passes(site)
    log.count()
    assert counted(site, crate) == found


def test_emptied_in_its_place(site, log, crate):
    """copytruncate: that is said, and what comes is counted."""
    log.downloads(crate, times=2)
    log.count()
    os.truncate(log.path, 0)
    assert "was emptied in its place" in log.count()
    assert "was emptied in its place" not in log.count()
    log.downloads(crate, "1.1.0")
    log.count()
    os.truncate(log.path, 0)
    log.downloads(crate, "1.0.0", when=today(1), times=3)
    assert "was emptied in its place" in log.count()
    assert counted(site, crate) == {("1.0.0", 0): 2, ("1.1.0", 0): 1, ("1.0.0", 1): 3}


def test_cut_at_its_end(site, log, crate):
    """The lines that are left were counted."""
    log.downloads(crate, times=5)
    log.count()
    os.truncate(log.path, 3 * (len(log.line(crate)) + 1))
    assert "is shorter than it was" in log.count()
    log.downloads(crate)
    log.count()
    assert counted(site, crate) == {("1.0.0", 0): 6}


def test_taken_away(site, log, crate):
    """Compressed at once: what was not read is lost, and that is said."""
    log.downloads(crate)
    log.count()
    keep = open(log.path)  # its inode is not given to another
    log.path.unlink()
    assert "was taken away" not in log.count(), "nothing has its name yet"
    log.downloads(crate)
    assert "was taken away" in log.count()
    assert counted(site, crate) == {("1.0.0", 0): 2}
    keep.close()


def test_machine_of_another_name(site, log, crate):
    """A container that was made anew goes on where the one before stopped."""
    log.downloads(crate)
    log.count()
    site.sql("UPDATE log_positions SET machine = 'the-one-before'")
    log.downloads(crate)
    log.count()
    assert counted(site, crate) == {("1.0.0", 0): 2}
    assert len(site.sql("SELECT machine FROM log_positions WHERE machine <> 'the-one-before'")) == 1


def test_log_that_is_none(site, log, crate):
    log.path.unlink()
    log.path.mkdir()
    try:
        assert "is no plain file" in log.count()
    finally:
        log.path.rmdir()
    assert "WARN" not in log.count().upper(), "not there yet"


def test_by_the_queue(site, log, crate):
    log.downloads(crate)
    site.ctl("job", "enqueue", "count_downloads")
    assert "job=count_downloads" in log.count()
    assert counted(site, crate) == {("1.0.0", 0): 1}
    assert site.sql("SELECT done_us IS NOT NULL FROM job_schedule WHERE name = 'count_downloads'") == [["1"]]


def test_answers_change(site, log, crate):
    """What a client has of a crate is not called as good as new when a download was counted."""
    path = f"/api/v1/crates/{crate}/downloads"
    before = site.anonymous.get(path)
    log.downloads(crate)
    log.count()
    after = site.anonymous.get(path, headers={"If-None-Match": before.headers["ETag"]})
    assert after.status_code == 200
    assert [day["downloads"] for day in after.json()["version_downloads"]] == [1]


def test_many_lines(site, log, crate, publisher, new_name):
    """More than one transaction takes."""
    lines = [log.line(f"unknown-{n}", "1.0.0") for n in range(5000)]
    log.write(*(line for unknown in lines for line in (unknown, log.line(crate))))
    log.write("x" * 3_000_000)
    log.downloads(crate)
    log.count()
    assert counted(site, crate) == {("1.0.0", 0): 5001}
    assert log.position() == [(log.path.stat().st_size, False)]


def test_cloudfront(site, log, crate):
    """The line that names the columns is at the begin of the file."""
    row = f"{today():%Y-%m-%d}\t01:02:03\tGET\t/crates/{crate}/{crate}-1.0.0.crate\t200\tcargo/1.96"
    log.write("#Version: 1.0", "#Fields: date time cs-method cs-uri-stem sc-status cs(User-Agent)", row)
    log.count()
    log.write(row)
    log.count()
    assert counted(site, crate) == {("1.0.0", 0): 2}


def test_copytruncate_is_refused(site, tmp_path):
    """config check says so where it can see it."""
    tmp_path.chmod(0o755)
    for folder in tmp_path.parents:
        if folder.owner() == tmp_path.owner() and folder.name.startswith("pytest-"):
            folder.chmod(0o755)
    rules = tmp_path / "web"
    rules.write_text(f"{site.data}/log/*.log {{\n\tdaily\n\tcopytruncate\n}}\n")
    done = site.run_ctl("config", "check", "--logrotate", tmp_path)
    assert done.returncode == 1 and "copytruncate" in done.stderr
    rules.write_text(f"{site.data}/log/*.log {{\n\tdaily\n\tcreate\n}}\n")
    done = site.run_ctl("config", "check", "--logrotate", tmp_path)
    assert (done.returncode, done.stderr) == (0, "")
