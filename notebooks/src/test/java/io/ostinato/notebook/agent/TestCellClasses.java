package io.ostinato.notebook.agent;

import java.nio.file.Path;

/** Writes classes as the agent does. */
public final class TestCellClasses {
  private TestCellClasses() {}

  /** Offers a class to the agent's transformer. */
  public static void write(Path folder, String name, byte[] classFile) {
    new CellClasses(folder).transform(null, name.replace('.', '/'), null, null, classFile);
  }
}
