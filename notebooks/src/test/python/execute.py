"""Executes a notebook from a clean state and prints its outputs as JSON, by the ids of its cells.

Usage: execute.py NOTEBOOK KERNEL
"""

import json
import sys

import nbformat

import notes


def output(each):
    if each.output_type == "stream":
        return {"type": each.name, "text": each.text}
    if each.output_type == "error":
        return {"type": "error", "text": notes.shown(each)}
    return {"type": each.output_type, **{kind: str(value) for kind, value in each.data.items()}}


saved = nbformat.read(sys.argv[1], as_version=4)
executed = notes.execute(saved, ".", sys.argv[2], allow_errors=True)
print(
    json.dumps(
        {
            cell.id: [output(each) for each in cell.outputs]
            for cell in executed.cells
            if cell.cell_type == "code"
        }
    )
)
