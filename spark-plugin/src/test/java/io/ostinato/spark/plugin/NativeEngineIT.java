package io.ostinato.spark.plugin;

import static org.assertj.core.api.Assertions.assertThat;

import ai.djl.engine.Engine;
import ai.djl.pytorch.jni.JniUtils;
import io.ostinato.libraries.NativeLibraries;
import io.ostinato.spark.TestJvm;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.apache.logging.log4j.Level;
import org.apache.logging.log4j.core.config.Configurator;
import org.apache.spark.SparkConf;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@Tag("spark35")
class NativeEngineIT {
  @TempDir Path cache;

  @Test
  void processesOfOneHostUnpackTheNativesWithoutARaceWhateverVersionTheirImagesName()
      throws Exception {
    List<Process> processes = new ArrayList<>();
    processes.add(start(Map.of("PYTORCH_VERSION", "2.8.0a0+5228986c39")));
    processes.add(start(Map.of()));
    processes.add(start(Map.of("PYTORCH_VERSION", "2.7.1+cu126")));
    for (Process process : processes) {
      String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
      assertThat(process.waitFor(2, TimeUnit.MINUTES)).isTrue();
      assertThat(process.exitValue()).as(output).isZero();
      assertThat(output).contains("sum 6.0 on 3 threads").doesNotContain("Warning: ");
    }
  }

  @Test
  void aProcessWaitsWhileAnotherUnpacks() throws Exception {
    Path lockFile = cache.resolve("ostinato-natives.lock");
    Process process;
    BufferedReader output;
    try (FileChannel channel =
            FileChannel.open(lockFile, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
        FileLock lock = channel.lock()) {
      assertThat(lock.isValid()).isTrue();
      process = start(Map.of());
      output = process.inputReader(StandardCharsets.UTF_8);
      assertThat(firstLineWith("waiting for another process", output)).isNotNull();
      try (Stream<Path> files = Files.list(cache)) {
        assertThat(files).as("nothing is unpacked yet").containsExactly(lockFile);
      }
    }
    assertThat(firstLineWith("sum 6.0", output)).isNotNull();
    assertThat(process.waitFor(2, TimeUnit.MINUTES)).isTrue();
  }

  private static @Nullable String firstLineWith(String words, BufferedReader output)
      throws IOException {
    String line = output.readLine();
    while (line != null && !line.contains(words)) {
      line = output.readLine();
    }
    return line;
  }

  private Process start(Map<String, String> environment) throws IOException {
    ProcessBuilder builder =
        new ProcessBuilder(
            TestJvm.java(),
            "-Dai.djl.offline=true",
            "-cp",
            System.getProperty("java.class.path"),
            Load.class.getName());
    builder.environment().putAll(environment);
    builder.environment().put("DJL_CACHE_DIR", cache.toString());
    return builder.redirectErrorStream(true).start();
  }

  /** What each process does. */
  static final class Load {
    private Load() {}

    public static void main(String[] args) {
      Configurator.setLevel(NativeLibraries.class.getName(), Level.INFO);
      Engine engine =
          NativeEngine.load(
              OstinatoSettings.of(new SparkConf(false).set("spark.ostinato.threads", "3")));
      try (var manager = engine.newBaseManager()) {
        manager.create(0f).set(new float[] {1}); // what libtorch warns of
        System.out.printf(
            "sum %s on %s threads%n",
            manager.create(new float[] {1, 2, 3}).sum().getFloat(), JniUtils.getNumThreads());
      }
    }
  }
}
