#!/usr/bin/env python3
"""Compare the search with `--reference`: the slow, obvious search must print the same answer.

usage: reference.py --bin PATH --corpus DIR [--plain S] [--patience S]

Every model of DIR/expected.jsonl that the search answers within --plain seconds is run again with
--reference, one at a time, for at most --patience seconds; what takes longer is skipped and counted.
Exit status, states generated, distinct states, depth and trace length must be the same. At the end a
model is run with fingerprints cut to 12 bits, which must lose states: the comparison can fail.
"""
import argparse, json, os, subprocess, sys, tempfile, time

ap = argparse.ArgumentParser()
ap.add_argument('--bin', required=True)
ap.add_argument('--corpus', required=True)
ap.add_argument('--plain', type=float, default=2)
ap.add_argument('--patience', type=float, default=60)
a = ap.parse_args()
binary, corpus = os.path.abspath(a.bin), os.path.abspath(a.corpus)
KEYS = ('exit_code', 'states_generated', 'distinct_states', 'depth')


def run(row, patience, *more):
    command = [binary, os.path.join(corpus, row['tla']), '--config', os.path.join(corpus, row['cfg']), '--json', *more]
    with tempfile.TemporaryDirectory() as folder:
        try:
            p = subprocess.run(command, cwd=folder, capture_output=True, text=True, errors='replace', timeout=patience)
        except subprocess.TimeoutExpired:
            return None
    try:
        answer = json.loads(p.stdout.strip().splitlines()[-1])
    except (ValueError, IndexError):
        return {'exit_code': p.returncode, 'said': p.stderr[-200:]}
    return dict({k: answer.get(k) for k in KEYS}, trace_length=len(answer.get('trace') or []))


same = skipped = 0
differ, largest = [], None
with open(os.path.join(corpus, 'expected.jsonl')) as f:
    rows = [json.loads(line) for line in f if line.strip()]
for row in rows:
    plain = run(row, a.plain, '--workers', '1')
    slow = plain and plain['exit_code'] != 151 and run(row, a.patience, '--reference')
    if not slow:
        skipped += 1
    elif plain == slow:
        same += 1
        if plain['exit_code'] == 0 and (largest is None or plain['distinct_states'] > largest[1]['distinct_states']):
            largest = row, plain
    else:
        differ.append('%s: %s, with --reference %s' % (row['cfg'], plain, slow))
        print('differs: ' + differ[-1], flush=True)
print('%d the same, %d differ, %d not compared (refused, or too slow)' % (same, len(differ), skipped))
if largest:
    row, plain = largest
    cut = run(row, a.patience, '--workers', '1', '--fingerprint-bits', '12')
    lost = plain['distinct_states'] - (cut or {}).get('distinct_states', 0)
    print('%s with fingerprints of 12 bits loses %d of %d states' % (row['cfg'], lost, plain['distinct_states']))
    if lost <= 0:
        sys.exit('no state is lost: the comparison cannot fail')
sys.exit(1 if differ or not same else 0)
