package io.ostinato.notebook.agent;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.instrument.Instrumentation;
import org.jspecify.annotations.Nullable;

/**
 * The java agent of a notebook: makes the classes of its cells available to Spark's executors.
 *
 * <p>JShell compiles a cell to classes of the package {@code REPL}, which exist only in the memory
 * of the notebook's process. This agent writes each of them, as it is defined, to a folder that
 * Spark serves to its executors ({@value CellClasses#FOLDER_SETTING}), as it does for its own
 * shell. It has to be present when the process starts: {@code -javaagent:ostinato-notebook.jar}.
 */
public final class CellClassAgent {
  private CellClassAgent() {}

  /**
   * Called by the JVM before {@code main}.
   *
   * @throws UncheckedIOException if the folder for the classes can't be created
   */
  public static void premain(@Nullable String arguments, Instrumentation instrumentation) {
    try {
      instrumentation.addTransformer(CellClasses.open());
    } catch (IOException e) {
      throw new UncheckedIOException("the folder for the classes of cells can't be created", e);
    }
  }
}
