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
 * Parameters selected by name.
 *
 * @param patterns whole names; {@code *} stands for any characters
 */
record ParameterNames(List<String> patterns) implements Serializable {
  /** The group of all parameters. */
  static final String ALL = "all";

  ParameterNames {
    patterns = List.copyOf(patterns);
  }

  /** The groups that are written in any case: all, and parameters named without {@code *}. */
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
   * Checks that each pattern matches a parameter.
   *
   * @throws IllegalArgumentException if one matches none; names the callback, the pattern and the
   *     parameters
   */
  void check(TrainingContext context, String callback) {
    Map<String, Parameter> parameters = trained(context);
    for (String pattern : patterns) {
      if (parameters.keySet().stream().noneMatch(Glob.ofStars(pattern)::matches)) {
        throw new IllegalArgumentException(
            "callback '%s' asks for parameters '%s', which match none of the model; it has: %s"
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
