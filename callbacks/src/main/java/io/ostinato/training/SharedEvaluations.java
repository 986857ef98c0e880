package io.ostinato.training;

import io.ostinato.callback.CallbackEvaluation;
import io.ostinato.callback.DataIteratorConfig;
import io.ostinato.evaluation.EvaluationException;
import io.ostinato.evaluation.EvaluationResults;
import java.util.ArrayList;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Evaluations that callbacks will ask for within one hook. Those of the same dataset, rows,
 * columns, batch size and weights run together when the first of them is asked for, but for those
 * whose results the executors write; if that fails, each runs on its own, so that the failure finds
 * its owner. Where a callback has changed the weights meanwhile, those that are still to come run
 * together again. Belongs to the thread that trains.
 */
final class SharedEvaluations {
  private static final Logger log = LoggerFactory.getLogger(TrainingLoop.class);

  private final Function<List<CallbackEvaluation>, List<EvaluationResults>> together;
  private final Function<CallbackEvaluation, String> manifest;
  private final List<CallbackEvaluation> planned = new ArrayList<>();
  private final List<List<CallbackEvaluation>> groups = new ArrayList<>();
  private final Map<CallbackEvaluation, EvaluationResults> done = new IdentityHashMap<>();

  /**
   * Nothing is planned yet.
   *
   * @param together evaluates, and gives the results in the order of the evaluations
   * @param manifest the hash of the weights that an evaluation would have now
   */
  SharedEvaluations(
      Function<List<CallbackEvaluation>, List<EvaluationResults>> together,
      Function<CallbackEvaluation, String> manifest) {
    this.together = together;
    this.manifest = manifest;
  }

  /** What will be asked for until {@link #clear}. */
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

  /** The results of an evaluation that others shared, or share from now on. */
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

  /** Forgets what was planned, and closes what nobody took. */
  void clear() {
    planned.clear();
    groups.clear();
    done.values().forEach(EvaluationResults::close);
    done.clear();
  }

  /** Plans those anew that ran with this one, and that nobody has taken. */
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
      log.warn("callbacks that are due together are evaluated one by one: {}", e.getMessage());
    }
  }

  private static boolean canShare(DataIteratorConfig one, DataIteratorConfig other) {
    return one.passTerms().allowSharingWith(other.passTerms())
        && one.datasetKey().equals(other.datasetKey())
        && one.weights().equals(other.weights());
  }
}
