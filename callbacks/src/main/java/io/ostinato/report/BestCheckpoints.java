package io.ostinato.report;

import io.ostinato.schedule.TrainingIteration;
import io.ostinato.storage.Checkpoints;
import io.ostinato.storage.FileNames;
import io.ostinato.storage.RunFiles;
import java.util.Comparator;
import java.util.List;
import java.util.Map;

/** Finds the checkpoint that has the weights with the best value of a metric. */
final class BestCheckpoints {
  private final Map<String, TrainingIteration> saved;
  private final List<String> copies;

  BestCheckpoints(Map<String, TrainingIteration> saved, List<String> copies) {
    this.saved = saved;
    this.copies = copies;
  }

  /**
   * Reads which checkpoints there are.
   *
   * @throws io.ostinato.storage.StorageException if they can't be listed
   */
  static BestCheckpoints in(RunFiles files) {
    return new BestCheckpoints(Checkpoints.in(files).iterations(), files.list());
  }

  /**
   * The tag of a checkpoint of this record, or the name of the watched checkpoint and of its copy;
   * empty if there is none.
   */
  String of(String metric, ReportRecord record) {
    return record.checkpoint().isEmpty()
        ? saved(metric, record.iteration())
        : watched(metric, record.checkpoint());
  }

  private String saved(String metric, TrainingIteration iteration) {
    String best = FileNames.bestModel(metric, "");
    return saved.entrySet().stream()
        .filter(entry -> entry.getValue().equals(iteration))
        .filter(entry -> !Checkpoints.isSuperseded(entry.getKey()))
        .map(Map.Entry::getKey)
        .min(Comparator.comparing((String tag) -> !tag.equals(best)).thenComparing(String::length))
        .orElse("");
  }

  private String watched(String metric, String checkpoint) {
    String name = checkpoint.substring(checkpoint.lastIndexOf('/') + 1);
    String end = name.contains(".") ? name.substring(name.lastIndexOf('.')) : "";
    String copy = FileNames.bestModel(metric, end);
    return copies.contains(copy) ? checkpoint + ", copied as " + copy : checkpoint;
  }
}
