package io.ostinato.model;

import io.ostinato.weights.HostArray;
import io.ostinato.weights.WeightSnapshot;
import java.util.List;
import java.util.Map;

/** A module's file, whose weights can be replaced. Immutable. */
sealed interface TemplateFile permits TorchTemplate, OnnxTemplate {

  /** The parameters and buffers, in the order of the file. */
  List<TemplateArray> arrays();

  /**
   * A copy of the file with other elements.
   *
   * @param values by the names of {@link #arrays}, with their types and shapes
   * @throws IllegalArgumentException if two of them share memory and differ
   */
  byte[] with(Map<String, HostArray> values);

  /** The snapshot of such a copy. */
  WeightSnapshot snapshotOf(byte[] content);

  /** The model that these files are of. */
  ModelSource source();
}
