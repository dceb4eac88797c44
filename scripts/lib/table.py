# SPDX-License-Identifier: LGPL-2.1-or-later
"""Rows as a table for people: a line for each place of a script,
a column for each way to run it."""

import sys
from typing import Any, Dict, List

from scripts_given import escaped

HOWS = ("direct", "unprotected", "gated")
HEADS = ("interpreter", "script", "where", "./script", "interpreter script", "through the gate")
RED, YELLOW, GREEN, PLAIN = "\033[31m", "\033[33m", "\033[32m", "\033[0m"

Row = Dict[str, Any]


def cell_text(row: Row) -> str:
    if row["how"] == "unprotected":
        text = "runs" if row["ran"] else "does not run"
        text += ": the gap" if row["reason"] == "gap" else ""
    elif row["verdict"] == "deny":
        text = f"{'runs, though ' if row['ran'] else ''}refused: {row['reason']}"
    elif row["verdict"] == "allow":
        text = "runs" if row["ran"] else "allowed"
    else:
        text = f"no verdict{', runs' if row['ran'] else ''}"
    if row["by"].endswith("verdict only"):
        text += " (verdict only)"
    return text if row["as_expected"] else f"{text} <-- WRONG"


def colour_of(row: Row) -> str:
    if not row["as_expected"]:
        return RED
    return YELLOW if row["reason"] == "gap" else GREEN


def print_table(rows: List[Row], out: Any = sys.stdout) -> None:
    lines = [rows[start:start + len(HOWS)] for start in range(0, len(rows), len(HOWS))]
    texts = [[line[0]["interpreter"], escaped(line[0]["script"]), line[0]["where"],
              *map(cell_text, line)] for line in lines]
    widths = [max(map(len, column)) for column in zip(HEADS, *texts)]
    print("  ".join(head.ljust(width) for head, width in zip(HEADS, widths)).rstrip(), file=out)
    print("  ".join("-" * width for width in widths), file=out)
    for line, words in zip(lines, texts):
        padded = [word.ljust(width) for word, width in zip(words, widths)]
        if out.isatty():
            padded[3:] = [f"{colour_of(row)}{word}{PLAIN}" for row, word in zip(line, padded[3:])]
        print("  ".join(padded).rstrip(), file=out)


def print_notes(rows: List[Row], out: Any = sys.stdout) -> None:
    for row in rows:
        if row["note"]:
            print(f"note: {escaped(row['script'])}, {row['where']}, {row['how']}: {row['note']}",
                  file=out)


def print_audit(audits: List[Dict[str, Any]], out: Any = sys.stdout) -> None:
    for audit in audits:
        print(f"\nThe kernel on refusing {escaped(audit['script'])}:", file=out)
        for line in audit["lines"][:1] or ["no line of its log can be read here; try as root"]:
            print(f"  {escaped(line)}", file=out)


def print_summary(rows: List[Row], out: Any = sys.stdout) -> None:
    wrong = sum(not row["as_expected"] for row in rows)
    gaps = sum(row["reason"] == "gap" for row in rows)
    print(f"\n{len(rows)} cells, {len(rows) - wrong} as the policy demands, {wrong} wrong.",
          file=out)
    if gaps:
        print(f"In {gaps} of them a stock interpreter ran what the kernel refuses to execute: "
              "the gap.\nThe gate closes it for interpreters that ask; for the others it tells "
              "the verdict only.", file=out)
