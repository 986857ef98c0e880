package io.ostinato.jobs;

import io.ostinato.spark.plugin.OstinatoPlugin;
import org.apache.spark.SparkConf;
import org.apache.spark.sql.SparkSession;

/** Spark sessions for the commands. */
public final class Sessions {
  private Sessions() {}

  /**
   * The session that spark-submit asks for; where nothing set a master, one on two threads of this
   * process that listens on the loopback interface only. The plugin is there in any case.
   */
  public static SparkSession start(String application) {
    SparkConf conf = new SparkConf();
    SparkSession.Builder builder = SparkSession.builder().appName(application);
    if (!conf.contains("spark.master")) {
      builder
          .master("local[2]")
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
   * With our jar for the executors: a standalone cluster gives a driver that runs on a worker what
   * {@code --packages} asks for, and its executors nothing of it.
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
