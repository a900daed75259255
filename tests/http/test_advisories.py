"""Advisories of RustSec's form: `cratehouse import advisories`, the job that mirrors a database of them, and what pages say."""
import io
import tarfile

import pytest

from lib.advisories import advisory, checkout, files_of
from lib.elsewhere import Elsewhere
from lib.instance import Instance
from lib.page import Visitor
from lib.registry import Crate

CVSS3, CVSS4 = "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:N/A:N", "CVSS:4.0/AV:N/AC:L/AT:N/PR:N/UI:N/VC:N/VI:H/VA:N/SC:N/SI:N/SA:N"
PAGE = "https://advisories.example.test/{id}.html"


def tar_gz(files, root="advisory-db-main/"):
    """As GitHub makes them: with a global header and files that are no advisories."""
    whole = io.BytesIO()
    with tarfile.open(fileobj=whole, mode="w:gz", format=tarfile.PAX_FORMAT, pax_headers={"comment": "0" * 40}) as tar:
        for path, text in {"README.md": "# A database\n", "crates/x/RUSTSEC-0000-0000.md": "draft", **files}.items():
            info = tarfile.TarInfo(root + path)
            info.size = len(text.encode())
            tar.addfile(info, io.BytesIO(text.encode()))
    return whole.getvalue()


@pytest.fixture(scope="module")
def elsewhere():
    machine = Elsewhere().start()
    yield machine
    machine.stop()


@pytest.fixture(scope="module")
def site(elsewhere):
    """Jobs run when a test says so."""
    instance = Instance(settings=["server.job_runners=0", f"advisories.url={elsewhere.url}/db.tar.gz", f"advisories.page_url={PAGE}"])
    try:
        instance.start()
        user = instance.user("wanda")
        for name, *versions in (("weak", "0.5.0", "1.0.0", "1.2.3"), ("left", "0.1.0"), ("fine", "1.0.0")):
            for version in versions:
                assert user.token.publish(Crate(name, version)).status_code == 200
        assert user.token.publish(Crate("above", "1.0.0", None, {"dependencies": dict.fromkeys(("weak", "left", "fine"), ">=0")})).status_code == 200
        yield instance
    finally:
        instance.remove()


@pytest.fixture
def visitor(site):
    return Visitor(site.anonymous)


@pytest.fixture
def folder(tmp_path):
    """A checkout with these files."""
    return lambda files: checkout(tmp_path, files)


def rows(site, what="id"):
    return [row[0] for row in site.sql(f"SELECT {what} FROM advisories ORDER BY id")]


def mirror(site):
    """Runs the job; whether it was done."""
    site.ctl("job", "enqueue", "mirror_advisories")
    site.ctl("jobs", "--for", 60)
    return not site.sql("SELECT id FROM background_jobs WHERE job_type = 'mirror_advisories'")


def clear(site):
    site.sql("DELETE FROM advisories")
    site.sql("DELETE FROM mirrors")
    site.sql("DELETE FROM background_jobs WHERE job_type = 'mirror_advisories'")


def test_pages_after_an_import(site, visitor, folder):
    clear(site)
    words = "## Impact\n\nIt <script>alert(1)</script> *leaks*[^1].\n\n[up](#impact)\n\n[^1]: a note\n"
    path = folder(files_of(
        advisory("RUSTSEC-2026-0001", "weak", "The `read` of <b> leaks", words, [">= 1.2.3"], ["< 1.0.0"], cvss=[CVSS3, CVSS4],
                 aliases=["CVE-2026-1", "GHSA-aaaa-bbbb-cccc", "X-1"], url="https://example.com/why"),
        advisory("RUSTSEC-2026-0002", "weak", "It leaks again", words, [">= 1.2.3", ">= 0.5.1, < 1.0.0"], cvss=CVSS3),
        advisory("RUSTSEC-2026-0003", "weak", "A mistake", withdrawn="2026-02-01"),
        advisory("RUSTSEC-2026-0004", "left", "Nobody looks after it", informational="unmaintained"),
        advisory("RUSTSEC-2026-0005", "fine", "Was unmaintained", patched=[">=1.0.0"], informational="unmaintained"),
        advisory("RUSTSEC-2026-0006", "not-here", "Unsound", informational="unsound")))
    assert site.ctl("import", "advisories", path) == "6 advisories, 0 removed, 0 not readable, 0 of another source left alone\n"
    answer = visitor.get("/crates/weak/security")
    page = answer.page
    assert [text for level, text in page.headings if level == "h2"] == ["Vulnerabilities 2", "Withdrawn 1"]
    assert [text for level, text in page.headings if level == "h4"] == ["Impact", "Impact"]
    assert "The read of <b> leaks" in page.text and "<code>read</code>" in answer.text and "affected: >=1.0.0, <1.2.3" in page.text
    assert "affected: <0.5.1; >=1.0.0, <1.2.3" in page.text and "1.2.3, is not affected" in page.text
    assert "<script>alert" not in answer.text and "<em>leaks</em>" in answer.text
    for href in (PAGE.format(id="RUSTSEC-2026-0001"), "https://example.com/why", "https://nvd.nist.gov/vuln/detail/CVE-2026-1",
                 "https://github.com/advisories/GHSA-aaaa-bbbb-cccc", f"https://www.first.org/cvss/calculator/4.0#{CVSS4}",
                 f"https://www.first.org/cvss/calculator/3.1#{CVSS3}"):
        assert page.has_link(href), href
    assert site.queries(answer) == 4
    assert "user-content-RUSTSEC-2026-0001-impact" in answer.text and "user-content-RUSTSEC-2026-0002-impact" in answer.text
    # the crate itself, its versions, what depends on it
    assert "is affected by a security advisory: It leaks again" in visitor.get("/crates/weak/0.5.0").page.text
    assert "affected" not in visitor.get("/crates/weak").page.text
    assert "reported as unmaintained" in visitor.get("/crates/left").page.text
    assert "unmaintained" not in visitor.get("/crates/fine").page.text
    assert visitor.get("/crates/weak/versions").page.text.count("RUSTSEC-2026-0002") == 2


def test_an_import_is_all_there_is_of_its_source(site, folder):
    clear(site)
    first = files_of(advisory("RUSTSEC-2026-0001", "weak"), advisory("RUSTSEC-2026-0002", "weak"))
    site.ctl("import", "advisories", folder(first))
    own = tar_gz(files_of(advisory("OWN-1", "left"), advisory("RUSTSEC-2026-0001", "left")), root="")
    path = folder({"own.tar.gz": own}) / "own.tar.gz"
    done = site.run_ctl("import", "advisories", "--source", "ours", path)
    assert (done.returncode, done.stdout) == (1, "1 advisories, 0 removed, 0 not readable, 1 of another source left alone\n")
    assert rows(site, "CONCAT(source, ' ', crate, ' ', id)") == ["ours left OWN-1", "rustsec weak RUSTSEC-2026-0001",
                                                                 "rustsec weak RUSTSEC-2026-0002"]
    path = folder({"next.tar.gz": tar_gz(files_of(advisory("RUSTSEC-2026-0002", "weak", "Other words")))}) / "next.tar.gz"
    assert site.ctl("import", "advisories", path).startswith("1 advisories, 1 removed")
    assert rows(site) == ["OWN-1", "RUSTSEC-2026-0002"] and rows(site, "title")[1] == "Other words"


def test_what_cannot_be_read_changes_nothing(site, folder):
    clear(site)
    good = files_of(advisory("RUSTSEC-2026-0001", "weak", "Known"), advisory("RUSTSEC-2026-0002", "weak"))
    site.ctl("import", "advisories", folder(good))
    path = folder({"crates/weak/RUSTSEC-2026-0001.md": "```toml\n[advisory\n```\n# T\n",
                   "crates/weak/RUSTSEC-2026-0007.md": advisory("RUSTSEC-2026-0008", "weak"),
                   "crates/weak/RUSTSEC-2026-0009.md": b"\xff\x00",
                   "crates/other/RUSTSEC-2026-0010.md": advisory("RUSTSEC-2026-0010", "weak"),
                   "crates/other/RUSTSEC-2026-0011.md": "x" * 300_000,
                   # longer than its column, and HTML that grows by each mark of a quotation
                   "crates/weak/RUSTSEC-2026-0012.md": advisory("RUSTSEC-2026-0012", "weak", informational="x" * 33),
                   "crates/weak/RUSTSEC-2026-0013.md": advisory("RUSTSEC-2026-0013", "weak", words="> x\n\n" * 50_000),
                   "crates/other/notes.txt": "none of ours"})
    done = site.run_ctl("import", "advisories", path)
    assert done.returncode == 1 and "7 not readable" in done.stdout
    for words in ("RUSTSEC-2026-0001.md: its TOML cannot be read", "RUSTSEC-2026-0007.md: its id is not that of its name",
                  "RUSTSEC-2026-0009.md: it is no text", "RUSTSEC-2026-0010.md: its package is not that of its folder",
                  "RUSTSEC-2026-0012.md: a key of it is no short text", "RUSTSEC-2026-0013.md: its HTML is too long"):
        assert words in done.stderr
    assert rows(site, "CONCAT(id, ' ', title)") == ["RUSTSEC-2026-0001 Known", "RUSTSEC-2026-0002 It reads too far"]
    for name, content in (("none.tar.gz", b"no archive"), ("cut.tar.gz", tar_gz(good)[:300]), ("empty.tar.gz", tar_gz({}))):
        done = site.run_ctl("import", "advisories", folder({name: content}) / name)
        assert done.returncode == 1 and done.stderr, name
    assert len(rows(site)) == 2


def test_the_mirror(site, elsewhere, folder):
    clear(site)
    path, many = "/db.tar.gz", [advisory(f"RUSTSEC-2026-{i:04}", "weak", words="x" * 9000 + "\n") for i in range(1, 1200)]
    elsewhere.asked.clear()
    elsewhere.has[path] = 503
    assert not mirror(site) and rows(site) == []
    elsewhere.has[path] = tar_gz(files_of(*many))
    assert mirror(site) and len(rows(site)) == len(many)
    assert mirror(site) and elsewhere.statuses(path) == [503, 200, 304]
    # one went, one was withdrawn, one has other words
    many[1:4] = [advisory("RUSTSEC-2026-0003", "weak", withdrawn="2026-03-01"), advisory("RUSTSEC-2026-0004", "weak", "Better words")]
    elsewhere.has[path] = tar_gz(files_of(*many))
    assert mirror(site) and len(rows(site)) == len(many)
    assert rows(site, "CONCAT(id, ' ', withdrawn_us IS NULL, ' ', title)")[1:3] == ["RUSTSEC-2026-0003 0 It reads too far",
                                                                                    "RUSTSEC-2026-0004 1 Better words"]
    # what is broken, or has lost most of it, is not believed
    for wrong in (elsewhere.has[path][:-2000], tar_gz(files_of(*many[:5])), b"", b"<html>"):
        good, elsewhere.has[path] = elsewhere.has[path], wrong
        assert not mirror(site) and len(rows(site)) == len(many)
        elsewhere.has[path] = good
    # after an import by hand the whole is fetched once more
    site.ctl("import", "advisories", folder(files_of(advisory("RUSTSEC-2026-0001", "weak"))))
    assert len(rows(site)) == 1
    assert mirror(site) and len(rows(site)) == len(many) and elsewhere.statuses(path)[-1] == 200
    assert "mirror_advisories" in Visitor(site.anonymous).get("/status").page.text


def test_marks_of_dependencies(site, visitor, folder):
    clear(site)
    site.ctl("import", "advisories", folder(files_of(
        advisory("RUSTSEC-2026-0001", "weak", patched=[">=9.0.0"]), advisory("RUSTSEC-2026-0002", "weak", patched=[">=1.0.0"]),
        advisory("RUSTSEC-2026-0003", "left", informational="unmaintained"), advisory("RUSTSEC-2026-0004", "fine", withdrawn="2026-02-01"))))
    answer = visitor.get("/crates/above/1.0.0/dependencies")
    assert answer.page.link("RUSTSEC-2026-0001") == "/crates/weak/security"
    assert not any(number in answer.page.text for number in ("RUSTSEC-2026-0002", "RUSTSEC-2026-0003", "RUSTSEC-2026-0004"))
    assert site.queries(answer) == 3


def test_a_yanked_version_with_many_advisories(site, visitor, folder):
    """The notice that it was yanked is not lost among them."""
    clear(site)
    site.ctl("import", "advisories", folder(files_of(*(advisory(f"RUSTSEC-2026-{i:04}", "weak", patched=[">=1.0.0"]) for i in range(1, 20)))))
    site.ctl("crate", "yank", "weak", "0.5.0")
    page = visitor.get("/crates/weak/0.5.0").page
    assert page.text.count("is affected by a security advisory") == 5 and "14 more security advisories are about it" in page.text
    assert "This version was yanked" in page.text and page.link("See all") == "/crates/weak/security"
    site.ctl("crate", "unyank", "weak", "0.5.0")
