package io.ostinato.spark.plugin;

import com.codahale.metrics.Gauge;
import io.ostinato.spark.resident.LocalMode;
import io.ostinato.spark.resident.ProcessRegistry;
import io.ostinato.spark.status.EvaluationCounters;
import io.ostinato.spark.status.EvaluationCounters.Counter;
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
 * The Spark plugin that prepares an application for evaluations. Enable it with {@code
 * spark.plugins=io.ostinato.spark.plugin.OstinatoPlugin}.
 *
 * <p>On the driver it checks the settings, so that invalid ones fail the application at its start.
 * If weights are sent as broadcasts to other processes, it disables the compression of broadcasts
 * unless {@code spark.broadcast.compress} is set, and sets {@code spark.broadcast.blockSize} to 16
 * MiB unless it is set. On executors it loads the native engine with its number of threads before
 * other code can, reports to the driver how many rows tasks have run and why an executor ends
 * itself, and closes the resident models at shutdown. If {@link EnginePreload} is loading the
 * engine of a local application, its start doesn't wait.
 */
public final class OstinatoPlugin implements SparkPlugin {
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

  /** Registers the evaluation counters of this process as Spark metrics. */
  private static void register(PluginContext plugin) {
    EvaluationCounters counters = ProcessRegistry.ofThisProcess().counters();
    for (Counter counter : Counter.values()) {
      plugin.metricRegistry().register(counter.metric(), (Gauge<Long>) () -> counters.get(counter));
    }
  }

  private static final class Driver implements DriverPlugin {
    private @Nullable SparkContext context;

    @Override
    public Map<String, String> init(SparkContext application, PluginContext plugin) {
      GpuAmounts.of(plugin.conf()).check();
      WeightTransfer transfer = OstinatoSettings.of(plugin.conf()).weights().transfer();
      context = application;
      if (transfer == WeightTransfer.BROADCASTS && !application.isLocal()) {
        // Floating-point numbers hardly compress. Each block costs two requests to the driver, and
        // a parcel of weights fits into one block. Spark reads both settings at each broadcast, so
        // setting them here still takes effect.
        plugin.conf().setIfMissing(COMPRESS, "false");
        plugin.conf().setIfMissing(BLOCK_SIZE, "16m");
      }
      return Map.of();
    }

    @Override
    public @Nullable Object receive(@Nullable Object message) {
      ProcessRegistry.ofThisProcess().rowReports().receive(message);
      ProcessRegistry.ofThisProcess().farewells().receive(message);
      return null;
    }

    @Override
    public void registerMetrics(String appId, PluginContext plugin) {
      register(plugin);
      if (context != null) {
        StatusPublication.begin(context, OstinatoSettings.of(plugin.conf()));
      }
    }
  }

  private static final class Executor implements ExecutorPlugin {
    private static final Logger log = LoggerFactory.getLogger(OstinatoPlugin.class);

    @Override
    public void init(PluginContext plugin, Map<String, String> fromDriver) {
      OstinatoSettings settings = OstinatoSettings.of(plugin.conf());
      // In local mode the driver registers them, once the application's id is known; here, Spark's
      // metrics system would warn that it is not.
      if (!LocalMode.isDriver(plugin.executorID())) {
        register(plugin);
      }
      ProcessRegistry.ofThisProcess().rowReports().sendBy(plugin::send);
      ProcessRegistry.ofThisProcess().farewells().sayBy(plugin::ask);
      if (LocalMode.isDriver(plugin.executorID())) {
        EnginePreload.afterwards(() -> prepare(settings, plugin));
      } else {
        prepare(settings, plugin);
      }
    }

    private static void prepare(OstinatoSettings settings, PluginContext plugin) {
      try {
        log.info("Ostinato is ready with {}", NativeEngine.load(settings));
        List<String> gpus =
            ProcessRegistry.ofThisProcess().devices().ofExecutor(plugin.resources().get("gpu"));
        if (!gpus.isEmpty()) {
          log.info("the GPUs of this executor: {}", String.join(", ", gpus));
        }
      } catch (RuntimeException | LinkageError e) {
        // Spark would restart an executor that fails here again and again. Instead, the first
        // evaluation fails with the same message.
        log.error("this executor can't evaluate; are the right natives on its class path?", e);
      }
    }

    @Override
    public void shutdown() {
      ProcessRegistry.ofThisProcess().closeAll();
    }
  }
}
