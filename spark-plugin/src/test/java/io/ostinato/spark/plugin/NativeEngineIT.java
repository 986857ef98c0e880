package io.ostinato.spark.plugin;

import static org.assertj.core.api.Assertions.assertThat;

import ai.djl.engine.Engine;
import ai.djl.pytorch.jni.JniUtils;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class NativeEngineIT {
  @TempDir Path cache;

  @Test
  void processesOfOneHostUnpackTheNativesWithoutARace() throws Exception {
    List<Process> processes = new ArrayList<>();
    for (int i = 0; i < 3; i++) {
      processes.add(start());
    }
    for (Process process : processes) {
      String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
      assertThat(process.waitFor(2, TimeUnit.MINUTES)).isTrue();
      assertThat(process.exitValue()).as(output).isZero();
      assertThat(output).contains("sum 6.0 on 3 threads");
    }
  }

  private Process start() throws IOException {
    ProcessBuilder builder =
        new ProcessBuilder(
            Path.of(System.getProperty("java.home"), "bin", "java").toString(),
            "-Dai.djl.offline=true",
            "-cp",
            System.getProperty("java.class.path"),
            Load.class.getName());
    builder.environment().put("DJL_CACHE_DIR", cache.toString());
    return builder.redirectErrorStream(true).start();
  }

  /** What each process does. */
  static final class Load {
    private Load() {}

    public static void main(String[] args) {
      Engine engine = NativeEngine.load(new OstinatoSettings(3, 1, 2));
      try (var manager = engine.newBaseManager()) {
        System.out.printf(
            "sum %s on %s threads%n",
            manager.create(new float[] {1, 2, 3}).sum().getFloat(), JniUtils.getNumThreads());
      }
    }
  }
}
