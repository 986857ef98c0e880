package io.ostinato.jobs.config;

import io.ostinato.text.Excerpt;

/**
 * A mistake and its place; printed as {@code run.yaml:12: unknown key 'ephocs'}, always on one
 * line.
 */
public record PlacedMistake(Place place, String message) {
  public PlacedMistake {
    message = Excerpt.ofMessage(message);
  }

  @Override
  public String toString() {
    return place + ": " + message;
  }
}
