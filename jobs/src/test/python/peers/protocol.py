"""Answers the requests of the benchmark `peers`, which runs each peer in a process like this one.

A request is a line of standard input, its answer a line of standard output:

    (at the start)                 ready VERSIONS
    load FOLDER                    loaded ROWS
    evaluate VARIANT FILE          result SECONDS ACCURACY CROSS_ENTROPY
    (any that fails)               failed MESSAGE

The clock runs from weights in the memory of this process to both metrics: reading FILE isn't
measured, handing the weights to other processes is. Whatever libraries print goes to standard error.
The process ends with its standard input.
"""

import os
import platform
import sys
import time
import traceback
import warnings
from importlib import metadata

warnings.filterwarnings("ignore")

_answers = os.fdopen(os.dup(1), "w", buffering=1)
os.dup2(2, 1)


def _versions(packages):
    python = f"Python {platform.python_version()}"
    return ", ".join([python, *(f"{name} {metadata.version(name)}" for name in packages)])


def _answer(request, peer):
    from network import read_weights

    command, _, rest = request.partition(" ")
    if command == "load":
        return f"loaded {peer.load(rest)}"
    if command == "evaluate":
        variant, _, file = rest.partition(" ")
        peer.take(read_weights(file))
        start = time.perf_counter()
        accuracy, cross_entropy = peer.evaluate(variant)
        seconds = time.perf_counter() - start
        return f"result {seconds!r} {float(accuracy)!r} {float(cross_entropy)!r}"
    raise ValueError(f"unknown request '{request}'; expected load or evaluate")


def _failure(error):
    traceback.print_exception(error, file=sys.stderr)
    lines = [line.strip() for line in f"{type(error).__name__}: {error}".splitlines() if line.strip()]
    return f"failed {' '.join(lines)[:500]}"


def serve(make_peer, *packages):
    """Answers requests until there are no more; `make_peer` is given the number of cores."""
    try:
        peer = make_peer(int(sys.argv[1]))
        _answers.write(f"ready {_versions(packages)}\n")
    except Exception as error:
        _answers.write(_failure(error) + "\n")
        return
    # Not an iterator over the lines, which reads ahead.
    while request := sys.stdin.readline().rstrip("\n"):
        try:
            answer = _answer(request, peer)
        except Exception as error:
            answer = _failure(error)
        _answers.write(answer + "\n")
    peer.close()
