package io.ostinato.evaluation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import ai.djl.training.loss.Loss;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class LossCallTest {
  private final NDManager manager = NDManager.newBaseManager();

  @AfterEach
  void close() {
    manager.close();
  }

  @Test
  void aLossThatIsNoSingleNumberIsNamedWithItsShape() {
    NDList both = new NDList(manager.ones(new Shape(4, 3)));
    assertThatThrownBy(() -> LossCall.mean(new PerElement(), both, both))
        .isInstanceOf(LossException.class)
        .hasMessage(
            "the loss 'per_element' has shape (4, 3) for 1 output, 0 (4, 3) and 1 target, 0 (4,"
                + " 3), but must be a scalar, the mean over the batch, as returned by loss.mean()");
    assertThat(LossCall.mean(Loss.l2Loss(), both, both).getFloat()).isZero();
  }

  @Test
  void aLossOfOneOutputThatGetsTwoIsToldWithBothSides() {
    NDArray logits = manager.ones(new Shape(4, 3));
    logits.setName("logits");
    NDList outputs = new NDList(logits, manager.ones(new Shape(4, 8)));
    NDList targets = new NDList(manager.zeros(new Shape(4)));
    assertThatThrownBy(() -> LossCall.mean(Loss.softmaxCrossEntropyLoss(), targets, outputs))
        .isInstanceOf(LossException.class)
        .hasMessageStartingWith(
            "the loss 'SoftmaxCrossEntropyLoss' failed for 2 outputs, logits (4, 3), 1 (4, 8) and 1"
                + " target, 0 (4): ")
        .hasMessageEndingWith(
            "; most losses compare one output with one target: use a loss that takes all of these");
  }

  @Test
  void aPartThatIsNoSingleNumberIsNamed() {
    NDList both = new NDList(manager.ones(new Shape(4, 3)));
    LossWithParts loss =
        new LossWithParts("two_parts") {
          @Override
          public LossParts evaluateParts(NDList labels, NDList predictions) {
            NDArray each = predictions.get(0).mean(new int[] {1});
            return new LossParts(each.mean(), Map.of("each", each));
          }
        };
    assertThatThrownBy(() -> LossCall.parts(loss, both, both))
        .isInstanceOf(LossException.class)
        .hasMessageStartingWith(
            "the part 'each' of the loss 'two_parts' has shape (4) for 1 output")
        .hasMessageEndingWith(", as returned by loss.mean()");
  }

  private static final class PerElement extends Loss {
    PerElement() {
      super("per_element");
    }

    @Override
    public NDArray evaluate(NDList labels, NDList predictions) {
      return predictions.get(0).sub(labels.get(0));
    }
  }
}
