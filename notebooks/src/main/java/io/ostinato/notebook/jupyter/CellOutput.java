package io.ostinato.notebook.jupyter;

import io.ostinato.notebook.display.LiveOutput;
import org.dflib.jjava.jupyter.kernel.BaseNotebookStatics;

/** Shows views in the output of the cell that is running. */
final class CellOutput<V> implements LiveOutput<V> {
  @Override
  public String show(V view) {
    return BaseNotebookStatics.display(view);
  }

  @Override
  public void update(String id, V view) {
    BaseNotebookStatics.updateDisplay(id, view);
  }
}
