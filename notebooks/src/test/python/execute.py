"""Executes a notebook from a clean state and prints its outputs as JSON, by the ids of its cells.

Usage: execute.py NOTEBOOK KERNEL
"""

import json
import sys

import nbformat
from nbclient import NotebookClient


def output(each):
    if each.output_type == "stream":
        return {"type": each.name, "text": each.text}
    if each.output_type == "error":
        return {"type": "error", "text": each.evalue}
    return {"type": each.output_type, **{kind: str(value) for kind, value in each.data.items()}}


notebook = nbformat.read(sys.argv[1], as_version=4)
for cell in notebook.cells:
    cell.pop("outputs", None)
    if cell.cell_type == "code":
        cell.outputs = []
NotebookClient(notebook, kernel_name=sys.argv[2], timeout=300, allow_errors=True).execute()
print(
    json.dumps(
        {
            cell.id: [output(each) for each in cell.outputs]
            for cell in notebook.cells
            if cell.cell_type == "code"
        }
    )
)
