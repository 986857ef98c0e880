package io.ostinato.monitor;

import ai.djl.nn.Parameter;
import io.ostinato.callback.TrainingContext;
import io.ostinato.text.Glob;
import java.io.Serializable;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Parameters that are asked for by name.
 *
 * @param patterns whole names, with {@code *} for any characters
 */
record ParameterNames(List<String> patterns) implements Serializable {
  /** All parameters together. */
  static final String ALL = "all";

  ParameterNames {
    patterns = List.copyOf(patterns);
  }

  /** What is certainly written: the whole, and parameters that are named without {@code *}. */
  Set<String> groups() {
    Set<String> groups = new LinkedHashSet<>();
    groups.add(ALL);
    patterns.stream().filter(pattern -> !Glob.ofStars(pattern).hasStar()).forEach(groups::add);
    return groups;
  }

  boolean match(String name) {
    return patterns.stream().anyMatch(pattern -> Glob.ofStars(pattern).matches(name));
  }

  /**
   * Refuses patterns that no parameter matches.
   *
   * @throws IllegalArgumentException naming the callback, the pattern and the parameters
   */
  void check(TrainingContext context, String callback) {
    Map<String, Parameter> parameters = trained(context);
    for (String pattern : patterns) {
      if (parameters.keySet().stream().noneMatch(Glob.ofStars(pattern)::matches)) {
        throw new IllegalArgumentException(
            "callback '%s' asks for parameters '%s', of which the model has none; it has: %s"
                .formatted(callback, pattern, String.join(", ", parameters.keySet())));
      }
    }
  }

  /** The parameters of a model by name, without running statistics. */
  static Map<String, Parameter> trained(TrainingContext context) {
    Map<String, Parameter> trained = new LinkedHashMap<>(context.parameters());
    trained.values().removeIf(ParameterNames::isStatistic);
    return trained;
  }

  static boolean isStatistic(Parameter parameter) {
    return parameter.getType() == Parameter.Type.RUNNING_MEAN
        || parameter.getType() == Parameter.Type.RUNNING_VAR;
  }
}
