#!/usr/bin/env python3
"""Takes rules of soundness out of the checker, one at a time, and demands that the fixtures catch each.

The rules are those of `tla-checker/src/canary.rs`. One build (`--cfg canary`, a folder of its own, no debug
assertions) has all of them, and a variable says which is out; each run is of one fixture, in every way the suite
searches it. With all rules in place the same fixtures must pass. A fixture must differ from what was recorded: a
crash of the test, or a search without end, catches nothing.

The build takes two to three minutes on two cores when nothing is built yet, half a minute to a minute after a
change of the checker; all runs together take ten seconds. `canaries.py read-word settle` takes these two alone;
`--all` runs every fixture for each, three minutes more, and says which of them notice.
"""

import argparse
import json
import os
import pathlib
import re
import subprocess
import sys
import time

ROOT = pathlib.Path(__file__).resolve().parent.parent
FOLDER = pathlib.Path(os.environ.get("CARGO_TARGET_DIR", ROOT / "target")) / "canary"
TEST = "specs_agree_with_tlc"
PATIENCE = 120  # seconds

# By rule: the fixture that must catch that it is out.
CAUGHT_BY = {
    "read-word": "Peterson",
    "read-bit": "MessagePool",
    "read-same": "StepUnchangedFails",
    "beyond": "LiveStepChoice",
    "size": "MarkSweep",
    "resize": "MarkSweep",
    "read-back": "SharedNext",
    "write": "Bank",
    "term": "Peterson",
    "settle": "UndoneEdits",
    "retrace": "SharedDefinition",
    "branch": "SharedRule",
    "follow": "KeptTwice",
    "arguments": "KeptByArguments",
    "recalled": "RecalledByArguments",
    "step": "StepArguments",
    "errors": "EvalChoose",
    "pure": "LevelInAction",
    "order": "OrderOfElements",
    "comparable": "EvalCompare",
    "footprint": "SwitchedInvariant",
    "widen": "SwitchedInvariant",
    "spoil": "LateWitness",
    "judged-in": "VectorClock",
    "fairness": "LiveWeak",
    "stuttering": "LiveStutteringFails",
    "pair": "LiveMutex",
    "enabled": "LiveEnabled",
    "equivariant": "SymMany",
    "ties": "SymMany",
    "elsewhere": "SymOneSet",
}


def rules():
    """The names of the rules that the checker can do without."""
    text = (ROOT / "tla-checker/src/canary.rs").read_text()
    body = re.search(r"enum Rule \{(.*?)\n\}", text, re.S).group(1)
    names = re.findall(r"^    ([A-Z]\w*),$", body, re.M)
    return [re.sub(r"(?<!^)([A-Z])", r"-\1", name).lower() for name in names]


def build():
    flags = (os.environ.get("RUSTFLAGS", "") + " --cfg canary").strip()
    command = ["cargo", "test", "--profile", "quick", "--package", "tla-checker", "--test", "fixtures"]
    made = subprocess.run(
        [*command, "--no-run", "--message-format", "json"],
        cwd=ROOT, env={**os.environ, "RUSTFLAGS": flags, "CARGO_TARGET_DIR": str(FOLDER)},
        stdout=subprocess.PIPE, text=True, check=True,
    )
    messages = (json.loads(line) for line in made.stdout.splitlines())
    return next(m["executable"] for m in messages if m.get("executable") and m["target"]["name"] == "fixtures")


def run(test, rule, fixtures):
    """How the suite ends without a rule, and the fixtures that differ."""
    env = {key: value for key, value in os.environ.items() if key not in ("TLACHECK_CANARY", "SPECS")}
    if rule:
        env["TLACHECK_CANARY"] = rule
    if fixtures:
        env["SPECS"] = ",".join(fixtures)
    command = [test, TEST, "--exact"]
    try:
        done = subprocess.run(
            command, cwd=ROOT / "tla-checker", env=env, text=True, timeout=PATIENCE,
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
        )
    except subprocess.TimeoutExpired:
        return "no end", []
    differ = sorted(set(re.findall(r"^(\w+)\.tla: ", done.stdout, re.M)))
    if done.returncode == 0 and "1 passed" in done.stdout:
        return "passed", []
    if differ and f"{TEST} ... FAILED" in done.stdout:
        return "caught", differ
    return f"crashed: {done.stdout[-2000:]}", []


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("rule", nargs="*", help="the rules to take out; all of them when none is named")
    parser.add_argument("--all", action="store_true", help="run every fixture, not only the one that must catch it")
    options = parser.parse_args()

    if sorted(rules()) != sorted(CAUGHT_BY):
        sys.exit(f"canary.rs and this table name different rules: {sorted(set(rules()) ^ set(CAUGHT_BY))}")
    if unknown := set(options.rule) - set(CAUGHT_BY):
        sys.exit(f"there is no rule {', '.join(sorted(unknown))}")
    chosen = options.rule or list(CAUGHT_BY)

    begun = time.monotonic()
    test = build()
    print(f"built in {time.monotonic() - begun:.0f} s")
    begun = time.monotonic()
    faults = []
    how, _ = run(test, None, sorted({CAUGHT_BY[rule] for rule in chosen}))
    if how != "passed":
        faults.append(f"with every rule: {how}")
    for rule in chosen:
        began = time.monotonic()
        how, differ = run(test, rule, None if options.all else [CAUGHT_BY[rule]])
        print(f"{rule:12} {how:8.8} {time.monotonic() - began:5.1f} s  {' '.join(differ)}", flush=True)
        # A search of another model may have no end without the rule.
        if how != "caught" and not (options.all and how == "no end") or differ and CAUGHT_BY[rule] not in differ:
            faults.append(f"without {rule}: {CAUGHT_BY[rule]} does not notice: {how}")
    print(f"{len(chosen)} rules taken out in {time.monotonic() - begun:.0f} s")
    if faults:
        sys.exit("\n".join(faults))


if __name__ == "__main__":
    main()
