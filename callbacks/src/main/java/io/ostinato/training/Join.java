package io.ostinato.training;

import io.ostinato.describe.FromKeys;
import io.ostinato.describe.Key;
import io.ostinato.describe.Shorthand;
import org.jspecify.annotations.Nullable;

/**
 * When the results of evaluations beside training take effect: {@code next}, {@code as_ready} or a
 * number of updates.
 *
 * @param when the rule
 * @param updates the number of updates after the moment that was measured, at least 0; only for
 *     {@link When#UPDATES}, otherwise 0
 */
@Shorthand("at")
public record Join(When when, long updates) {

  /** The rule for when results take effect. */
  public enum When {
    /** Just before the next moment at which evaluations are due. */
    NEXT,
    /** Exactly a number of updates after their moment. */
    UPDATES,
    /** As soon as they are there, so that a run depends on how long its evaluations take. */
    AS_READY
  }

  /** The rules that are written as one word. */
  enum Word {
    NEXT,
    AS_READY
  }

  public Join {
    if (updates < 0) {
      throw new IllegalArgumentException("updates=%s must be at least 0".formatted(updates));
    }
    if (updates > 0 && when != When.UPDATES) {
      throw new IllegalArgumentException(
          "updates=%s is only for When.UPDATES, not for %s".formatted(updates, when));
    }
  }

  /** Creates one from the keys of a configuration. */
  @FromKeys
  static Join of(
      @Key(
              value =
                  "`next`: just before the update that leads to the next moment with evaluations;"
                      + " `as_ready`: as soon as the results are there, which makes the run depend on"
                      + " timing.",
              optional = true)
          @Nullable Word at,
      @Key(
              value =
                  "Exactly this number of updates after their moment, neither earlier nor later.",
              optional = true,
              atLeast = 0)
          @Nullable Long updates) {
    if (at == null && updates == null) {
      throw new IllegalArgumentException("give next, as_ready or {updates: n}");
    }
    if (updates != null) {
      if (at == Word.AS_READY) {
        throw new IllegalArgumentException("give either as_ready or updates");
      }
      return updates(updates); // also in place of the default
    }
    return at == Word.AS_READY ? asReady() : next();
  }

  /** Just before the update that leads to the next moment at which evaluations are due. */
  public static Join next() {
    return new Join(When.NEXT, 0);
  }

  /** Exactly this number of updates after their moment. With 0, training waits at once. */
  public static Join updates(long number) {
    return new Join(When.UPDATES, number);
  }

  /** As soon as they are there, at the end of an update. */
  public static Join asReady() {
    return new Join(When.AS_READY, 0);
  }
}
