#!/usr/bin/env python3
"""The reference search must print the same counts as the search, on every corpus model that is small.

usage: reference.py --bin PATH --corpus DIR [--max-secs S] [--timeout S]

Enters: CORPUS/expected.jsonl, of which the models that took TLC at most S seconds are run. Each runs
twice, as it is and with --reference; exit status, counts, depth and trace length must be equal.
Exits 1 when any differs; a model that is refused, or that the reference does not end in time, is
named and does not count.
"""
import argparse
import json
import os
import subprocess
import sys
import tempfile

parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
parser.add_argument("--bin", required=True)
parser.add_argument("--corpus", required=True)
parser.add_argument("--max-secs", type=float, default=4)
parser.add_argument("--timeout", type=float, default=60)
arguments = parser.parse_args()
binary, corpus = os.path.abspath(arguments.bin), os.path.abspath(arguments.corpus)


def answer(row, *options):
    """What one run says: exit status, counts, depth, trace length; None when it takes too long."""
    command = [binary, os.path.join(corpus, row["tla"]), "--config", os.path.join(corpus, row["cfg"]), "--json"]
    with tempfile.TemporaryDirectory() as folder:
        try:
            run = subprocess.run(
                command + list(options), cwd=folder, capture_output=True, text=True, timeout=arguments.timeout
            )
        except subprocess.TimeoutExpired:
            return None
    said = json.loads(run.stdout.strip().splitlines()[-1])
    counts = [said.get(key) for key in ("states_generated", "distinct_states", "depth")]
    return [run.returncode, *counts, len(said.get("trace") or [])]


same = different = 0
with open(os.path.join(corpus, "expected.jsonl"), encoding="utf-8") as lines:
    rows = [json.loads(line) for line in lines if line.strip()]
for row in rows:
    if (row.get("secs") or 1e9) > arguments.max_secs:
        continue
    search, reference = answer(row, "--workers", "1"), answer(row, "--reference")
    if search is None or reference is None:
        print("slow ", row["cfg"])
    elif search[0] in (150, 151):
        continue
    elif search == reference:
        same += 1
    else:
        different += 1
        print("DIFFER", row["cfg"], search, reference)
print(f"{same} passed, {different} failed")
sys.exit(1 if different or not same else 0)
