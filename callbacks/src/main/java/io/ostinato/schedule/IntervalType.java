package io.ostinato.schedule;

import java.util.Locale;

/** What triggers a callback. */
public enum IntervalType {
  /** A number of full epochs has passed. */
  EPOCH("E"),
  /** A number of updates has passed. */
  UPDATE("U"),
  /** A number of samples has passed. */
  SAMPLE("S"),
  /** An evaluation was requested, outside the schedule. */
  EVAL("EVAL");

  private final String symbol;

  IntervalType(String symbol) {
    this.symbol = symbol;
  }

  /** The letter of the short form: {@code E} in {@code E1}. */
  public String symbol() {
    return symbol;
  }

  /** The unit in the plural: {@code epochs} in {@code every_n_epochs}. */
  public String unit() {
    return name().toLowerCase(Locale.ROOT) + "s";
  }
}
