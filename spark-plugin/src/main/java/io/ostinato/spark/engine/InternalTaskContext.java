package io.ostinato.spark.engine;

import java.util.concurrent.Executor;
import org.apache.spark.TaskContext;
import org.apache.spark.TaskContext$;

/**
 * Lets other threads of a task find its context, as Spark's own helper threads do: {@code
 * processData} may ask for it. Spark has no public way to say so.
 */
final class InternalTaskContext {
  private InternalTaskContext() {}

  /** The threads of {@code workers}, in the context of the task that calls. */
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
