package io.ostinato.spark.engine;

import io.ostinato.evaluation.Attempts;
import io.ostinato.spark.resident.ResidentReport;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeSet;

/**
 * The outcome of one task, or of several tasks merged.
 *
 * @param manifests hashes of the evaluated weights; empty if there were no rows
 * @param parts one for each evaluation of the pass
 * @param times sums over the tasks
 * @param residents the models that ran
 * @param attempts of the tasks
 */
record PartitionOutcome(
    List<String> manifests,
    List<PartOutcome> parts,
    TaskTimes times,
    List<ResidentReport> residents,
    Attempts attempts) {
  PartitionOutcome {
    manifests = List.copyOf(manifests);
    parts = List.copyOf(parts);
    residents = List.copyOf(residents);
  }

  PartitionOutcome merge(PartitionOutcome other) {
    TreeSet<String> hashes = new TreeSet<>(manifests);
    hashes.addAll(other.manifests);
    List<ResidentReport> reports = new ArrayList<>(residents);
    reports.addAll(other.residents);
    return new PartitionOutcome(
        List.copyOf(hashes),
        PartOutcome.merge(parts, other.parts),
        times.plus(other.times),
        reports,
        attempts.plus(other.attempts));
  }
}
