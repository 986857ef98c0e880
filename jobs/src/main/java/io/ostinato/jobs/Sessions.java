package io.ostinato.jobs;

import io.ostinato.spark.plugin.EnginePreload;
import io.ostinato.spark.plugin.GpuAmounts;
import io.ostinato.spark.plugin.OstinatoPlugin;
import io.ostinato.spark.plugin.OstinatoSettings;
import java.util.Map;
import org.apache.spark.SparkConf;
import org.apache.spark.sql.SparkSession;

/** Creates Spark sessions for the commands. */
public final class Sessions {
  private static final String LOCAL = "local[2]";

  private Sessions() {}

  /**
   * Starts a session as configured by spark-submit. If no master is set, the session runs on two
   * threads of this process and listens on the loopback interface only. Ostinato's plugin is always
   * enabled. Meanwhile the native engine is loaded on another thread, if the settings allow.
   *
   * @throws IllegalArgumentException if one of Ostinato's settings or an amount of GPUs is invalid,
   *     or Spark Connect is requested; thrown before Spark starts, whose own messages are less
   *     clear
   */
  public static SparkSession start(String application) {
    SparkConf conf = new SparkConf();
    refuseConnect(conf, System.getenv());
    boolean alone = !conf.contains("spark.master");
    GpuAmounts.of(conf.setIfMissing("spark.master", LOCAL)).refuseMistakes();
    EnginePreload.begin(conf, OstinatoSettings.of(conf));
    SparkSession.Builder builder = SparkSession.builder().appName(application);
    if (alone) {
      builder
          .master(LOCAL)
          .config("spark.driver.host", "127.0.0.1")
          .config("spark.driver.bindAddress", "127.0.0.1")
          .config("spark.ui.enabled", "false");
    }
    if (conf.contains("spark.jars.packages")) {
      builder.config("spark.jars", withJar(conf.get("spark.jars", ""), ownLocation()));
    }
    return builder.config("spark.plugins", withPlugin(conf.get("spark.plugins", ""))).getOrCreate();
  }

  /**
   * Refuses Spark Connect, whose sessions have no RDDs, instead of silently starting a local
   * session.
   */
  static void refuseConnect(SparkConf conf, Map<String, String> environment) {
    String asked = "";
    if (!conf.get("spark.remote", "").isBlank()) {
      asked = "spark.remote=" + conf.get("spark.remote");
    } else if (conf.get("spark.api.mode", "").strip().equalsIgnoreCase("connect")) {
      asked = "spark.api.mode=connect";
    } else if (!conf.contains("spark.master")
        && !environment.getOrDefault("SPARK_REMOTE", "").isBlank()) {
      asked = "SPARK_REMOTE=" + environment.get("SPARK_REMOTE") + " in the environment";
    }
    if (!asked.isEmpty()) {
      throw new IllegalArgumentException(
          "%s requests Spark Connect, which has no RDDs, and evaluations need them; remove it and"
                  .formatted(asked)
              + " set the cluster with spark-submit --master");
    }
  }

  /**
   * Adds our jar for the executors: in cluster mode, a standalone cluster makes the jars of {@code
   * --packages} available to the driver but not to the executors.
   */
  static String withJar(String jars, String location) {
    String name = location.substring(location.lastIndexOf('/') + 1);
    if (!name.endsWith(".jar") || jars.contains(name)) {
      return jars;
    }
    return jars.isBlank() ? location : jars + "," + location;
  }

  private static String ownLocation() {
    return Sessions.class.getProtectionDomain().getCodeSource().getLocation().toString();
  }

  static String withPlugin(String plugins) {
    String ours = OstinatoPlugin.class.getName();
    if (plugins.isBlank()) {
      return ours;
    }
    return plugins.contains(ours) ? plugins : plugins + "," + ours;
  }
}
