package io.ostinato.spark.engine;

import io.ostinato.evaluation.Attempts;
import io.ostinato.evaluation.Certificate;
import io.ostinato.evaluation.Coverage;
import io.ostinato.evaluation.EvaluationRequest;
import io.ostinato.evaluation.EvaluationTag;
import io.ostinato.spark.data.PreparedDataset;
import io.ostinato.spark.resident.ModelId;
import io.ostinato.spark.status.PassStatus;
import java.util.List;

/**
 * One pass over a dataset.
 *
 * @param requests the evaluations that share the pass; at least one, all of the same model and
 *     weights
 * @param task run for each partition
 * @param watch started at the beginning of the pass
 * @param status what is shown of the pass
 */
record EvaluationPass(
    List<EvaluationRequest> requests,
    PreparedDataset dataset,
    ModelId model,
    PartitionTask task,
    Stopwatch watch,
    PassStatus status) {
  EvaluationPass {
    requests = List.copyOf(requests);
  }

  EvaluationRequest first() {
    return requests.get(0);
  }

  /** The tag of the first evaluation, used for jobs, logs and errors of the pass. */
  EvaluationTag tag() {
    return first().tag();
  }

  List<EvaluationTag> tags() {
    return requests.stream().map(EvaluationRequest::tag).toList();
  }

  /** The hash of the manifest of the evaluated weights. */
  String manifest() {
    return first().weights().manifest().hash();
  }

  /**
   * Certifies that one of the evaluations has covered the dataset.
   *
   * @throws io.ostinato.evaluation.DataChangedException if it has run other rows
   */
  Certificate certify(EvaluationRequest request, Coverage coverage, Attempts attempts) {
    return Certificate.of(
        request.tag(),
        dataset.content(),
        request.selection().columns(),
        coverage,
        manifest(),
        attempts);
  }

  long rows() {
    return dataset.rows();
  }
}
