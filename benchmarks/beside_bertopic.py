"""The time of BERTopic on given texts and vectors. Run by bench_bertopic.py with a Python that has BERTopic; it is no
dependency.

    python beside_bertopic.py texts.jsonl vectors.npy

Prints one JSON object: versions, wall and processor seconds, topics. Texts and vectors are read, and what UMAP and HDBSCAN
compile is compiled, before the clock starts.
"""

import json
import sys
import time
from importlib.metadata import version

import numpy as np
from bertopic import BERTopic

WARM_UP = 1_000


def main(texts_path: str, vectors_path: str) -> None:
    """Read, warm up, run once, print."""
    with open(texts_path, encoding="utf-8") as stream:
        texts = [json.loads(line) for line in stream]
    vectors = np.load(vectors_path)
    BERTopic(language="multilingual").fit_transform(texts[:WARM_UP], vectors[:WARM_UP])
    begun = time.perf_counter(), time.process_time()
    topics, _ = BERTopic(language="multilingual").fit_transform(texts, vectors)
    seconds = [round(time.perf_counter() - begun[0], 2), round(time.process_time() - begun[1], 2)]
    versions = {name: version(name) for name in ("bertopic", "umap-learn", "hdbscan")}
    print(json.dumps({"versions": versions, "seconds": seconds, "topics": len(set(topics) - {-1})}))


if __name__ == "__main__":
    main(*sys.argv[1:])
