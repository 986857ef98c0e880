package io.ostinato.training;

import ai.djl.engine.EngineException;
import ai.djl.ndarray.NDArray;
import ai.djl.nn.Block;
import ai.djl.nn.Parameter;
import ai.djl.training.GradientCollector;
import ai.djl.training.Trainer;
import io.ostinato.libraries.GradientMode;
import io.ostinato.weights.SquareSum;
import java.util.List;

/**
 * The gradients of those parameters of a block that are currently not frozen, as accumulated by the
 * last backward passes; zero for parameters without any.
 */
final class Gradients {
  private final Block block;

  Gradients(Block block) {
    this.block = block;
  }

  /**
   * Opens the collector of a training's gradients.
   *
   * @throws IllegalStateException if there is one in this process that isn't part of a training
   */
  static GradientCollector collector(Trainer trainer) {
    if (GradientMode.isCollecting()) {
      throw new IllegalStateException(
          "another GradientCollector is open in this process, and DJL allows only one; close it"
              + " before training, or train with a TrainingLoop, which takes turns");
    }
    return trainer.newGradientCollector();
  }

  /** Whether any parameter isn't frozen. */
  boolean areWanted() {
    return !parameters().isEmpty();
  }

  /**
   * Adds the gradients of a loss, a single number.
   *
   * @return whether the loss has gradients; false if it doesn't depend on any parameter
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
   * Whether an array was computed from others that have a gradient. DJL doesn't expose this, but it
   * allows changing whether an array has a gradient only if it wasn't.
   */
  private static boolean isComputed(NDArray array) {
    try {
      array.setRequiresGradient(false);
      return false;
    } catch (EngineException isNoLeaf) {
      return true;
    }
  }

  /** The Euclidean norm of all gradients together, in float64; not finite if one of them isn't. */
  double norm() {
    return Math.sqrt(parameters().stream().mapToDouble(Gradients::sumOfSquares).sum());
  }

  private List<Parameter> parameters() {
    return block.getParameters().values().stream().filter(Parameter::requiresGradient).toList();
  }

  /** Clips the gradients, which have this norm. */
  void clip(GradientClipping clipping, double norm) {
    switch (clipping.kind()) {
      case NONE -> {}
      case NORM -> clipNorm(clipping.limit(), norm);
      case VALUE -> clipValue(clipping.limit());
    }
  }

  /** Sets the gradients to zero, even if they are not finite. */
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
