package io.ostinato.jobs.config;

/** A mistake and its place; printed as {@code run.yaml:12: unknown key 'ephocs'}. */
public record PlacedMistake(Place place, String message) {
  @Override
  public String toString() {
    return place + ": " + message;
  }
}
