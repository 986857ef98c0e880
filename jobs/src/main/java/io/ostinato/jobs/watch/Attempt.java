package io.ostinato.jobs.watch;

import java.nio.file.Path;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The evaluation of one checkpoint: its result, or the failure that is to be recorded for it. */
final class Attempt {
  private static final Logger log = LoggerFactory.getLogger(Attempt.class);

  private final ModelEvaluation.@Nullable Report report;
  private final @Nullable Throwable failure;

  private Attempt(ModelEvaluation.@Nullable Report report, @Nullable Throwable failure) {
    this.report = report;
    this.failure = failure;
  }

  /**
   * Evaluates a model. If that fails although the data can be read, it is evaluated once more,
   * since the data may have been unreadable only for a moment.
   *
   * @throws RuntimeException if the failure affects all models, and not just this one
   */
  static Attempt of(ModelEvaluation evaluation, Path model) {
    Attempt first = once(evaluation, model);
    if (first.failure == null || !evaluation.mayBeOfTheData(first.failure)) {
      return first;
    }
    log.info("evaluating {} once more: {}", model, evaluation.problemOf(first.failure));
    return once(evaluation, model);
  }

  private static Attempt once(ModelEvaluation evaluation, Path model) {
    try {
      return new Attempt(evaluation.evaluate(model), null);
    } catch (Exception | Error e) { // a model may need too much memory, or classes that are missing
      if (isOfTheMachine(e)) {
        throw e;
      }
      Optional<RuntimeException> cause = evaluation.beyondTheModel(e);
      if (cause.isPresent()) {
        throw cause.get();
      }
      log.debug("can't evaluate {}", model, e);
      return new Attempt(null, e);
    }
  }

  /** Whether this process can't go on, unlike after a lack of memory or of stack. */
  private static boolean isOfTheMachine(Throwable e) {
    return e instanceof VirtualMachineError
        && !(e instanceof OutOfMemoryError)
        && !(e instanceof StackOverflowError);
  }

  /** Why it can't be evaluated; empty if it was. */
  Optional<Throwable> failure() {
    return Optional.ofNullable(failure);
  }

  /** The result, unless there is a {@link #failure}. */
  ModelEvaluation.Report report() {
    return Objects.requireNonNull(report, "the evaluation failed");
  }
}
