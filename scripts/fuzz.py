"""Feeds hostile files and packets to everything that reads what others have made, and tells what breaks.

    python scripts/fuzz.py                          all targets, each with its usual number of cases
    python scripts/fuzz.py preset osc --cases 500   some of them
    python scripts/fuzz.py film --seed 7 --first 31 --cases 1     a case again

A case is a valid file of the target's, changed; its number and the seed make the same one again. It goes
wrong if the reader raises what it does not promise to, takes more than 5 s of processor time or 512 MiB, runs
code, connects anywhere, writes outside its folder, or crashes. Each target is tried in a process of its own.
What went wrong is kept in the folder of --keep; the exit code is 1 if anything did.
"""

from __future__ import annotations

import argparse
import multiprocessing
import queue
import sys
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from fuzzing.media_targets import MEDIA_TARGETS
from fuzzing.packet_targets import PACKET_TARGETS
from fuzzing.target import Target
from fuzzing.text_targets import TEXT_TARGETS
from fuzzing.trial import Failure, Watch, failures, mutant_of, new_folder

TARGETS = {target.name: target for target in (*TEXT_TARGETS, *PACKET_TARGETS, *MEDIA_TARGETS)}

STUCK_S = 180.0
"""A process that ends no case for so long is stuck in a library; one that was stopped for a while is not."""

LOOK_S = 1.0
MOST_FAILURES = 200
"""More of a target than that are not looked for."""


def main(words: Sequence[str] | None = None) -> int:
    """Fuzz what is named and print a line for each target. Returns 1 if anything went wrong."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument(
        "target", nargs="*", metavar="TARGET", help=f"one of: {', '.join(TARGETS)}; none: all"
    )
    parser.add_argument("--cases", type=int, help="of each target; else what is usual for it")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--first", type=int, default=0, help="number of the first case")
    parser.add_argument("--keep", type=Path, help="folder for what goes wrong")
    options = parser.parse_args(words)
    for name in options.target:
        if name not in TARGETS:
            parser.error(f"there is no target {name!r}; choose from: {', '.join(TARGETS)}")
    if options.cases is not None and options.cases < 1:
        parser.error(f"--cases {options.cases}: choose 1 or more")
    wrong = 0
    for name in options.target or TARGETS:
        target = TARGETS[name]
        numbers = range(options.first, options.first + (options.cases or target.cases))
        begun_s, found = time.monotonic(), []
        for failure in tried(target, options.seed, numbers):
            found.append(failure)
            _tell(failure, options.keep)
        wrong += len(found)
        took_s = time.monotonic() - begun_s
        print(f"{name}: {len(numbers)} cases, {len(found)} went wrong, {took_s:.0f} s", flush=True)
    return int(wrong > 0)


def tried(target: Target, seed: int, numbers: range) -> Iterator[Failure]:
    """Try cases in a process of their own, in a new one after each that crashes or gets stuck."""
    at, found = numbers.start, 0
    while at < numbers.stop and found < MOST_FAILURES:
        context = multiprocessing.get_context("spawn")
        noted, answers = context.Value("q", at - 1), context.Queue()
        worker = context.Process(target=_work, args=(target.name, seed, at, numbers.stop, noted, answers))
        worker.start()
        for failure in _answers(worker, noted, answers):
            found += 1
            yield failure
            if found >= MOST_FAILURES:
                worker.kill()
        if worker.exitcode == 0:
            return
        at = noted.value + 1
        if noted.value < numbers.start or worker.exitcode == 1:
            raise RuntimeError(f"{target.name} cannot be tried: its own samples are not taken")
        if found < MOST_FAILURES:
            found += 1
            yield Failure(target.name, seed, noted.value, f"ends its process: exit code {worker.exitcode}")


def _answers(worker: Any, noted: Any, answers: Any) -> Iterator[Failure]:
    """Yield what a process finds until it ends; one that is stuck is ended."""
    last, since_s = noted.value, time.monotonic()
    while True:
        try:
            yield answers.get(timeout=LOOK_S)
            continue
        except queue.Empty:
            if not worker.is_alive():
                worker.join()
                return
        if noted.value != last:
            last, since_s = noted.value, time.monotonic()
        elif time.monotonic() - since_s > STUCK_S:
            worker.kill()


def _work(name: str, seed: int, first: int, end: int, noted: Any, answers: Any) -> None:
    """Try cases and hand over what goes wrong; runs in a process of its own."""
    sys.dont_write_bytecode = True
    with new_folder() as folder:
        watch = Watch(Path(folder))
        for failure in failures(TARGETS[name], seed, range(first, end), Path(folder), watch, noted):
            answers.put(failure)


def _tell(failure: Failure, keep: Path | None) -> None:
    print(f"{failure.target}, case {failure.number}, seed {failure.seed}:\n{failure.what}", flush=True)
    if keep is None:
        return
    keep.mkdir(parents=True, exist_ok=True)
    target = TARGETS[failure.target]
    with new_folder() as folder:
        name, content = mutant_of(target, target.samples(Path(folder)), failure.seed, failure.number)
    (keep / f"{failure.target.replace(' ', '_')}-{failure.seed}-{failure.number}-{name}").write_bytes(content)


if __name__ == "__main__":
    sys.exit(main())
