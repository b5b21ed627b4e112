"""`massline concentrate` beside BERTopic, on the same messages, machine and run.

    scripts/bench bertopic PYTHON                  # 40,000 messages; PYTHON has BERTopic
    scripts/bench bertopic PYTHON --messages 10000

BERTopic gets texts and vectors for nothing: only its `fit_transform` is timed, after what it compiles is compiled. Ours is the
whole command, file to report, with its start, at that size and at ten times that size; what a further message costs is the
difference. And, from the same start as BERTopic's (`warm_massline.py`: a process that has run before), by words alone, with the
teacher, and with the teacher's vectors given. PYTHON is that of an environment of its own: python3 -m venv V && V/bin/pip install
--no-deps bertopic && V/bin/pip install umap-learn hdbscan scikit-learn pandas tqdm plotly pyyaml. Result in
results/bertopic.json.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path

import numpy as np
from sklearn.decomposition import TruncatedSVD
from sklearn.feature_extraction.text import TfidfVectorizer

from bench_concentrate import Measured, commit, machine, measure
from massline.project.demo.messages import generate

RESULT = Path(__file__).parent / "results" / "bertopic.json"
MESSAGES = 40_000
LARGER = 10
TARGET = 200
"""So many times less for each message is wanted."""


def texts_and_vectors(count: int, folder: Path) -> tuple[Path, Path]:
    """The texts as JSON lines, and 64 directions of their weighed pairs of signs (n, 64): the cheapest vectors there are."""
    texts = [f"{message.title} {message.text}" for message in generate(count, seed=0)]
    grams = TfidfVectorizer(analyzer="char", ngram_range=(1, 2), min_df=3, max_features=100_000).fit_transform(texts)
    vectors = TruncatedSVD(64, random_state=0).fit_transform(grams).astype(np.float32)
    paths = folder / "texts.jsonl", folder / "vectors.npy"
    paths[0].write_text("".join(json.dumps(text) + "\n" for text in texts), "utf-8")
    np.save(paths[1], vectors)
    return paths


def theirs(python: str, texts: Path, vectors: Path) -> dict[str, object]:
    """What `beside_bertopic.py` prints."""
    peer = [python, str(Path(__file__).with_name("beside_bertopic.py")), str(texts), str(vectors)]
    said: dict[str, object] = json.loads(subprocess.run(peer, capture_output=True, check=True, text=True).stdout)
    return said


def warm(source: Path) -> dict[str, list[float]]:
    """What `warm_massline.py` prints."""
    command = [sys.executable, str(Path(__file__).with_name("warm_massline.py")), str(source)]
    said: dict[str, list[float]] = json.loads(
        subprocess.run(command, capture_output=True, check=True, text=True).stdout
    )
    return said


def ratios(count: int, theirs: Sequence[float], small: Measured, large: Measured) -> dict[str, list[float]]:
    """How many times BERTopic's time for a message is ours, by wall and by processor time. theirs: wall and processor seconds
    for `count` messages."""
    ours = {
        "whole command": (small.messages, small.seconds, small.cpu),
        "whole command, ten times as many messages": (large.messages, large.seconds, large.cpu),
        "each further message": (
            large.messages - small.messages,
            large.seconds - small.seconds,
            large.cpu - small.cpu,
        ),
    }
    return {
        what: [round(theirs[i] / count / (times[i] / messages), 1) for i in range(2)]
        for what, (messages, *times) in ours.items()
    }


def main() -> None:
    """Measure, print, and write the result."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("python", help="a Python that has BERTopic")
    parser.add_argument("--messages", type=int, default=MESSAGES)
    asked = parser.parse_args()
    about, options = machine(), ["--workers", str(len(os.sched_getaffinity(0))), "--teach", "0"]
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        measure(1_000, folder, options)  # compiled code is cached by the first run
        small = measure(asked.messages, folder, options)
        said = theirs(asked.python, *texts_and_vectors(asked.messages, folder))
        large = measure(LARGER * asked.messages, folder, options)
        same_start = warm(folder / f"{asked.messages}.csv")
    times = ratios(asked.messages, said["seconds"], small, large)
    for what, ours in same_start.items():
        times[f"same start, {what}"] = [round(said["seconds"][i] / ours[i], 1) for i in range(2)]
    result = {
        "what": "massline concentrate beside BERTopic",
        "commit": commit(),
        "machine": about,
        "target": TARGET,
        "bertopic": said,
        "ours": [asdict(small), asdict(large)],
        "ours_from_the_same_start": same_start,
        "times": times,
    }
    for row in (small, large):
        print(f"massline, {row.messages:,} messages: {row.seconds} s, {row.cpu} processor s, {row.themes} themes")
    print(f"BERTopic, {asked.messages:,} messages: {said['seconds']} s wall and processor, {said['topics']} topics")
    for what, (wall, processor) in times.items():
        print(f"{what}: {wall} times as fast by wall time, {processor} by processor time (wanted: {TARGET})")
    RESULT.write_text(json.dumps(result, indent=1) + "\n", "utf-8")


if __name__ == "__main__":
    main()
