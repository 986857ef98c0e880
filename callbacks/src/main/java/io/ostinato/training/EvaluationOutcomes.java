package io.ostinato.training;

import io.ostinato.callback.CallbackEvaluation;
import io.ostinato.evaluation.EvaluationException;
import io.ostinato.evaluation.EvaluationResults;
import io.ostinato.libraries.Reason;
import java.util.ArrayList;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * How evaluations that ran beside training have ended, until their callbacks take the results.
 * Thread-safe.
 */
final class EvaluationOutcomes {
  private record Outcome(@Nullable EvaluationResults results, @Nullable Throwable failure) {}

  private final Map<CallbackEvaluation, Outcome> outcomes = new IdentityHashMap<>();
  private boolean isClosed;

  /** Runs an evaluation and keeps its outcome, whatever it is. */
  void keep(CallbackEvaluation evaluation, Supplier<EvaluationResults> run) {
    Outcome outcome;
    try {
      outcome = new Outcome(run.get(), null);
    } catch (Throwable e) { // including undeclared checked exceptions of Spark
      outcome = new Outcome(null, e);
    }
    add(evaluation, outcome);
  }

  /**
   * The results of an evaluation, which the caller must close; empty if it has not run.
   *
   * @throws RuntimeException or an error, with which the evaluation has ended
   */
  synchronized Optional<EvaluationResults> take(CallbackEvaluation evaluation) {
    Outcome outcome = outcomes.remove(evaluation);
    if (outcome == null) {
      return Optional.empty();
    }
    if (outcome.failure() instanceof Error error) {
      throw error;
    }
    if (outcome.failure() instanceof RuntimeException failure) {
      throw failure;
    }
    if (outcome.failure() != null) {
      throw EvaluationException.failed(
          MomentEvaluations.tag(evaluation), Reason.of(outcome.failure()), outcome.failure());
    }
    return Optional.ofNullable(outcome.results());
  }

  /** Closes all results that were not taken, and those that are still to come. */
  void close() {
    List<Outcome> rest;
    synchronized (this) {
      isClosed = true;
      rest = new ArrayList<>(outcomes.values());
      outcomes.clear();
    }
    rest.forEach(EvaluationOutcomes::close);
  }

  private void add(CallbackEvaluation evaluation, Outcome outcome) {
    synchronized (this) {
      if (!isClosed) {
        outcomes.put(evaluation, outcome);
        return;
      }
    }
    close(outcome);
  }

  private static void close(Outcome outcome) {
    EvaluationResults results = outcome.results();
    if (results != null) {
      results.close();
    }
  }
}
