"""Feeds (contract/web.md 13.5 and contract/jobs.md 11): RSS and Atom as feed readers take them, and the files that jobs
write."""
import time
import xml.etree.ElementTree as ElementTree

import feedparser
import pytest

from lib.census import settled
from lib.registry import Crate
from lib.steps import publish

ODD = "About <b>crates</b> & \"quotes\", ]]> and \U0001f980"


@pytest.fixture(scope="module")
def crate(registry, alice):
    name = publish(alice, "feed-crate", "1.0.0", "1.1.0+build.7",
                   package={"description": ODD, "keywords": ["feeding"], "categories": ["science", "science::geo"]})
    settled(registry)
    return name


def read(client, path):
    """A feed as a reader sees it; it is XML to a strict parser, too."""
    answer = client.get(path, headers={"Accept": "*/*"})
    assert answer.status_code == 200, answer.text
    kind = "application/atom+xml; charset=UTF-8" if path.startswith("/atom/") else "text/xml; charset=UTF-8"
    assert (answer.headers["Content-Type"], answer.headers["Cache-Control"]) == (kind, "public, max-age=60")
    ElementTree.fromstring(answer.content)
    feed = feedparser.parse(answer.content)
    assert not feed.bozo, feed.bozo_exception
    assert feed.version == ("atom10" if path.startswith("/atom/") else "rss20")
    return feed


def entry_of(feed, name, number=None):
    found = [entry for entry in feed.entries if entry.crates_name == name and entry.get("crates_version") == number]
    assert len(found) == 1, [entry.title for entry in feed.entries]
    return found[0]


@pytest.mark.parametrize("kind", ["rss", "atom"])
def test_new_crates(registry, anon, crate, kind):
    feed = read(anon, f"/{kind}/crates.xml")
    entry = entry_of(feed, crate)
    assert (entry.title, entry.link, entry.id) == (f"New crate created: {crate}", *2 * [f"{registry.url}/crates/{crate}"])
    assert abs(time.mktime(entry.get("published_parsed") or entry.updated_parsed) - time.mktime(time.gmtime())) < 3600
    assert [e.get("published_parsed") or e.updated_parsed for e in feed.entries] == \
        sorted((e.get("published_parsed") or e.updated_parsed for e in feed.entries), reverse=True)


@pytest.mark.parametrize("kind", ["rss", "atom"])
def test_updates(registry, anon, crate, kind):
    feed = read(anon, f"/{kind}/updates.xml")
    for number in ("1.0.0", "1.1.0+build.7"):
        entry = entry_of(feed, crate, number)
        assert entry.title == f"New crate version published: {crate} v{number}"
        assert entry.link == f"{registry.url}/crates/{crate}/{number}"


def test_description_is_as_it_was_given(anon, crate):
    """Read by an XML parser: feedparser sanitizes what it takes for HTML."""
    channel = ElementTree.fromstring(anon.get("/rss/updates.xml").content).find("channel")
    ns = {"crates": "https://crates.io/"}
    items = [item for item in channel.findall("item") if item.find("crates:name", ns).text == crate]
    assert {item.find("description").text for item in items} == {ODD}
    assert [child.tag.rpartition("}")[2] for child in items[0]] == \
        ["title", "link", "description", "guid", "pubDate", "name", "version"]
    assert [child.tag.rpartition("}")[2] for child in channel][:5] == ["title", "link", "description", "language", "link"]


@pytest.mark.parametrize("kind", ["rss", "atom"])
def test_one_crate(registry, anon, crate, kind):
    feed = read(anon, f"/{kind}/crates/{crate}.xml")
    assert [entry.crates_version for entry in feed.entries] == ["1.1.0+build.7", "1.0.0"]
    assert not any(entry.get("summary") for entry in feed.entries)
    assert feed.feed.link == f"{registry.url}/crates/{crate}"
    assert anon.get(f"/{kind}/crates/Feed_Crate.xml").content == anon.get(f"/{kind}/crates/{crate}.xml").content


@pytest.mark.parametrize("path", ["keywords/feeding", "keywords/FEEDING", "categories/science", "users/alice"])
def test_by_what_they_have_in_common(anon, crate, path):
    for kind in ("rss", "atom"):
        feed = read(anon, f"/{kind}/{path}.xml")
        assert entry_of(feed, crate, "1.1.0+build.7")


def test_one_entry_a_crate(anon, alice, crate):
    """A keyword's feed has the newest version of each crate, a publisher's every one."""
    assert len([e for e in read(anon, "/rss/keywords/feeding.xml").entries if e.crates_name == crate]) == 1
    assert len([e for e in read(anon, "/rss/users/alice.xml").entries if e.crates_name == crate]) == 2


def test_empty_ones(anon, registry):
    registry.user("never-published")
    for kind in ("rss", "atom"):
        for path in ("keywords/nobody-has-this", "users/never-published", "keywords/%3C%26%22%27%5D%5D%3E"):
            assert read(anon, f"/{kind}/{path}.xml").entries == []


@pytest.mark.parametrize("path", ["crates/no-such-crate.xml", "crates/.xml", "crates/feed-crate", "crates/feed-crate.rss",
                                  "categories/nothing.xml", "categories/%25.xml", "categories/sci_nce.xml", "users/nobody-at-all.xml", "teams/x.xml",
                                  "crates/%F0%9F%98%80.xml", "updates", "crates/feed-crate.xml/"])
def test_not_there(anon, crate, path):
    for kind in ("rss", "atom"):
        assert anon.get(f"/{kind}/{path}").status_code == 404


@pytest.mark.parametrize("path", ["crates/a%00.xml", "keywords/%ff.xml"])
def test_no_path(anon, path):
    assert anon.get(f"/rss/{path}").status_code in (400, 404)


def test_validator(anon, crate):
    for path in ("/rss/updates.xml", "/atom/crates/feed-crate.xml"):
        first = anon.get(path, headers={"Accept-Encoding": "identity"})
        again = anon.get(path, headers={"Accept-Encoding": "identity", "If-None-Match": first.headers["ETag"]})
        assert (again.status_code, again.content) == (304, b"")


def test_queries(registry, anon, crate):
    for kind in ("rss", "atom"):
        for path, most in (("crates", 2), ("updates", 2), (f"crates/{crate}", 2), ("users/alice", 2), ("keywords/feeding", 4),
                           ("categories/science", 3), ("keywords/nobody-has-this", 1)):
            assert registry.queries(anon.get(f"/{kind}/{path}.xml")) <= most, path


# ---- the files

def public(registry, path):
    return registry.data / "public/rss" / path


def test_files_are_what_the_site_says(registry, anon, crate):
    settled(registry)
    for path in ("crates.xml", "updates.xml", f"crates/{crate}.xml"):
        served = anon.get(f"/static/rss/{path}")
        assert served.status_code == 200 and served.headers["Content-Type"].startswith(("text/xml", "application/xml"))
        assert served.content == anon.get(f"/rss/{path}").content
    assert f"{registry.url}/static/rss/crates/{crate}.xml".encode() in served.content


def test_files_follow_what_is_published(registry, alice, anon, new_name):
    name = publish(alice, new_name("followed"))
    settled(registry)
    before = public(registry, "crates.xml").read_text(), public(registry, f"crates/{name}.xml").read_text()
    assert all(f">{name}<" in text for text in before)
    publish(alice, name, "1.0.1")
    settled(registry)
    assert "v1.0.1<" in public(registry, f"crates/{name}.xml").read_text()
    assert f"{name} v1.0.1<" in public(registry, "updates.xml").read_text()

    registry.ctl("version", "delete", name, "1.0.1", "--yes")
    settled(registry)
    assert "v1.0.1<" not in public(registry, f"crates/{name}.xml").read_text()
    registry.ctl("crate", "delete", name, "--yes")
    settled(registry)
    assert not public(registry, f"crates/{name}.xml").exists()
    assert f">{name}<" not in public(registry, "crates.xml").read_text() + public(registry, "updates.xml").read_text()


def test_a_file_that_stays_the_same_is_not_touched(registry, crate):
    settled(registry)
    files = [public(registry, path) for path in ("crates.xml", "updates.xml", f"crates/{crate}.xml")]
    before = [path.stat() for path in files]
    registry.ctl("rebuild", "feeds")
    assert [(path.stat().st_ino, path.stat().st_mtime_ns) for path in files] == [(s.st_ino, s.st_mtime_ns) for s in before]


def test_rebuild(registry, anon, crate):
    settled(registry)
    files = {path: public(registry, path).read_text() for path in ("crates.xml", "updates.xml", f"crates/{crate}.xml")}
    for path in files:
        public(registry, path).unlink()
    registry.ctl("rebuild", "feeds")
    assert {path: public(registry, path).read_text() for path in files} == files


def test_jobs_are_one_while_they_wait(registry, alice, new_name):
    """Many publishes write a feed once: the job of the first is enough while it waits."""
    names = [new_name("busy") for _ in range(3)]
    for name in names:
        assert alice.token.publish(Crate(name)).status_code == 200
    settled(registry)
    text = public(registry, "crates.xml").read_text()
    assert all(f">{name}<" in text for name in names)


def test_all_of_the_last_hour(registry, alice, anon, new_name):
    """More young ones than the feed usually has are all there; old ones only up to that number."""
    name = publish(alice, new_name("many"), *(f"0.0.{i}" for i in range(13)))
    assert len(read(anon, f"/rss/crates/{name}.xml").entries) == 13
    move = "UPDATE versions v JOIN crates c ON c.id = v.crate_id SET v.created_us = v.created_us {} WHERE c.name = '" + name + "'"
    registry.sql(move.format("- 86400000000"))
    feed = read(anon, f"/rss/crates/{name}.xml")
    registry.sql(move.format("+ 86400000000"))  # the index may tell it, too
    assert [entry.crates_version for entry in feed.entries] == [f"0.0.{i}" for i in range(12, 2, -1)]


@pytest.mark.parametrize("path, feed", [("/", "updates"), ("/crates", "crates"), ("/crates/feed-crate", "crates/feed-crate"),
                                        ("/keywords/feeding", "keywords/feeding"), ("/categories/science", "categories/science"),
                                        ("/users/alice", "users/alice")])
def test_pages_name_their_feed(anon, crate, path, feed):
    text = anon.get(path, headers={"Accept": "text/html"}).text
    assert '<link rel="alternate" type="application/rss+xml" title=' in text and f'href="/rss/{feed}.xml"' in text
    read(anon, f"/rss/{feed}.xml")
