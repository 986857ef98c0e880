package io.ostinato.jobs.config;

import io.ostinato.text.Nearest;
import java.util.List;
import java.util.Optional;
import java.util.function.UnaryOperator;

/** A configuration that has been read from YAML. All mistakes in it are reported together. */
public final class Configuration {
  private final ConfigNode root;
  private final Mistakes mistakes;
  private final Binder binder;

  private Configuration(ConfigNode root, Mistakes mistakes) {
    this(root, mistakes, new Binder(mistakes, Nearest::hint));
  }

  private Configuration(ConfigNode root, Mistakes mistakes, Binder binder) {
    this.root = root;
    this.mistakes = mistakes;
    this.binder = binder;
  }

  /**
   * Reads the text of a file.
   *
   * @param source the name of the file in messages
   * @param overrides keys and values that override the file, such as {@code
   *     optimizer.learning_rate=1e-3}
   * @param mistakes receives the mistakes that are found
   */
  public static Configuration read(
      String source, String yaml, List<String> overrides, Mistakes mistakes) {
    ConfigNode root = YamlReader.file(source, yaml, mistakes);
    for (String override : overrides) {
      root = new SetOption(override, mistakes).apply(root);
    }
    return new Configuration(root, mistakes);
  }

  /** Reads one line of YAML that isn't in a file, such as the value of an option. */
  public static Configuration line(String source, String yaml, Mistakes mistakes) {
    return new Configuration(YamlReader.line(source, yaml, mistakes), mistakes);
  }

  /**
   * Reads keys that a program gives as YAML or JSON; a message about an unknown key lists those
   * that are known.
   *
   * @param source the name of the keys in messages
   */
  public static Configuration keys(String source, String yaml, Mistakes mistakes) {
    return new Configuration(
        YamlReader.line(source, yaml, mistakes), mistakes, new Binder(mistakes, Nearest::all));
  }

  /** A configuration whose whole is replaced. */
  public Configuration with(UnaryOperator<ConfigNode> change) {
    return new Configuration(change.apply(root), mistakes, binder);
  }

  /** The whole of this configuration. */
  public ConfigNode root() {
    return root;
  }

  /** A section of this configuration; reports a mistake and returns this one if it is missing. */
  public Configuration section(String key) {
    if (root instanceof ConfigNode.Section section) {
      return section
          .find(key)
          .map(entry -> new Configuration(entry.value(), mistakes))
          .orElseGet(
              () -> {
                mistakes.add(root.place(), "'%s' is missing".formatted(key));
                return this;
              });
    }
    return this;
  }

  /**
   * Converts this configuration to records.
   *
   * @throws ConfigurationException if it is invalid; lists all mistakes
   */
  public <T> Bound<T> bind(Class<T> type) {
    Bound<T> bound = binder.bind(root, type).orElse(null);
    mistakes.throwIfAny();
    if (bound == null) {
      throw new IllegalStateException("a mistake was not reported");
    }
    return bound;
  }

  /** The part that can be bound if {@link #bind} fails; empty if required keys are invalid. */
  public <T> Optional<RightPart<T>> rightPart(Class<T> type) {
    return RightPart.of(root, type, binder);
  }
}
