package io.ostinato.jobs;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class SessionsTest {

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
