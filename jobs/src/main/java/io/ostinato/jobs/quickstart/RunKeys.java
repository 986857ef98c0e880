package io.ostinato.jobs.quickstart;

import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.snakeyaml.engine.v2.api.Load;
import org.snakeyaml.engine.v2.api.LoadSettings;
import picocli.CommandLine.IDefaultValueProvider;
import picocli.CommandLine.Model.ArgSpec;
import picocli.CommandLine.Model.OptionSpec;

/** The options that set a key of the bundled {@code run.yaml}, whose values are their defaults. */
final class RunKeys implements IDefaultValueProvider {
  private static final Map<String, String> KEYS =
      Map.of(
          "--epochs", "length.epochs",
          "--batch-size", "effective_batch_size",
          "--seed", "seed",
          "--patience", "callbacks.3.tolerance");

  /** The key that an option sets. */
  static String key(String option) {
    String key = KEYS.get(option);
    if (key == null) {
      throw new IllegalArgumentException("%s sets no key".formatted(option));
    }
    return key;
  }

  @Override
  public @Nullable String defaultValue(ArgSpec argument) {
    String key = argument instanceof OptionSpec option ? KEYS.get(option.longestName()) : null;
    return key == null ? null : value(key);
  }

  private static String value(String key) {
    Object value =
        new Load(LoadSettings.builder().build())
            .loadFromString(Resources.text(QuickstartFolder.RUN));
    for (String step : key.split("\\.")) {
      value = child(value, step);
    }
    return String.valueOf(value);
  }

  private static Object child(Object node, String step) {
    Object child =
        node instanceof List<?> list
            ? list.get(Integer.parseInt(step))
            : ((Map<?, ?>) node).get(step);
    return Objects.requireNonNull(child, step);
  }
}
