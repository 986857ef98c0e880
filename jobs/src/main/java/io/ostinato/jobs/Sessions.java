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
    return builder.config("spark.plugins", withPlugin(conf.get("spark.plugins", ""))).getOrCreate();
  }

  static String withPlugin(String plugins) {
    String ours = OstinatoPlugin.class.getName();
    if (plugins.isBlank()) {
      return ours;
    }
    return plugins.contains(ours) ? plugins : plugins + "," + ours;
  }
}
