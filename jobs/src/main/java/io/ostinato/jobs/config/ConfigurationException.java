package io.ostinato.jobs.config;

import java.util.List;
import java.util.stream.Collectors;

/** Thrown if a configuration is invalid; the message has a line for each mistake. */
public final class ConfigurationException extends IllegalArgumentException {
  private static final long serialVersionUID = 1;

  private final transient List<PlacedMistake> mistakes;

  public ConfigurationException(List<PlacedMistake> mistakes) {
    super(mistakes.stream().map(PlacedMistake::toString).collect(Collectors.joining("\n")));
    this.mistakes = List.copyOf(mistakes);
  }

  public List<PlacedMistake> mistakes() {
    return mistakes;
  }
}
