package io.ostinato.notebook.display;

import java.lang.reflect.Field;
import java.lang.reflect.InaccessibleObjectException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Shortens what the kernel shows of a failure: the message stays, and of the stack trace the lines
 * that a user can change. Otherwise, a failure on an executor fills several screens, with the same
 * message several times among traces of Spark.
 */
public final class CellFailures {
  private static final Logger log = LoggerFactory.getLogger(CellFailures.class);

  /** The packages of cells, in JShell and in Spark's shell. */
  private static final List<String> CELLS = List.of("REPL.", "$line");

  private static final String SPARK = "org.apache.spark.";

  private static final String OSTINATO = "io.ostinato.";

  /** Lines of these are left out, but for the first one. */
  private static final List<String> LIBRARIES =
      List.of("ai.djl.", "com.sun.", OSTINATO, "java.", "jdk.", SPARK, "py4j.", "scala.", "sun.");

  private static final int MOST_LINES = 20;

  private CellFailures() {}

  /**
   * Shortens a failure in place: leaves out lines of libraries, wrappers of Spark, and causes that
   * only repeat a message.
   *
   * @return the failure, or its cause if the failure is a wrapper
   */
  public static Throwable shortened(Throwable thrown) {
    List<Throwable> kept = new ArrayList<>();
    for (Throwable each : causes(thrown)) {
      if (!isWrapper(each) && (kept.isEmpty() || !isRepetition(kept.get(kept.size() - 1), each))) {
        kept.add(each);
      }
    }
    for (int i = 0; i < kept.size(); i++) {
      Throwable each = kept.get(i);
      each.setStackTrace(lines(each));
      setCause(each, i + 1 < kept.size() ? kept.get(i + 1) : null);
    }
    return kept.isEmpty() ? thrown : kept.get(0);
  }

  /** A throwable and its causes, each once. */
  private static List<Throwable> causes(Throwable thrown) {
    Set<Throwable> seen = Collections.newSetFromMap(new IdentityHashMap<>());
    List<Throwable> inOrder = new ArrayList<>();
    for (Throwable each = thrown; each != null && seen.add(each); each = each.getCause()) {
      inOrder.add(each);
    }
    return inOrder;
  }

  private static boolean isWrapper(Throwable thrown) {
    return thrown.getCause() != null
        && (thrown instanceof ExecutionException || thrown.getClass().getName().startsWith(SPARK));
  }

  /** Whether an exception has neither a message of its own nor a line of a cell. */
  private static boolean isRepetition(Throwable before, Throwable thrown) {
    String text = Objects.requireNonNullElse(thrown.getMessage(), thrown.getClass().getName());
    return String.valueOf(before.getMessage()).contains(text)
        && Arrays.stream(thrown.getStackTrace()).noneMatch(CellFailures::isOfCell);
  }

  private static StackTraceElement[] lines(Throwable thrown) {
    StackTraceElement[] trace = thrown.getStackTrace();
    boolean isExplained = trace.length > 0 && isExplained(thrown, trace[0]);
    return IntStream.range(0, trace.length)
        .filter(line -> line == 0 && !isExplained || !isOfLibrary(trace[line]))
        .limit(MOST_LINES)
        .mapToObj(line -> trace[line])
        .toArray(StackTraceElement[]::new);
  }

  /** Whether Ostinato has thrown it on purpose: then its message says what is wrong. */
  private static boolean isExplained(Throwable thrown, StackTraceElement where) {
    return where.getClassName().startsWith(OSTINATO)
        && (thrown instanceof IllegalArgumentException
            || thrown instanceof IllegalStateException
            || thrown.getClass().getName().startsWith(OSTINATO));
  }

  private static boolean isOfCell(StackTraceElement line) {
    return CELLS.stream().anyMatch(line.getClassName()::startsWith);
  }

  private static boolean isOfLibrary(StackTraceElement line) {
    return LIBRARIES.stream().anyMatch(line.getClassName()::startsWith);
  }

  /** Spark needs {@code java.lang} to be open anyway; otherwise, causes stay as they are. */
  private static void setCause(Throwable effect, @Nullable Throwable cause) {
    if (effect.getCause() == cause) {
      return;
    }
    try {
      Field field = Throwable.class.getDeclaredField("cause");
      field.setAccessible(true);
      field.set(effect, cause);
    } catch (ReflectiveOperationException | InaccessibleObjectException e) {
      log.debug("the causes of a failure can't be shortened", e);
    }
  }
}
