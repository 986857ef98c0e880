package io.ostinato.model;

import static org.assertj.core.api.Assertions.assertThat;

import io.ostinato.LogLines;
import io.ostinato.torchscript.ModuleFacts;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TrainingModeTest {
  @TempDir Path folder;

  @Test
  void whatTraceWroteInTrainingModeIsTold() throws IOException {
    assertThat(ModuleFacts.of(module("traced-in-training")).trainingMode())
        .hasValue(
            "computes as in training mode, regardless of its mode (dropout (p=0.5)); call"
                + " model.eval() before torch.jit.trace or torch.jit.script, and save it again");
    assertThat(ModuleFacts.of(module("traced-batch-norm")).trainingMode().orElse(""))
        .contains("(batch_norm (which updates its running statistics))");
    assertThat(ModuleFacts.of(module("traced-in-evaluation")).trainingMode()).isEmpty();
    assertThat(ModuleFacts.of(module("batch-statistics")).trainingMode())
        .as("it has no running statistics, and a mode")
        .isEmpty();
    assertThat(ModuleFacts.of(new byte[] {1, 2, 3}).trainingMode()).as("no module").isEmpty();
  }

  @Test
  void aFileInTrainingModeIsWarnedOfByName() throws IOException {
    Path file = Files.write(folder.resolve("net.pt"), module("traced-in-training"));
    assertThat(LogLines.of(() -> TorchScriptSource.snapshotOf(file)))
        .singleElement()
        .asString()
        .contains("'" + file + "' computes as in training");
  }

  private static byte[] module(String name) throws IOException {
    try (InputStream in =
        TrainingModeTest.class.getResourceAsStream("/torchscript/failing/" + name + ".pt")) {
      return Objects.requireNonNull(in, name).readAllBytes();
    }
  }
}
