"""The pages that show what was published: files, raw files, comparisons, features, and the addresses that lead to them
(contract/web.md P12, P14, P17, P19, P20, P21; rows W096 to W100)."""
import gzip
import io
import tarfile
import time
import urllib.parse

import pytest

from lib.page import Visitor
from lib.registry import Crate, archive, frame
from lib.steps import publish

PNG = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\0\x01\0\0\0\x01\x08\x06\0\0\0\x1f\x15\xc4\x89"
ODD_NAMES = ["a b.txt", "q\"uo'te.txt", "<b>bold</b>.txt", "new\nline.txt", "per%20cent.txt", "que?ry.txt", "ha#sh.txt",
             "pl+us.txt", "ünï.txt", "back\\slash.txt", "semi;colon&amp.txt", "tab\tbed.txt", "...txt", "esc\x1b[0m.txt"]


def patiently(ask):
    """Pages wait a few seconds for a place of the inspector; on a busy machine they are told to come again."""
    for _ in range(40):
        answer = ask()
        if answer.status_code != 503:
            return answer
        assert answer.headers["Retry-After"] == "5"
        time.sleep(0.5)
    return answer


class Reader(Visitor):
    def get(self, path, headers=None):
        return patiently(lambda: super(Reader, self).get(path, headers))


@pytest.fixture
def visitor(anon):
    return Reader(anon)


@pytest.fixture(scope="module")
def shown(registry, alice):
    """A crate with two versions and a pre-release, with something of everything in it."""
    name = "shown-in-pages"
    files = {"src/lib.rs": "//! About\npub fn one() -> u8 {\n    1\n}\n", "src/de/mod.rs": "pub mod map;\n",
             "src/de/map.rs": "// \"a\" <b>\n", "docs/a/b/guide.md": "# Guide\n", "logo.png": PNG, "data.bin": b"a\0b" * 9,
             "logo.svg": "<svg xmlns='http://www.w3.org/2000/svg'><script>alert(1)</script></svg>",
             "page.html": "<script>alert(1)</script>", "latin.txt": "caf\u00e9".encode("latin-1"), "empty.txt": ""}
    tables = {"features": {"default": ["std"], "std": [], "both": ["std", "dep:libz", "libz?/static"]}}
    for dep in ("shown-dep", "shown-libz"):
        publish(alice, dep)
    tables["dependencies"] = {"shown-dep": "1", "libz": {"version": "1", "package": "shown-libz", "optional": True},
                              "extra": {"version": "1", "package": "shown-dep", "optional": True}}
    publish(alice, name, "1.0.0", files=files, tables=tables)
    files = {**files, "src/lib.rs": "//! About\npub fn two() -> u8 {\n    1\n}\n", "new.txt": "fresh\n", "logo.png": PNG + b"x"}
    del files["empty.txt"]
    tables = {**tables, "dependencies": {"shown-dep": "1.0.0", **{k: v for k, v in tables["dependencies"].items()
                                                                 if k != "shown-dep"}}}
    publish(alice, name, "1.1.0", files=files, tables=tables, package={"license": "Apache-2.0"})
    publish(alice, name, "2.0.0-pre.1", files=files)
    return name


# ---- code


def test_a_file(registry, visitor, shown):
    answer = visitor.get(f"/crates/{shown}/1.0.0/code/src/lib.rs")
    page = answer.page
    assert answer.status_code == 200 and page.h1 == shown and ("h2", "src / lib.rs") in [
        (level, words.replace("src/", "src / ")) for level, words in page.headings]
    assert page.title.startswith(f"{shown} 1.0.0: src/lib.rs - ")
    assert page.metas["robots"] == "noindex"
    assert "4 lines" in page.text and "Rust" in page.text and "B" in page.text
    assert '<span class="c">//! About</span>' in answer.text and '<span class="k">pub</span>' in answer.text
    assert [f"L{n}" for n in range(1, 5)] == [i for i in page.ids if i[0] == "L"]
    assert page.has_link("#L3")
    assert page.link("Raw") == f"/crates/{shown}/1.0.0/raw/src/lib.rs"
    assert f"/crates/{shown}/1.0.0/code/src/lib.rs" in page.current
    assert f"/crates/{shown}/1.0.0/code" in page.current, "the tab"
    assert page.has_link(f"/crates/{shown}/1.0.0/code/src/de/map.rs")
    assert page.has_link(f"/crates/{shown}/1.0.0/download")
    assert page.has_link(f"/crates/{shown}/1.1.0"), "the default version is named"
    assert page.has_link(f"/crates/{shown}/diff/1.0.0...1.1.0")
    assert registry.queries(answer) == 2
    assert "public" in answer.headers["Cache-Control"] and answer.headers["ETag"]
    again = visitor.get(f"/crates/{shown}/1.0.0/code/src/lib.rs", headers={"If-None-Match": answer.headers["ETag"]})
    assert again.status_code == 304


def test_what_is_in_a_file_is_text(visitor, shown):
    answer = visitor.get(f"/crates/{shown}/1.0.0/code/src/de/map.rs")
    assert '// "a" <b>' in answer.page.text and "<b>" not in answer.text.split("<pre")[1].split("</pre")[0]
    assert "&lt;script&gt;alert(1)" in visitor.get(f"/crates/{shown}/1.0.0/code/page.html").text
    assert "caf\ufffd" in visitor.get(f"/crates/{shown}/1.0.0/code/latin.txt").page.text


def test_what_cannot_be_shown_says_so(visitor, shown):
    """W100: distinct messages."""
    assert "This is a binary file" in visitor.get(f"/crates/{shown}/1.0.0/code/data.bin").page.text
    assert "This file is empty" in visitor.get(f"/crates/{shown}/1.0.0/code/empty.txt").page.text
    picture = visitor.get(f"/crates/{shown}/1.0.0/code/logo.png")
    assert f'src="/crates/{shown}/1.0.0/raw/logo.png"' in picture.text
    absent = visitor.get(f"/crates/{shown}/1.0.0/code/src/no.rs")
    assert absent.status_code == 404 and ("h2", "There is no such file") in absent.page.headings
    assert absent.page.link("Show its code") == f"/crates/{shown}/1.0.0/code"


def test_an_archive_that_is_gone(registry, alice, visitor, new_name):
    name = publish(alice, new_name("gone"))
    sha = registry.sql(f"SELECT LOWER(HEX(v.tar_sha256)) FROM versions v JOIN crates c ON c.id = v.crate_id "
                       f"WHERE c.name = '{name}'")[0][0]
    blob = registry.data / "blobs" / sha[:2] / sha[2:]
    aside = blob.rename(blob.with_name("aside"))  # the file itself comes back: links to it stay links
    for path in ("code/src/lib.rs", "code", "raw/src/lib.rs"):
        answer = visitor.get(f"/crates/{name}/1.0.0/{path}")
        assert answer.status_code == 404 and f"The archive of {name} 1.0.0 is not available" in answer.page.text
    aside.rename(blob)


@pytest.mark.parametrize("path, target", [
    ("code", "1.1.0/code"), ("code/src/de/map.rs", "1.1.0/code/src/de/map.rs"), ("code/src/", "1.1.0/code/src"),
    ("features", "1.1.0/features")])
def test_without_a_version(registry, visitor, shown, path, target):
    """W096"""
    answer = visitor.get(f"/crates/{shown}/{path}")
    assert (answer.status_code, answer.headers["Location"]) == (307, f"/crates/{shown}/{target}")
    assert registry.queries(answer) == 1


@pytest.mark.parametrize("path, target", [
    ("code", "src/lib.rs"), ("code/src", "src/lib.rs"), ("code/src/de", "src/de/mod.rs"), ("code/docs", "docs/a/b/guide.md"),
    ("code/docs/a/", "docs/a/b/guide.md")])
def test_a_folder_is_its_first_file(visitor, shown, path, target):
    """W097"""
    answer = visitor.get(f"/crates/{shown}/1.0.0/{path}")
    assert (answer.status_code, answer.headers["Location"]) == (302, f"/crates/{shown}/1.0.0/code/{target}")


def test_other_spellings_are_the_same_crate(visitor, shown):
    assert visitor.get(f"/crates/{shown.replace('-', '_').upper()}/1.0.0/code/src/lib.rs").status_code == 200


def test_no_such_crate_or_version(visitor, shown):
    for path in ("code", "code/a", "features", "diff", "latest", "latest-stable", "1.0.0/code", "1.0.0/code/a", "1.0.0/raw/a",
                 "1.0.0/download", "1.0.0/features", "diff/1.0.0...1.1.0", "latest/code", "latest-stable/code"):
        answer = visitor.get(f"/crates/no-such-crate/{path}")
        assert answer.status_code == 404 and 'Crate "no-such-crate" not found' in answer.page.text, path
    for path in ("9.9.9/code", "x/code/a", "9.9.9/raw/a", "9.9.9/download", "9.9.9/features", "diff/9.9.9...1.0.0",
                 "diff/1.0.0...9.9.9"):
        answer = visitor.get(f"/crates/{shown}/{path}")
        assert answer.status_code == 404 and "not found" in answer.page.text, path
    assert visitor.get(f"/crates/{shown}/diff/1.0.0").status_code == 404


def test_finding_a_file(visitor, shown):
    answer = visitor.get(f"/crates/{shown}/1.0.0/code/src/lib.rs?file=MAP")
    assert "1 file has" in answer.page.text and answer.page.form("").fields["file"] == "MAP"
    assert answer.page.has_link(f"/crates/{shown}/1.0.0/code/src/de/map.rs")
    assert not answer.page.has_link(f"/crates/{shown}/1.0.0/code/data.bin")
    answer = visitor.get(f"/crates/{shown}/1.0.0/code/src/lib.rs?file=%3Cb%3E")
    assert "0 files have" in answer.page.text and "<b>" not in answer.text.split("</form>", 2)[2].split("<ul")[0].replace(
        "<b>0</b>", "")


def test_hostile_names(registry, alice, visitor, new_name):
    name = new_name("odd")
    files = {f"odd/{odd}": f"this is {number}\n" for number, odd in enumerate(ODD_NAMES)}
    deep = "/".join(["d"] * 300) + "/f.txt"
    files[deep] = "deep\n"
    files["l" * 240 + "/" + "m" * 900] = "too long a path\n"
    publish(alice, name, files=files)
    overview = visitor.get(f"/crates/{name}/1.0.0/code/odd")
    assert overview.status_code == 302
    page = visitor.get(overview.headers["Location"]).page
    assert "1 file is not listed at all" in page.text
    for number, odd in enumerate(ODD_NAMES):
        target = f"/crates/{name}/1.0.0/code/odd/" + urllib.parse.quote(odd, safe="")
        linked = [href for href, _ in page.links if urllib.parse.unquote(href) == urllib.parse.unquote(target)]
        assert linked, odd
        answer = visitor.get(linked[0])
        assert answer.status_code == 200 and f"this is {number}" in answer.page.text, odd
        raw = visitor.get(linked[0].replace("/code/", "/raw/"))
        assert raw.text == f"this is {number}\n" and "\n" not in raw.headers["Content-Disposition"]
    answer = visitor.get(f"/crates/{name}/1.0.0/code/{deep}")
    assert answer.status_code == 200 and "deep" in answer.page.text
    for climb in ("..%2f..%2fCargo.toml", "%2e%2e/Cargo.toml", "odd%2f..%2fCargo.toml", "%2fetc%2fpasswd"):
        assert visitor.get(f"/crates/{name}/1.0.0/raw/{climb}").status_code in (302, 404), climb


def test_large_files(registry, alice, visitor, new_name):
    name = new_name("large")
    files = {"many.rs": "let a = 1; // b\n" * 100_000, "huge.txt": "x" * (1 << 20) + "y", "long.rs": "f(1);" * 150_000,
             "lines.txt": "\n" * 30_000}
    publish(alice, name, files=files)
    answer = visitor.get(f"/crates/{name}/1.0.0/code/many.rs")
    assert answer.status_code == 200 and "too large to be shown" in answer.page.text  # 1.6 MB
    answer = visitor.get(f"/crates/{name}/1.0.0/code/huge.txt")
    assert answer.status_code == 200 and "too large to be shown" in answer.page.text
    assert len(visitor.get(f"/crates/{name}/1.0.0/raw/huge.txt").content) == (1 << 20) + 1
    answer = visitor.get(f"/crates/{name}/1.0.0/code/lines.txt")
    assert "30,000 lines" in answer.page.text and "The first 20,000 of its lines are shown" in answer.page.text
    answer = visitor.get(f"/crates/{name}/1.0.0/code/long.rs")
    assert answer.status_code == 200 and len(answer.content) < 2 << 20
    assert "The first 0 of its lines" in answer.page.text or "f(1);" in answer.page.text


def test_many_files(alice, visitor, new_name):
    name = new_name("many")
    files = {f"src/m{number % 50}/f{number}.rs": "" for number in range(21_000)}
    publish(alice, name, files=files)
    answer = visitor.get(f"/crates/{name}/1.0.0/code/src/m7/f7.rs")
    assert answer.status_code == 200 and answer.page.has_link(f"/crates/{name}/1.0.0/code/src/m7/f57.rs")
    assert "are not listed at all" in answer.page.text
    assert len(gzip.compress(answer.content)) < 60 << 10  # contract/web.md 14.2, class D
    found = visitor.get(f"/crates/{name}/1.0.0/code/src/lib.rs?file=m7/")
    assert "more are not listed here" in found.page.text


def test_directions_of_text_are_pointed_out(alice, visitor, new_name):
    name = publish(alice, new_name("bidi"), files={"a.rs": "let a = \"\u202e\"; // \u2066\n", "b.rs": "let a = \"\u20ac\";\n"})
    assert "change the direction of text" in visitor.get(f"/crates/{name}/1.0.0/code/a.rs").page.text
    assert "change the direction" not in visitor.get(f"/crates/{name}/1.0.0/code/b.rs").page.text


def test_executables_say_so(alice, visitor, new_name):
    name = new_name("exec")
    crate = Crate(name)
    script = tarfile.TarInfo(f"{name}-1.0.0/run")
    script.size, script.mode = 10, 0o755
    packed = archive([(f"{name}-1.0.0/Cargo.toml", crate.manifest), (f"{name}-1.0.0/src/lib.rs", ""), (script, "#!/bin/sh\n")])
    assert alice.token.publish(frame(crate.metadata, packed)).status_code == 200
    assert "executable" in visitor.get(f"/crates/{name}/1.0.0/code/run").page.text
    assert "executable" not in visitor.get(f"/crates/{name}/1.0.0/code/src/lib.rs").page.text


def test_what_was_unpacked_is_kept_and_made_again(registry, alice, visitor, new_name):
    name = publish(alice, new_name("kept"))
    cache = registry.data / "cache"
    before = {path for path in cache.rglob("*") if path.is_file()}
    first = visitor.get(f"/crates/{name}/1.0.0/code/src/lib.rs")
    made = {path for path in cache.rglob("*") if path.is_file()} - before
    assert len(made) == 1 and cache.stat().st_mode & 0o777 == 0o700
    for change in (lambda path: None, lambda path: path.write_bytes(b"x" * 100), lambda path: path.unlink()):
        change(next(iter(made)))
        again = visitor.get(f"/crates/{name}/1.0.0/code/src/lib.rs")
        assert again.status_code == 200 and again.headers["ETag"] == first.headers["ETag"]


# ---- raw


@pytest.mark.parametrize("path, kind, shows", [
    ("src/lib.rs", "text/plain; charset=utf-8", "inline"), ("page.html", "text/plain; charset=utf-8", "inline"),
    ("logo.svg", "text/plain; charset=utf-8", "inline"), ("latin.txt", "text/plain; charset=utf-8", "inline"),
    ("logo.png", "image/png", "inline"), ("data.bin", "application/octet-stream", "attachment"),
    ("empty.txt", "text/plain; charset=utf-8", "inline")])
def test_raw_files_are_harmless(registry, visitor, shown, path, kind, shows):
    answer = visitor.get(f"/crates/{shown}/1.0.0/raw/{path}")
    assert answer.status_code == 200 and answer.headers["Content-Type"] == kind
    assert answer.headers["Content-Security-Policy"] == "sandbox; default-src 'none'"
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["Content-Disposition"].startswith(f"{shows}; filename=\"{path.split('/')[-1]}\"")
    assert answer.headers["Cache-Control"] == "public, max-age=86400"
    assert answer.headers["X-Robots-Tag"] == "noindex"
    assert "Set-Cookie" not in answer.headers
    with tarfile.open(fileobj=io.BytesIO(visitor.client.get(f"/static/crates/{shown}/{shown}-1.0.0.crate").content)) as tar:
        assert answer.content == tar.extractfile(f"{shown}-1.0.0/{path}").read()
    assert registry.queries(answer) == 2
    again = visitor.get(f"/crates/{shown}/1.0.0/raw/{path}", headers={"If-None-Match": answer.headers["ETag"]})
    assert again.status_code == 304 and not again.content
    other = visitor.get(f"/crates/{shown}/1.0.0/raw/{path}?download=1")
    assert other.headers["Content-Disposition"].startswith("attachment") and other.headers["ETag"] != answer.headers["ETag"]


def test_raw_names_the_archive(registry, visitor, shown):
    answer = visitor.get(f"/crates/{shown}/1.0.0/raw/src/lib.rs")
    version = visitor.client.get(f"/api/v1/crates/{shown}/1.0.0").json()["version"]
    assert answer.headers["X-Crate-Checksum"] == version["checksum"]
    assert visitor.get(f"/crates/{shown}/1.0.0/raw/src").status_code == 404
    assert visitor.get(f"/crates/{shown}/1.0.0/raw/no").status_code == 404
    absent = visitor.get(f"/crates/{shown}/1.0.0/raw/no")
    assert "has no file" in absent.page.text


def test_download(registry, visitor, shown):
    answer = visitor.get(f"/crates/{shown.upper()}/1.0.0/download")
    assert answer.status_code == 302
    assert answer.headers["Location"] == f"{registry.url}/static/crates/{shown}/{shown}-1.0.0.crate"
    assert registry.queries(answer) == 2


# ---- latest


@pytest.mark.parametrize("path, target", [
    ("latest", "1.1.0"), ("latest-stable", "1.1.0"), ("latest/code/src/lib.rs", "1.1.0/code/src/lib.rs"),
    ("latest-stable/features", "1.1.0/features"), ("latest/code/src?file=x", "1.1.0/code/src?file=x")])
def test_latest(visitor, shown, path, target):
    answer = visitor.get(f"/crates/{shown}/{path}")
    assert (answer.status_code, answer.headers["Location"]) == (302, f"/crates/{shown}/{target}")


def test_latest_of_pre_releases_alone(visitor, alice, new_name):
    name = publish(alice, new_name("pre"), "1.0.0-a.1")
    assert visitor.get(f"/crates/{name}/latest").headers["Location"] == f"/crates/{name}/1.0.0-a.1"
    answer = visitor.get(f"/crates/{name}/latest-stable")
    assert answer.status_code == 404 and "no stable version" in answer.page.text


# ---- comparison


def test_two_versions(registry, visitor, shown):
    answer = visitor.get(f"/crates/{shown}/diff/1.0.0...1.1.0")
    page = answer.page
    assert answer.status_code == 200 and page.metas["robots"] == "noindex"
    assert page.h1.replace(" ", "") == f"{shown}:from1.0.0to1.1.0"
    assert "MIT" in page.text and "Apache-2.0" in page.text
    assert "changedshown-dep^1^1.0.0" in page.text.replace(" ", ""), page.text
    assert page.text.index("Manifest") < page.text.index("Dependencies") < page.text.index("changed Cargo.toml")
    assert "added new.txt +1 -0" in page.text and "removed empty.txt" in page.text and "changed src/lib.rs +1 -1" in page.text
    assert "-pub fn one()" in page.text and "+pub fn two()" in page.text
    assert "A binary file" in page.text
    assert page.link("The other way round") == f"/crates/{shown}/diff/1.1.0...1.0.0"
    assert registry.queries(answer) == 5
    other = visitor.get(page.link("The other way round")).page
    assert "removed new.txt +0 -1" in other.text and "-pub fn two()" in other.text
    same = visitor.get(f"/crates/{shown}/diff/1.1.0...1.1.0").page
    assert "Every file is the same" in same.text and "None has changed" in same.text


def test_one_file_of_a_comparison(visitor, shown):
    answer = visitor.get(f"/crates/{shown}/diff/1.0.0...1.1.0?file=src%2Flib.rs")
    assert "+pub fn two()" in answer.page.text and "new.txt" not in answer.page.text
    assert "Nothing has changed in" in visitor.get(f"/crates/{shown}/diff/1.0.0...1.1.0?file=page.html").page.text


@pytest.mark.parametrize("query, target", [("?from=1.0.0&to=1.1.0", "1.0.0...1.1.0"), ("", "1.0.0...1.1.0"),
                                           ("?from=a%2Fb&to=%0D%0Ax", "a/b...%0D%0Ax")])
def test_the_form_for_comparisons(visitor, shown, query, target):
    answer = visitor.get(f"/crates/{shown}/diff{query}")
    assert (answer.status_code, answer.headers["Location"]) == (302, f"/crates/{shown}/diff/{target}")


def test_the_default_version_may_be_the_lowest(visitor, alice, new_name):
    name = publish(alice, new_name("low"), "1.0.0+a", "1.0.1-rc.1+b")
    assert visitor.get(f"/crates/{name}/diff").headers["Location"] == f"/crates/{name}/diff/1.0.0%2Ba...1.0.1-rc.1%2Bb"
    for path in ("diff/1.0.0+a...1.0.1-rc.1+b", "1.0.0+a/code/src/lib.rs", "1.0.0%2Ba/raw/src/lib.rs", "1.0.0+a/features"):
        assert visitor.get(f"/crates/{name}/{path}").status_code == 200, path


def test_nothing_to_compare_with(visitor, alice, new_name):
    name = publish(alice, new_name("single"))
    answer = visitor.get(f"/crates/{name}/diff")
    assert answer.status_code == 404 and "nothing to compare it with" in answer.page.text


def test_hostile_comparison(alice, visitor, new_name):
    """Long files without anything in common, many files, odd names; within the caps, and true to what they say."""
    name = new_name("hostile")
    old = {f"odd/{odd}": "a\n" for odd in ODD_NAMES} | {f"n/{i}.txt": f"{i}\n" for i in range(1200)}
    new = {f"odd/{odd}": "b\n" for odd in ODD_NAMES} | {f"n/{i}.txt": f"{i + 1}\n" for i in range(1200)}
    old["long.txt"] = "".join(f"{i * 2}\n" for i in range(100_000))
    new["long.txt"] = "".join(f"{i * 2 + 1}\n" for i in range(100_000))
    old["wide.txt"], new["wide.txt"] = "<i>" * 100_000, "<b>" * 100_000
    publish(alice, name, "1.0.0", files=old)
    publish(alice, name, "1.0.1", files=new)
    answer = visitor.get(f"/crates/{name}/diff/1.0.0...1.0.1")
    assert answer.status_code == 200 and len(gzip.compress(answer.content)) < 60 << 10
    assert "left out or cut here" in answer.page.text and "may differ" in answer.page.text
    one = visitor.get(f"/crates/{name}/diff/1.0.0...1.0.1?file=wide.txt")
    assert one.status_code == 200 and "<i><i>" in one.page.text and "<i>" not in one.text


# ---- changelog


def test_changelog(registry, visitor, alice, new_name):
    name = new_name("log")
    text = "# Changes\n\n## 1.1.0 - 2026-01-01\n\n- [x](docs/y.md) <script>alert(1)</script>\n"
    publish(alice, name, "1.0.0")
    assert "has no file such as" in visitor.get(f"/crates/{name}/changelog").page.text
    publish(alice, name, "1.1.0", files={"Changelog.md": text, "sub/CHANGELOG.md": "no"},
            package={"repository": "https://github.com/a/b"})
    answer = visitor.get(f"/crates/{name}/changelog")
    page = answer.page
    assert answer.status_code == 200 and page.title.startswith(f"{name}: changelog")
    assert "user-content-110---2026-01-01" in page.ids and "<script>alert" not in answer.text
    assert page.has_link("https://github.com/a/b/blob/HEAD/docs/y.md")
    assert page.link("Changelog.md") == f"/crates/{name}/1.1.0/code/Changelog.md"
    assert registry.queries(answer) == 2


def test_a_long_changelog_is_cut(visitor, alice, new_name):
    text = "".join(f"## 1.0.{i}\n\n{'words ' * 100}\n\n" for i in range(800))
    name = publish(alice, new_name("log"), files={"CHANGES.md": text})
    page = visitor.get(f"/crates/{name}/changelog").page
    assert "It is longer than this page shows" in page.text and "user-content-100" in page.ids


# ---- features


def test_features(registry, visitor, shown):
    answer = visitor.get(f"/crates/{shown}/1.0.0/features")
    page = answer.page
    assert answer.status_code == 200 and ("h2", f"Features of {shown} 1.0.0") in page.headings
    assert "3 features, and 1 optional dependency that is a feature too" in page.text
    for feature in ("default", "std", "both", "extra"):  # libz is named with dep:, extra is not
        assert f"feature-{feature}" in page.ids and page.has_link(f"#feature-{feature}")
    assert "feature-libz" not in page.ids
    assert f"cargo add {shown}@=1.0.0 --registry cratehouse --features both" in page.text
    assert page.has_link("/crates/shown-libz") and page.has_link("/crates/shown-dep")
    assert page.text.index("default by default") < page.text.index("both on demand")
    assert "std by default" in page.text
    assert registry.queries(answer) == 3


def test_a_feature_of_the_newest_version_and_of_a_yanked_one(visitor, alice, new_name):
    name = publish(alice, new_name("newest"), tables={"features": {"some": []}})
    path = f"/crates/{name}/1.0.0/features"
    assert f"cargo add {name} --registry cratehouse --features some" in visitor.get(path).page.text
    assert alice.token.delete(f"/api/v1/crates/{name}/1.0.0/yank").status_code == 200
    page = visitor.get(path).page
    assert "cargo add" not in page.text and "some on demand" in page.text


def test_no_features(visitor, alice, new_name):
    name = publish(alice, new_name("plain"))
    assert "This version has no features" in visitor.get(f"/crates/{name}/1.0.0/features").page.text


def test_features_without_a_cut(visitor, alice, new_name):
    features = {f"f{i}": [f"f{i - 1}"] if i else [] for i in range(300)}
    name = publish(alice, new_name("many"), tables={"features": features})
    page = visitor.get(f"/crates/{name}/1.0.0/features").page
    assert "300 features" in page.text and "feature-f299" in page.ids
