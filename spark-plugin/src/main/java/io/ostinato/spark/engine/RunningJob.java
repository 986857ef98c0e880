package io.ostinato.spark.engine;

import io.ostinato.evaluation.EvaluationException;
import io.ostinato.evaluation.EvaluationTag;
import io.ostinato.progress.Progress;
import io.ostinato.progress.ProgressDisplay;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.stream.IntStream;
import org.apache.spark.SparkStageInfo;
import org.apache.spark.api.java.JavaFutureAction;
import org.apache.spark.api.java.JavaSparkContext;

/** A job that is waited for, while its tasks are counted. */
record RunningJob<T>(List<EvaluationTag> tags, JavaFutureAction<List<T>> action, int tasks) {
  private static final long POLL_MILLIS = 100;

  /**
   * Its result.
   *
   * @throws EvaluationException if it failed or this thread was interrupted; the job is cancelled
   *     then
   */
  List<T> await(JavaSparkContext context, ProgressDisplay display) {
    try (Progress progress = display.start(tags.get(0).toString(), tasks, "tasks")) {
      while (true) {
        try {
          return action.get(POLL_MILLIS, TimeUnit.MILLISECONDS);
        } catch (TimeoutException e) {
          progress.update(completedTasks(context), "");
        }
      }
    } catch (InterruptedException e) {
      action.cancel(true);
      Thread.currentThread().interrupt();
      throw new EvaluationException("%s was interrupted".formatted(tags.get(0)), e);
    } catch (ExecutionException e) {
      throw Failures.asEvaluationException(tags, e);
    }
  }

  private long completedTasks(JavaSparkContext context) {
    return action.jobIds().stream()
        .map(job -> context.statusTracker().getJobInfo(job))
        .filter(job -> job != null)
        .flatMapToInt(job -> IntStream.of(job.stageIds()))
        .mapToObj(stage -> context.statusTracker().getStageInfo(stage))
        .filter(stage -> stage != null && stage.numTasks() == tasks)
        .mapToInt(SparkStageInfo::numCompletedTasks)
        .max()
        .orElse(0);
  }
}
