#!/usr/bin/env python3
"""How long each kind of read takes in the worker (us= of its log line), on a registry that is there and runs.

    reads.py DATA [--runs 3] [--only WORD] [--urls]

DATA is the folder of a quickstart instance, best with an imported dump of many crates. Each kind is asked once to warm up and
then `runs` times: the median, the 99th percentile, the slowest, what one took of the processor in workers and in the database, how
many queries. docs/bench.md says how to have the processor to oneself on a machine that is busy. --urls: what would be asked, and nothing else.
"""
import argparse
import http.client
import pathlib
import random
import re
import sys
import time
import urllib.parse
import uuid

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent))
from lib.instance import Instance  # noqa: E402

SORTS = ("alphabetical", "downloads", "recent-downloads", "recent-updates", "new")


def column(reg, statement):
    return [row[0] for row in reg.sql(statement)]


def kinds(reg):
    """{kind: paths}, of what this registry has most of, and of crates and words at random (always the same ones)."""
    rng = random.Random(5)
    words = column(reg, "SELECT term FROM search_terms ORDER BY crates DESC, term LIMIT 400")
    pairs = [f"{rng.choice(words)}+{rng.choice(words)}" for _ in range(200)]
    keywords = column(reg, "SELECT keyword FROM keywords ORDER BY crates_cnt DESC, keyword LIMIT 5")
    categories = column(reg, "SELECT slug FROM categories ORDER BY crates_cnt DESC, slug LIMIT 2")
    ids = ",".join(str(number) for number in rng.sample(range(1, int(column(reg, "SELECT MAX(id) FROM crates")[0])), 150))
    some = column(reg, f"SELECT name FROM crates WHERE id IN ({ids})")
    popular = column(reg, "SELECT c.name FROM dependents d JOIN crates c ON c.id = d.crate_id ORDER BY d.n DESC, c.id LIMIT 3")
    many = column(reg, "SELECT c.name FROM default_versions d JOIN crates c ON c.id = d.crate_id ORDER BY d.num_versions DESC, c.id LIMIT 5")
    versions = reg.sql("SELECT c.name, v.num FROM default_versions d JOIN crates c ON c.id = d.crate_id JOIN versions v "
                       f"ON v.id = d.version_id WHERE c.id IN ({ids})")[:50]
    users = column(reg, "SELECT username FROM users ORDER BY id LIMIT 20, 20")
    owners = column(reg, "SELECT owner_id FROM crate_owners WHERE owner_kind = 0 LIMIT 20, 20")
    a, c = "/api/v1/crates", "/crates/"
    return {
        "search: the 50 commonest words": [f"{a}?q={w}" for w in words[:50]],
        "search: 200 times two words": [f"{a}?q={pair}" for pair in pairs],
        "search: beginning of a word": [f"{a}?q={w[:max(3, len(w) - 2)]}" for w in words[:40]],
        "search: beginning of a second word": [f"{a}?q={pair[:-2]}" for pair in pairs[:40]],
        "search: two letters": [f"{a}?q={w[:2]}" for w in words[:40]],
        "search, sorted otherwise": [f"{a}?q={w}&sort={s}" for w in words[:6] for s in SORTS],
        "search, page 20 of 50": [f"{a}?q={w}&page=20&per_page=50" for w in words[:10]],
        "search in a keyword": [f"{a}?q={w}&keyword={k}" for w in words[:5] for k in keywords[:3]],
        "search in a category": [f"{a}?q={w}&category={k}" for w in words[:5] for k in categories],
        "search in a letter": [f"{a}?q={w}&letter={k}" for w in words[:5] for k in "as"],
        "all crates": [f"{a}?sort={s}" for s in SORTS],
        "all crates, page 200 of 100": [f"{a}?sort={s}&page=200&per_page=100" for s in SORTS],
        "keyword": [f"{a}?keyword={k}&sort={s}" for k in keywords for s in SORTS],
        "keyword, page 100": [f"{a}?keyword={k}&sort={s}&page=100" for k in keywords for s in SORTS],
        "keyword, page 20 of 100": [f"{a}?keyword={k}&sort={s}&page=20&per_page=100" for k in keywords for s in SORTS],
        "category": [f"{a}?category={k}&sort={s}" for k in categories for s in SORTS],
        "category, page 60 of 100": [f"{a}?category={k}&sort={s}&page=60&per_page=100" for k in categories for s in SORTS],
        "letter": [f"{a}?letter={k}&sort={s}" for k in "asz" for s in SORTS],
        "two keywords": [f"{a}?all_keywords={keywords[0]}+{k}&sort={s}" for k in keywords[1:] for s in SORTS],
        "keyword and category": [f"{a}?keyword={k}&category={categories[0]}&sort=downloads" for k in keywords],
        "crates of an owner": [f"{a}?user_id={number}&sort=downloads" for number in owners],
        "crate": [f"{a}/{n}" for n in some],
        "crate, the most popular": [f"{a}/{n}" for n in popular],
        "crate, the most versions": [f"{a}/{n}" for n in many],
        "versions": [f"{a}/{n}/versions" for n in some[:50]],
        "versions, the most": [f"{a}/{n}/versions" for n in many],
        "versions, the most, 100 of them": [f"{a}/{n}/versions?per_page=100" for n in many],
        "version": [f"{a}/{n}/{v}" for n, v in versions],
        "dependencies": [f"{a}/{n}/{v}/dependencies" for n, v in versions],
        "dependents": [f"{a}/{n}/reverse_dependencies" for n in popular + some[:20]],
        "dependents, page 200": [f"{a}/{n}/reverse_dependencies?page=200" for n in popular],
        "dependents, page 200 of 100": [f"{a}/{popular[0]}/reverse_dependencies?page=200&per_page=100"],
        "downloads": [f"{a}/{n}/downloads" for n in popular + many + some[:30]],
        "downloads, with versions": [f"{a}/{n}/downloads?include=versions" for n in popular + many + some[:30]],
        "downloads of a version": [f"{a}/{n}/{v}/downloads" for n, v in versions],
        "owners": [f"{a}/{n}/owners" for n in some[:50]],
        "summary": ["/api/v1/summary"] * 10,
        "keywords": ["/api/v1/keywords", "/api/v1/keywords?sort=crates", "/api/v1/keywords?page=40&per_page=100"],
        "one keyword": [f"/api/v1/keywords/{k}" for k in keywords],
        "categories": ["/api/v1/categories", f"/api/v1/categories/{categories[0]}", "/api/v1/category_slugs"],
        "user": [f"/api/v1/users/{u}" for u in users],
        "unchanged (304): crate": [f"{a}/{n}" for n in some[:50] + popular + many],
        "unchanged (304): versions": [f"{a}/{n}/versions" for n in many],
        "unchanged (304): dependents": [f"{a}/{n}/reverse_dependencies" for n in popular],
        "unchanged (304): downloads": [f"{a}/{n}/downloads" for n in popular + many],
        "page: front": ["/"] * 10,
        "page: crate": [f"{c}{n}" for n in some[:60]],
        "page: crate, the most popular": [f"{c}{n}" for n in popular],
        "page: crate, the most versions": [f"{c}{n}" for n in many],
        "page: version": [f"{c}{n}/{v}" for n, v in versions],
        "page: versions, the most": [f"{c}{n}/versions" for n in many],
        "page: dependencies": [f"{c}{n}/{v}/dependencies" for n, v in versions],
        "page: dependents": [f"{c}{n}/reverse_dependencies" for n in popular],
        "page: dependents, page 200": [f"{c}{n}/reverse_dependencies?page=200" for n in popular],
        "page: downloads": [f"{c}{n}/stats" for n in popular + many + some[:10]],
        "page: security, activity": [f"{c}{n}/{tab}" for n in popular + many for tab in ("security", "activity")],
        "page: search": [f"/search?q={w}" for w in words[:50] + pairs[:50]],
        "page: search, filtered": [f"/search?q={w}+keyword:{k}" for w in words[:5] for k in keywords],
        "page: crates": ["/crates", "/crates?sort=downloads", "/crates?letter=s", "/crates?page=20"],
        "page: keyword": [f"/keywords/{k}" for k in keywords],
        "page: category": [f"/categories/{k}" for k in categories],
        "page: user": [f"/users/{u}" for u in users],
        "page: keywords, categories": ["/keywords", "/keywords?page=40", "/categories", "/category_slugs"],
        "feeds of all, of a crate": ["/rss/crates.xml", "/rss/updates.xml"] + [f"/rss/crates/{n}.xml" for n in popular + many],
        "feeds of a keyword, a category": [f"/rss/keywords/{k}.xml" for k in keywords] + [f"/rss/categories/{k}.xml" for k in categories],
    }


def processor_ms(pids):
    """Of all threads of these processes."""
    return sum(int(task.read_text().split()[0]) for pid in pids for task in pathlib.Path(f"/proc/{pid}/task").glob("*/schedstat")) / 1e6


class Asker:
    """One client; what it asked is found again in the log by its ids."""

    def __init__(self, reg):
        self.log = reg.data / "log/cratehouse.log"
        self.host = urllib.parse.urlsplit(reg.url).netloc
        self.connection = http.client.HTTPConnection(self.host)
        master = reg.pid("cratehouse")
        self.workers = pathlib.Path(f"/proc/{master}/task/{master}/children").read_text().split()
        self.database = [(reg.data / "run/mariadbd.own-pid").read_text().strip()]

    def get(self, path, **headers):
        self.connection.request("GET", path, headers={"User-Agent": "reads", "Accept-Encoding": "identity", **headers})
        answer = self.connection.getresponse()
        answer.read()
        return answer

    def times(self, paths, runs, unchanged):
        """(µs, queries) of each request; milliseconds of processor that one took of the workers and of the database."""
        tags = {path: {"If-None-Match": self.get(path).headers["ETag"]} if unchanged else {} for path in paths}
        position, wanted = self.log.stat().st_size, set()
        before = processor_ms(self.workers), processor_ms(self.database)
        for path in paths * runs:
            number = uuid.uuid4().hex
            answer = self.get(path, **{"X-Request-Id": number}, **tags[path])
            if answer.status != (304 if unchanged else 200):
                raise SystemExit(f"{path}: {answer.status}")
            wanted.add(number)
        spent = processor_ms(self.workers) - before[0], processor_ms(self.database) - before[1]
        return self.logged(position, wanted), *(ms / len(wanted) for ms in spent)

    def logged(self, position, wanted):
        found, end = [], time.monotonic() + 30
        while len(found) < len(wanted) and time.monotonic() < end:
            time.sleep(0.1)
            with open(self.log, encoding="utf-8") as file:
                file.seek(position)
                lines = [dict(re.findall(r"(\w+)=(\S+)", line)) for line in file]
            found = [(int(line["us"]), int(line["db_n"])) for line in lines if line.get("id") in wanted]
        return found


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("data", type=pathlib.Path)
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--only", default="")
    parser.add_argument("--urls", action="store_true")
    args = parser.parse_args()
    reg = Instance(data=args.data)
    for kind, paths in kinds(reg).items():
        if args.only not in kind:
            continue
        if args.urls:
            print("\n".join(paths))
            continue
        asker = Asker(reg)
        for path in paths:
            asker.get(path)
        got, worker, database = asker.times(paths, args.runs, "(304)" in kind)
        us, queries = sorted(t for t, _ in got), sorted(q for _, q in got)
        print(f"{kind:36} {len(us):5}  p50 {us[len(us) // 2] / 1000:6.2f}  p99 {us[len(us) * 99 // 100] / 1000:6.2f}  "
              f"max {us[-1] / 1000:6.2f} ms  "
              f"processor {worker:5.2f} + {database:5.2f} ms  {queries[0]} to {queries[-1]} queries", flush=True)


if __name__ == "__main__":
    main()
