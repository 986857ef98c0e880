package io.ostinato.notebook.jupyter;

import io.ostinato.notebook.display.CellFailures;
import java.lang.reflect.Field;
import java.lang.reflect.InvocationTargetException;
import java.util.List;
import java.util.concurrent.AbstractExecutorService;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.RunnableFuture;
import java.util.concurrent.TimeUnit;
import org.dflib.jjava.jupyter.kernel.BaseKernel;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The threads in which the kernel runs cells, with {@linkplain CellFailures short failures}. The
 * kernel has no extension point for how exceptions are shown: it asks the exception for its
 * message, stack trace and causes where a cell ends.
 */
final class CellThreads extends AbstractExecutorService {
  /** {@code -Dostinato.notebook.traces=full} leaves failures as they are. */
  static final String TRACES = "ostinato.notebook.traces";

  private static final Logger log = LoggerFactory.getLogger(CellThreads.class);

  private final ExecutorService threads;

  CellThreads(ExecutorService threads) {
    this.threads = threads;
  }

  /** Replaces the threads of a kernel; does nothing in a kernel that has other ones. */
  static void installIn(BaseKernel kernel) {
    if ("full".equals(System.getProperty(TRACES))) {
      return;
    }
    try {
      Object evaluator = kernel.getClass().getMethod("getEvaluator").invoke(kernel);
      Object control = accessible(evaluator, "execControl").get(evaluator);
      Field executor = accessible(control, "executor");
      executor.set(control, new CellThreads((ExecutorService) executor.get(control)));
    } catch (ReflectiveOperationException | RuntimeException e) {
      log.info("this kernel shows stack traces of failures whole: {}", e.toString());
    }
  }

  private static Field accessible(Object object, String field) throws NoSuchFieldException {
    Field found = object.getClass().getDeclaredField(field);
    found.setAccessible(true);
    return found;
  }

  @Override
  protected <T> RunnableFuture<T> newTaskFor(Callable<T> cell) {
    return super.newTaskFor(() -> run(cell));
  }

  private static <T> T run(Callable<T> cell) throws Exception {
    try {
      return cell.call();
    } catch (InvocationTargetException e) {
      throw e.getCause() == null
          ? e
          : new InvocationTargetException(CellFailures.shortened(e.getCause()));
    }
  }

  @Override
  public void execute(Runnable task) {
    threads.execute(task);
  }

  @Override
  public void shutdown() {
    threads.shutdown();
  }

  @Override
  public List<Runnable> shutdownNow() {
    return threads.shutdownNow();
  }

  @Override
  public boolean isShutdown() {
    return threads.isShutdown();
  }

  @Override
  public boolean isTerminated() {
    return threads.isTerminated();
  }

  @Override
  public boolean awaitTermination(long timeout, TimeUnit unit) throws InterruptedException {
    return threads.awaitTermination(timeout, unit);
  }
}
