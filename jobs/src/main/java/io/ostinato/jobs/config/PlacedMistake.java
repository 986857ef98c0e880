package io.ostinato.jobs.config;

/** What is wrong, and where; written as in {@code run.yaml:12: unknown key 'ephocs'}. */
public record PlacedMistake(Place place, String message) {
  @Override
  public String toString() {
    return place + ": " + message;
  }
}
