package io.ostinato.jobs.train;

import io.ostinato.callback.Callback;
import io.ostinato.callback.PeriodicDataIteratorCallback;
import io.ostinato.jobs.config.Bound;
import io.ostinato.jobs.config.Mistakes;
import io.ostinato.storage.Checkpoint;
import io.ostinato.storage.LocalRunFiles;
import io.ostinato.storage.RunFiles;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import org.apache.spark.sql.SparkSession;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Runs the callbacks of a configuration once, at a checkpoint. Their output goes to a run of its
 * own, so that the checkpoint's run is not modified.
 */
final class RunEvaluation {
  private static final Logger log = LoggerFactory.getLogger(RunEvaluation.class);

  private final Bound<RunConfig> bound;
  private final SparkSession spark;
  private final RunTraining training;

  RunEvaluation(Bound<RunConfig> bound, SparkSession spark, RunTraining training) {
    this.bound = bound;
    this.spark = spark;
    this.training = training;
  }

  /**
   * Evaluates a checkpoint.
   *
   * @param kept the run in which to store the evaluation; empty to store none
   * @throws io.ostinato.jobs.config.ConfigurationException if there is no such checkpoint, or it
   *     lacks the weights for all evaluating callbacks
   */
  MomentReport at(CheckpointChoice choice, List<KeptRun> kept) {
    long start = System.nanoTime();
    Checkpoint checkpoint = choice.load(spark);
    Set<Callback> leftOut = withoutWeights(checkpoint);
    CapturedMetrics metrics = new CapturedMetrics(bound.value().metricProperties());
    if (kept.isEmpty()) {
      RunFiles temporary = temporary();
      try {
        training.evaluate(checkpoint, leftOut, KeptRun.temporary(temporary), metrics);
      } finally {
        temporary.deleteFolder();
      }
    } else {
      training.evaluate(checkpoint, leftOut, kept.get(0), metrics);
    }
    return new MomentReport(
        checkpoint.runId(),
        checkpoint.iteration(),
        metrics.metrics(),
        (System.nanoTime() - start) / 1e9);
  }

  /**
   * The callbacks to skip, by identity: those that evaluate averaged weights, if the checkpoint has
   * no averages. They would otherwise start averaging from the trained weights.
   */
  private Set<Callback> withoutWeights(Checkpoint checkpoint) {
    List<PeriodicDataIteratorCallback> skipped = new ArrayList<>();
    boolean isAnyLeft = false;
    for (Callback callback : bound.value().callbacks()) {
      if (callback instanceof PeriodicDataIteratorCallback evaluating) {
        if (checkpoint.isResumable() || evaluating.config().weights().isEmpty()) {
          isAnyLeft = true;
        } else {
          skipped.add(evaluating);
        }
      }
    }
    if (!isAnyLeft) {
      refuse(skipped, checkpoint);
    } else if (!skipped.isEmpty()) {
      log.warn(
          "the checkpoint at {} has no averages beside its weights, so these callbacks are skipped:"
              + " {}",
          checkpoint.iteration(),
          skipped.stream()
              .map(one -> "'%s'".formatted(one.name()))
              .collect(Collectors.joining(", ")));
    }
    Set<Callback> leftOut = Collections.newSetFromMap(new IdentityHashMap<>());
    leftOut.addAll(skipped);
    return leftOut;
  }

  private void refuse(List<PeriodicDataIteratorCallback> skipped, Checkpoint checkpoint) {
    Mistakes mistakes = new Mistakes();
    for (PeriodicDataIteratorCallback one : skipped) {
      mistakes.add(
          bound.placeOf(one),
          "callback '%s' evaluates the weights '%s', and the checkpoint at %s has only those that"
                  .formatted(one.name(), one.config().weights(), checkpoint.iteration())
              + " are trained; evaluate at one that has all of the training, or leave 'weights'"
              + " out");
    }
    mistakes.throwIfAny();
  }

  private static RunFiles temporary() {
    try {
      return LocalRunFiles.in(Files.createTempDirectory("ostinato-evaluation"));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
