package io.ostinato.spark.engine;

import java.util.concurrent.Executor;
import org.apache.spark.TaskContext;
import org.apache.spark.TaskContext$;

/**
 * Makes a task's context available to its other threads, as in Spark's own helper threads: {@code
 * processData} may use it. Spark has no public API for this.
 */
final class InternalTaskContext {
  private InternalTaskContext() {}

  /** Wraps {@code workers} so that what they run has the context of the calling task. */
  static Executor on(Executor workers) {
    TaskContext context = TaskContext.get();
    return run ->
        workers.execute(
            () -> {
              TaskContext$.MODULE$.setTaskContext(context);
              try {
                run.run();
              } finally {
                TaskContext$.MODULE$.unset();
              }
            });
  }
}
