package io.ostinato.spark.engine;

import io.ostinato.spark.resident.ResidentReport;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeSet;

/**
 * What a task returns, or several of them together.
 *
 * @param manifests the hashes of the weights that were evaluated; none where there were no rows
 * @param parts for each evaluation of the pass
 * @param times of the tasks
 * @param residents the models that ran
 */
record PartitionOutcome(
    List<String> manifests,
    List<PartOutcome> parts,
    TaskTimes times,
    List<ResidentReport> residents) {
  PartitionOutcome {
    manifests = List.copyOf(manifests);
    parts = List.copyOf(parts);
    residents = List.copyOf(residents);
  }

  PartitionOutcome merge(PartitionOutcome other) {
    TreeSet<String> hashes = new TreeSet<>(manifests);
    hashes.addAll(other.manifests);
    List<PartOutcome> merged = new ArrayList<>();
    for (int i = 0; i < parts.size(); i++) {
      merged.add(parts.get(i).merge(other.parts.get(i)));
    }
    List<ResidentReport> reports = new ArrayList<>(residents);
    reports.addAll(other.residents);
    return new PartitionOutcome(List.copyOf(hashes), merged, times.plus(other.times), reports);
  }
}
