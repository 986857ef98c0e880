package io.ostinato.evaluation;

import static org.assertj.core.api.Assertions.assertThat;

import io.ostinato.LogLines;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ModuleCodeTest {
  @TempDir Path folder;

  @Test
  void whatTraceWroteInTrainingModeIsTold() throws IOException {
    assertThat(ModuleCode.of(module("traced-in-training")).trainingMode())
        .hasValue(
            "computes as in training whatever its mode is (dropout); call model.eval() before"
                + " torch.jit.trace, and save it again");
    assertThat(ModuleCode.of(module("traced-batch-norm")).trainingMode().orElse(""))
        .contains("(batch_norm)");
    assertThat(ModuleCode.of(module("traced-in-evaluation")).trainingMode()).isEmpty();
    assertThat(ModuleCode.of(module("batch-statistics")).trainingMode())
        .as("it has no running statistics, and a mode")
        .isEmpty();
    assertThat(ModuleCode.of(new byte[] {1, 2, 3}).trainingMode()).as("no module").isEmpty();
  }

  @Test
  void onlyWhatIsConstantlyOnIsTrainingMode() {
    assertThat(inTraining("torch.feature_dropout_(torch.relu(x, [1, 2]), 0.5, True)"))
        .isEqualTo("feature_dropout_");
    assertThat(inTraining("torch.dropout(x, 0.5, self.training)")).isEmpty();
    assertThat(inTraining("torch.dropout(x, 0., True)")).as("drops nothing").isEmpty();
    assertThat(inTraining("torch.batch_norm(x, w, b, None, None, True, 0.1, 1e-05, True)"))
        .as("no running statistics to take instead")
        .isEmpty();
    assertThat(inTraining("torch.lstm(x, [h, c], [w, v], True, 1, 0.5, True, False, True)"))
        .isEqualTo("lstm");
    assertThat(inTraining("torch.lstm(x, [h, c], [w, v], True, 1, 0., True, False, True)"))
        .isEmpty();
    assertThat(inTraining("torch.gru(x, h, [w], True, 2, 0.5, False, False, True)")).isEmpty();
    assertThat(inTraining("torch.scaled_dot_product_attention(q, k, v, None, 0.1)"))
        .isEqualTo("scaled_dot_product_attention");
    assertThat(inTraining("torch.scaled_dot_product_attention(q, k, v, None, 0., True)")).isEmpty();
    assertThat(inTraining("torch.scaled_dot_product_attention(q, k, v, None, p)")).isEmpty();
    assertThat(inTraining("torch.dropout(x, 0.5, True")).as("cut off").isEmpty();
  }

  @Test
  void aFileInTrainingModeIsWarnedOfByName() throws IOException {
    Path file = Files.write(folder.resolve("net.pt"), module("traced-in-training"));
    assertThat(LogLines.of(() -> TorchScriptSource.snapshotOf(file)))
        .singleElement()
        .asString()
        .contains("'" + file + "' computes as in training");
  }

  private static String inTraining(String call) {
    String code = "  def forward(self,\n    x: Tensor) -> Tensor:\n    _0 = " + call;
    String told = new ModuleCode(List.of(code)).trainingMode().orElse("");
    return told.isEmpty() ? "" : told.substring(told.indexOf('(') + 1, told.indexOf(')'));
  }

  private static byte[] module(String name) throws IOException {
    try (InputStream in =
        ModuleCodeTest.class.getResourceAsStream("/torchscript/failing/" + name + ".pt")) {
      return Objects.requireNonNull(in, name).readAllBytes();
    }
  }
}
