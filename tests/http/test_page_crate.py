"""The page of a crate and of a version, the addresses that lead to others, following."""
import gzip
import json

import pytest

from lib.page import Visitor
from lib.registry import Crate
from lib.steps import crate_id, make_owner, publish

README = """# Title of the readme

| a | b |
|---|---|
| 1 | 2 |

<script>alert(1)</script> <img src="x" onerror="alert(2)">

```rust
fn main() {}
```
"""


@pytest.fixture
def visitor(anon):
    return Visitor(anon)


def rich(name, version="1.0.0", **more):
    """A crate that has everything that a page can show."""
    package = {"readme": "README.md", "keywords": ["one", "two"], "categories": ["encoding"], "license": "MIT OR Apache-2.0",
               "homepage": "https://home.example/", "repository": "https://github.com/a/b.git", "rust-version": "1.69",
               "documentation": "https://docs.example/x", "links": "z"}
    return Crate(name, version, package=package,
                 tables={"features": {"default": ["std"], "std": [], "extra": ["std"]}},
                 files={"README.md": README, "build.rs": "fn main() {}\n", "src/main.rs": "fn main() {}\n"}, **more)


def readme_is_there(registry, name, version="1.0.0"):
    registry.wait(f"/static/readmes/{name}/{name}-{version}.html", lambda answer: answer.status_code == 200)


def test_all_that_is_known_of_a_crate(registry, alice, visitor, new_name):
    crate = rich(new_name("rich"))
    assert alice.token.publish(crate).status_code == 200
    readme_is_there(registry, crate.name)
    registry.wait(f"/api/v1/crates/{crate.name}/1.0.0", lambda answer: answer.json()["version"]["linecounts"])
    answer = visitor.get(f"/crates/{crate.name}")
    page = answer.page
    assert answer.status_code == 200 and page.h1 == crate.name and page.title == f"{crate.name} - Cratehouse"
    for words in (f"About {crate.name}", "v1.0.0", "#one", "#two", "Rust v1.69.0 or newer", "2021 edition", "MIT OR Apache-2.0",
                  "SLoC", "Title of the readme", "cargo install", f"cargo add {crate.name} --registry cratehouse",
                  f'{crate.name} = {{ version = "1.0.0", registry = "cratehouse" }}', "Links to the native library z",
                  "enables nothing else", "Stats overview", "alice", "Encoding", crate.checksum, f"pkg:cargo/{crate.name}@1.0.0",
                  "No downloads were counted", "just now"):
        assert words in page.text, words
    for target in ("/keywords/one", "/categories/encoding", "/users/alice", "https://home.example/", "https://docs.example/x",
                   "https://github.com/a/b.git", "https://spdx.org/licenses/MIT.html", f"/rss/crates/{crate.name}.xml",
                   f"/crates/{crate.name}/1.0.0/download", f"/support?inquire=crate-violation&crate={crate.name}"):
        assert page.has_link(target), target
    assert "<script>alert" not in answer.text and "onerror" not in answer.text
    assert len(answer.content) < 60_000 and len(gzip.compress(answer.content)) < 30 << 10
    assert registry.queries(answer) <= 7


def test_code_in_a_readme_is_coloured(registry, alice, visitor, new_name):
    """W060. The colours are ours: classes that the README brings go."""
    text = ('# Code\n\n```rust,no_run\nfn main() { println!("<b>"); }\n```\n\n```toml\n[dependencies]\n```\n\n```console\n$ cargo add "x"\n'
            'it\'s done\n```\n\n```\nfn plain\n```\n\n<span class="k menu">not code</span> <pre><code class="language-c avatar">return 1;</code></pre>\n')
    crate = Crate(new_name("colour"), package={"readme": "README.md"}, files={"README.md": text, "CHANGELOG.md": text})
    assert alice.token.publish(crate).status_code == 200
    readme_is_there(registry, crate.name)
    parts = ('<code class="language-rust"><span class="k">fn</span> <span class="f">main</span>()', '<span class="s">"&lt;b&gt;"</span>',
             '<span class="t">[dependencies]</span>', '<span class="c">$</span> cargo add <span class="s">"x"</span>\nit\'s done',
             "<code>fn plain", "<span>not code</span>", '<code class="language-c"><span class="k">return</span>')
    for path in (f"/crates/{crate.name}", f"/crates/{crate.name}/changelog"):
        html = visitor.get(path).text
        readme = html[html.index('<article class="readme prose"'):html.index("</article>")]
        for part in parts:
            assert part in readme, part
        assert "menu" not in readme and "avatar" not in readme
    stored = registry.anonymous.get(f"/static/readmes/{crate.name}/{crate.name}-1.0.0.html").text
    assert all(part in stored for part in parts)


def test_what_programs_read_in_the_head(registry, alice, visitor, new_name):
    crate = rich(new_name("head"))
    assert alice.token.publish(crate).status_code == 200
    page = visitor.get(f"/crates/{crate.name}").page
    assert page.rel("canonical") == page.metas["og:url"] == f"{registry.url}/crates/{crate.name}"
    assert page.metas["description"] == page.metas["og:description"] == f"About {crate.name}"
    assert page.rel("alternate") == f"/rss/crates/{crate.name}.xml"
    (source, trail), = map(json.loads, page.data)
    assert source["@type"] == "SoftwareSourceCode" and source["name"] == crate.name and source["version"] == "1.0.0"
    assert source["keywords"] == ["one", "two"] and source["codeRepository"] == "https://github.com/a/b.git"
    assert trail["@type"] == "BreadcrumbList" and len(trail["itemListElement"]) == 2


def test_any_spelling_and_a_slash_at_the_end(registry, alice, visitor, new_name):
    name = publish(alice, new_name("Some-Name"))
    other = name.lower().replace("-", "_")
    for path in (f"/crates/{other}", f"/crates/{name}/", f"/crates/{other}/1.0.0/"):
        answer = visitor.get(path)
        assert answer.status_code == 200 and answer.page.h1 == name
        assert answer.page.rel("canonical") == f"{registry.url}/crates/{name}"


def test_a_version_has_its_own_page(registry, alice, visitor, new_name):
    name = publish(alice, new_name("old"), "0.1.0", "0.2.0")
    answer = visitor.get(f"/crates/{name}/0.1.0")
    page = answer.page
    assert page.title == f"{name} 0.1.0 - Cratehouse" and "v0.1.0" in page.text
    assert "There is a newer version, 0.2.0." in page.text and page.link("See it") == f"/crates/{name}"
    assert f"cargo add {name}@=0.1.0 --registry cratehouse" in page.text and '"=0.1.0"' in page.text
    assert "Stats overview for 0.1.0" in page.text and page.link("See those of all versions") == f"/crates/{name}#stats-h"
    assert page.rel("canonical") == f"{registry.url}/crates/{name}/0.1.0"
    assert page.current == ["/crates", f"/crates/{name}/0.1.0", "?chart=stacked#downloads"][:len(page.current)]
    assert page.link("Code") == f"/crates/{name}/0.1.0/code"
    assert page.has_link(f"/crates/{name}/versions") and page.has_link(f"/crates/{name}/0.1.0/dependencies")
    assert registry.queries(answer) <= 7
    page = visitor.get(f"/crates/{name}").page
    assert "v0.2.0" in page.text and "newer version" not in page.text
    assert page.link("Code") == f"/crates/{name}/code"


def test_what_is_not_there(visitor, alice, new_name):
    name = publish(alice, new_name("there"))
    absent = name + "x"
    for path, words in ((f"/crates/{absent}", f'Crate "{absent}" not found'), (f"/crates/{name}/9.9.9", f"{name}: Version 9.9.9 not found"),
                        (f"/crates/{name}/nonsense", f"{name}: Version nonsense not found"), ("/crates/%20", 'Crate " " not found'),
                        (f"/crates/{absent}/docs", f'Crate "{absent}" not found')):
        answer = visitor.get(path)
        assert answer.status_code == 404 and words in answer.page.text, path
        assert answer.page.link("Go back") == "/"
    assert visitor.get(f"/crates/{absent}", headers={"Referer": alice.browser.url + "/crates?page=2"}).page.link("Go back") == "/crates?page=2"
    assert visitor.get(f"/crates/{absent}", headers={"Referer": "https://evil.example/"}).page.link("Go back") == "/"


def test_names_that_are_near(registry, alice, visitor, new_name):
    name = publish(alice, new_name("nearby-thing"))
    for wrong in (f"{name}x", name[1:] and f"{name[:4]}{name[5:]}", f"{name}-tool-box", name[:9]):
        answer = visitor.get(f"/crates/{wrong}")
        assert answer.status_code == 404 and answer.page.has_link(f"/crates/{name}"), wrong
        assert registry.queries(answer) <= 2
    assert not visitor.get("/crates/zzzzzzzz").page.has_link(f"/crates/{name}")


def test_yanked(registry, alice, visitor, new_name):
    name = publish(alice, new_name("yanked"), "1.0.0", "1.1.0")
    answer = alice.token.patch(f"/api/v1/crates/{name}/1.1.0", {"version": {"yanked": True, "yank_message": "it <b>burns</b>"}})
    assert answer.status_code == 200, answer.text
    page = visitor.get(f"/crates/{name}/1.1.0").page
    assert "Yanked" in page.text and "it <b>burns</b>" in page.text and "cargo add" not in page.text
    assert page.link("Use 1.0.0") == f"/crates/{name}"
    page = visitor.get(f"/crates/{name}").page
    assert "v1.0.0" in page.text and "Yanked" not in page.text and "cargo add" in page.text
    assert alice.token.delete(f"/api/v1/crates/{name}/1.0.0/yank").status_code == 200
    answer = visitor.get(f"/crates/{name}")
    assert "v1.1.0" in answer.page.text and "Yanked" in answer.page.text
    assert registry.queries(answer) <= 7


def test_prereleases_alone(alice, visitor, new_name):
    name = publish(alice, new_name("pre"), "1.0.0-alpha.1")
    page = visitor.get(f"/crates/{name}").page
    assert "Pre-release" in page.text and "has pre-releases only" in page.text


def test_programs_are_installed_and_libraries_added(alice, visitor, new_name):
    tool = Crate(new_name("tool"), files={"src/lib.rs": None, "src/main.rs": "fn main() {}\n"})
    tool.files.pop("src/lib.rs")
    assert alice.token.publish(tool).status_code == 200
    page = visitor.get(f"/crates/{tool.name}").page
    assert f"cargo install {tool.name} --registry cratehouse" in page.text and "cargo add" not in page.text
    page = visitor.get("/crates/" + publish(alice, new_name("lib"))).page
    assert "cargo install" not in page.text and "cargo add" in page.text


def test_equal_links_are_shown_once(alice, visitor, new_name):
    name = publish(alice, new_name("links"), package={"homepage": "https://www.github.com/a/b", "repository": "https://github.com/a/b.git"})
    page = visitor.get(f"/crates/{name}").page
    assert not page.has_link("https://www.github.com/a/b") and page.has_link("https://github.com/a/b.git")
    name = publish(alice, new_name("nolinks"))
    assert "Repository" not in visitor.get(f"/crates/{name}").page.text


def test_downloads_as_picture_and_table(registry, alice, visitor, new_name):
    name = publish(alice, new_name("figures"), *(f"0.{n}.0" for n in range(7)))
    registry.sql(f"UPDATE crates SET created_us = created_us - 864000000000 * 20 WHERE name = '{name}'")
    registry.sql("UPDATE versions SET created_us = created_us - 864000000000 * 20"
                 f" WHERE crate_id = {crate_id(registry, name)}")
    registry.sql("INSERT INTO version_downloads (version_id, date, downloads) SELECT v.id, CURDATE() - INTERVAL 2 DAY, 1000"
                 f" FROM versions v JOIN crates c ON c.id = v.crate_id WHERE c.name = '{name}'")
    answer = visitor.get(f"/crates/{name}")
    page = answer.page
    assert "Other" in page.text and "2,000" in page.text and "0.6.0" in page.text and 'role="img"' in answer.text
    assert registry.queries(answer) <= 7
    lines = visitor.get(f"/crates/{name}?chart=lines")
    assert lines.status_code == 200 and lines.text != answer.text
    assert lines.page.rel("canonical") == page.rel("canonical")
    assert "1,000" in visitor.get(f"/crates/{name}/0.3.0").page.text
    registry.sql("UPDATE versions SET created_us = created_us + 864000000000 * 20"  # index lines say when
                 f" WHERE crate_id = {crate_id(registry, name)}")


def test_advisories_are_shown_where_they_apply(registry, alice, visitor, new_name):
    name = publish(alice, new_name("bad"), "1.0.0", "1.2.0")
    canon = name.replace("-", "_")
    registry.sql("INSERT INTO advisories (id, crate, title, description, informational, patched, unaffected, aliases, published_us)"
                 f" VALUES ('TEST-{canon}-1', '{canon}', 'Reads <too> far', '', NULL, '[\">=1.1.0\"]', '[]', '[]', 0),"
                 f" ('TEST-{canon}-2', '{canon}', 'Nobody cares', '', 'unmaintained', '[]', '[]', '[]', 0)")
    old, new = (visitor.get(f"/crates/{name}/{num}").page for num in ("1.0.0", "1.2.0"))
    assert "Version 1.0.0 is affected by a security advisory: Reads <too> far." in old.text
    assert "affected" not in new.text and "reported as unmaintained: Nobody cares." in new.text
    assert old.link(f"TEST-{canon}-1") == f"/crates/{name}/security"
    registry.sql(f"UPDATE advisories SET withdrawn_us = 1 WHERE crate = '{canon}'")
    assert "affected" not in visitor.get(f"/crates/{name}/1.0.0").page.text


def test_marks(registry, alice, visitor, new_name):
    plain, marked = new_name("plain"), new_name("marked")
    assert alice.token.publish(Crate(plain)).status_code == 200
    assert alice.token.publish(Crate(
        marked, package={"keywords": ["no_std"], "links": "z"}, tables={"lib": {"proc-macro": True}},
        files={"build.rs": "fn main() {}\n", "src/main.rs": "fn main() {}\n"})).status_code == 200
    words = ["no_std", "proc-macro", "build script", "binaries", "links z"]

    def badges(name):
        return [word for word in words if f'<span class="badge">{word}</span>' in visitor.get(f"/crates/{name}").text]
    answer = visitor.get(f"/crates/{marked}/1.0.0")
    assert badges(marked) == words and badges(plain) == [] and registry.queries(answer) <= 8
    assert words[0] in answer.page.text
    # of before there were marks: what is in columns of their own is known, the rest is looked up again
    registry.sql(f"UPDATE versions SET marks = NULL WHERE crate_id = {crate_id(registry, marked)}")
    assert badges(marked) == words[3:]
    registry.ctl("rebuild", "marks")
    assert badges(marked) == words
    registry.sql(f"UPDATE versions SET marks = marks & ~1 WHERE crate_id = {crate_id(registry, marked)}")
    assert marked not in visitor.get(f"/search?q={marked}+is:no-std").page.text.replace(f"{marked} is:no-std", "")


def test_many_owners(registry, alice, bob, visitor, new_name):
    name = publish(alice, new_name("owned"))
    make_owner(registry, alice, bob, name)
    registry.sql("INSERT IGNORE INTO teams (login, github_id, org_id, name) VALUES ('github:org:team', 77001, 1, 'the team')")
    registry.sql("INSERT INTO crate_owners (crate_id, owner_id, owner_kind, created_us, updated_us)"
                 f" SELECT {crate_id(registry, name)}, id, 1, 0, 0 FROM teams WHERE login = 'github:org:team'")
    page = visitor.get(f"/crates/{name}").page
    assert page.link("Alice") == "/users/alice" and page.link("Bob") == "/users/bob"
    assert page.link("org/the team") == "/teams/github:org:team"


def test_following(registry, bob, anon, alice, new_name):
    name = publish(alice, new_name("followed"))
    assert not Visitor(anon).get(f"/crates/{name}").page.has_form(f"/crates/{name}/follow")
    visitor = Visitor(bob.browser)
    answer = visitor.get(f"/crates/{name}")
    assert answer.headers["Cache-Control"] == "private, no-store" and "ETag" not in answer.headers
    answer = visitor.send(answer.page.form(f"/crates/{name}/follow"))
    assert answer.status_code == 303 and answer.headers["Location"] == f"/crates/{name}"
    page = visitor.follow(answer).page
    answer = visitor.send(page.form(f"/crates/{name}/unfollow"))
    assert visitor.follow(answer).page.has_form(f"/crates/{name}/follow")
    form = visitor.follow(answer).page.form(f"/crates/{name}/follow")
    assert visitor.send(form, form_token="x" * 32).status_code == 403
    assert visitor.send(form, form_token=None).status_code == 403
    answer = Visitor(anon).send(form)
    assert answer.status_code == 401 and answer.page.h1 == "This page requires authentication"
    assert answer.page.link("Sign in").startswith("/login?return_to=")
    assert visitor.send(form, headers={"Sec-Fetch-Site": "cross-site"}).status_code == 403


def test_only_owners_have_settings(alice, bob, anon, new_name):
    name = publish(alice, new_name("settings"))
    for client, there in ((alice.browser, True), (bob.browser, False), (anon, False)):
        assert Visitor(client).get(f"/crates/{name}").page.has_link(f"/crates/{name}/settings") is there


def test_a_page_for_everybody_may_be_kept(alice, visitor, new_name):
    name = publish(alice, new_name("kept"))
    answer = visitor.get(f"/crates/{name}")
    assert answer.headers["Cache-Control"] == "public, max-age=60, stale-while-revalidate=300"
    again = visitor.get(f"/crates/{name}", headers={"If-None-Match": answer.headers["ETag"], "Accept-Encoding": "identity"})
    assert again.status_code in (200, 304)  # a minute may have passed in the words
    head = visitor.client.request("HEAD", f"/crates/{name}")
    assert head.status_code == 200 and head.content == b""


@pytest.mark.parametrize("path, status, target", [
    ("dependencies", 302, "/crates/{n}/1.2.0/dependencies"), ("docs", 302, "https://docs.example/x"),
    ("repo", 303, "/crates/{n}"), ("owners", 308, "/crates/{n}/settings"),
    ("range/%5E1.0.0", 302, "/crates/{n}/1.2.0"), ("range/1.1.0", 302, "/crates/{n}/1.2.0"), ("range/=1.1.0", 302, "/crates/{n}/1.1.0"),
    ("range/%3E=1.0.0,%20%3C1.2", 302, "/crates/{n}/1.1.0"), ("range/%3E=2.0.0-0", 302, "/crates/{n}/2.0.0-rc.1"),
    ("range/=0.9.0", 302, "/crates/{n}/0.9.0"), ("range/*", 302, "/crates/{n}/1.2.0"),
])
def test_addresses_that_lead_to_others(registry, many, visitor, path, status, target):
    answer = visitor.get(f"/crates/{many}/{path}")
    assert answer.status_code == status and answer.headers["Location"] == target.replace("{n}", many), answer.headers
    assert registry.queries(answer) <= 2


def test_no_repository_is_said_on_the_page_of_the_crate(many, visitor):
    page = visitor.follow(visitor.get(f"/crates/{many}/repo")).page
    assert page.h1 == many and f"{many} names no repository." in page.text
    assert "names no repository" not in visitor.get(f"/crates/{many}").page.text  # once


@pytest.mark.parametrize("range", ["%5E3", "nonsense", "%3E9", "%FF", "1.0%00"])
def test_ranges_without_a_version(many, visitor, range):
    answer = visitor.get(f"/crates/{many}/range/{range}")
    assert answer.status_code in (400, 404) and "ETag" not in answer.headers


@pytest.fixture(scope="module")
def many(registry, alice):
    package = {"documentation": "https://docs.example/x"}
    name = publish(alice, "page-many", "0.9.0", "1.0.0", "1.1.0", "1.2.0", "1.3.0", "2.0.0-rc.1", package=package)
    for version in ("0.9.0", "1.3.0"):
        assert alice.token.delete(f"/api/v1/crates/{name}/{version}/yank").status_code == 200
    return name
