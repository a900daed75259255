"""Badges (contract/web.md 13.5, P63): pictures that say one thing about a crate."""
import xml.etree.ElementTree as ElementTree

import pytest

from lib.registry import detail
from lib.steps import publish

SVG = "{http://www.w3.org/2000/svg}"


def words(client, path):
    answer = client.get(path, headers={"Accept": "image/*"})
    assert answer.status_code == 200 and answer.headers["Content-Type"] == "image/svg+xml"
    assert answer.headers["Cache-Control"] == "public, max-age=600"
    assert "sandbox" in answer.headers["Content-Security-Policy"]
    svg = ElementTree.fromstring(answer.content)
    assert svg.tag == SVG + "svg" and svg.get("height") == "20"
    label, value = (text.text for text in svg.iter(SVG + "text"))
    assert svg.find(SVG + "title").text == f"{label}: {value}"
    return label, value


@pytest.fixture(scope="module")
def crate(registry, alice):
    name = publish(alice, "badged", "1.2.3+build", "0.9.0", package={"license": "MIT OR Apache-2.0", "rust-version": "1.70"})
    registry.sql(f"UPDATE crate_downloads d JOIN crates c ON c.id = d.crate_id SET d.downloads = 12345 WHERE c.name = '{name}'")
    return name


@pytest.mark.parametrize("query, want", [
    ("", ("Cratehouse", "v1.2.3+build")),
    ("?show=version", ("Cratehouse", "v1.2.3+build")),
    ("?show=downloads", ("downloads", "12K")),
    ("?show=license", ("license", "MIT OR Apache-2.0")),
    ("?show=msrv", ("rustc", "1.70+")),
])
def test_what_it_shows(anon, crate, query, want):
    assert words(anon, f"/crates/{crate}/badge.svg{query}") == want


def test_unknown_figures(anon, alice, new_name):
    name = publish(alice, new_name("plain"), package={"license": None, "license-file": "LICENSE"}, files={"LICENSE": "mine"})
    assert words(anon, f"/crates/{name}/badge.svg?show=msrv") == ("rustc", "unknown")
    assert words(anon, f"/crates/{name}/badge.svg?show=license")[1] == "non-standard"


def test_yanked(anon, alice, new_name):
    name = publish(alice, new_name("pulled"))
    assert alice.token.delete(f"/api/v1/crates/{name}/1.0.0/yank").status_code == 200
    assert words(anon, f"/crates/{name}/badge.svg") == ("Cratehouse", "yanked")


def test_any_spelling(anon, crate):
    assert words(anon, "/crates/BADGED/badge.svg") == words(anon, "/crates/badged/badge.svg")


def test_hostile_licence(registry, anon, alice, new_name):
    """No publish gets it in; an import may have."""
    name = publish(alice, new_name("hostile"))
    registry.sql(f"UPDATE versions v JOIN crates c ON c.id = v.crate_id SET v.license = '<script>alert(1)</script>&\"' "
                 f"WHERE c.name = '{name}'")
    assert words(anon, f"/crates/{name}/badge.svg?show=license")[1] == "<script>alert(1)</script>&\""


@pytest.mark.parametrize("query", ["?show=", "?show=x", "?show=Version", "?show=version&show=msrv", "?show=%00"])
def test_nothing_else(anon, crate, query):
    assert anon.get(f"/crates/{crate}/badge.svg{query}").status_code == 400


def test_no_crate(anon):
    answer = anon.get("/crates/no-such-crate/badge.svg")
    assert answer.status_code == 404 and "does not exist" in detail(answer)


def test_validator_and_queries(registry, anon, crate):
    path = f"/crates/{crate}/badge.svg"
    first = anon.get(path, headers={"Accept-Encoding": "identity"})
    again = anon.get(path, headers={"Accept-Encoding": "identity", "If-None-Match": first.headers["ETag"]})
    assert (again.status_code, again.content) == (304, b"")
    assert [registry.queries(anon.get(f"{path}?show={show}")) for show in ("version", "downloads", "license", "msrv")] == [1, 1, 2, 2]
