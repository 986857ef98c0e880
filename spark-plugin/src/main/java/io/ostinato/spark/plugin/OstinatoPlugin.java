package io.ostinato.spark.plugin;

import com.codahale.metrics.Gauge;
import io.ostinato.spark.resident.EvaluationCounters;
import io.ostinato.spark.resident.EvaluationCounters.Counter;
import io.ostinato.spark.resident.ResidentModels;
import java.util.List;
import java.util.Map;
import org.apache.spark.SparkContext;
import org.apache.spark.api.plugin.DriverPlugin;
import org.apache.spark.api.plugin.ExecutorPlugin;
import org.apache.spark.api.plugin.PluginContext;
import org.apache.spark.api.plugin.SparkPlugin;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Makes an application ready for evaluations: {@code
 * spark.plugins=io.ostinato.spark.plugin.OstinatoPlugin}.
 *
 * <p>The driver half checks the settings, so that mistakes stop the application before it starts,
 * and turns the compression of broadcasts off unless {@code spark.broadcast.compress} is set. The
 * executor half loads the native engine with its number of threads before anything else can, tells
 * the driver how many rows tasks have run, and closes the resident models at the end.
 */
public final class OstinatoPlugin implements SparkPlugin {
  /** The executor of local mode, which is the driver's process. */
  private static final String DRIVER = "driver";

  private static final String COMPRESS = "spark.broadcast.compress";
  private static final String BLOCK_SIZE = "spark.broadcast.blockSize";

  @Override
  public DriverPlugin driverPlugin() {
    return new Driver();
  }

  @Override
  public ExecutorPlugin executorPlugin() {
    return new Executor();
  }

  /** Shows what evaluations cost in this process among Spark's metrics. */
  private static void register(PluginContext plugin) {
    EvaluationCounters counters = ResidentModels.ofThisProcess().counters();
    for (Counter counter : Counter.values()) {
      plugin.metricRegistry().register(counter.metric(), (Gauge<Long>) () -> counters.get(counter));
    }
  }

  private static final class Driver implements DriverPlugin {
    @Override
    public Map<String, String> init(SparkContext context, PluginContext plugin) {
      GpuAmounts.of(plugin.conf()).check();
      OstinatoSettings.of(plugin.conf());
      // Weights are what is broadcast here, and floating-point numbers don't get smaller. Spark
      // asks for this setting whenever it broadcasts, so it still has its effect.
      plugin.conf().setIfMissing(COMPRESS, "false");
      // A block costs two questions to the driver; a parcel of weights fits into one.
      plugin.conf().setIfMissing(BLOCK_SIZE, "16m");
      return Map.of();
    }

    @Override
    public @Nullable Object receive(@Nullable Object message) {
      ResidentModels.ofThisProcess().rowReports().receive(message);
      return null;
    }

    @Override
    public void registerMetrics(String appId, PluginContext plugin) {
      register(plugin);
    }
  }

  private static final class Executor implements ExecutorPlugin {
    private static final Logger log = LoggerFactory.getLogger(OstinatoPlugin.class);

    @Override
    public void init(PluginContext plugin, Map<String, String> fromDriver) {
      OstinatoSettings settings = OstinatoSettings.of(plugin.conf());
      // The driver half does it where there is one process, and knows the application's id by then;
      // here Spark's metrics system would warn that it doesn't.
      if (!plugin.executorID().equals(DRIVER)) {
        register(plugin);
      }
      ResidentModels.ofThisProcess().rowReports().sendBy(plugin::send);
      try {
        log.info("Ostinato is ready with {}", NativeEngine.load(settings));
        List<String> gpus =
            ResidentModels.ofThisProcess().devices().ofExecutor(plugin.resources().get("gpu"));
        if (!gpus.isEmpty()) {
          log.info("the GPUs of this executor: {}", String.join(", ", gpus));
        }
      } catch (RuntimeException | LinkageError e) {
        // An executor that dies here would be started again and again; the first evaluation fails
        // with the same message instead.
        log.error("this executor can't evaluate; are the right natives on its class path?", e);
      }
    }

    @Override
    public void shutdown() {
      ResidentModels.ofThisProcess().closeAll();
    }
  }
}
