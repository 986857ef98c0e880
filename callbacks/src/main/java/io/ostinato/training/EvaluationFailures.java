package io.ostinato.training;

import io.ostinato.evaluation.EvaluationException;
import io.ostinato.evaluation.EvaluationFailure;
import io.ostinato.evaluation.EvaluationRequest;
import io.ostinato.evaluation.EvaluationResults;
import io.ostinato.evaluation.EvaluationRetries;
import io.ostinato.evaluation.OnFailure;
import io.ostinato.tracking.PendingMetrics;
import io.ostinato.tracking.RunSummary;
import io.ostinato.training.CallbackRun.Purpose;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Runs evaluations of one moment by their policies, and keeps those that failed or were skipped
 * although training continues. Not thread-safe: used by one thread at a time.
 */
final class EvaluationFailures {
  private static final Logger log = LoggerFactory.getLogger(TrainingLoop.class);

  private final Purpose purpose;
  private final List<EvaluationFailure> ofMoment = new ArrayList<>();
  private final Set<String> skipped = new TreeSet<>();

  /**
   * Without failures. Outside a training, where nothing could continue, all failures are thrown.
   */
  EvaluationFailures(Purpose purpose) {
    this.purpose = purpose;
  }

  /**
   * Runs an evaluation, repeatedly if it fails and its policy says so.
   *
   * @throws ToleratedFailure if the last attempt fails and training continues
   * @throws EvaluationException if the last attempt fails
   */
  EvaluationResults run(
      EvaluationRequest request, Function<EvaluationRequest, EvaluationResults> engine) {
    OnFailure policy = request.policy().onFailure();
    try {
      return EvaluationRetries.run(request.tag(), policy, () -> engine.apply(request));
    } catch (EvaluationException | Error e) {
      Optional<EvaluationException> failure = EvaluationRetries.failureOf(request.tag(), e);
      if (failure.isEmpty()
          || policy.then() == OnFailure.Then.FAIL
          || purpose != Purpose.TRAINING) {
        throw e;
      }
      throw tolerated(request, failure.get());
    }
  }

  /**
   * Runs evaluations that share a pass, once: if it fails, each of them runs on its own, by its own
   * policy.
   *
   * @throws EvaluationException if one of them fails, also with an error such as too little memory
   */
  List<EvaluationResults> runTogether(
      List<EvaluationRequest> requests,
      Function<List<EvaluationRequest>, List<EvaluationResults>> engine) {
    try {
      return engine.apply(requests);
    } catch (Error e) {
      throw EvaluationRetries.failureOf(requests.get(0).tag(), e).orElseThrow(() -> e);
    }
  }

  /** Records that the evaluation of a callback was left out, since too many were under way. */
  void skip(String callback) {
    skipped.add(callback);
  }

  /**
   * Writes {@code failed_evaluations/{callback}} and {@code skipped_evaluations/{callback}}, the
   * number of such evaluations of the run so far, for each callback that has one at this moment.
   */
  void count(RunSummary before, PendingMetrics metrics) {
    Map<String, Long> failed =
        ofMoment.stream()
            .collect(
                Collectors.groupingBy(
                    failure -> failure.tag().callback(), TreeMap::new, Collectors.counting()));
    failed.forEach(
        (callback, count) ->
            add(RunSummary.FAILED_EVALUATIONS + callback, count, callback, before, metrics));
    skipped.forEach(
        callback -> add(RunSummary.SKIPPED_EVALUATIONS + callback, 1, callback, before, metrics));
  }

  private static void add(
      String key, long count, String callback, RunSummary before, PendingMetrics metrics) {
    RunSummary.Value earlier = before.last().get(key);
    metrics.writerFor(callback).addScalar(key, count + (earlier == null ? 0 : earlier.value()));
  }

  /** The callbacks whose evaluations were skipped at this moment. */
  Set<String> skippedCallbacks() {
    return Set.copyOf(skipped);
  }

  /** The callbacks whose evaluations have failed at this moment. */
  Set<String> callbacks() {
    return ofMoment.stream().map(failure -> failure.tag().callback()).collect(Collectors.toSet());
  }

  private ToleratedFailure tolerated(EvaluationRequest request, EvaluationException failure) {
    int attempts = request.policy().onFailure().attempts();
    log.warn(
        "{}: the evaluation failed{}; training continues without its results: {}",
        request.tag(),
        attempts == 1 ? "" : " after %s attempts".formatted(attempts),
        failure.problem());
    log.debug("{} failed", request.tag(), failure);
    ofMoment.add(new EvaluationFailure(request.tag(), attempts, failure.problem()));
    return new ToleratedFailure(failure);
  }
}
