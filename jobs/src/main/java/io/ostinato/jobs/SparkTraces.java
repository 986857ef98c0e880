package io.ostinato.jobs;

import io.ostinato.spark.plugin.OstinatoPlugin;
import java.util.List;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;
import org.apache.logging.log4j.LogManager;
import org.apache.logging.log4j.core.Appender;
import org.apache.logging.log4j.core.LogEvent;
import org.apache.logging.log4j.core.LoggerContext;
import org.apache.logging.log4j.core.appender.ConsoleAppender;
import org.apache.logging.log4j.core.config.Configuration;
import org.apache.logging.log4j.core.filter.AbstractFilter;
import org.apache.spark.SparkConf;
import org.apache.spark.SparkEnv;

/**
 * Hides log messages on the console that are of no use to users: that Hadoop has no native library,
 * or ONNX Runtime no CUDA library when no GPUs are configured, and the failures that Spark logs
 * before it throws them. Executor, TaskSetManager and others each log the same failure with a stack
 * trace; the command itself reports it in one line, which would follow hundreds of others. Also
 * hides the stack trace of a missing native engine in an executor that is this process; other
 * executors have logs of their own. Log files and all other messages are not affected.
 */
final class SparkTraces {
  private static final String SPARK = "org.apache.spark.";
  private static final String PLUGIN = OstinatoPlugin.class.getName();
  private static final String ONNX_RUNTIME = "ai.djl.onnxruntime.engine.OrtEngine";
  private static final String NO_CUDA = "CUDA is not supported";
  private static final String NATIVE_HADOOP = "org.apache.hadoop.util.NativeCodeLoader";

  /**
   * Parts of messages that repeat a failure: a stack trace, an aborted task, a block that couldn't
   * be computed, or that no longer existed when it was to be removed.
   */
  private static final List<String> THROWN_AGAIN =
      List.of(
          "\n\tat ",
          "; aborting job",
          " failed due to exception ",
          " could not be removed as it was not found ",
          "Asked to remove block ");

  /** Spark's settings of amounts of GPUs. */
  private static final List<String> GPUS =
      List.of("executor", "task", "driver").stream()
          .map("spark.%s.resource.gpu.amount"::formatted)
          .toList();

  private SparkTraces() {}

  /**
   * Hides these messages from now on, even if Spark or the user reconfigures logging later.
   *
   * @param wanted whether to show them all the same; asked for each message
   */
  static void hideUnless(BooleanSupplier wanted) {
    try {
      Hidden.addTo(wanted);
    } catch (LinkageError e) {
      return; // another logging library is in use, with its own settings
    }
  }

  /**
   * Whether a message is hidden.
   *
   * @param logger the name of the logger
   * @param text the message
   * @param isWithTrace whether an exception is logged with it
   * @param conf Spark's settings
   */
  static boolean isHidden(
      String logger, String text, boolean isWithTrace, Supplier<SparkConf> conf) {
    if (logger.startsWith(SPARK)) {
      return isWithTrace || THROWN_AGAIN.stream().anyMatch(text::contains);
    } else if (logger.equals(ONNX_RUNTIME)) {
      return text.startsWith(NO_CUDA) && !hasGpus(conf.get());
    }
    return logger.equals(NATIVE_HADOOP) || (logger.equals(PLUGIN) && isWithTrace);
  }

  private static boolean hasGpus(SparkConf conf) {
    return GPUS.stream().anyMatch(key -> !conf.get(key, "0").matches("0*(?:\\.0*)?"));
  }

  /** The settings of the running session, or those that a new session would have. */
  private static SparkConf conf() {
    SparkEnv env = SparkEnv.get();
    return env == null ? new SparkConf() : env.conf();
  }

  /** A separate class, since Log4j may be missing. */
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
          isHidden(
              event.getLoggerName(),
              event.getMessage().getFormattedMessage(),
              event.getThrown() != null,
              SparkTraces::conf);
      return hidden && !wanted.getAsBoolean() ? onMatch : onMismatch;
    }
  }
}
