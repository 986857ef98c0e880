package io.ostinato.evaluation;

import io.ostinato.describe.FromText;
import java.io.Serializable;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What happens when an evaluation fails. Written {@code fail}, {@code warn}, {@code retry 2} or
 * {@code retry 2 then warn}.
 *
 * @param retries how many times the whole evaluation is repeated first, at least 0
 * @param then what happens if the last attempt fails too
 */
public record OnFailure(int retries, Then then) implements Serializable {
  private static final Pattern FORM =
      Pattern.compile("fail|warn|retry ([1-9][0-9]{0,3})(?: then (fail|warn))?");

  /** What happens when no attempt is left. */
  public enum Then {
    /** The failure is thrown, which ends a training. */
    FAIL,
    /**
     * The failure is logged and recorded, and training goes on. Callbacks that read metrics of the
     * evaluation treat them as missing.
     */
    WARN
  }

  public OnFailure {
    if (retries < 0) {
      throw new IllegalArgumentException("retries=%s must be at least 0".formatted(retries));
    }
  }

  /** Throws the failure. */
  public static OnFailure fail() {
    return new OnFailure(0, Then.FAIL);
  }

  /** Logs and records the failure, and goes on without the results. */
  public static OnFailure warn() {
    return new OnFailure(0, Then.WARN);
  }

  /**
   * Repeats the evaluation up to {@code times} times, and then throws the failure; see {@link
   * #thenWarn}.
   */
  public static OnFailure retry(int times) {
    return new OnFailure(times, Then.FAIL);
  }

  /** The same number of retries, but the last failure is only logged and recorded. */
  public OnFailure thenWarn() {
    return new OnFailure(retries, Then.WARN);
  }

  /** The maximum number of attempts, at least 1. */
  public int attempts() {
    return retries + 1;
  }

  /** Reads a policy; empty if the text is none. */
  @FromText(
      value = "fail, warn, retry n, or retry n then warn",
      pattern = "fail|warn|retry [1-9][0-9]{0,3}( then (fail|warn))?")
  public static Optional<OnFailure> parse(String text) {
    Matcher form = FORM.matcher(text);
    if (!form.matches()) {
      return Optional.empty();
    }
    if (form.group(1) == null) {
      return Optional.of(text.equals("warn") ? warn() : fail());
    }
    OnFailure retry = retry(Integer.parseInt(form.group(1)));
    return Optional.of("warn".equals(form.group(2)) ? retry.thenWarn() : retry);
  }

  /** As it is written in a configuration. */
  @Override
  public String toString() {
    String last = then == Then.WARN ? "warn" : "fail";
    if (retries == 0) {
      return last;
    }
    return "retry " + retries + (then == Then.WARN ? " then warn" : "");
  }
}
