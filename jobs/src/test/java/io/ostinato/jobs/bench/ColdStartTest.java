package io.ostinato.jobs.bench;

import static org.assertj.core.api.Assertions.assertThat;

import io.ostinato.spark.SparkFolder;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ColdStartTest {

  @Test
  void theClassPathNamesEachJarInAFixedOrder(@TempDir Path home) throws IOException {
    Path jars = Files.createDirectories(home.resolve("jars"));
    for (String name : List.of("spark.jar", "hadoop.jar", "Scala.jar")) {
      Files.createFile(jars.resolve(name));
    }
    Path jar = home.resolve("ostinato-jobs.jar");
    assertThat(new ColdStart(home, jar, home).oneClassPath())
        .containsExactly(
            "--driver-class-path",
            "%s:%s:%s:%s:%s"
                .formatted(
                    jar,
                    SparkFolder.natives(),
                    jars.resolve("Scala.jar"),
                    jars.resolve("hadoop.jar"),
                    jars.resolve("spark.jar")));
  }
}
