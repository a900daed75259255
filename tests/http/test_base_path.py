"""The whole site below a path (server.base_path, for shared hosting): whatever a page leads to, loads or sends a form to is below it."""
import re
import tomllib
import urllib.parse

import pytest

from lib.master import Master
from lib.page import Page
from lib.steps import publish

BASE = "/deep/registry"
SITE = "https://crates.example" + BASE
FILES = re.compile(r"^/(assets|static|index)/")  # of the web server
MOST = 150


@pytest.fixture(scope="module")
def below(registry, alice):
    """A second program on the same data."""
    publish(alice, "based-crate", "1.0.0", "1.1.0", package={"keywords": ["based"], "categories": ["simulation"]},
            metadata={"readme": "# Based\n\n[own](docs/more.md)", "readme_file": "README.md", "repository": "https://github.com/a/b"},
            tables={"features": {"default": []}})
    publish(alice, "based-user", tables={"dependencies": {"based-crate": "1"}})
    known = tomllib.loads((registry.data / "cratehouse.toml").read_text())
    master = Master(server__base_path=BASE, site__url=SITE, data__dir=str(registry.data), limits__enabled=False,
                    **{f"db__{key}": value for key, value in known["db"].items()})
    try:
        yield master.start()
    finally:
        master.remove()


def test_everything_is_below_it(below, alice):
    # The cookie of an https site has another name.
    headers = {"Accept": "text/html", "Cookie": "__Host-" + alice.cookie}
    todo, seen, pages = [BASE + "/", BASE + "/dashboard", BASE + "/settings/profile", BASE + "/crates/based-crate/settings"], set(), 0
    while todo and pages < MOST:
        path = todo.pop(0)
        reply = below.client.get(path, headers)
        assert reply.whole and reply.status in (200, 302, 303, 307, 308, 404), (path, reply.status)
        target = reply.header("location")
        if target:
            assert target.startswith((BASE + "/", SITE + "/", "http")) and not target.startswith("http://127"), (path, target)
            continue
        if not (reply.header("content-type") or "").startswith("text/html"):
            continue
        pages += 1
        text = reply.body.decode()
        page = Page(text)
        links = [href for href, _ in page.links]
        for link in [*links, *(form.action for form in page.forms), *re.findall(r'\s(?:src|href)="(/[^"]*)"', text)]:
            whole = urllib.parse.urljoin("https://crates.example" + path, link)
            if not whole.startswith("https://crates.example/"):
                continue
            inner = whole.removeprefix("https://crates.example").split("#")[0]
            assert inner.startswith(BASE + "/"), f"{path} leads to {link}"
            rest = inner.removeprefix(BASE)
            if link in links and inner not in seen and not FILES.match(rest) and ("based" in rest or rest.count("/") < 2 or not rest.startswith("/crates/")):
                seen.add(inner)
                todo.append(inner)
        assert f'href="{SITE}' in text or 'rel="canonical"' not in text, path
    assert pages > 40


@pytest.mark.parametrize("path", ["/robots.txt", "/opensearch.xml", "/manifest.webmanifest", "/sitemap.xml", "/rss/crates.xml", "/sitemaps/pages.xml"])
def test_so_are_the_outputs_for_programs(below, path):
    reply = below.client.get(BASE + path)
    assert reply.status == 200
    for found in re.findall(r"(?:https://crates\.example)(/[^\"<\s{]*)|(?:Disallow: |\"src\":\"|\"start_url\":\")(/[^\"\s]*)", reply.body.decode()):
        assert (found[0] or found[1]).startswith(BASE + "/"), found


def test_nothing_is_above_it(below):
    for path in ("/", "/crates", "/crates/based-crate", "/deep", "/deep/registryx"):
        assert below.client.get(path, {"Accept": "text/html"}).status == 404, path
    assert below.client.get(BASE, {"Accept": "text/html"}).status == 200
