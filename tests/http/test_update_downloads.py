"""What was counted goes into the sums that pages and lists show, and fsck proves them."""
import pytest

from lib.downloads import Log, counted, counting_site, publisher, today  # noqa: F401  (fixtures)
from lib.registry import Crate
from lib.steps import crate_id


@pytest.fixture(scope="module")
def log(site):
    log = Log(site, site.data / "log/own.log")
    log.path.touch()
    return log


@pytest.fixture
def crate(publisher, new_name):
    name = new_name("summed")
    for version in ("1.0.0", "1.1.0"):
        assert publisher.publish(Crate(name, version)).status_code == 200
    return name


@pytest.fixture(autouse=True)
def proved(site):
    yield
    done = site.run_ctl("fsck")
    assert (done.returncode, done.stdout) == (0, "0 found, 0 mended\n")


def update(site, kind="update_downloads"):
    site.ctl("job", "enqueue", kind)
    done = site.run_ctl("jobs", "--for", "20")
    assert done.returncode == 0 and f"job={kind} " in done.stderr and "status=failed" not in done.stderr, done.stderr


def sums(site, name):
    """downloads and recent_downloads of the crate, downloads of its versions"""
    answer = site.anonymous.get(f"/api/v1/crates/{name}").json()
    return (answer["crate"]["downloads"], answer["crate"]["recent_downloads"],
            {version["num"]: version["downloads"] for version in answer["versions"]})


def total(site):
    return site.anonymous.get("/api/v1/summary").json()["num_downloads"]


def days(site, name, version, downloads, ago):
    """As the reader of the log puts them."""
    site.sql("INSERT INTO version_downloads (version_id, date, downloads)"
             f" SELECT v.id, UTC_DATE() - INTERVAL {ago} DAY, {downloads} FROM versions v JOIN crates c ON c.id = v.crate_id"
             f" WHERE c.name = '{name}' AND v.num = '{version}'"
             " ON DUPLICATE KEY UPDATE downloads = version_downloads.downloads + VALUES(downloads), processed = 0")


def processed(site, name):
    return {int(ago): done == "1" for ago, done in site.sql(
        "SELECT DATEDIFF(UTC_DATE(), d.date), d.processed FROM version_downloads d JOIN versions v ON v.id = d.version_id"
        f" JOIN crates c ON c.id = v.crate_id WHERE c.name = '{name}'")}


def a_day_passes(site):
    """Every day is one longer ago; that of the sums too."""
    site.sql("UPDATE version_downloads SET date = date - INTERVAL 1 DAY ORDER BY version_id, date;"
             " UPDATE metadata SET recent_date = recent_date - INTERVAL 1 DAY")


def test_from_the_log_to_the_page(site, log, crate):
    update(site)  # the schedule's first
    before = total(site)
    log.downloads(crate, "1.0.0", times=3)
    log.downloads(crate, "1.1.0", times=4, when=today(1))
    log.count()
    assert sums(site, crate) == (0, None, {"1.1.0": 0, "1.0.0": 0}), "not summed up yet"
    update(site)
    assert sums(site, crate) == (7, 7, {"1.1.0": 4, "1.0.0": 3})
    assert total(site) == before + 7
    update(site)
    assert sums(site, crate) == (7, 7, {"1.1.0": 4, "1.0.0": 3}) and total(site) == before + 7, "once"
    page = site.anonymous.get(f"/crates/{crate}", headers={"Accept": "text/html"}).text
    assert "Downloads" in page or "downloads" in page
    assert counted(site, crate) == {("1.0.0", 0): 3, ("1.1.0", 1): 4}
    stats = site.anonymous.get(f"/api/v1/crates/{crate}/downloads").json()["version_downloads"]
    assert sum(day["downloads"] for day in stats) == 7


def test_answers_change(site, crate):
    path = f"/api/v1/crates/{crate}"
    before = site.anonymous.get(path).headers["ETag"]
    days(site, crate, "1.0.0", 1, 0)
    update(site)
    after = site.anonymous.get(path, headers={"If-None-Match": before})
    assert after.status_code == 200 and after.json()["crate"]["downloads"] == 1
    assert site.anonymous.get(path, headers={"If-None-Match": after.headers["ETag"]}).status_code == 304


def test_days_that_are_over(site, crate):
    """Late lines of a day that was summed up are summed up too (jobs.md 7.3, 2)."""
    days(site, crate, "1.0.0", 5, 2)
    days(site, crate, "1.0.0", 6, 0)
    update(site)
    assert processed(site, crate) == {2: True, 0: True}
    days(site, crate, "1.0.0", 1, 2)
    update(site)
    assert processed(site, crate) == {2: True, 0: True}
    assert sums(site, crate) == (12, 12, {"1.1.0": 0, "1.0.0": 12})


def test_ninety_days(site, crate):
    days(site, crate, "1.0.0", 1, 90)
    days(site, crate, "1.0.0", 2, 89)
    days(site, crate, "1.1.0", 4, 88)
    update(site)
    assert sums(site, crate) == (7, 6, {"1.1.0": 4, "1.0.0": 3})
    for recent in (4, None, None):
        a_day_passes(site)
        update(site)
        assert sums(site, crate) == (7, recent, {"1.1.0": 4, "1.0.0": 3})
    site.sql(f"UPDATE metadata SET recent_date = NULL; UPDATE recent_crate_downloads SET downloads = 99 WHERE crate_id = {crate_id(site, crate)}")
    update(site)
    assert sums(site, crate)[1] is None, "all crates anew"


def test_dependents(site, publisher, crate, new_name):
    """The order of those who depend on a crate."""
    names = [new_name("dependent") for _ in range(3)]
    for name in names:
        assert publisher.publish(Crate(name, tables={"dependencies": {crate: "1"}})).status_code == 200
    days(site, names[1], "1.0.0", 9, 0)
    days(site, names[2], "1.0.0", 3, 0)
    update(site)
    listed = site.anonymous.get(f"/api/v1/crates/{crate}/reverse_dependencies").json()
    assert [d["downloads"] for d in listed["dependencies"]] == [9, 3, 0]


def test_popularity_in_search(site, publisher, new_name):
    """A step of log2 later the crate is found before another of the same words, and those whose step is the same stay."""
    names = [new_name("ranked"), new_name("ranked")]
    for name in names:
        assert publisher.publish(Crate(name, package={"description": "Quokkas, ranked"})).status_code == 200
    update(site, "update_search_steps")
    stamps = site.sql("SELECT crate_id, indexed_us FROM search_crates ORDER BY crate_id")
    days(site, names[1], "1.0.0", 5000, 0)
    update(site)
    update(site, "update_search_steps")
    found = site.anonymous.get("/api/v1/crates?q=quokkas").json()["crates"]
    assert [crate["name"] for crate in found] == [names[1], names[0]]
    changed = [row for row in site.sql("SELECT crate_id, indexed_us FROM search_crates ORDER BY crate_id") if row not in stamps]
    assert [number for number, _ in changed] == [str(crate_id(site, names[1]))]
    assert site.sql(f"SELECT step FROM search_crates WHERE crate_id = {crate_id(site, names[1])}") == [["13"]]


def archive(site, before):
    site.ctl("job", "enqueue", "archive_version_downloads", "--data", f'{{"before":"{before:%Y-%m-%d}"}}')
    done = site.run_ctl("jobs", "--for", "20")
    assert "job=index_version_downloads_archive " in done.stderr and "status=failed" not in done.stderr, done.stderr


def archived(site, day, ids):
    """{version id: downloads} of a file, as anybody reads it; of these versions."""
    answer = site.anonymous.get(f"/static/archives/version-downloads/{day:%Y-%m-%d}.csv")
    if answer.status_code == 404:
        return None
    assert answer.headers["Content-Type"].startswith("text/csv")
    head, *rows = answer.text.splitlines()
    assert head == "version_id,downloads" and rows == sorted(rows, key=lambda row: int(row.split(",")[0]))
    return {number: int(n) for number, n in ((int(row.split(",")[0]), row.split(",")[1]) for row in rows) if number in ids} or None


def test_archive(site, publisher, crate, new_name):
    """Old days go into files, with what comes late; the sums stay, and answers about them are called new."""
    other = new_name("summed")
    assert publisher.publish(Crate(other)).status_code == 200
    ids = [int(number) for number, in site.sql(
        f"SELECT v.id FROM versions v JOIN crates c ON c.id = v.crate_id WHERE c.name IN ('{crate}', '{other}') ORDER BY v.id")]
    for name, version, n, ago in ((crate, "1.0.0", 5, 95), (crate, "1.1.0", 6, 95), (other, "1.0.0", 7, 95), (crate, "1.0.0", 8, 93),
                                  (crate, "1.0.0", 9, 89)):
        days(site, name, version, n, ago)
    update(site)
    days(site, other, "1.0.0", 70, 92)  # in no sum yet
    before = sums(site, crate)
    path = f"/api/v1/crates/{crate}/1.0.0/downloads?before_date={today(90):%Y-%m-%d}"
    shown = site.anonymous.get(path)
    assert [day["downloads"] for day in shown.json()["version_downloads"]] == [5, 8]
    archive(site, today(0))
    assert archived(site, today(95), ids) == dict(zip(ids, (5, 6, 7))) and archived(site, today(93), ids) == {ids[0]: 8}
    assert archived(site, today(92), ids) is None and archived(site, today(89), ids) is None
    assert counted(site, crate) == {("1.0.0", 89): 9} and counted(site, other) == {("1.0.0", 92): 70}
    assert sums(site, crate) == before
    after = site.anonymous.get(path, headers={"If-None-Match": shown.headers["ETag"]})
    assert after.status_code == 200 and after.json()["version_downloads"] == []
    # late lines of a day that is in a file, of a version that is in it and of one that is not
    days(site, crate, "1.1.0", 100, 93)
    days(site, crate, "1.0.0", 1, 93)
    update(site)
    assert sums(site, crate)[0] == before[0] + 101
    archive(site, today(90))
    assert archived(site, today(93), ids) == {ids[0]: 9, ids[1]: 100} and archived(site, today(92), ids) == {ids[2]: 70}
    listed = site.anonymous.get("/static/archives/version-downloads/index.json").json()
    assert [entry["name"] for entry in listed][-3:] == [f"{today(ago):%Y-%m-%d}.csv" for ago in (92, 93, 95)]
    assert f"{today(95):%Y-%m-%d}.csv" in site.anonymous.get("/static/archives/version-downloads/index.html").text
    assert not list((site.data / "public/archives/version-downloads").glob("*.new"))


@pytest.mark.parametrize("damage,words", [
    ("UPDATE versions SET downloads = 1 WHERE crate_id = {id} AND num = '1.0.0'", "downloads of a version of crate"),
    ("UPDATE crate_downloads SET downloads = 1 WHERE crate_id = {id}", "downloads of crate"),
    ("UPDATE recent_crate_downloads SET downloads = 1 WHERE crate_id = {id}", "recent downloads of crate"),
    ("UPDATE reverse_dependencies SET dependent_downloads = 1 WHERE dependent_crate_id = {id}", "downloads among dependents of crate"),
    ("UPDATE metadata SET total_downloads = 0", "downloads all"),
])
def test_fsck_proves_the_sums(site, publisher, crate, new_name, damage, words):
    name = new_name("proved")
    assert publisher.publish(Crate(name, tables={"dependencies": {crate: "1"}})).status_code == 200
    days(site, name, "1.0.0", 9, 0)
    update(site)
    site.sql(damage.format(id=crate_id(site, name)))
    done = site.run_ctl("fsck")
    assert done.returncode == 1 and words in done.stdout
    done = site.run_ctl("fsck", "--repair")
    assert done.returncode == 0 and "(mended)" in done.stdout
    assert sums(site, name)[:2] == (9, 9)
