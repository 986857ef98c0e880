package io.ostinato.jobs.watch;

import io.ostinato.jobs.modelfile.WeightsFolder;
import io.ostinato.metric.Direction;
import io.ostinato.storage.FileNames;
import io.ostinato.storage.RunFiles;
import io.ostinato.tracking.MetricProperties;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.UUID;

/**
 * Keeps copies of the checkpoints with the best values: {@code best_model.<metric>} with the
 * extension of the checkpoint. Metrics without a known direction have no copy; NaN is never the
 * best; of equal values, the first is the best.
 *
 * <p>A copy is written under a temporary name before the checkpoint's line, and renamed afterwards.
 * After an interruption, the journal determines which copy is the best.
 */
final class BestModels {
  private static final String NEXT = ".next-";

  private final RunFiles files;
  private final MetricProperties properties;
  private final Map<String, JournalEntry> best = new LinkedHashMap<>();
  private final Map<String, Set<String>> names = new HashMap<>();

  /** Recovers from a crash: afterwards the copies match the best entries of the journal. */
  BestModels(RunFiles files, MetricProperties properties, List<JournalEntry> entries) {
    this.files = files;
    this.properties = properties;
    entries.forEach(this::take);
    best.forEach(this::publish);
    for (String name : files.list()) {
      if (name.startsWith(FileNames.BEST_MODEL) && name.contains(NEXT)) {
        files.delete(name);
      }
    }
  }

  /** Copies a model that would be the best; to be called before the entry is committed. */
  void prepare(JournalEntry entry, Path model) {
    try {
      for (String metric : entry.metrics().keySet()) {
        if (improves(metric, entry)) {
          files.write(nextName(metric, entry), out -> Files.copy(model, out));
        }
      }
    } catch (RuntimeException e) {
      discard(entry, e);
      throw e;
    }
  }

  /** Deletes the copies of an entry that could not be committed. */
  void discard(JournalEntry entry, RuntimeException failure) {
    try {
      entry.metrics().keySet().forEach(metric -> files.delete(nextName(metric, entry)));
    } catch (RuntimeException e) {
      failure.addSuppressed(e);
    }
  }

  /**
   * Renames the copies of a committed entry to their final names.
   *
   * @return the metrics that the entry is the best of
   */
  List<String> committed(JournalEntry entry) {
    List<String> improved = take(entry);
    improved.forEach(metric -> publish(metric, entry));
    return improved;
  }

  private List<String> take(JournalEntry entry) {
    List<String> improved =
        entry.metrics().keySet().stream().filter(metric -> improves(metric, entry)).toList();
    for (String metric : improved) {
      best.put(metric, entry);
      names.computeIfAbsent(metric, m -> new TreeSet<>()).add(name(metric, entry));
    }
    return improved;
  }

  private void publish(String metric, JournalEntry entry) {
    String next = nextName(metric, entry);
    if (files.exists(next)) {
      files.rename(next, name(metric, entry));
    }
    // The previous best may have another extension, with a pattern such as *.{pt,pth}.
    names.getOrDefault(metric, Set.of()).stream()
        .filter(name -> !name.equals(name(metric, entry)))
        .forEach(files::delete);
  }

  private boolean improves(String metric, JournalEntry entry) {
    JournalEntry before = best.get(metric);
    return properties
        .direction(metric)
        .orElse(Direction.NEUTRAL)
        .isBetter(valueOf(metric, entry), before == null ? Double.NaN : valueOf(metric, before));
  }

  private static double valueOf(String metric, JournalEntry entry) {
    return entry.metrics().getOrDefault(metric, Double.NaN);
  }

  static String name(String metric, JournalEntry entry) {
    String file = WeightsFolder.nameOfOne(entry.checkpoint().name());
    int dot = file.lastIndexOf('.');
    String end = dot < 0 ? "" : file.substring(dot);
    return FileNames.bestModel(metric, end);
  }

  private static String nextName(String metric, JournalEntry entry) {
    byte[] identity = entry.checkpoint().toString().getBytes(StandardCharsets.UTF_8);
    return name(metric, entry) + NEXT + UUID.nameUUIDFromBytes(identity);
  }
}
