package io.ostinato.jobs.bench;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** A script of {@code src/test/python/peers} in a process. */
final class PythonScript implements AutoCloseable {
  private static final Path SCRIPTS = Path.of("src", "test", "python", "peers");

  private final PythonProcess process;
  private @Nullable PeerCase loaded;

  /**
   * Starts the script.
   *
   * @param name of the process: that of the script, and what else makes it unique, as in {@code
   *     ray_data-tasks}
   * @param logs the folder for its log
   */
  PythonScript(Path python, String name, Path logs) throws PeerException {
    process =
        new PythonProcess(
            List.of(
                python.toString(),
                SCRIPTS.resolve(name.split("-")[0] + ".py").toString(),
                Integer.toString(PeersBenchmark.CORES)),
            logs.resolve(name + ".log"));
  }

  PythonProcess process() {
    return process;
  }

  /** Waits until the script has started; returns the versions of its packages. */
  String versions(Duration limit) throws PeerException {
    return process.answer("ready", limit);
  }

  /** Loads the rows of a case, unless it has. */
  void load(PeerCase which, Duration limit) throws PeerException {
    if (which.equals(loaded)) {
      return;
    }
    loaded = null;
    String rows = process.ask("load " + which.parquet(), "loaded", limit);
    if (!rows.equals(Integer.toString(which.rows()))) {
      throw new PeerException(
          String.format(Locale.ROOT, "it read %s rows of %d", rows, which.rows()));
    }
    loaded = which;
  }

  @Override
  public void close() {
    process.close();
  }
}
