package io.ostinato.notebook.display;

import io.ostinato.plot.Plot;

/** Plots in the form that Zeppelin displays. */
public final class Plots {
  private Plots() {}

  /** The plot for Zeppelin's {@code %html} display. */
  public static String toZeppelinHtml(Plot plot) {
    return Html.toZeppelin(plot.svg());
  }
}
