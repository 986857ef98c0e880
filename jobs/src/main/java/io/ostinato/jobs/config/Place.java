package io.ostinato.jobs.config;

/**
 * The place of something in a configuration.
 *
 * @param source a file, or an option such as {@code --set seed=1}
 * @param line the line, counted from 1; 0 if the source has no lines
 */
public record Place(String source, int line) {
  @Override
  public String toString() {
    return line == 0 ? source : source + ":" + line;
  }
}
