package io.ostinato.training;

import io.ostinato.callback.CallbackEvaluation;
import io.ostinato.callback.DataIteratorConfig;
import io.ostinato.evaluation.EvaluationException;
import io.ostinato.evaluation.EvaluationResults;
import io.ostinato.text.Excerpt;
import java.util.ArrayList;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The evaluations that callbacks will request in one hook. Those with the same dataset, rows,
 * columns, batch size and weights run together when the first of them is requested, except those
 * whose results are written by the executors. If that fails, each runs separately, so that the
 * failure is attributed to its callback. If a callback changes the weights in between, the
 * remaining ones run together again. Not thread-safe.
 */
final class SharedEvaluations {
  private static final Logger log = LoggerFactory.getLogger(TrainingLoop.class);

  private final Function<List<CallbackEvaluation>, List<EvaluationResults>> together;
  private final Function<CallbackEvaluation, String> manifest;
  private final List<CallbackEvaluation> planned = new ArrayList<>();
  private final List<List<CallbackEvaluation>> groups = new ArrayList<>();
  private final Map<CallbackEvaluation, EvaluationResults> done = new IdentityHashMap<>();

  /**
   * Creates an empty plan.
   *
   * @param together runs evaluations together, and returns the results in their order
   * @param manifest the hash of the weights that an evaluation would use now
   */
  SharedEvaluations(
      Function<List<CallbackEvaluation>, List<EvaluationResults>> together,
      Function<CallbackEvaluation, String> manifest) {
    this.together = together;
    this.manifest = manifest;
  }

  /** Plans the evaluations that will be requested until {@link #clear}. */
  void plan(List<CallbackEvaluation> evaluations) {
    clear();
    planned.addAll(evaluations);
    group(evaluations);
  }

  private void group(List<CallbackEvaluation> evaluations) {
    for (CallbackEvaluation evaluation : evaluations) {
      groups.stream()
          .filter(group -> canShare(group.get(0).config(), evaluation.config()))
          .findFirst()
          .ifPresentOrElse(
              group -> group.add(evaluation),
              () -> groups.add(new ArrayList<>(List.of(evaluation))));
    }
    groups.removeIf(group -> group.size() == 1);
  }

  /** The results of an evaluation that is shared with others; empty if it isn't shared. */
  Optional<EvaluationResults> find(CallbackEvaluation evaluation) {
    EvaluationResults before = done.get(evaluation);
    if (before != null && !before.manifest().equals(manifest.apply(evaluation))) {
      forgetThoseLike(evaluation);
    }
    Optional<List<CallbackEvaluation>> group =
        groups.stream()
            .filter(g -> g.stream().anyMatch(member -> member == evaluation))
            .findFirst();
    group.ifPresent(this::run);
    return Optional.ofNullable(done.remove(evaluation));
  }

  /** Clears the plan, and closes results that were not requested. */
  void clear() {
    planned.clear();
    groups.clear();
    done.values().forEach(EvaluationResults::close);
    done.clear();
  }

  /** Plans again the evaluations that ran with this one and were not yet requested. */
  private void forgetThoseLike(CallbackEvaluation evaluation) {
    List<CallbackEvaluation> again =
        planned.stream()
            .filter(done::containsKey)
            .filter(other -> canShare(other.config(), evaluation.config()))
            .toList();
    for (CallbackEvaluation other : again) {
      EvaluationResults stale = done.remove(other);
      if (stale != null) {
        stale.close();
      }
    }
    group(again);
  }

  private void run(List<CallbackEvaluation> group) {
    groups.remove(group);
    try {
      List<EvaluationResults> results = together.apply(List.copyOf(group));
      for (int i = 0; i < group.size(); i++) {
        done.put(group.get(i), results.get(i));
      }
    } catch (EvaluationException e) {
      log.warn(
          "callbacks that are due together are evaluated separately: {}",
          Excerpt.ofMessage(String.valueOf(e.getMessage())));
      log.debug("why they are evaluated separately", e);
    }
  }

  private static boolean canShare(DataIteratorConfig one, DataIteratorConfig other) {
    return one.passTerms().allowSharingWith(other.passTerms())
        && one.datasetKey().equals(other.datasetKey())
        && one.weights().equals(other.weights());
  }
}
