package io.ostinato.notebook.jupyter;

import org.dflib.jjava.jupyter.kernel.BaseNotebookStatics;

/** Shows bars in the output of the cell that is running. */
final class CellOutput implements NotebookProgress.Output {
  @Override
  public String show(ProgressView view) {
    return BaseNotebookStatics.display(view);
  }

  @Override
  public void update(String id, ProgressView view) {
    BaseNotebookStatics.updateDisplay(id, view);
  }
}
