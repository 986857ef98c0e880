package io.ostinato.notebook.cells;

import io.ostinato.notebook.agent.CellClasses;
import io.ostinato.notebook.agent.TestCellClasses;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import jdk.jshell.JShell;
import jdk.jshell.Snippet;
import jdk.jshell.SnippetEvent;
import jdk.jshell.SourceCodeAnalysis.CompletionInfo;
import jdk.jshell.execution.LoaderDelegate;
import jdk.jshell.execution.LocalExecutionControl;
import jdk.jshell.spi.ExecutionControl;
import jdk.jshell.spi.ExecutionControl.ClassBytecodes;
import jdk.jshell.spi.ExecutionControlProvider;
import jdk.jshell.spi.ExecutionEnv;

/** Cells that are run in this process by JShell, as the Java kernel runs them. */
final class Cells implements AutoCloseable {
  private final JShell shell;
  private final String before;

  /** Runs cells whose classes are written to a folder, as by the agent. */
  Cells(Path folder) {
    before = System.setProperty(CellClasses.FOLDER_SETTING, folder.toString());
    shell = JShell.builder().executionEngine(new Engine(folder), Map.of()).build();
  }

  /** Runs a cell and gives the text of the last value. */
  String run(String cell) {
    String value = "";
    String rest = cell;
    while (!rest.isBlank()) {
      CompletionInfo next = shell.sourceCodeAnalysis().analyzeCompletion(rest);
      for (SnippetEvent event : shell.eval(next.source())) {
        if (event.status() == Snippet.Status.REJECTED || event.exception() != null) {
          List<String> problems =
              shell.diagnostics(event.snippet()).map(each -> each.getMessage(null)).toList();
          throw new AssertionError(next.source() + ": " + problems, event.exception());
        }
        value = event.value() == null ? value : event.value();
      }
      rest = next.remaining();
    }
    return value;
  }

  @Override
  public void close() {
    shell.close();
    if (before == null) {
      System.clearProperty(CellClasses.FOLDER_SETTING);
    } else {
      System.setProperty(CellClasses.FOLDER_SETTING, before);
    }
  }

  private record Engine(Path folder) implements ExecutionControlProvider {
    @Override
    public String name() {
      return "cells";
    }

    @Override
    public ExecutionControl generate(ExecutionEnv env, Map<String, String> parameters) {
      return new LocalExecutionControl(new Loader(folder));
    }
  }

  private static final class Loader extends ClassLoader implements LoaderDelegate {
    private final Path folder;
    private final Map<String, Class<?>> classes = new HashMap<>();
    private final Map<String, byte[]> bytes = new HashMap<>();

    Loader(Path folder) {
      super(Cells.class.getClassLoader());
      this.folder = folder;
    }

    @Override
    public void load(ClassBytecodes[] loaded) {
      for (ClassBytecodes each : loaded) {
        bytes.put(each.name(), each.bytecodes());
      }
      for (ClassBytecodes each : loaded) {
        TestCellClasses.write(folder, each.name(), each.bytecodes());
        try {
          loadClass(each.name());
        } catch (ClassNotFoundException e) {
          throw new AssertionError(e);
        }
      }
    }

    @Override
    public Class<?> findClass(String name) throws ClassNotFoundException {
      byte[] code = bytes.get(name);
      if (code == null) {
        throw new ClassNotFoundException(name);
      }
      return classes.computeIfAbsent(name, each -> defineClass(each, code, 0, code.length));
    }

    @Override
    public void classesRedefined(ClassBytecodes[] redefined) {}

    @Override
    public void addToClasspath(String path) {}
  }
}
