package io.ostinato.training;

import ai.djl.engine.EngineException;
import ai.djl.ndarray.NDArray;
import ai.djl.nn.Block;
import ai.djl.nn.Parameter;
import ai.djl.training.GradientCollector;
import io.ostinato.weights.SquareSum;
import java.util.List;

/**
 * The gradients of those parameters of a block that are not frozen now, as the last backward passes
 * left them; zeros where none has come to a parameter.
 */
final class Gradients {
  private final Block block;

  Gradients(Block block) {
    this.block = block;
  }

  /** Whether there is a parameter that isn't frozen. */
  boolean areWanted() {
    return !parameters().isEmpty();
  }

  /**
   * Adds those of a loss, a single number.
   *
   * @return whether it has any; false if no parameter goes into it
   */
  boolean add(GradientCollector collector, NDArray loss) {
    try {
      collector.backward(loss);
      return true;
    } catch (EngineException e) {
      if (isComputed(loss)) {
        throw e;
      }
      return false;
    }
  }

  /**
   * Whether an array is the result of others that have a gradient. DJL doesn't tell; but only of
   * those that aren't may it be changed whether they have one.
   */
  private static boolean isComputed(NDArray array) {
    try {
      array.setRequiresGradient(false);
      return false;
    } catch (EngineException isNoLeaf) {
      return true;
    }
  }

  /** Their joint Euclidean norm, summed in float64; not finite if one of them isn't. */
  double norm() {
    return Math.sqrt(parameters().stream().mapToDouble(Gradients::sumOfSquares).sum());
  }

  private List<Parameter> parameters() {
    return block.getParameters().values().stream().filter(Parameter::requiresGradient).toList();
  }

  /** Bounds the gradients, whose norm this is. */
  void clip(GradientClipping clipping, double norm) {
    switch (clipping.kind()) {
      case NONE -> {}
      case NORM -> clipNorm(clipping.limit(), norm);
      case VALUE -> clipValue(clipping.limit());
    }
  }

  /** Forgets the gradients, whatever they hold. */
  void clear() {
    for (Parameter parameter : parameters()) {
      try (NDArray gradient = parameter.getArray().getGradient();
          NDArray zeros = gradient.zerosLike()) {
        zeros.copyTo(gradient);
      }
    }
  }

  private void clipNorm(double limit, double norm) {
    if (norm > limit) {
      for (Parameter parameter : parameters()) {
        try (NDArray gradient = parameter.getArray().getGradient()) {
          gradient.muli((float) (limit / norm));
        }
      }
    }
  }

  private void clipValue(double limit) {
    for (Parameter parameter : parameters()) {
      try (NDArray gradient = parameter.getArray().getGradient();
          NDArray bounded = gradient.clip((float) -limit, (float) limit)) {
        bounded.copyTo(gradient);
      }
    }
  }

  private static double sumOfSquares(Parameter parameter) {
    try (NDArray gradient = parameter.getArray().getGradient()) {
      return SquareSum.of(gradient);
    }
  }
}
