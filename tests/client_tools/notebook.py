"""Runs cells in a Jupyter kernel, and prints what each of them shows. It runs with the tools.

stdin is a list of cells as JSON; stdout is a list of texts.
"""

import json
import sys
from typing import Any

import nbformat
from nbclient import NotebookClient


def shown(output: Any) -> str:
    """What one output says: a value, what was printed, or an error with its traceback."""
    if output.output_type == "error":
        return "\n".join([output.ename, output.evalue, *output.traceback])
    return str(output.get("text") or output.data.get("text/plain", ""))


cells = [nbformat.v4.new_code_cell(text) for text in json.load(sys.stdin)]
notebook = nbformat.v4.new_notebook(cells=cells)
NotebookClient(notebook, timeout=120, kernel_name="python3", allow_errors=True).execute()
json.dump(["\n".join(map(shown, cell.outputs)) for cell in notebook.cells], sys.stdout)
