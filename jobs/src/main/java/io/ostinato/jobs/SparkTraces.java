package io.ostinato.jobs;

import java.util.List;
import java.util.function.BooleanSupplier;
import org.apache.logging.log4j.LogManager;
import org.apache.logging.log4j.core.Appender;
import org.apache.logging.log4j.core.LogEvent;
import org.apache.logging.log4j.core.LoggerContext;
import org.apache.logging.log4j.core.appender.ConsoleAppender;
import org.apache.logging.log4j.core.config.Configuration;
import org.apache.logging.log4j.core.filter.AbstractFilter;

/**
 * What is no concern of the user's, off the console: that Hadoop has no native library of its own
 * here, and what Spark logs of a failure before it throws it: Executor, TaskSetManager and others
 * each do, with a stack trace, and some that they give up. A command tells it in one line, which
 * would stand behind hundreds of others. Log files, and all else, are left alone.
 */
final class SparkTraces {
  private static final String SPARK = "org.apache.spark.";
  private static final String NATIVE_HADOOP = "org.apache.hadoop.util.NativeCodeLoader";

  /**
   * A stack trace, a task that is given up, and a block that couldn't be made for the same reason.
   */
  private static final List<String> THROWN_AGAIN =
      List.of(
          "\n\tat ",
          "; aborting job",
          " failed due to exception ",
          " could not be removed as it was not found ");

  private SparkTraces() {}

  /** From now on, also where Spark or the user configures the log later. */
  static void hideUnless(BooleanSupplier wanted) {
    try {
      Hidden.addTo(wanted);
    } catch (LinkageError e) {
      return; // logging is something else, and has settings of its own
    }
  }

  /** A class of its own, since Log4j may not be there. */
  private static final class Hidden extends AbstractFilter {
    private final BooleanSupplier wanted;

    Hidden(BooleanSupplier wanted) {
      super(Result.DENY, Result.NEUTRAL);
      this.wanted = wanted;
    }

    static void addTo(BooleanSupplier wanted) {
      if (LogManager.getContext(false) instanceof LoggerContext context) {
        addTo(context.getConfiguration(), wanted);
        context.addPropertyChangeListener(
            change -> {
              if (change.getNewValue() instanceof Configuration later) {
                addTo(later, wanted);
              }
            });
      }
    }

    private static void addTo(Configuration configuration, BooleanSupplier wanted) {
      for (Appender appender : configuration.getAppenders().values()) {
        if (appender instanceof ConsoleAppender console) {
          console.addFilter(new Hidden(wanted));
        }
      }
    }

    @Override
    public Result filter(LogEvent event) {
      boolean hidden =
          event.getLoggerName().equals(NATIVE_HADOOP)
              || (event.getLoggerName().startsWith(SPARK) && isThrownAgain(event));
      return hidden && !wanted.getAsBoolean() ? onMatch : onMismatch;
    }

    private static boolean isThrownAgain(LogEvent event) {
      String text = event.getMessage().getFormattedMessage();
      return event.getThrown() != null || THROWN_AGAIN.stream().anyMatch(text::contains);
    }
  }
}
