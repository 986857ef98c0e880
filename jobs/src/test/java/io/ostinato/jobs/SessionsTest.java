package io.ostinato.jobs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.Map;
import org.apache.spark.SparkConf;
import org.junit.jupiter.api.Test;

class SessionsTest {

  @Test
  void mistakesInSettingsAreToldBeforeSparkStarts() {
    assertThat(mistake("spark.executor.resource.gpu.amount", "x"))
        .contains(
            "spark.executor.resource.gpu.amount=x is not allowed; it must be a number of at least"
                + " 0");
    assertThat(mistake("spark.task.resource.gpu.amount", "2"))
        .contains(
            "spark.task.resource.gpu.amount=2, but spark.executor.resource.gpu.amount is not");
    assertThat(mistake("spark.ostinato.blocks.store", "much"))
        .contains("spark.ostinato.blocks.store");
  }

  @Test
  void sparkConnectIsRefusedByTheNameOfWhatAsksForIt() {
    assertThat(mistake("spark.remote", "sc://host:15002"))
        .isEqualTo(
            "spark.remote=sc://host:15002 requests Spark Connect, which has no RDDs, and evaluations"
                + " need them; remove it and set the cluster with spark-submit --master");
    assertThat(mistake("spark.api.mode", "connect")).startsWith("spark.api.mode=connect requests");
    Map<String, String> environment = Map.of("SPARK_REMOTE", "sc://host");
    assertThatThrownBy(() -> Sessions.refuseConnect(new SparkConf(false), environment))
        .hasMessageStartingWith("SPARK_REMOTE=sc://host in the environment requests Spark Connect");
    SparkConf classic = new SparkConf(false).setMaster("yarn").set("spark.api.mode", "classic");
    assertThatCode(() -> Sessions.refuseConnect(classic, environment)).doesNotThrowAnyException();
  }

  private static String mistake(String key, String value) {
    Map<String, String> settings = Map.of("spark.master", "spark://127.0.0.1:1", key, value);
    settings.forEach(System::setProperty);
    try {
      IllegalArgumentException mistake =
          assertThrows(IllegalArgumentException.class, () -> Sessions.start("nothing").stop());
      return String.valueOf(mistake.getMessage());
    } finally {
      settings.keySet().forEach(System::clearProperty);
    }
  }

  @Test
  void executorsGetOurJarOnce() {
    String jar = "file:/ivy/jars/io.ostinato_jobs-0.1.0.jar";
    assertThat(Sessions.withJar("", jar)).isEqualTo(jar);
    assertThat(Sessions.withJar("a.jar", jar)).isEqualTo("a.jar," + jar);
    assertThat(Sessions.withJar("a.jar," + jar, jar)).isEqualTo("a.jar," + jar);
    assertThat(Sessions.withJar("a.jar", "file:/target/classes/")).isEqualTo("a.jar");
  }

  @Test
  void ourPluginJoinsThoseThatAreThere() {
    String ours = "io.ostinato.spark.plugin.OstinatoPlugin";
    assertThat(Sessions.withPlugin("")).isEqualTo(ours);
    assertThat(Sessions.withPlugin("a.Plugin")).isEqualTo("a.Plugin," + ours);
    assertThat(Sessions.withPlugin(ours)).isEqualTo(ours);
  }
}
