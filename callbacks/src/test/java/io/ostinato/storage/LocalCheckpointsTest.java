package io.ostinato.storage;

import static org.assertj.core.api.Assertions.assertThat;

import io.ostinato.PythonTools;
import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LocalCheckpointsTest extends CheckpointsContract {
  @TempDir Path folder;

  @Override
  protected RunFiles files() {
    return LocalRunFiles.in(folder.resolve("checkpoints"));
  }

  @Test
  void pythonOpensTheWeightsOfACheckpoint() {
    Checkpoints.in(files()).save("E1_U10_S160", training("E1_U10_S160", 1));
    String read =
        PythonTools.python(
            "-c",
            """
            import json, sys
            from safetensors import safe_open
            with safe_open(sys.argv[1] + ".safetensors", "numpy") as f:
                print(sorted(f.metadata().items()))
                for key in sorted(f.keys()):
                    print(key, f.get_tensor(key).shape)
            sidecar = json.load(open(sys.argv[1] + ".json"))
            print(sidecar["iteration"], sidecar["runId"], sidecar["states"]["best"])
            """,
            folder.resolve("checkpoints").resolve("E1_U10_S160").toString());
    assertThat(read.lines())
        .containsExactly(
            "[('iteration', 'E1_U10_S160'), ('run_id', 'run')]",
            "a (3,)",
            "b (1000,)",
            "E1_U10_S160 run {'value': '0.1', 'nan': 'NaN'}");
  }

  @Test
  void aProcessThatIsKilledWhileItWritesLeavesACheckpointToGoOnFrom() throws Exception {
    Random random = new Random(11);
    for (int kill = 0; kill < 3; kill++) {
      Process writer =
          new ProcessBuilder(
                  Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                  "-cp",
                  System.getProperty("java.class.path"),
                  EndlessWriter.class.getName(),
                  folder.resolve("checkpoints").toString())
              .redirectErrorStream(true)
              .start();
      try (BufferedReader lines =
          new BufferedReader(
              new InputStreamReader(writer.getInputStream(), StandardCharsets.UTF_8))) {
        int saves = 3 + random.nextInt(20);
        for (int line = 0; line < saves; line++) {
          assertThat(lines.readLine()).startsWith("saved");
        }
      } finally {
        writer.destroyForcibly().waitFor();
      }
      Checkpoints checkpoints = Checkpoints.in(files());
      String latest = checkpoints.latest().orElseThrow();
      Checkpoint loaded = checkpoints.load(latest);
      assertThat(loaded.weights().manifest())
          .isEqualTo(
              weights(loaded.iteration().toString(), loaded.iteration().update())
                  .weights()
                  .manifest());
      for (String tag : checkpoints.tags()) {
        assertThat(checkpoints.load(tag).iteration().update()).isPositive();
      }
    }
  }

  /** Saves checkpoints until it is killed; half of them over one tag. */
  public static final class EndlessWriter {
    public static void main(String[] args) {
      Checkpoints checkpoints = Checkpoints.in(LocalRunFiles.in(Path.of(args[0])));
      for (int update = 1; ; update++) {
        String iteration = "E0_U%d_S%d".formatted(update, update);
        checkpoints.save(iteration, training(iteration, update));
        checkpoints.markLatest(iteration);
        checkpoints.save("best", weights(iteration, update));
        System.out.println("saved " + iteration);
      }
    }
  }
}
