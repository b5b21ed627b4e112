"""The public log as mathematics: a Merkle tree in tiles, signed checkpoints, proofs. Python's own library is enough.

Copied to another machine, this folder alone checks a log that was downloaded: `python -m tlog --help`. Words:

- entry: the bytes that were logged; leaf: their hash. size: how many entries a tree has.
- checkpoint: size and root hash of the tree, signed by the log (C2SP tlog-checkpoint, signed-note).
- tile: 256 hashes of one level in one file (C2SP tlog-tiles).
- inclusion proof: this entry is in the tree of that root. Consistency proof: the later tree holds all of the earlier one.
"""
