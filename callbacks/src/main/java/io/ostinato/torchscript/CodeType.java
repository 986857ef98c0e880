package io.ostinato.torchscript;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/**
 * Questions about types, which are strings as in serialized code, without spaces: {@code
 * List[Tensor]}.
 */
final class CodeType {
  private static final String OPTIONAL = "Optional[";
  private static final String FINAL = "Final[";

  /** Types built only from these are immutable, including their contents. */
  private static final Set<String> SCALARS =
      Set.of(
          "int",
          "float",
          "bool",
          "str",
          "complex",
          "number",
          "Scalar",
          "Device",
          "NoneType",
          "Optional",
          "Tuple",
          "Union",
          "Final");

  private static final Set<String> CONTAINERS = Set.of("List", "Dict", "Tuple");

  private CodeType() {}

  /** Whether values of this type, including their contents, are immutable. */
  static boolean isScalar(String type) {
    if (type.isEmpty()) {
      return false;
    }
    for (String word : type.split("[\\[\\],]+")) {
      if (!SCALARS.contains(word)) {
        return false;
      }
    }
    return true;
  }

  /** Whether a value of this type can be a tensor. */
  static boolean mayBeTensor(String type) {
    String bare = bare(type);
    return bare.equals("Tensor") || isOpen(bare);
  }

  /** Whether a value of this type can be a list, a dict or a tuple. */
  static boolean mayBeContainer(String type) {
    String bare = bare(type);
    return CONTAINERS.contains(head(bare)) || isOpen(bare);
  }

  /**
   * The type of the elements of a container; empty if unknown.
   *
   * @param key the position of the element in a tuple, if known
   */
  static String elementOf(String type, String key) {
    String bare = bare(type);
    List<String> arguments = arguments(bare);
    switch (head(bare)) {
      case "Tensor":
        return "Tensor";
      case "List", "Future", "Await":
        return arguments.size() == 1 ? arguments.get(0) : "";
      case "Dict":
        return arguments.size() == 2 && isScalar(arguments.get(0)) ? arguments.get(1) : "";
      case "Tuple":
        boolean isPosition = key.matches("\\d{1,6}") && Integer.parseInt(key) < arguments.size();
        return isPosition ? arguments.get(Integer.parseInt(key)) : common(arguments);
      default:
        return "";
    }
  }

  /** Whether the type leaves open what its values are. */
  private static boolean isOpen(String bare) {
    return bare.isEmpty() || Set.of("Any", "Union", "Future", "Await").contains(head(bare));
  }

  private static String common(List<String> types) {
    return types.stream().distinct().count() == 1 ? types.get(0) : "";
  }

  private static String bare(String type) {
    int start = 0;
    int end = type.length();
    int wrapper = wrapperAt(type, start);
    while (wrapper > 0 && start + wrapper < end && type.charAt(end - 1) == ']') {
      start += wrapper;
      end--;
      wrapper = wrapperAt(type, start);
    }
    return type.substring(start, end);
  }

  /** The length of {@code Final[} or {@code Optional[} at a position; 0 if there is neither. */
  private static int wrapperAt(String type, int at) {
    return type.startsWith(FINAL, at)
        ? FINAL.length()
        : type.startsWith(OPTIONAL, at) ? OPTIONAL.length() : 0;
  }

  private static String head(String type) {
    int bracket = type.indexOf('[');
    return bracket < 0 ? type : type.substring(0, bracket);
  }

  private static List<String> arguments(String type) {
    int start = type.indexOf('[') + 1;
    List<String> arguments = new ArrayList<>();
    int depth = 0;
    for (int i = start; start > 0 && i < type.length(); i++) {
      char c = type.charAt(i);
      if (depth == 0 && (c == ',' || c == ']')) {
        if (i > start) {
          arguments.add(type.substring(start, i));
        }
        start = i + 1;
      }
      depth += c == '[' ? 1 : c == ']' ? -1 : 0;
    }
    return arguments;
  }

  /** The name of the class of a type, without {@code Optional} and {@code Final}. */
  static String className(String type) {
    return bare(type);
  }
}
