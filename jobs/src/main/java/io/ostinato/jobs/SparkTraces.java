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
 * What is no concern of the user's, off the console: that Hadoop has no native library of its own
 * here, nor ONNX Runtime one for GPUs where none was asked for, and what Spark logs of a failure
 * before it throws it: Executor, TaskSetManager and others each do, with a stack trace, and some
 * that they give up. A command tells it in one line, which would stand behind hundreds of others.
 * So would the trace of an executor that has no engine, where the executor is this process; others
 * have logs of their own. Log files, and all else, are left alone.
 */
final class SparkTraces {
  private static final String SPARK = "org.apache.spark.";
  private static final String PLUGIN = OstinatoPlugin.class.getName();
  private static final String ONNX_RUNTIME = "ai.djl.onnxruntime.engine.OrtEngine";
  private static final String NO_CUDA = "CUDA is not supported";
  private static final String NATIVE_HADOOP = "org.apache.hadoop.util.NativeCodeLoader";

  /**
   * A stack trace, a task that is given up, and a block that couldn't be made for the same reason,
   * or wasn't there any more when it was to be removed.
   */
  private static final List<String> THROWN_AGAIN =
      List.of(
          "\n\tat ",
          "; aborting job",
          " failed due to exception ",
          " could not be removed as it was not found ",
          "Asked to remove block ");

  /** Spark's settings of who has GPUs. */
  private static final List<String> GPUS =
      List.of("executor", "task", "driver").stream()
          .map("spark.%s.resource.gpu.amount"::formatted)
          .toList();

  private SparkTraces() {}

  /** From now on, also where Spark or the user configures the log later. */
  static void hideUnless(BooleanSupplier wanted) {
    try {
      Hidden.addTo(wanted);
    } catch (LinkageError e) {
      return; // logging is something else, and has settings of its own
    }
  }

  /**
   * Whether it is hidden.
   *
   * @param logger its name
   * @param text that is logged
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

  /** Those of the session that runs, or those that it would begin with. */
  private static SparkConf conf() {
    SparkEnv env = SparkEnv.get();
    return env == null ? new SparkConf() : env.conf();
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
          isHidden(
              event.getLoggerName(),
              event.getMessage().getFormattedMessage(),
              event.getThrown() != null,
              SparkTraces::conf);
      return hidden && !wanted.getAsBoolean() ? onMatch : onMismatch;
    }
  }
}
