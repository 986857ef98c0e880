package io.ostinato.jobs.bench;

import ai.djl.util.Utils;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/**
 * From spark-submit to the first metric on the digits: the first time on a machine, when the native
 * libraries are unpacked, and again; without what shortens it, and with each measure added to those
 * before it.
 *
 * @param target with the jar that is shipped
 */
record ColdStartBenchmark(Path target, Path data) implements Benchmark {
  private static final int ROUNDS = Integer.getInteger("bench.coldstart.rounds", 5);
  private static final String NO_PRELOAD = "--conf spark.ostinato.preload=false";
  private static final String PLAIN = "coldstart";

  /** A way to start. */
  private record Variant(String name, List<String> options, String jvm) {}

  @Override
  public List<Figure> run() throws Exception {
    Path folder = Files.createTempDirectory(Files.createDirectories(data), "coldstart");
    ColdStart start = ColdStart.in(target, folder);
    Path cache = folder.resolve("cache");
    Path archive = folder.resolve("classes.jsa");
    // Unpacks the natives and writes the archive; not measured.
    start.run(cache, start.oneClassPath(), "-XX:ArchiveClassesAtExit=" + archive);
    Map<String, List<StartTimeline>> measured = new LinkedHashMap<>();
    for (int round = 0; round < ROUNDS; round++) {
      for (Variant variant : variants(start, archive)) {
        Path empty = Files.createTempDirectory(folder, "empty");
        add(
            measured,
            variant.name() + ".first",
            start.run(empty, variant.options(), variant.jvm()));
        Utils.deleteQuietly(empty);
        add(measured, variant.name(), start.run(cache, variant.options(), variant.jvm()));
      }
    }
    Utils.deleteQuietly(folder);
    return figures(measured);
  }

  private static List<Variant> variants(ColdStart start, Path archive) throws IOException {
    List<String> plain = new ArrayList<>(List.of(NO_PRELOAD.split(" ")));
    plain.addAll(start.jars());
    String shared = "-XX:SharedArchiveFile=" + archive;
    return List.of(
        new Variant(PLAIN, plain, ""),
        new Variant("coldstart.preload", start.jars(), ""),
        new Variant("coldstart.archive", start.oneClassPath(), shared),
        new Variant("coldstart.c1", start.oneClassPath(), shared + " -XX:TieredStopAtLevel=1"));
  }

  private static void add(
      Map<String, List<StartTimeline>> measured, String name, StartTimeline timeline) {
    measured.computeIfAbsent(name, key -> new ArrayList<>()).add(timeline);
  }

  private static List<Figure> figures(Map<String, List<StartTimeline>> measured) {
    List<Figure> figures = new ArrayList<>();
    measured.forEach(
        (name, all) -> {
          List<StartTimeline> plain =
              Objects.requireNonNull(
                  measured.get(name.endsWith(".first") ? PLAIN + ".first" : PLAIN));
          StartTimeline median = StartTimeline.median(all);
          figures.add(
              all == plain
                  ? new Figure(name, median.total(), "s", "none set", median.detail())
                  : new Figure(name, ratio(all, plain), "x plain", reach(name), median.detail()));
        });
    return figures;
  }

  private static String reach(String name) {
    return name.startsWith("coldstart.c1") ? "<= 0.5" : "none set";
  }

  private static double ratio(List<StartTimeline> all, List<StartTimeline> plain) {
    List<Double> ratios = new ArrayList<>();
    for (int round = 0; round < all.size(); round++) {
      ratios.add(all.get(round).total() / plain.get(round).total());
    }
    return Rounds.median(ratios);
  }
}
