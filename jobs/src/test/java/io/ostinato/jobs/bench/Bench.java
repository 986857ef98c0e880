package io.ostinato.jobs.bench;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Runs the benchmarks, or those that are named, prints a table, and writes a line of JSON for each
 * figure.
 */
public final class Bench {
  /** Runs only if it is named: it may install several GB of Python packages. */
  private static final String PEERS = "peers";

  /** Runs only if it is named: it starts up to four executor processes, and takes minutes. */
  private static final String COSTS = "costs";

  /** Runs only if it is named: what it measures besides {@code steady} is for its documentation. */
  private static final String STEPS = "steps";

  /** Run only if they are named: they require a GPU. */
  private static final String GPU = "gpu";

  private Bench() {}

  public static void main(String[] args) throws Exception {
    Path output = Path.of(args[0]);
    Path data = Files.createDirectories(output.resolve("bench-data"));
    Map<String, Benchmark> benchmarks = new LinkedHashMap<>();
    benchmarks.put("steady", new SteadyBenchmark(data));
    benchmarks.put("fixed", new FixedBenchmark());
    benchmarks.put("naive", new NaiveBenchmark(data));
    benchmarks.put("naive.partitions", new NaiveBenchmark(data)::partitions);
    benchmarks.put("predictor", new PredictorBenchmark(data));
    benchmarks.put("refresh", new RefreshBenchmark(data));
    benchmarks.put("shared", new SharedBenchmark(data));
    benchmarks.put("beside.snapshot", new SnapshotBenchmark(data));
    benchmarks.put("beside", new BesideBenchmark(data));
    benchmarks.put("driver", new DriverRowsBenchmark());
    benchmarks.put("leak", new LeakBenchmark());
    benchmarks.put("coldstart", new ColdStartBenchmark(output, data));
    benchmarks.put("growth", new GrowthBenchmark(data));
    benchmarks.put(PEERS, new PeersBenchmark(output, data, PeersBenchmark.Options.ofProperties()));
    benchmarks.put(COSTS, new CostsBenchmark(output, CostsBenchmark.Options.ofProperties()));
    benchmarks.put(STEPS, new StepsBenchmark(data));
    benchmarks.put(GPU + ".numbers", new GpuNumbersBenchmark());
    benchmarks.put(GPU + ".tasks", new GpuTasksBenchmark(data));
    benchmarks.put(GPU + ".steady", new GpuSteadyBenchmark());
    benchmarks.put(GPU + ".refresh", new GpuRefreshBenchmark(data));
    benchmarks.put(GPU + ".memory", new GpuMemoryBenchmark());
    benchmarks.put(GPU + ".lost", new GpuLossBenchmark(data));
    Set<String> wanted =
        args.length > 1 && !args[1].isBlank() ? Set.of(args[1].split(",")) : all(benchmarks);
    if (!wanted.stream().allMatch(name -> isKnown(name, benchmarks.keySet()))) {
      throw new IllegalArgumentException(
          "unknown benchmarks in %s; known: %s".formatted(wanted, benchmarks.keySet()));
    }
    StringBuilder lines = new StringBuilder();
    for (Map.Entry<String, Benchmark> benchmark : benchmarks.entrySet()) {
      String name = benchmark.getKey();
      if (wanted.contains(name) || wanted.contains(name.split("\\.")[0])) {
        List<Figure> figures = benchmark.getValue().run();
        figures.forEach(figure -> System.out.println(figure.row()));
        figures.forEach(figure -> lines.append(figure.json()).append('\n'));
        Files.writeString(output.resolve("bench.jsonl"), lines);
      }
    }
    System.exit(0);
  }

  /** Whether this is the name of a benchmark, or what some have before their dot. */
  private static boolean isKnown(String name, Set<String> known) {
    return known.contains(name) || known.stream().anyMatch(each -> each.startsWith(name + "."));
  }

  private static Set<String> all(Map<String, Benchmark> benchmarks) {
    Set<String> all = new HashSet<>(benchmarks.keySet());
    all.remove(PEERS);
    all.remove(COSTS);
    all.remove(STEPS);
    all.removeIf(name -> name.startsWith(GPU + "."));
    return all;
  }
}
