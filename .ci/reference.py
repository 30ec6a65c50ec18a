#!/usr/bin/env python3
"""Compare the search with `--reference`, the slow, obvious search, and with `--exact`, whole states: the same
answer must come out.

usage: reference.py --bin PATH --corpus DIR [--plain S] [--patience S] [--ways reference,exact]

Every model of DIR/expected.jsonl that the search answers within --plain seconds is run again with
--reference, and with --exact by two workers, one at a time, for at most --patience seconds; what takes
longer, or is refused that way, is skipped and counted. Exit status, states generated, distinct states, depth and trace length (but
not that of a lasso) must be the same. At the end a model is run with fingerprints cut to 12 bits, which must lose states (the
comparison can fail), and with 20 bits and --exact, which loses none.
"""
import argparse, json, os, subprocess, sys, tempfile, time

ap = argparse.ArgumentParser()
ap.add_argument('--bin', required=True)
ap.add_argument('--corpus', required=True)
ap.add_argument('--plain', type=float, default=2)
ap.add_argument('--patience', type=float, default=60)
ap.add_argument('--ways', default='reference,exact')
a = ap.parse_args()
binary, corpus = os.path.abspath(a.bin), os.path.abspath(a.corpus)
WAYS = {'reference': ['--reference'], 'exact': ['--exact', '--workers', '2']}
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
    # Each graph has its own numbers, and with them its own choice among the lassos that violate a property.
    length = None if answer.get('exit_code') == 13 else len(answer.get('trace') or [])
    return dict({k: answer.get(k) for k in KEYS}, trace_length=length)


same = skipped = 0
differ, largest = [], None
with open(os.path.join(corpus, 'expected.jsonl')) as f:
    rows = [json.loads(line) for line in f if line.strip()]
for row in rows:
    plain = run(row, a.plain, '--workers', '1')
    for way in a.ways.split(','):
        other = plain and plain['exit_code'] != 151 and run(row, a.patience, *WAYS[way])
        if not other or other['exit_code'] == 151:
            skipped += 1
        elif plain == other:
            same += 1
            if plain['exit_code'] == 0 and (largest is None or plain['distinct_states'] > largest[1]['distinct_states']):
                largest = row, plain
        else:
            differ.append('%s: %s, with --%s %s' % (row['cfg'], plain, way, other))
            print('differs: ' + differ[-1], flush=True)
print('%d the same, %d differ, %d not compared (refused, or too slow)' % (same, len(differ), skipped))
if largest:
    row, plain = largest
    cut = run(row, a.patience, '--workers', '1', '--fingerprint-bits', '12')
    lost = plain['distinct_states'] - (cut or {}).get('distinct_states', 0)
    print('%s with fingerprints of 12 bits loses %d of %d states' % (row['cfg'], lost, plain['distinct_states']))
    if lost <= 0:
        sys.exit('no state is lost: the comparison cannot fail')
    whole = run(row, 10 * a.patience, '--workers', '2', '--fingerprint-bits', '20', '--exact')
    if whole != plain:
        sys.exit('with whole states and 20 bits: %s' % whole)
sys.exit(1 if differ or not same else 0)
