package io.ostinato.training;

import io.ostinato.describe.FromKeys;
import io.ostinato.describe.Key;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * How gradients are clipped before the optimizer's step.
 *
 * @param kind what is limited
 * @param limit a finite number above 0; not used for {@link Kind#NONE}
 */
public record GradientClipping(Kind kind, double limit) {

  /** What is limited. */
  public enum Kind {
    /** No clipping. */
    NONE,
    /** The Euclidean norm of all gradients together; all are scaled by the same factor. */
    NORM,
    /** Each element individually. */
    VALUE
  }

  public GradientClipping {
    if (kind != Kind.NONE && !(limit > 0 && Double.isFinite(limit))) {
      throw new IllegalArgumentException(
          "the limit of gradient clipping must be a finite number above 0; given: " + limit);
    }
  }

  /** Creates one from the keys of a configuration. */
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

  /** Doesn't clip gradients. */
  public static GradientClipping none() {
    return new GradientClipping(Kind.NONE, 0);
  }

  /**
   * Scales all gradients by {@code limit / norm} if their joint Euclidean norm exceeds the limit
   * (Pascanu, Mikolov and Bengio, On the difficulty of training recurrent neural networks, 2013).
   */
  public static GradientClipping byNorm(double limit) {
    return new GradientClipping(Kind.NORM, limit);
  }

  /** Limits each element to {@code [-limit, limit]}. */
  public static GradientClipping byValue(double limit) {
    return new GradientClipping(Kind.VALUE, limit);
  }
}
