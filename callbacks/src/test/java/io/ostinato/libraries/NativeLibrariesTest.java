package io.ostinato.libraries;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.djl.engine.EngineException;
import ai.djl.ndarray.NDManager;
import io.ostinato.evaluation.LocalEvaluationEngine;
import io.ostinato.training.TrainingLoop;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class NativeLibrariesTest {
  private static final String OTHER = "2.8.0a0+5228986c39";

  /** What a program does first, before it uses DJL itself. */
  private enum First {
    LOCAL_ENGINE,
    TRAINING_LOOP,
    ENGINE
  }

  @ParameterizedTest
  @EnumSource(First.class)
  void librariesOfTheClassPathAreTakenWhateverVersionTheEnvironmentNames(First first)
      throws Exception {
    assertThat(outputOf(first, Map.of("PYTORCH_VERSION", OTHER))).contains("sum 6.0");
  }

  @Test
  void anEmptyFolderIsNone() throws Exception {
    assertThat(outputOf(First.ENGINE, Map.of("PYTORCH_LIBRARY_PATH", ""))).contains("sum 6.0");
    assertThat(ClassPathNatives.overlooked(Map.of("PYTORCH_VERSION", OTHER))).isPresent();
    assertThat(ClassPathNatives.overlooked(Map.of("PYTORCH_VERSION", ""))).isEmpty();
    assertThat(
            ClassPathNatives.overlooked(
                Map.of("PYTORCH_VERSION", OTHER, "PYTORCH_LIBRARY_PATH", "/opt/torch/lib")))
        .isEmpty();
    assertThatThrownBy(
            () ->
                ClassPathNatives.overlooked(
                    Map.of("PYTORCH_VERSION", OTHER, "PYTORCH_LIBRARY_PATH", "")))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageStartingWith(
            "the environment sets PYTORCH_VERSION=2.8.0a0+5228986c39, and DJL ignores PyTorch 2.7.1")
        .hasMessageEndingWith(
            " on the class path because PYTORCH_LIBRARY_PATH is set but empty: unset"
                + " PYTORCH_LIBRARY_PATH");
  }

  @Test
  void whatTheEnvironmentHasToDoWithItIsToldByName() {
    EngineException failure = new EngineException("Failed to load", new UnsatisfiedLinkError("x"));
    assertThat(NativeLibraries.mistakeOf(failure, Map.of("PYTORCH_VERSION", "")))
        .isEqualTo(
            "can't load PyTorch's native libraries: Failed to load: UnsatisfiedLinkError: x");
    assertThat(
            NativeLibraries.mistakeOf(
                failure,
                Map.of("PYTORCH_LIBRARY_PATH", "/opt/torch/lib", "PYTORCH_VERSION", "2.8.0")))
        .endsWith(
            "; in DJL the environment (PYTORCH_LIBRARY_PATH=/opt/torch/lib and"
                + " PYTORCH_VERSION=2.8.0) takes precedence over the class path: unset it");
  }

  private static String outputOf(First first, Map<String, String> environment)
      throws IOException, InterruptedException {
    ProcessBuilder builder =
        new ProcessBuilder(
            Path.of(System.getProperty("java.home"), "bin", "java").toString(),
            "-Dai.djl.offline=true",
            "-cp",
            System.getProperty("java.class.path"),
            Load.class.getName(),
            first.name());
    builder.environment().putAll(environment);
    Process process = builder.redirectErrorStream(true).start();
    String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(process.waitFor(1, TimeUnit.MINUTES)).isTrue();
    return output;
  }

  /** What each process does. */
  static final class Load {
    private Load() {}

    public static void main(String[] args) {
      Object used =
          switch (First.valueOf(args[0])) {
            case LOCAL_ENGINE -> new LocalEvaluationEngine();
            case TRAINING_LOOP -> TrainingLoop.builder();
            case ENGINE -> NativeLibraries.engine();
          };
      try (NDManager manager = NDManager.newBaseManager()) {
        System.out.printf(
            "%s: sum %s%n",
            used.getClass().getSimpleName(),
            manager.create(new float[] {1, 2, 3}).sum().getFloat());
      }
    }
  }
}
