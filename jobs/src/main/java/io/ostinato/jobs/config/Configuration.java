package io.ostinato.jobs.config;

import java.util.List;
import java.util.Optional;

/** Reads configurations. All that is wrong with one is told together. */
public final class Configuration {
  private final ConfigNode root;
  private final Mistakes mistakes;
  private final Binder binder;

  private Configuration(ConfigNode root, Mistakes mistakes) {
    this.root = root;
    this.mistakes = mistakes;
    this.binder = new Binder(mistakes);
  }

  /**
   * A file as it is written.
   *
   * @param source the name of the file in messages
   * @param overrides each as in {@code optimizer.learning_rate=1e-3}
   */
  public static Configuration read(
      String source, String yaml, List<String> overrides, Mistakes mistakes) {
    ConfigNode root = YamlReader.file(source, yaml, mistakes);
    for (String override : overrides) {
      root = new SetOption(override, mistakes).apply(root);
    }
    return new Configuration(root, mistakes);
  }

  /** One line of YAML that isn't in a file, as a value of an option. */
  public static Configuration line(String source, String yaml, Mistakes mistakes) {
    return new Configuration(YamlReader.line(source, yaml, mistakes), mistakes);
  }

  /** One section of this configuration, if it is there. */
  public Configuration section(String key) {
    if (root instanceof ConfigNode.Section section) {
      return section
          .find(key)
          .map(entry -> new Configuration(entry.value(), mistakes))
          .orElseGet(
              () -> {
                mistakes.add(root.place(), "there is no '%s'".formatted(key));
                return this;
              });
    }
    return this;
  }

  /**
   * This configuration as records.
   *
   * @throws ConfigurationException with all that is wrong
   */
  public <T> Bound<T> bind(Class<T> type) {
    Bound<T> bound = binder.bind(root, type).orElse(null);
    mistakes.throwIfAny();
    if (bound == null) {
      throw new IllegalStateException("a mistake was not told");
    }
    return bound;
  }

  /** What can be bound where {@link #bind} can't bind all; none if it is too little. */
  public <T> Optional<RightPart<T>> rightPart(Class<T> type) {
    return RightPart.of(root, type, binder);
  }
}
