package io.ostinato.jobs;

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
 * here, and what Spark logs with a stack trace. Executor, TaskSetManager and others each log the
 * failure of a task, with a trace, and then throw it; a command tells it in one line. That line
 * would stand behind hundreds of others. Log files, and what has no trace, are left alone.
 */
final class SparkTraces {
  private static final String SPARK = "org.apache.spark.";
  private static final String NATIVE_HADOOP = "org.apache.hadoop.util.NativeCodeLoader";
  private static final String FRAME = "\n\tat ";

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
              || (event.getLoggerName().startsWith(SPARK) && hasTrace(event));
      return hidden && !wanted.getAsBoolean() ? onMatch : onMismatch;
    }

    private static boolean hasTrace(LogEvent event) {
      return event.getThrown() != null || event.getMessage().getFormattedMessage().contains(FRAME);
    }
  }
}
