"""Executes notebooks from a clean state and compares what they output with what is saved in them.

Usage: notes.py [--write] [--kernel NAME] [--jobs NUMBER] [--executed FOLDER] NOTEBOOK...

Each notebook is executed in a temporary folder, beside which there is the folder `data` of the
notes. Outputs must be the same, but for times (see TIMES) and the last digit of coordinates in SVG.
A cell may fail only if it has the tag `raises-exception`. Exits with 1 and a diff of all outputs
that differ.

--write     saves new outputs; those that are the same are kept
--kernel    the kernel; default: as the notebook says
--jobs      the number of notebooks that are executed at the same time; default: 1
--executed  compares with notebooks of the same names in this folder, and executes nothing
"""

import argparse
import contextlib
import copy
import difflib
import fcntl
import json
import os
import pathlib
import re
import sys
import tempfile
from concurrent.futures import ThreadPoolExecutor

import nbformat
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError

DATA = pathlib.Path(__file__).resolve().parents[3] / "data"
TIMEOUT = 300

# Instructions that every CPU of x86-64 has, for PyTorch: others round in other ways, and a training
# amplifies the difference until digits change that are shown.
PORTABLE = {
    "ATEN_CPU_CAPABILITY": "default",
    "MKL_CBWR": "COMPATIBLE",
    "ONEDNN_MAX_CPU_ISA": "SSE41",
}

# All that may differ between two runs, and what takes its place. Only times: a number that changes
# has to be noticed.
_NUMBER = r"(?<![\w.,:-])\d[\d,]*(?:\.\d+)?"
TIMES = [
    (r"\b\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d(?:\.\d+)?(?:Z|[+-]\d\d:?\d\d)?", "<time>"),
    (_NUMBER + r" (?:ms|s)(?![\w/])", "<duration>"),
    (r"(?<![\w.,:-])\d+(?::\d\d){1,2} left\b", "<duration> left"),
    (r"([\"']seconds[\"']:\s*)\d[\d.eE+-]*", r"\1<duration>"),
    (_NUMBER + r" (\w+/s)\b", r"<rate> \1"),
]

# Where things are in a picture: machines differ in the last digit of what a training computes. The
# numbers that a picture shows are its text.
_PLACES = re.compile(r'\b(?:x|y|x1|y1|x2|y2|cx|cy|d|width|height|transform)="([^"]*)"')
_COORDINATE = re.compile(r"-?\d+(?:\.\d+)?")
_ROUNDING = 0.011

# What Spark's worker, which runs in the kernel's process on local-cluster, prints if stopping Spark
# interrupts it while it deletes the files of the application: records with the lines of their stacks.
_STACK = r"(?:\n(?:\s+at |\s+\.\.\. |Caused by: ).*)*"
_INTERRUPTED_CLEANUP = re.compile(
    r"^(?:WARN JavaUtils: Attempt to delete using native Unix OS command failed.*\n"
    r"java\.io\.IOException: Failed to delete: .*"
    r"|.*RejectedExecutionException: Task scala\.concurrent\.impl\.CallbackRunnable@\w+ rejected"
    r" from .*\[Shutting down.*)" + _STACK + r"\n?",
    re.MULTILINE,
)

_COLOURS = re.compile(r"\x1b\[[0-9;]*m")


class Failure(Exception):
    pass


def clean(notebook):
    """A copy without outputs."""
    notebook = copy.deepcopy(notebook)
    for cell in notebook.cells:
        if cell.cell_type == "code":
            cell.outputs = []
            cell.execution_count = None
    return notebook


def execute(notebook, folder, kernel=None, allow_errors=False):
    """Executes a copy without outputs from a clean state, in a folder."""
    notebook = clean(notebook)
    kernel = kernel or notebook.metadata.kernelspec.name
    client = NotebookClient(
        notebook,
        kernel_name=kernel,
        timeout=TIMEOUT,
        allow_errors=allow_errors,
        record_timing=False,
        coalesce_streams=True,
        resources={"metadata": {"path": str(folder)}},
    )
    client.create_kernel_manager()
    with tempfile.TemporaryDirectory() as spark:
        set_spark_folder(client.km.kernel_spec.env, pathlib.Path(spark))
        run(client, notebook)
    return notebook


def set_spark_folder(environment, folder):
    """Gives a kernel a folder of Spark of its own.

    The executors of a local cluster work in a folder below it that is named after the second in
    which the application starts, and other notes may start in the same second.
    """
    if "SPARK_HOME" in environment:
        for entry in pathlib.Path(environment["SPARK_HOME"]).iterdir():
            if entry.name != "work":
                (folder / entry.name).symlink_to(entry.resolve())
        environment["SPARK_HOME"] = str(folder)


@contextlib.contextmanager
def alone():
    """Other notes, of this process or another one, wait meanwhile."""
    with open(pathlib.Path(tempfile.gettempdir(), f"ostinato-notes-{os.getuid()}.lock"), "w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


def run(client, notebook):
    # A kernel is given ports that are free, and takes them only seconds later, when another
    # process may have given them to its kernel.
    with alone():
        client.start_new_kernel()
        client.start_new_kernel_client()
    try:
        client.execute()
    except CellExecutionError:
        raise Failure(error_in(notebook)) from None


def error_in(notebook):
    """What the cell that has failed shows."""
    return [
        f"cell '{cell.id}' failed:\n{shown(output)}"
        for cell in notebook.cells
        for output in cell.get("outputs", [])
        if output.output_type == "error"
    ][-1]


def shown(error):
    """What is shown of a failure, without colours."""
    return _COLOURS.sub("", "\n".join(error.traceback))


def execute_beside_data(notebook, kernel):
    with tempfile.TemporaryDirectory() as root:
        root = pathlib.Path(root)
        (root / "data").symlink_to(DATA)
        (root / "note").mkdir()
        return execute(notebook, root / "note", kernel)


def without_times(text):
    for pattern, placeholder in TIMES:
        text = re.sub(pattern, placeholder, text)
    return text


def text_of(value):
    if isinstance(value, str):
        return value
    return json.dumps(value, indent=1, sort_keys=True, ensure_ascii=False)


def parts(output):
    """The parts of an output by what they are, without times."""
    if output.output_type == "stream":
        found = {output.name: output.text}
    elif output.output_type == "error":
        found = {"error": "\n".join([f"{output.ename}: {output.evalue}", *output.traceback])}
    else:
        found = {f"{output.output_type} {kind}": text_of(v) for kind, v in output.data.items()}
    return {kind: without_times(_COLOURS.sub("", text)) for kind, text in found.items()}


def outputs_of(cell):
    """The outputs of a cell, without an interrupted clean-up of Spark's worker."""
    outputs = []
    for output in copy.deepcopy(cell.outputs):
        if output.output_type == "stream" and output.name == "stderr":
            output.text = _INTERRUPTED_CLEANUP.sub("", output.text)
            if not output.text:
                continue
        outputs.append(output)
    return outputs


def same(kind, saved, new):
    """Whether two parts are the same, but for the last digit of coordinates in SVG."""
    if saved == new:
        return True
    if saved is None or new is None or not kind.endswith("image/svg+xml"):
        return False
    before, after = places(saved), places(new)
    return before[0] == after[0] and all(
        abs(a - b) <= _ROUNDING for a, b in zip(before[1], after[1])
    )


def places(svg):
    """An SVG without its coordinates, and these."""
    numbers = []

    def take(number):
        numbers.append(float(number.group()))
        return "<number>"

    bare = _PLACES.sub(lambda attribute: _COORDINATE.sub(take, attribute.group()), svg)
    return bare, numbers


def lines(text):
    """The lines of a text, for a diff: elements of HTML and SVG have lines of their own."""
    return re.sub(r">\s*<", ">\n<", text).splitlines()


def difference(saved, new):
    """A diff of the outputs of one cell; empty if they are the same but for times."""
    diff = []
    for index in range(max(len(saved), len(new))):
        before = parts(saved[index]) if index < len(saved) else {}
        after = parts(new[index]) if index < len(new) else {}
        for kind in [*before, *(kind for kind in after if kind not in before)]:
            if not same(kind, before.get(kind), after.get(kind)):
                diff += difflib.unified_diff(
                    lines(before.get(kind, "")),
                    lines(after.get(kind, "")),
                    f"saved output {index}, {kind}" + ("" if kind in before else " (missing)"),
                    f"new output {index}, {kind}" + ("" if kind in after else " (missing)"),
                    n=1,
                    lineterm="",
                )
    return diff


def compare(saved, new):
    """Diffs by the ids of the cells whose outputs differ."""
    if [(c.id, c.cell_type, c.source) for c in saved.cells] != [
        (c.id, c.cell_type, c.source) for c in new.cells
    ]:
        raise Failure("the executed notebook has other cells")
    pairs = [(s, n) for s, n in zip(saved.cells, new.cells) if s.cell_type == "code"]
    diffs = {s.id: difference(outputs_of(s), outputs_of(n)) for s, n in pairs}
    return {cell: diff for cell, diff in diffs.items() if diff}


def write(path, saved, new, differing):
    for before, after in zip(saved.cells, new.cells):
        if after.cell_type == "code":
            after.metadata.pop("execution", None)
            if before.id not in differing:
                after.outputs = before.outputs
    new.metadata = saved.metadata
    nbformat.write(new, path)


def check_order(saved, new):
    """Fails if saved outputs are not those of an execution of all cells from first to last."""
    before, after = (
        [cell.execution_count for cell in notebook.cells if cell.cell_type == "code"]
        for notebook in (saved, new)
    )
    if before != after:
        raise Failure(
            f"the cells were executed in the order {before} instead of {after}; save new outputs"
            " by notes.py --write"
        )


def check(path, arguments):
    saved = nbformat.read(path, as_version=4)
    if arguments.executed:
        new = nbformat.read(arguments.executed / path.name, as_version=4)
    else:
        new = execute_beside_data(saved, arguments.kernel)
    differing = compare(saved, new)
    if arguments.write:
        write(path, saved, new, differing)
    elif differing:
        cells = "\n".join(f"cell '{id}':\n" + "\n".join(diff) for id, diff in differing.items())
        raise Failure(
            f"the saved outputs of {len(differing)} cells differ from new ones; if the new ones are"
            f" right, save them by notes.py --write\n{cells}"
        )
    else:
        check_order(saved, new)


def failure_of(path, arguments):
    try:
        check(path, arguments)
    except Failure as failure:
        return f"{path.name}: {failure}"
    return None


def main():
    parser = argparse.ArgumentParser(usage=__doc__)
    parser.add_argument("--write", action="store_true")
    parser.add_argument("--kernel")
    parser.add_argument("--jobs", type=int, default=1)
    parser.add_argument("--executed", type=pathlib.Path)
    parser.add_argument("notebooks", type=pathlib.Path, nargs="+")
    arguments = parser.parse_args()
    os.environ.update(PORTABLE)
    with ThreadPoolExecutor(arguments.jobs) as threads:
        failures = threads.map(lambda path: failure_of(path, arguments), arguments.notebooks)
        failures = [failure for failure in failures if failure]
    print("\n".join(failures), end="\n" if failures else "")
    sys.exit(1 if failures else 0)


if __name__ == "__main__":
    main()
