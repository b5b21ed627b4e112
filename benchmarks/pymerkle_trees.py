"""Trees as another implementation makes them: what test_merkle.py holds ours against.

    python3 -m venv V && V/bin/pip install pymerkle==7.0.0
    V/bin/python benchmarks/pymerkle_trees.py >src/massline/tlog/tests/pymerkle.json

pymerkle (GPL) is no dependency and none of it is here: only hashes that it computed. Entries are `0`, `1`, ... in ASCII. One
object a size: its root, and a SHA-256 over all its proofs of inclusion. pymerkle counts from 1 and begins a proof with the
entry's own hash. Its proofs of consistency are of a form of its own, so ours are held against its roots.
"""

import hashlib
import json
import sys

from pymerkle import InmemoryTree

SIZES = [*range(1, 41), 255, 256, 257]


def main() -> None:
    tree, found = InmemoryTree(algorithm="sha256"), []
    for number in range(SIZES[-1]):
        tree.append_entry(str(number).encode())
    for size in SIZES:
        inclusion = hashlib.sha256()
        for number in range(1, size + 1):
            inclusion.update(b"".join(tree.prove_inclusion(number, size).path[1:]))
        found.append({"size": size, "root": tree.get_root(size).hex(), "inclusion": inclusion.hexdigest()})
    sys.stdout.write("[\n" + ",\n".join(map(json.dumps, found)) + "\n]\n")


if __name__ == "__main__":
    main()
