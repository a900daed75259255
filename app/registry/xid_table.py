#!/usr/bin/env python3
"""Makes xid_table.h from DerivedCoreProperties.txt of the Unicode Character Database.

    xid_table.py DerivedCoreProperties.txt > xid_table.h

Run by hand when a newer Unicode is wanted, not by the build. Only the lines of XID_Start and XID_Continue are read.
"""

import re
import sys

LINE = re.compile(r"([0-9A-F]+)(?:\.\.([0-9A-F]+))?\s*;\s*(XID_Start|XID_Continue)\b")
CLASS = {"XID_Continue": 1, "XID_Start": 3}


def main():
    text = open(sys.argv[1], encoding="utf-8").read()
    version = re.search(r"DerivedCoreProperties-([0-9.]+)\.txt", text).group(1)
    of = bytearray(0x110000)
    for first, last, name in LINE.findall(text):
        for c in range(int(first, 16), int(last or first, 16) + 1):
            of[c] |= CLASS[name]
    steps = [(c, of[c]) for c in range(len(of)) if c == 0 or of[c] != of[c - 1]]
    words = [f"0x{c << 2 | k:x}," for c, k in steps]
    print(f"/* Made by app/registry/xid_table.py: XID_Start and XID_Continue of Unicode {version}. */")
    print("#pragma once")
    print("/* clang-format off */")
    print("/* code point * 4 + class, for each change of class: 0 neither, 1 XID_Continue, 3 also XID_Start */")
    print("static const uint32_t xid_steps[] = {")
    for i in range(0, len(words), 12):
        print("\t" + " ".join(words[i:i + 12]))
    print("};")


main()
