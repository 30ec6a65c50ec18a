#!/usr/bin/env python3
"""Kills a checkpointed search at random moments, goes on with it each time, and compares what it finds.

A chain of `--kills` killed searches (SIGKILL), each going on with the checkpoint of the one before, and a last
one that is left alone: it must report what a search in one piece does, and leave nothing behind. In core and
with states on disk, the number of workers changing from one search to the next. The seed is printed.
"""

import argparse
import json
import pathlib
import random
import subprocess
import sys
import tempfile
import time

ROOT = pathlib.Path(__file__).resolve().parent.parent
MODEL = [str(ROOT / "benches/models/TwoPhase.tla"), "--config", str(ROOT / "benches/models/TwoPhase-8.cfg")]


def report(output):
    found = json.loads(output.strip().splitlines()[-1])
    return {key: found[key] for key in ("outcome", "states_generated", "distinct_states", "depth")}


def chain(tlacheck, kills, more, expected, chance):
    with tempfile.TemporaryDirectory() as home:
        folder = pathlib.Path(home) / "it"
        stopped = 0
        for kill in range(kills + 1):
            command = [tlacheck, *MODEL, "--json", "--checkpoint", "0.004", *more]
            command += ["--workers", str(chance.choice([1, 2, 8]))]
            recovers = (folder / "checkpoint.json").exists()
            command += ["--recover" if recovers else "--metadir", str(folder)]
            process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
            if kill < kills:
                time.sleep(chance.uniform(0.01, 0.5))
                process.kill()
            output, errors = process.communicate()
            if process.returncode >= 0:
                found = report(output)
                if found != expected:
                    sys.exit(f"after {stopped} kills: {found}, not {expected}\n{errors}")
                if folder.exists():
                    sys.exit(f"a search that came to its end has left {sorted(folder.iterdir())}")
                if kill == kills:
                    return stopped
                # It was done before it could be killed: begin again.
            else:
                stopped += 1
        return stopped


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--bin", required=True)
    parser.add_argument("--kills", type=int, default=20)
    parser.add_argument("--seed", type=int, default=random.randrange(1 << 32))
    args = parser.parse_args()
    chance = random.Random(args.seed)
    whole = subprocess.run([args.bin, *MODEL, "--json"], capture_output=True, text=True, check=True)
    expected = report(whole.stdout)
    for name, more in [("in core", []), ("on disk", ["--spill-after", "200000"])]:
        begun = time.time()
        stopped = chain(args.bin, args.kills, more, expected, chance)
        print(f"{name}: {stopped} searches killed, the last one found {expected} ({time.time() - begun:.0f} s)")
        if stopped < args.kills // 2:
            sys.exit("too few were killed before their end: take a larger model")
    print(f"seed {args.seed}")


if __name__ == "__main__":
    main()
