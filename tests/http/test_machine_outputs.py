"""What programs look for at fixed places (contract/web.md 13.5, P70 and P71)."""
import datetime
import gzip
import json
import xml.etree.ElementTree as ElementTree

import pytest

from lib.instance import Instance
from lib.steps import publish

SITEMAP = "{http://www.sitemaps.org/schemas/sitemap/0.9}"
PART = 50_000


@pytest.fixture(scope="module")
def private():
    """One that nobody sees without a token, whose operator can be reached, and whose name is awkward."""
    instance = Instance(settings=["registry.auth_required=true", "site.contact=ops@example.test",
                                  "site.title=A <very> & \"long\" title"])
    try:
        yield instance.start()
    finally:
        instance.remove()


def locations(answer, root, element):
    assert answer.status_code == 200 and answer.headers["Content-Type"].lower() == "text/xml; charset=utf-8"
    tree = ElementTree.fromstring(answer.content)
    assert tree.tag == SITEMAP + root
    return [url.find(SITEMAP + "loc").text for url in tree.findall(SITEMAP + element)]


# ---- site maps

def test_index(registry, anon, alice, new_name):
    publish(alice, new_name("mapped"))
    found = locations(anon.get("/sitemap.xml"), "sitemapindex", "sitemap")
    highest = int(registry.sql("SELECT MAX(id) FROM crates")[0][0])
    assert found == [f"{registry.url}/sitemaps/{part}.xml" for part in ["pages", *range((highest - 1) // PART + 1)]]


def test_part(registry, anon, alice, new_name):
    name = publish(alice, new_name("mapped"))
    answer = anon.get("/sitemaps/0.xml")
    found = locations(answer, "urlset", "url")
    assert sorted(found) == sorted(f"{registry.url}/crates/{row[0]}" for row in registry.sql("SELECT name FROM crates"))
    url = next(u for u in ElementTree.fromstring(answer.content) if u.find(SITEMAP + "loc").text.endswith("/" + name))
    assert url.find(SITEMAP + "lastmod").text == datetime.datetime.utcnow().strftime("%Y-%m-%d")
    assert registry.queries(answer) == 2


def test_parts_are_ranges_of_ids(registry, anon):
    """A crate far up has a part far up, and what is between is empty but there."""
    registry.sql(f"INSERT INTO crates (id, name, canon_name, created_us, updated_us) VALUES ({2 * PART + 1}, 'far-up', 'far_up', 1, 1)")
    try:
        assert locations(anon.get("/sitemap.xml"), "sitemapindex", "sitemap")[-1] == f"{registry.url}/sitemaps/2.xml"
        assert locations(anon.get("/sitemaps/1.xml"), "urlset", "url") == []
        assert locations(anon.get("/sitemaps/2.xml"), "urlset", "url") == [f"{registry.url}/crates/far-up"]
        registry.sql(f"UPDATE crates SET id = {2 * PART} WHERE name = 'far-up'")
        assert locations(anon.get("/sitemaps/1.xml"), "urlset", "url") == [f"{registry.url}/crates/far-up"]
        assert anon.get("/sitemaps/2.xml").status_code == 404
    finally:
        registry.sql("DELETE FROM crates WHERE name = 'far-up'")


def test_pages(registry, anon):
    found = locations(anon.get("/sitemaps/pages.xml"), "urlset", "url")
    assert f"{registry.url}/" in found and f"{registry.url}/crates" in found
    assert f"{registry.url}/categories/development-tools%3A%3Acargo-plugins" in found
    assert len(found) == len(set(found))


@pytest.mark.parametrize("file", ["0", "0.xml.gz", "-1.xml", "99999999999999999999.xml", "4294967295.xml", ".xml", "x.xml",
                                  "1000.xml", "00x.xml", "pages", "%00.xml"])
def test_no_such_part(anon, file):
    assert anon.get(f"/sitemaps/{file}").status_code in (400, 404)


def test_site_map_validators(anon, alice, new_name):
    plain = {"Accept-Encoding": "identity"}
    before = anon.get("/sitemaps/0.xml", headers=plain)
    assert before.headers["Cache-Control"] == "public, max-age=3600"
    again = anon.get("/sitemaps/0.xml", headers={**plain, "If-None-Match": before.headers["ETag"]})
    assert (again.status_code, again.content) == (304, b"")
    publish(alice, new_name("mapped"))
    assert anon.get("/sitemaps/0.xml", headers={**plain, "If-None-Match": before.headers["ETag"]}).status_code == 200


def test_head_of_a_part(anon, alice, new_name):
    publish(alice, new_name("mapped"))
    head = anon.request("HEAD", "/sitemaps/0.xml")
    assert (head.status_code, head.content) == (200, b"")


def test_sent_compressed(anon):
    answer = anon.get("/sitemaps/pages.xml", headers={"Accept-Encoding": "gzip"})
    assert answer.headers["Content-Encoding"] == "gzip" and len(gzip.compress(answer.content)) < len(answer.content)


# ---- files

def test_robots(registry, anon):
    answer = anon.get("/robots.txt")
    assert answer.status_code == 200 and answer.headers["Content-Type"] == "text/plain; charset=utf-8"
    assert answer.text.splitlines()[0] == "User-agent: *"
    assert f"Sitemap: {registry.url}/sitemap.xml" in answer.text.splitlines()
    assert "Disallow: /" not in answer.text.splitlines() and "Disallow: /me" in answer.text.splitlines()


def test_opensearch(registry, anon):
    answer = anon.get("/opensearch.xml")
    assert answer.headers["Content-Type"] == "application/opensearchdescription+xml; charset=utf-8"
    tree = ElementTree.fromstring(answer.content)
    ns = {"o": "http://a9.com/-/spec/opensearch/1.1/"}
    assert tree.find("o:ShortName", ns).text == "Cratehouse"
    urls = {url.get("type"): url.get("template") for url in tree.findall("o:Url", ns)}
    assert urls["application/x-suggestions+json"] == f"{registry.url}/suggest?q={{searchTerms}}"
    assert urls["text/html"] == f"{registry.url}/search?q={{searchTerms}}"


def test_manifest(anon):
    answer = anon.get("/manifest.webmanifest")
    assert answer.headers["Content-Type"] == "application/manifest+json"
    manifest = json.loads(answer.text)
    assert (manifest["name"], manifest["start_url"]) == ("Cratehouse", "/")
    assert manifest["icons"][0]["src"] == "/favicon.ico"


def test_security_contact_is_not_made_up(anon):
    assert anon.get("/.well-known/security.txt").status_code == 404


def test_security_contact(private):
    answer = private.anonymous.get("/.well-known/security.txt")
    assert answer.status_code == 200 and answer.headers["Content-Type"] == "text/plain; charset=utf-8"
    fields = dict(line.split(": ", 1) for line in answer.text.splitlines())
    assert fields["Contact"] == "mailto:ops@example.test"
    assert fields["Canonical"] == f"{private.url}/.well-known/security.txt"
    ahead = datetime.datetime.strptime(fields["Expires"], "%Y-%m-%dT%H:%M:%SZ") - datetime.datetime.utcnow()
    assert datetime.timedelta(days=200) < ahead < datetime.timedelta(days=365)


def test_a_private_one_says_nothing(private):
    assert private.anonymous.get("/robots.txt").text == "User-agent: *\nDisallow: /\n"
    reader = private.user("reader").browser
    for path in ("/sitemap.xml", "/sitemaps/0.xml"):
        assert private.anonymous.get(path).status_code == 401
        assert reader.get(path).status_code == 404


def test_titles_are_escaped(private):
    tree = ElementTree.fromstring(private.anonymous.get("/opensearch.xml").content)
    assert tree[0].text == "A <very> & \"long"
    assert private.anonymous.get("/manifest.webmanifest").json()["name"] == "A <very> & \"long\" title"


@pytest.mark.parametrize("path", ["/robots.txt", "/opensearch.xml", "/manifest.webmanifest"])
def test_kept_for_a_day(anon, registry, path):
    first = anon.get(path, headers={"Accept-Encoding": "identity"})
    assert first.headers["Cache-Control"] == "public, max-age=86400"
    again = anon.get(path, headers={"Accept-Encoding": "identity", "If-None-Match": first.headers["ETag"]})
    assert (again.status_code, again.content) == (304, b"")
    assert registry.queries(first) == 0


@pytest.mark.parametrize("path, kind, begin", [("/favicon.ico", "image/x-icon", b"\0\0\1\0"),
                                               ("/og-images/serde.png", "image/png", b"\x89PNG")])
def test_pictures(anon, path, kind, begin):
    answer = anon.get(path)
    assert answer.status_code == 302 and answer.headers["Cache-Control"] == "public, max-age=86400"
    picture = anon.get(answer.headers["Location"])
    assert picture.status_code == 200 and picture.headers["Content-Type"].startswith(kind)
    assert picture.content.startswith(begin) and len(picture.content) <= 40 * 1024
    assert "immutable" in picture.headers["Cache-Control"]


@pytest.mark.parametrize("path", ["/og-images/serde", "/og-images/.png", "/og-images/a%2Fb.png", "/og-images/serde.svg",
                                  "/og-images/%F0%9F%A6%80.png", "/og-images/" + "a" * 65 + ".png"])
def test_no_such_picture(anon, path):
    assert anon.get(path).status_code == 404


def test_crate_pages_have_a_picture(registry, anon, alice, new_name):
    name = publish(alice, new_name("shown"))
    text = anon.get(f"/crates/{name}", headers={"Accept": "text/html"}).text
    assert f'<meta property="og:image" content="{registry.url}/og-images/{name}.png">' in text
