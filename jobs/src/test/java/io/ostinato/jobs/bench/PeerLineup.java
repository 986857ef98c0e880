package io.ostinato.jobs.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.apache.spark.sql.SparkSession;

/** All peers that can be measured here, started; and why the others can't. */
final class PeerLineup implements AutoCloseable {
  static final String REFERENCE = "PyTorch alone";
  private static final Duration START = Duration.ofMinutes(3);

  private final List<Peer> peers = new ArrayList<>();
  private final Map<String, String> missing = new LinkedHashMap<>();
  private final Set<String> versions = new LinkedHashSet<>();
  private final List<PythonScript> scripts = new ArrayList<>();
  private final OstinatoPeer ostinato;
  private final ModelPerTaskPeer modelPerTask;

  /**
   * A variant of a script. Those of Ray have processes of their own: actors take the place of the
   * idle workers of tasks, which would have to start again each time.
   *
   * @param script the name of the process; see {@link PythonScript}
   */
  private record Variant(String name, String script, String variant) {}

  private static final List<Variant> VARIANTS =
      List.of(
          new Variant(REFERENCE, "pytorch_alone", "plain"),
          new Variant("Lightning, in memory", "lightning_validate", "memory"),
          new Variant("Lightning, two workers", "lightning_validate", "workers"),
          new Variant("`predict_batch_udf`", "spark_udf", "plain"),
          new Variant("Ray Data, tasks", "ray_data-tasks", "tasks"),
          new Variant("Ray Data, actors", "ray_data-actors", "actors"));

  /**
   * Starts all peers.
   *
   * @param given {@code -Dbench.python}
   * @param output the folder of the build
   * @param folder for logs and saved models
   */
  PeerLineup(SparkSession spark, String given, Path output, Path folder) throws IOException {
    versions.add("Spark " + spark.version());
    ostinato = new OstinatoPeer(spark);
    modelPerTask = new ModelPerTaskPeer(spark, Files.createDirectories(folder.resolve("model")));
    try {
      start(PeerPython.executable(given, output), folder);
    } catch (PeerException e) {
      VARIANTS.forEach(variant -> missing.put(variant.name(), "no Python: " + e.getMessage()));
    }
    peers.add(modelPerTask);
    peers.add(ostinato);
  }

  /** Starts all scripts at once, and waits for them. */
  private void start(Path python, Path folder) {
    Map<String, PythonScript> started = new LinkedHashMap<>();
    Map<String, String> failures = new LinkedHashMap<>();
    for (String name : VARIANTS.stream().map(Variant::script).distinct().toList()) {
      try {
        PythonScript script = new PythonScript(python, name, folder);
        scripts.add(script);
        started.put(name, script);
      } catch (PeerException e) {
        failures.put(name, String.valueOf(e.getMessage()));
      }
    }
    for (Map.Entry<String, PythonScript> script : started.entrySet()) {
      try {
        versions.addAll(List.of(script.getValue().versions(START).split(", ")));
      } catch (PeerException e) {
        failures.put(script.getKey(), String.valueOf(e.getMessage()));
      }
    }
    for (Variant variant : VARIANTS) {
      PythonScript script = started.get(variant.script());
      String failure = failures.get(variant.script());
      if (failure != null) {
        missing.put(variant.name(), failure);
      } else if (script != null) {
        peers.add(new PythonPeer(variant.name(), script, variant.variant()));
      }
    }
  }

  /** Those to measure, Ostinato last. */
  List<Peer> peers() {
    return peers;
  }

  /** Why the others can't be measured, by name. */
  Map<String, String> missing() {
    return missing;
  }

  /** The versions of Spark, and of what the Python peers use. */
  Set<String> versions() {
    return versions;
  }

  @Override
  public void close() {
    scripts.forEach(PythonScript::close);
    modelPerTask.close();
    ostinato.close();
  }
}
