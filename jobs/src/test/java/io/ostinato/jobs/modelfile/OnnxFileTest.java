package io.ostinato.jobs.modelfile;

import static org.assertj.core.api.Assertions.assertThat;

import io.ostinato.jobs.OnnxFixtures;
import io.ostinato.model.TorchModules;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.junit.jupiter.api.Test;

class OnnxFileTest {
  private final byte[] whole = OnnxFixtures.mlp(OnnxFixtures.weights(1));

  @Test
  void aWholeModelHasNoMistake() {
    assertThat(new OnnxFile(whole).mistake()).isEmpty();
    assertThat(new OnnxFile(OnnxFixtures.node("Sub", OnnxFixtures.FLOAT, 2, "less")).mistake())
        .isEmpty();
  }

  @Test
  void outputsThatAreNumbersAreNamedInTheirOrder() {
    assertThat(new OnnxFile(whole).outputs()).containsExactly("logits");
    assertThat(new OnnxFile(TorchModules.content("/outputs/classifier.onnx")).outputs())
        .containsExactly("label", "probabilities");
    assertThat(new OnnxFile(TorchModules.content("/outputs/classifier-text.onnx")).outputs())
        .containsExactly("probabilities");
  }

  @Test
  void aModelIsSeenToBeCutOffWhereverThatIs() {
    for (int bytes = 1; bytes < whole.length; bytes++) {
      assertThat(new OnnxFile(Arrays.copyOf(whole, bytes)).mistake())
          .contains(
              "the ONNX model is truncated after %s bytes; was it still being written?"
                  .formatted(bytes));
    }
  }

  @Test
  void whatIsNoModelIsToldFromOneThatIsCutOff() {
    for (String other : new String[] {"", "no model", "PK\u0003\u0004", "{\"a\":1}"}) {
      assertThat(new OnnxFile(other.getBytes(StandardCharsets.UTF_8)).mistake())
          .contains("it is not an ONNX model");
    }
  }

  @Test
  void weightsInAnotherFileAreNamedWithTheRemedy() {
    assertThat(new OnnxFile(OnnxFixtures.mlpWithWeightsElsewhere("E5.onnx.data")).mistake())
        .contains(
            "its weights are in another file, 'E5.onnx.data'; export a single file with"
                + " torch.onnx.export(…, external_data=False)");
  }

  @Test
  void outputsThatAreNoTensorsAreNamedWithTheRemedy() {
    assertThat(new OnnxFile(OnnxFixtures.sequence()).mistake())
        .contains(
            "its output 'scores' is not a tensor; convert a scikit-learn model with the option"
                + " zipmap=False");
  }
}
