"""Promise 3: what is derived can be deleted, and one command makes it again: index files, search, rendered READMEs."""
import shutil

from lib.census import census, settled
from lib.registry import Crate


def publish(alice, new_name):
    name = new_name("lost")
    crate = Crate(name, package={"readme": "README.md", "keywords": ["seaweed"], "description": "Kelp forests"},
                  files={"README.md": "# Kelp\n\nIt *grows*.\n"})
    assert alice.token.publish(crate).status_code == 200
    return name


def test_rebuild_all(registry, alice, anon, new_name):
    name = publish(alice, new_name)
    settled(registry)
    registry.ctl("rebuild", "all")  # what was there before is now as a rebuild makes it
    settled(registry)  # READMEs are left to jobs
    before = census(registry)
    readme = registry.data / "public/readmes" / name / f"{name}-1.0.0.html"
    html, line = readme.read_text(), registry.index(name)
    assert "<em>grows</em>" in html

    shutil.rmtree(readme.parent)
    shutil.rmtree(registry.data / "public/crates" / name)
    for path in (registry.data / "index").rglob(name):
        path.unlink()
    registry.sql("DELETE FROM search_postings; DELETE FROM search_grams; DELETE FROM search_crates")
    assert anon.get("/api/v1/crates?q=seaweed").json()["crates"] == []
    assert registry.run_ctl("fsck").returncode == 1

    registry.ctl("rebuild", "all")
    settled(registry)
    registry.ctl("fsck")
    assert registry.index(name) == line
    assert readme.read_text() == html
    assert census(registry) == before
    assert name in [crate["id"] for crate in anon.get("/api/v1/crates?q=seaweed").json()["crates"]]


def test_rebuild_takes_a_known_word(registry):
    done = registry.run_ctl("rebuild", "everything")
    assert done.returncode == 2 and "usage: cratehouse" in done.stderr
