package io.ostinato.evaluation;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.WeakHashMap;

/** The contents of datasets as they were first read. Thread-safe. */
final class KnownContents {
  private final Map<EvaluationData, Map<List<String>, KnownContent>> contents = new WeakHashMap<>();

  /**
   * Compares a reading with earlier ones of the same data and columns, and returns the content of
   * the rows that were requested.
   *
   * @throws DataChangedException if they differ
   */
  synchronized DataContent expected(EvaluationRequest request, Coverage coverage) {
    DataSelection selection = request.selection();
    DataContent now = coverage.content(coverage.rows() < selection.maxRows());
    contents
        .computeIfAbsent(request.data(), data -> new HashMap<>())
        .computeIfAbsent(selection.columns(), columns -> new KnownContent())
        .changeTo(now)
        .ifPresent(
            change -> {
              throw DataChangedException.of(request.tag(), change);
            });
    return now;
  }
}
