package io.ostinato.training;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.nn.Block;
import ai.djl.nn.Parameter;
import java.util.List;

/** The gradients of a block's parameters, as the last backward passes left them. */
final class Gradients {
  private final List<Parameter> parameters;

  Gradients(Block block) {
    this.parameters =
        block.getParameters().values().stream().filter(Parameter::requiresGradient).toList();
  }

  /** Bounds the gradients; returns their norm before that where it is what is bounded, else 0. */
  double clip(GradientClipping clipping) {
    return switch (clipping.kind()) {
      case NONE -> 0;
      case NORM -> clipNorm(clipping.limit());
      case VALUE -> clipValue(clipping.limit());
    };
  }

  /** Forgets the gradients, whatever they hold. */
  void clear() {
    for (Parameter parameter : parameters) {
      try (NDArray gradient = parameter.getArray().getGradient();
          NDArray zeros = gradient.zerosLike()) {
        zeros.copyTo(gradient);
      }
    }
  }

  private double clipNorm(double limit) {
    double norm = Math.sqrt(parameters.stream().mapToDouble(Gradients::sumOfSquares).sum());
    if (norm > limit && Double.isFinite(norm)) {
      for (Parameter parameter : parameters) {
        try (NDArray gradient = parameter.getArray().getGradient()) {
          gradient.muli((float) (limit / norm));
        }
      }
    }
    return norm;
  }

  private double clipValue(double limit) {
    for (Parameter parameter : parameters) {
      try (NDArray gradient = parameter.getArray().getGradient();
          NDArray bounded = gradient.clip((float) -limit, (float) limit)) {
        bounded.copyTo(gradient);
      }
    }
    return 0;
  }

  private static double sumOfSquares(Parameter parameter) {
    try (NDManager scope = parameter.getArray().getManager().newSubManager();
        NDArray gradient = parameter.getArray().getGradient()) {
      NDArray squares = gradient.square();
      squares.attach(scope);
      NDArray sum = squares.sum();
      sum.attach(scope);
      NDArray value = sum.toType(DataType.FLOAT64, true);
      value.attach(scope);
      return value.getDouble();
    }
  }
}
