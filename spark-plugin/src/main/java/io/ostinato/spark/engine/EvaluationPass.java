package io.ostinato.spark.engine;

import io.ostinato.evaluation.EvaluationRequest;
import io.ostinato.evaluation.EvaluationTag;
import io.ostinato.spark.data.PreparedDataset;
import io.ostinato.spark.resident.ModelId;
import java.util.List;

/**
 * One pass over a dataset.
 *
 * @param requests the evaluations that share it; at least one, all of one model with the same
 *     weights
 * @param task what each partition runs
 * @param watch started with the pass
 */
record EvaluationPass(
    List<EvaluationRequest> requests,
    PreparedDataset dataset,
    ModelId model,
    PartitionTask task,
    Stopwatch watch) {
  EvaluationPass {
    requests = List.copyOf(requests);
  }

  EvaluationRequest first() {
    return requests.get(0);
  }

  /** The tag in whose name the pass runs. */
  EvaluationTag tag() {
    return first().tag();
  }

  List<EvaluationTag> tags() {
    return requests.stream().map(EvaluationRequest::tag).toList();
  }

  /** The hash of the weights that are evaluated. */
  String manifest() {
    return first().weights().manifest().hash();
  }

  long rows() {
    return dataset.rows();
  }
}
