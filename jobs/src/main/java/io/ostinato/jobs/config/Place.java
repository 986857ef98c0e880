package io.ostinato.jobs.config;

import io.ostinato.text.Excerpt;

/**
 * The place of something in a configuration.
 *
 * @param source a file, or an option such as {@code --set seed=1}
 * @param line the line, counted from 1; 0 if the source has no lines
 */
public record Place(String source, int line) {
  @Override
  public String toString() {
    String shown = Excerpt.of(source);
    return line == 0 ? shown : shown + ":" + line;
  }
}
