package io.ostinato.model;

import io.ostinato.weights.OfferedArray;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;

/** Names of weights in PyTorch, such as {@code model.conv.weight}. */
final class WeightNames {
  /** Modules that wrap another one without a weight of their own, anywhere in a name. */
  private static final Pattern WRAPPERS =
      Pattern.compile("(?<=^|\\.)(?:_orig_mod|_checkpoint_wrapped_module|_fsdp_wrapped_module)\\.");

  private static final Pattern PARALLEL = Pattern.compile("(?<=^|\\.)module\\.");

  private static final int MOST_CHARACTERS = 120;

  private WeightNames() {}

  /** A name in quotes, for a message of one line. */
  static String shown(String name) {
    String some =
        name.length() <= MOST_CHARACTERS ? name : name.substring(0, MOST_CHARACTERS) + "…";
    return "'" + some.replaceAll("\\p{Cntrl}", "?") + "'";
  }

  /** The arrays by their names without wrappers; with them, if there would be two of one name. */
  static Map<String, OfferedArray> withoutWrappers(List<OfferedArray> offered) {
    Map<String, Integer> counts = new HashMap<>();
    offered.forEach(each -> counts.merge(plain(each.name()), 1, Integer::sum));
    Map<String, OfferedArray> byName = new LinkedHashMap<>();
    for (OfferedArray each : offered) {
      String plain = plain(each.name());
      boolean isAlone = counts.getOrDefault(plain, 0) == 1;
      if (byName.put(isAlone ? plain : each.name(), each) != null) {
        throw new IllegalArgumentException("two weights are named " + shown(each.name()));
      }
    }
    return byName;
  }

  private static String plain(String name) {
    return WRAPPERS.matcher(name).replaceAll("");
  }

  /**
   * The weights by their names without the wrapper of data parallelism, {@code module.}, anywhere
   * after a prefix; as they are, if there would be two of one name.
   */
  static Map<String, OfferedArray> withoutParallelism(
      Map<String, OfferedArray> offered, String prefix) {
    Map<String, OfferedArray> byName = new LinkedHashMap<>();
    offered.forEach(
        (name, array) ->
            byName.putIfAbsent(
                name.startsWith(prefix)
                    ? prefix + PARALLEL.matcher(name.substring(prefix.length())).replaceAll("")
                    : name,
                array));
    return byName.size() == offered.size() ? byName : offered;
  }

  /** The name, and what follows each of its dots, of at most this length. */
  static List<String> ends(String name, int longest) {
    List<String> ends = new ArrayList<>();
    if (name.length() <= longest) {
      ends.add(name);
    }
    int first = Math.max(0, name.length() - longest - 1);
    for (int dot = name.indexOf('.', first); dot >= 0; dot = name.indexOf('.', dot + 1)) {
      ends.add(name.substring(dot + 1));
    }
    return ends;
  }

  /**
   * The prefixes up to a dot that all required arrays have, the shortest first: none, or the name
   * of the module around the one that the weights are of.
   */
  static List<String> commonPrefixes(List<TemplateArray> template) {
    List<String> names =
        template.stream().filter(TemplateArray::isRequired).map(TemplateArray::name).toList();
    List<String> prefixes = new ArrayList<>(List.of(""));
    if (!names.isEmpty()) {
      String first = names.get(0);
      for (int dot = first.indexOf('.'); dot >= 0; dot = first.indexOf('.', dot + 1)) {
        String prefix = first.substring(0, dot + 1);
        if (!names.stream().allMatch(name -> name.startsWith(prefix))) {
          break;
        }
        prefixes.add(prefix);
      }
    }
    return prefixes;
  }
}
