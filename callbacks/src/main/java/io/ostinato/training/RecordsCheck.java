package io.ostinato.training;

import io.ostinato.describe.Mistake;
import io.ostinato.describe.Subject;
import io.ostinato.storage.Checkpoints;
import io.ostinato.storage.RunFiles;
import io.ostinato.tracking.LoggedRecords;
import io.ostinato.tracking.MetricsFile;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/**
 * Checks that the records that a checkpoint was saved after are still there.
 *
 * @param files the files of the run
 * @param checkpoints the checkpoints of the run
 */
record RecordsCheck(RunFiles files, Checkpoints checkpoints) {

  /**
   * What is wrong with the lines of {@code metrics.jsonl}.
   *
   * @param tag the checkpoint to resume from
   * @param logged the records that were there when it was saved
   */
  Optional<Mistake> mistake(String tag, LoggedRecords logged, List<String> lines) {
    return logged
        .problemIn(lines)
        .map(
            problem ->
                Mistake.of(
                    Subject.setting("resume"),
                    "checkpoint '%s' stands on records that '%s/%s' doesn't have: %s"
                        .formatted(tag, files.location(), MetricsFile.NAME, problem),
                    remedy(tag, lines)));
  }

  private String remedy(String tag, List<String> lines) {
    List<String> ways = new ArrayList<>();
    ways.add("restore the file");
    others(tag, lines)
        .map("resume from '%s', whose records are there"::formatted)
        .ifPresent(ways::add);
    ways.add("set lost_metrics: accept; in Java, lostMetrics(LostMetrics.ACCEPT)");
    return String.join(", or ", ways);
  }

  /** The checkpoint that stands on most records, of which all are there. */
  private Optional<String> others(String tag, List<String> lines) {
    record Candidate(String tag, int records) {}
    List<Candidate> candidates = new ArrayList<>();
    for (String other : checkpoints.tags()) {
      if (!other.equals(tag) && checkpoints.isResumable(other)) {
        LoggedRecords.in(checkpoints.loop(other))
            .filter(logged -> logged.problemIn(lines).isEmpty())
            .ifPresent(logged -> candidates.add(new Candidate(other, logged.count())));
      }
    }
    return candidates.stream()
        .max(Comparator.comparingInt(Candidate::records).thenComparing(Candidate::tag))
        .map(Candidate::tag);
  }
}
