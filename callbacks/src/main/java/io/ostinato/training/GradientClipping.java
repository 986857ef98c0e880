package io.ostinato.training;

import io.ostinato.describe.FromKeys;
import io.ostinato.describe.Key;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * How gradients are bounded before the optimizer's step.
 *
 * @param kind what is bounded
 * @param limit a finite number above 0; not used for {@link Kind#NONE}
 */
public record GradientClipping(Kind kind, double limit) {

  /** What is bounded. */
  public enum Kind {
    NONE,
    /** The Euclidean norm of all gradients together; they are scaled by one factor. */
    NORM,
    /** Each element by itself. */
    VALUE
  }

  public GradientClipping {
    if (kind != Kind.NONE && !(limit > 0 && Double.isFinite(limit))) {
      throw new IllegalArgumentException(
          "gradients are clipped at a finite number above 0; given: " + limit);
    }
  }

  /** As a configuration writes it. */
  @FromKeys
  static GradientClipping of(
      @Key(value = "Maximum norm of all gradients together.", optional = true, above = 0)
          @Nullable Double norm,
      @Key(value = "Maximum absolute value of each gradient element.", optional = true, above = 0)
          @Nullable Double value) {
    if ((norm == null) == (value == null)) {
      throw new IllegalArgumentException("give exactly one of norm and value");
    }
    return norm != null ? byNorm(norm) : byValue(Objects.requireNonNull(value));
  }

  public static GradientClipping none() {
    return new GradientClipping(Kind.NONE, 0);
  }

  /**
   * Scales all gradients by {@code limit / norm} where their joint Euclidean norm exceeds the limit
   * (Pascanu, Mikolov and Bengio, On the difficulty of training recurrent neural networks, 2013).
   */
  public static GradientClipping byNorm(double limit) {
    return new GradientClipping(Kind.NORM, limit);
  }

  /** Bounds each element to {@code [-limit, limit]}. */
  public static GradientClipping byValue(double limit) {
    return new GradientClipping(Kind.VALUE, limit);
  }
}
