package io.ostinato.notebook.zeppelin;

import io.ostinato.notebook.display.CellFailures;
import java.util.concurrent.Callable;

/**
 * Shortens what a paragraph shows of a failure on an executor: the message stays, and of the stack
 * trace the lines that a user can change. Otherwise, traces of Spark fill several screens.
 */
public final class ParagraphFailures {
  private ParagraphFailures() {}

  /**
   * Runs work, such as a training: {@code ParagraphFailures.shortened(() => training.run())} in
   * Scala.
   *
   * @return what the work returns
   * @throws Throwable what the work throws, with short stack traces
   */
  public static <T> T shortened(Callable<T> work) throws Throwable {
    try {
      return work.call();
    } catch (Exception | Error e) {
      throw CellFailures.shortened(e);
    }
  }
}
