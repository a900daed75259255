"""Highest, highest stable and newest version of a crate (contract/api.md 7.1) are kept beside its default version: they are
what its versions say after each change, in the crate's own answer and in lists."""
import random

import pytest

from lib.steps import publish

NUMBERS = ("1.0.0", "0.9.0", "1.1.0-rc.1", "2.0.0-alpha", "1.1.0", "1.0.1+build.7", "0.1.0", "2.0.0-beta.2", "3.0.0")


def key(number):
    """Order of precedence for the numbers above."""
    number, _, pre = number.partition("+")[0].partition("-")
    return [int(x) for x in number.split(".")], not pre, pre


def wanted(order, yanked):
    there = [n for n in order if n not in yanked]
    stable = [n for n in there if "-" not in n]
    best = stable or there or [n for n in order if "-" not in n] or order
    return {"max_version": max(there, key=key, default="0.0.0"), "max_stable_version": max(stable, key=key, default=None),
            "newest_version": there[-1] if there else "0.0.0", "default_version": max(best, key=key), "yanked": not there,
            "num_versions": len(order)}


@pytest.mark.parametrize("seed", range(3))
def test_after_each_change(registry, alice, anon, new_name, seed):
    rng, name, order, yanked = random.Random(seed), new_name("tops"), [], set()
    rest = rng.sample(NUMBERS, len(NUMBERS))
    for _ in range(26):
        what = rng.choice(("publish", "yank", "yank", "unyank", "delete")) if len(order) > 1 else "publish"
        number = rng.choice(order) if order else None
        if what == "publish" and rest:
            number = rest.pop()
            publish(alice, name, number)
            order.append(number)
        elif what == "yank":
            assert alice.token.delete(f"/api/v1/crates/{name}/{number}/yank").status_code == 200
            yanked.add(number)
        elif what == "unyank":
            assert alice.token.put(f"/api/v1/crates/{name}/{number}/unyank").status_code == 200
            yanked.discard(number)
        elif what == "delete" and len(order) > 3:
            registry.ctl("version", "delete", name, number, "--yes")
            order.remove(number)
            yanked.discard(number)
        want = wanted(order, yanked)
        own = anon.get(f"/api/v1/crates/{name}").json()["crate"]
        listed = anon.get(f"/api/v1/crates?ids%5B%5D={name}").json()["crates"][0]
        for shown in (own, listed):
            assert {k: shown[k] for k in want} == want, (what, number, order, yanked)
    assert "highest and newest" not in registry.run_ctl("fsck").stdout
