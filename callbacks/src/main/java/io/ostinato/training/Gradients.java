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

  /** Their joint Euclidean norm, summed in float64; not finite if one of them isn't. */
  double norm() {
    return Math.sqrt(parameters.stream().mapToDouble(Gradients::sumOfSquares).sum());
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
    for (Parameter parameter : parameters) {
      try (NDArray gradient = parameter.getArray().getGradient();
          NDArray zeros = gradient.zerosLike()) {
        zeros.copyTo(gradient);
      }
    }
  }

  private void clipNorm(double limit, double norm) {
    if (norm > limit) {
      for (Parameter parameter : parameters) {
        try (NDArray gradient = parameter.getArray().getGradient()) {
          gradient.muli((float) (limit / norm));
        }
      }
    }
  }

  private void clipValue(double limit) {
    for (Parameter parameter : parameters) {
      try (NDArray gradient = parameter.getArray().getGradient();
          NDArray bounded = gradient.clip((float) -limit, (float) limit)) {
        bounded.copyTo(gradient);
      }
    }
  }

  private static double sumOfSquares(Parameter parameter) {
    try (NDManager scope = parameter.getArray().getManager().newSubManager();
        NDArray gradient = parameter.getArray().getGradient()) {
      NDArray exact = gradient.toType(DataType.FLOAT64, true);
      exact.attach(scope);
      NDArray squares = exact.square();
      squares.attach(scope);
      NDArray sum = squares.sum();
      sum.attach(scope);
      return sum.getDouble();
    }
  }
}
