package io.ostinato.evaluation;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * The information about the evaluation datasets of a training that is available before any row is
 * read. Immutable.
 *
 * @param columns the columns of each dataset in order, by the dataset's key; empty if they are
 *     unknown until the dataset is read
 */
public record PlannedData(Map<String, Optional<List<String>>> columns) {
  public PlannedData {
    columns = Collections.unmodifiableMap(new LinkedHashMap<>(columns));
  }

  /** The information about existing datasets. */
  public static PlannedData of(DataContainer data) {
    Map<String, Optional<List<String>>> columns = new LinkedHashMap<>();
    data.evaluationKeys().forEach(key -> columns.put(key, data.evaluation(key).knownColumns()));
    return new PlannedData(columns);
  }

  /** The keys under which datasets are registered. */
  public Set<String> evaluationKeys() {
    return columns.keySet();
  }

  /**
   * The columns of a dataset; empty if they are unknown until it is read, or if there is no such
   * dataset.
   */
  public Optional<List<String>> knownColumns(String key) {
    return columns.getOrDefault(key, Optional.empty());
  }
}
