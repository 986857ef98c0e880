package io.ostinato.schedule;

import java.util.Locale;

/** Why a callback runs. */
public enum IntervalType {
  /** So many full epochs have passed. */
  EPOCH("E"),
  /** So many updates have passed. */
  UPDATE("U"),
  /** So many samples have passed. */
  SAMPLE("S"),
  /** Someone asked for it, outside the schedule. */
  EVAL("EVAL");

  private final String symbol;

  IntervalType(String symbol) {
    this.symbol = symbol;
  }

  /** The letter of the short form, as in {@code E1}. */
  public String symbol() {
    return symbol;
  }

  /** The unit in plural, as in {@code every_n_epochs}. */
  public String unit() {
    return name().toLowerCase(Locale.ROOT) + "s";
  }
}
