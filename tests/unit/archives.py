#!/usr/bin/env python3
"""Writes the archives of tests/fuzz/corpus/archive: .crate files that differ only in how readers of gzip and tar
disagree. What is to be said about each stands in tests/unit/test_archive.c. Run it by hand after a change, and commit
what it writes: tests/unit/archives.py tests/fuzz/corpus/archive
"""
import gzip
import pathlib
import struct
import sys

ROOT = b"foo-1.0.0/"
MANIFEST = b'[package]\nname = "foo"\nversion = "1.0.0"\n'
OTHER = b'[package]\nname = "other"\nversion = "1.0.0"\n'
USTAR, GNU, OLD = b"ustar\x0000", b"ustar  \x00", b"\x00" * 8
ZERO = b"\x00" * 512


def octal(n, width):
    return b"%0*o\x00" % (width - 1, n)


def header(path, size=0, type=b"0", magic=USTAR, prefix=b"", size_field=None, sum_field=None, tail=b""):
    """tail: what stands from byte 345 on, instead of the prefix (GNU's sparse maps)."""
    h = path.ljust(100, b"\x00")[:100] + octal(0o644, 8) + octal(0, 8) + octal(0, 8)
    h += size_field if size_field is not None else octal(size, 12)
    h += octal(0, 12) + b" " * 8 + type + b"\x00" * 100 + magic + b"\x00" * 80
    h += (tail or prefix).ljust(167, b"\x00")
    assert len(h) == 512
    if sum_field is None:
        sum_field = b"%06o\x00 " % sum(h)
    return h[:148] + sum_field + h[156:]


def padded(data):
    return data + b"\x00" * (-len(data) % 512)


def entry(path, data=b"", **kw):
    return header(path, len(data), **kw) + padded(data)


def file(name, data=b"x\n", **kw):
    return entry(ROOT + name, data, **kw)


def pax(*records, type=b"x", path=b"pax", magic=USTAR):
    """records: (key, value), or the bytes as they are."""
    body = b""
    for r in records:
        if isinstance(r, bytes):
            body += r
            continue
        rest = b" " + r[0] + b"=" + r[1] + b"\n"
        n = len(rest) + 1
        while n != len(str(n)) + len(rest):
            n += 1
        body += b"%d" % n + rest
    return entry(path, body, type=type, magic=magic)


def long_name(path, type=b"L", magic=GNU):
    return entry(b"././@LongLink", path, type=type, magic=magic)


def sparse(path, blocks, real, data, extended=b""):
    """blocks: up to four (offset, length)."""
    tail = b"\x00" * 41
    tail += b"".join(octal(o, 12) + octal(n, 12) for o, n in blocks).ljust(96, b"\x00")
    tail += (b"\x01" if extended else b"\x00") + (octal(real, 12) if real is not None else b"\x00" * 12)
    return header(path, len(data), type=b"S", magic=GNU, tail=tail) + extended + padded(data)


def gz(tar):
    return gzip.compress(tar, 9, mtime=0)


def bad_crc(data):
    return data[:-8] + bytes([data[-8] ^ 1]) + data[-7:]


manifest = file(b"Cargo.toml", MANIFEST)
lib = file(b"src/lib.rs")
end = ZERO * 2
long_path = ROOT + b"d/" * 60 + b"long.rs"

TARS = {
    # ---- what is read
    "plain": manifest + lib + end,
    "gnu-header": file(b"Cargo.toml", MANIFEST, magic=GNU) + end,
    "old-header": file(b"Cargo.toml", MANIFEST, magic=OLD) + end,
    "no-zero-block": manifest + lib,
    "one-zero-block": manifest + ZERO,
    "folder": entry(b"foo-1.0.0", type=b"5") + manifest + entry(ROOT + b"src/", type=b"5") + end,
    "folder-with-data": file(b"src", b"data", type=b"5") + manifest + end,
    "type-nul": file(b"Cargo.toml", MANIFEST, type=b"\x00") + end,
    "prefix": entry(b"lib.rs", b"x", prefix=ROOT + b"src") + manifest + end,
    "prefix-gnu": header(b"Cargo.toml", 0, magic=GNU, tail=b"foo-1.0.0".ljust(155, b"\x00")) + end,
    "long-name": long_name(long_path + b"\x00") + entry(b"cut", magic=GNU) + manifest + end,
    "long-name-no-nul": long_name(long_path) + entry(b"cut", magic=GNU) + manifest + end,
    "long-name-beats-pax": pax((b"path", b"evil/x")) + long_name(ROOT + b"x") + entry(b"cut") + manifest + end,
    "long-link": long_name(b"evil/target", type=b"K") + manifest + end,
    "pax-path": pax((b"path", ROOT + b"Cargo.toml")) + entry(b"evil/x", MANIFEST) + end,
    "pax-path-twice": pax((b"path", ROOT + b"Cargo.toml"), (b"path", b"evil/x")) + entry(b"y", MANIFEST) + end,
    "pax-size-equal": pax((b"size", b"%d" % len(MANIFEST))) + manifest + end,
    "pax-size-plus": pax((b"size", b"+%d" % len(MANIFEST))) + manifest + end,
    "pax-empty": pax() + manifest + end,
    "pax-empty-line": pax(b"\nnot looked at") + manifest + end,
    "pax-of-gnu": pax((b"path", ROOT + b"Cargo.toml"), magic=GNU) + entry(b"evil", MANIFEST) + end,
    "double-slash": entry(b"foo-1.0.0//Cargo.toml", MANIFEST) + end,
    "dot-inside": entry(b"foo-1.0.0/./src/./lib.rs") + manifest + end,
    "slash-at-end": file(b"Cargo.toml/", MANIFEST) + end,
    "lower-case": file(b"cargo.toml", MANIFEST) + end,
    "deeper-manifest": manifest + file(b"sub/Cargo.TOML", b"not toml") + end,
    "same-path-twice": file(b"Cargo.toml", OTHER) + manifest + end,
    "same-path-twice-last-wins": manifest + file(b"Cargo.toml", OTHER) + end,
    "same-path-spelled-twice": manifest + entry(b"foo-1.0.0//Cargo.toml", OTHER) + end,
    "junk-behind-zero-block": manifest + ZERO + b"\xff" * 700,
    "entry-behind-zero-block": manifest + ZERO + entry(b"evil/x") + end,
    "base-256": file(b"Cargo.toml", MANIFEST, size_field=b"\x80" + b"\x00" * 3 + struct.pack(">Q", len(MANIFEST))) + end,
    "size-with-blanks": file(b"Cargo.toml", MANIFEST, size_field=b"   " + b"%8o " % len(MANIFEST)) + end,
    "vcs-info": manifest + file(b".cargo_vcs_info.json", b'{"git":{"sha1":"0"},"path_in_vcs":"a/b"}') + end,
    "vcs-info-bad": manifest + file(b".cargo_vcs_info.json", b"{") + end,
    "vcs-info-bytes": manifest + file(b".cargo_vcs_info.json", b'{"path_in_vcs":"\xff"}') + end,
    "vcs-info-twice": manifest + file(b".cargo_vcs_info.json", b'{"path_in_vcs":"a"}') + file(
        b".cargo_vcs_info.json", b"?") + end,
    "vcs-info-list": manifest + file(b".cargo_vcs_info.json", b'["a"]') + end,
    "vcs-info-key-twice": manifest + file(b".cargo_vcs_info.json", b'{"path_in_vcs":"a","path_in_vcs":"b"}') + end,
    "vcs-info-number": manifest + file(b".cargo_vcs_info.json", b'{"path_in_vcs":1}') + end,
    "backslash": file(b"a\\..\\b") + manifest + end,
    # ---- what is no archive
    "empty-tar": b"",
    "zeros-only": end,
    "cut-in-header": manifest + lib[:300],
    "cut-in-data": manifest + file(b"big", b"y" * 3000)[:-1500],
    "cut-in-padding": manifest[:-100],
    "cut-in-manifest": manifest[:520],
    "sum-wrong": manifest + file(b"x", sum_field=b"000001\x00 ") + end,
    "sum-no-number": manifest + file(b"x", sum_field=b"12z456\x00 ") + end,
    "sum-missing": manifest + file(b"x", sum_field=b"\x00" * 8) + end,
    "size-no-number": manifest + file(b"x", size_field=b"9" * 12) + end,
    "size-missing": manifest + file(b"x", size_field=b"\x00" * 12) + end,
    "base-256-huge": manifest + file(b"x", size_field=b"\x80" + b"\x00" * 3 + b"\x7f" * 8) + end,
    "base-256-over": manifest + file(b"x", size_field=b"\xff" * 12) + end,
    "long-name-twice": long_name(ROOT + b"a") + long_name(ROOT + b"b") + manifest + end,
    "long-name-of-nothing": manifest + long_name(ROOT + b"a") + end,
    "pax-twice": pax((b"path", ROOT + b"a")) + pax((b"path", ROOT + b"b")) + manifest + end,
    "pax-of-nothing": manifest + pax((b"path", ROOT + b"a")),
    "pax-length-wrong": pax(b"99 path=a\n") + manifest + end,
    "pax-no-equals": pax(b"7 path\n") + manifest + end,
    "pax-no-length": pax(b"path=a\n") + manifest + end,
    "pax-newline-in-value": pax((b"comment", b"a\nb")) + manifest + end,
    "pax-size-no-number": pax((b"size", b"not-a-number")) + manifest + end,
    "pax-size-bytes": pax((b"size", b"\xff\xfe")) + manifest + end,
    "pax-size-huge": pax((b"size", b"18446744073709551615")) + manifest + end,
    "pax-uid-no-number": pax((b"uid", b"x")) + manifest + end,
    "sparse-bare": manifest + file(b"s", type=b"S") + end,
    "sparse-no-real-size": manifest + sparse(ROOT + b"s", [], None, b"") + end,
    "sparse-wrong-sum": manifest + sparse(ROOT + b"s", [(0, 512)], 1024, b"z" * 512) + end,
    "sparse-overlap": manifest + sparse(ROOT + b"s", [(512, 512), (0, 512)], 512, b"z" * 1024) + end,
    # ---- sizes that disagree
    "pax-size-less": pax((b"size", b"3")) + file(b"x", b"0123456789") + manifest + end,
    "pax-size-hides-entry": pax((b"size", b"0")) + header(ROOT + b"x", 1024) + manifest + end,
    "pax-sizes-differ": pax((b"size", b"1"), (b"size", b"%d" % len(MANIFEST))) + manifest + end,
    # ---- paths
    "other-root": manifest + entry(b"foo-1.0.0x/a") + end,
    "other-version": manifest + entry(b"foo-1.0.1/a") + end,
    "no-path": manifest + entry(b"") + end,
    "dot-in-front": manifest + entry(b"./foo-1.0.0/a") + end,
    "absolute": manifest + entry(b"/foo-1.0.0/a") + end,
    "parent": manifest + file(b"../outside") + end,
    "parent-deep": manifest + file(b"a/b/../../../outside") + end,
    "parent-in-front": manifest + entry(b"../foo-1.0.0/a") + end,
    "parent-by-pax": manifest + pax((b"path", ROOT + b"../x")) + file(b"fine") + end,
    "parent-by-long-name": manifest + long_name(ROOT + b"../x\x00") + file(b"fine", magic=GNU) + end,
    "path-bytes": manifest + file(b"\xff") + end,
    "path-nul": manifest + long_name(ROOT + b"a\x00b") + file(b"a", magic=GNU) + end,
    "global-pax": pax((b"comment", b"0"), type=b"g", path=b"pax_global_header") + manifest + end,
    # ---- types
    "hard-link": manifest + file(b"a", b"", type=b"1") + end,
    "symlink": manifest + file(b"a", b"", type=b"2") + end,
    "char": manifest + file(b"a", b"", type=b"3") + end,
    "block": manifest + file(b"a", b"", type=b"4") + end,
    "fifo": manifest + file(b"a", b"", type=b"6") + end,
    "continuous": manifest + file(b"a", b"", type=b"7") + end,
    "unknown-type": manifest + file(b"a", b"", type=b"Z") + end,
    "solaris-pax": manifest + file(b"a", b"", type=b"X") + end,
    "sparse": manifest + sparse(ROOT + b"s", [(0, 512), (1024, 10)], 1034, b"z" * 522) + end,
    "sparse-extended": manifest + sparse(ROOT + b"s", [(0, 512)], 1034, b"z" * 522,
                                         (octal(1024, 12) + octal(10, 12)).ljust(512, b"\x00")) + end,
    "global-pax-inside": manifest + pax((b"comment", b"0"), type=b"g", path=ROOT + b"g") + end,
    "pax-of-old-header": manifest + pax((b"path", b"evil"), path=ROOT + b"p", magic=OLD) + end,
    "long-name-of-old-header": manifest + long_name(b"evil", magic=OLD).replace(b"././@LongLink", ROOT + b"abc") + end,
    # ---- manifests
    "no-manifest": lib + end,
    "two-manifests": manifest + file(b"cargo.toml", MANIFEST) + end,
    "three-manifests": file(b"cargo.toml", MANIFEST) + file(b"CARGO.TOML", MANIFEST) + manifest + end,
    "wrong-case": file(b"Cargo.TOML", MANIFEST) + end,
    "manifest-bytes": file(b"Cargo.toml", b'[package]\nname = "\xff"\n') + end,
    "manifest-folder": entry(ROOT + b"Cargo.toml", type=b"5") + end,
    "bad-manifest-first": file(b"Cargo.toml", b"[package]\n") + manifest + end,
    "bad-path-behind-bad-manifest": file(b"Cargo.toml", b"[package]\n") + entry(b"evil") + end,
    "no-library": file(b"Cargo.toml", MANIFEST + b"[lib]\n") + end,
}
# the checksum of a header that was changed afterwards
TARS["long-name-of-old-header"] = manifest + entry(ROOT + b"abc", b"evil", type=b"L", magic=OLD) + end

FILES = {name: gz(tar) for name, tar in TARS.items()}
FILES.update({
    "second-member": gz(manifest + end) + gz(entry(b"evil/x") + end),
    "second-member-goes-on": gz(manifest) + gz(entry(b"evil/x") + end),
    "junk-behind-member": gz(manifest) + b"\x00junk",
    "crc-wrong-with-zero-block": bad_crc(gz(manifest + end)),
    "crc-wrong": bad_crc(gz(manifest)),
    "length-wrong": gz(manifest)[:-1] + b"\x01",
    "cut-behind-zero-block": gz(manifest + end)[:-6],
    "cut-before-trailer": gz(manifest)[:-6],
    "nothing": b"",
    "no-gzip": manifest + end,
    "gzip-magic-alone": b"\x1f\x8b",
    "gzip-other-method": b"\x1f\x8b\x07" + gz(manifest)[3:],
    "gzip-with-name": b"\x1f\x8b\x08\x08" + gz(manifest)[4:10] + b"foo.tar\x00" + gz(manifest)[10:],
})

if __name__ == "__main__":
    folder = pathlib.Path(sys.argv[1])
    folder.mkdir(parents=True, exist_ok=True)
    for name, data in FILES.items():
        (folder / name).write_bytes(data)
    print(len(FILES), "archives")
