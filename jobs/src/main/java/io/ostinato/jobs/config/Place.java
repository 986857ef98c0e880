package io.ostinato.jobs.config;

/**
 * Where something is written.
 *
 * @param source a file, or an option such as {@code --set seed=1}
 * @param line from 1; 0 where the source has none
 */
public record Place(String source, int line) {
  @Override
  public String toString() {
    return line == 0 ? source : source + ":" + line;
  }
}
